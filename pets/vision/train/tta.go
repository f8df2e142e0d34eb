package train

import (
	"context"
	"fmt"
	"math"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
)

// TTA holds the options of test-time augmentation (fastai §12). The zero value is fastai's default.
type TTA struct {
	// weight of the plain prediction, the rest is the augmented ones' mean; zero: 0.4; negative: 0
	Beta  float64
	Scale float64 // zoom into each corner; zero: 1.35
}

// ttaPasses is the number of augmented passes: four corners, each mirrored too.
const ttaPasses = 8

func (o TTA) withDefaults() (TTA, error) {
	if o.Beta == 0 {
		o.Beta = .4
	}
	if o.Scale == 0 {
		o.Scale = 1.35
	}
	if !(o.Beta <= 1) || !(o.Scale >= 1 && o.Scale <= 10) {
		return o, fmt.Errorf("TTA: Beta %v must be at most 1 and Scale %v between 1 and 10", o.Beta, o.Scale)
	}
	o.Beta = max(0, o.Beta)
	return o, nil
}

// TTA predicts the validation set as [Learner.ValidProbs] does, but from nine looks at each
// picture: the plain one, and eight that zoom into a corner and crop there, half of them mirrored,
// warped, turned and lit as in training. The losses are those of the averaged probabilities. The
// same call gives the same numbers, and later training draws what it would have drawn.
func (l *Learner) TTA(ctx context.Context, o TTA, ev Events) (*Predictions, error) {
	if err := l.check(ctx, ev); err != nil {
		return nil, fmt.Errorf("TTA: %w", err)
	}
	if len(l.valid) == 0 {
		return nil, fmt.Errorf("TTA: the validation set is empty: make the split with a validation share above 0")
	}
	probs, err := l.looks(ctx, l.validJob(l.valid, l.inner), o, ev)
	if err != nil {
		return nil, err
	}
	p := &Predictions{Classes: l.data.Classes, State: l.describe + ", TTA", Probs: probs}
	for i, it := range l.valid {
		p.Paths, p.Labels = append(p.Paths, it.Path), append(p.Labels, it.Label)
		p.Losses = append(p.Losses, -math.Log(max(float64(probs[i][it.Label]), math.SmallestNonzeroFloat32)))
	}
	return p, nil
}

// PredictTTA is [Learner.Predict] with test-time augmentation.
func (l *Learner) PredictTTA(ctx context.Context, pictures []*images.RGB, o TTA) ([][]float32, error) {
	return l.looks(ctx, l.pictureJob(pictures), o, Events{})
}

// looks averages a job's plain pass and its augmented ones.
func (l *Learner) looks(ctx context.Context, j job, o TTA, ev Events) ([][]float32, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	mean := make([][]float64, len(j.order))
	for i := range mean {
		mean[i] = make([]float64, l.net.Classes)
	}
	for pass := range ttaPasses + 1 {
		weight := o.Beta
		if pass > 0 {
			weight = (1 - o.Beta) / ttaPasses
			j.params = func(i int) augment.Params { return l.look(o.Scale, pass-1, i) }
		}
		logits, err := l.logits(ctx, j, func(k, n int) {
			ev.batch(BatchInfo{Phase: PhaseValid, Epochs: 1, Batch: pass*n + k, Batches: (ttaPasses + 1) * n})
		}, ev)
		if err != nil {
			return nil, fmt.Errorf("TTA: %w", err)
		}
		for i, row := range logits {
			for c, p := range softmax(row) {
				mean[i][c] += weight * float64(p)
			}
		}
	}
	probs := make([][]float32, len(mean))
	for i, row := range mean {
		probs[i] = make([]float32, len(row))
		for c, p := range row {
			probs[i][c] = float32(p)
		}
	}
	return probs, nil
}

// look draws the training transforms for one picture and sets those that a pass fixes: zoom and
// crop at a corner (bit 0: bottom, bit 1: right), mirrored from the fourth pass on.
func (l *Learner) look(scale float64, pass, index int) augment.Params {
	p := l.cfg.Transforms.Draw(l.stream(forTTA, pass, index))
	row, col := float64(pass&1), float64(pass>>1&1)
	p.Zoom, p.ZoomRow, p.ZoomCol, p.CropRow, p.CropCol = scale, row, col, row, col
	p.Flip, p.Dihedral = pass >= 4, 0
	return p
}
