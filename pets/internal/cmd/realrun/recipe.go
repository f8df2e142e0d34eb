package main

import (
	"context"
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
)

// stage is one fit of a recipe; the next one starts from its weights.
type stage struct {
	Size, Epochs int
	Frozen       bool
	LR           spec.LR
}

// progressive aims at the lowest error: small images while the head is new, larger ones while all
// layers train, the full size last. peer.py has the same stages.
var progressive = []stage{
	{Size: 128, Epochs: 2, Frozen: true, LR: spec.Slice1(3e-3)},
	{Size: 160, Epochs: 3, LR: spec.Slice(3e-5, 1e-3)},
	{Size: 224, Epochs: 3, LR: spec.Slice(1e-5, 5e-4)},
}

// fitStages runs a recipe's stages from l's weights and returns the learner of the last one, which
// the caller closes, with the fits. l is closed if another replaces it.
func fitStages(ctx context.Context, eng *engine.Engine, l *train.Learner, stages []stage,
	ev train.Events) (*train.Learner, []fit, error) {
	var fits []fit
	for _, s := range stages {
		if s.Epochs == 0 {
			continue
		}
		if l.Config().Size != spec.Square(s.Size) {
			larger, err := resized(eng, l, s.Size)
			if err != nil {
				return l, fits, err
			}
			l.Close()
			l = larger
		}
		set := l.Unfreeze
		if s.Frozen {
			set = l.Freeze
		}
		if err := set(); err != nil {
			return l, fits, err
		}
		if err := l.FitOneCycle(ctx, s.Epochs, spec.Fit{MaxLR: s.LR}, ev); err != nil {
			return l, fits, err
		}
		run := l.Recorder().Last()
		fits = append(fits, fit{fmt.Sprintf("%s at %d px", run.Name(), s.Size), run.Rows,
			run.Losses})
	}
	return l, fits, nil
}

// resized returns a learner with the same weights for images of another size. It has the next seed,
// since the same one would repeat the order, the transforms and the dropout of the epochs before.
func resized(eng *engine.Engine, l *train.Learner, size int) (*train.Learner, error) {
	c := l.Config()
	c.Size = spec.Square(size)
	c.Seed++
	other, err := train.New(eng, l.Net(), l.Split(), c)
	if err != nil {
		return nil, err
	}
	file, err := l.Net().ToFile(l.Weights())
	if err == nil {
		values := l.Net().Init(uint64(c.Seed))
		if _, _, _, err = l.Net().FromFile(file, values); err == nil {
			err = other.SetWeights(values)
		}
	}
	if err != nil {
		other.Close()
		return nil, err
	}
	return other, nil
}
