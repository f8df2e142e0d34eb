package train

import (
	"context"
	"fmt"
)

// FineTune holds the options of [Learner.FineTune] (fastai §16). The zero value is fastai v2's
// default.
type FineTune struct {
	BaseLR       float64 // zero: 2e-3
	FreezeEpochs int     // zero: 1; negative: none
	LRMult       float64 // the first layer group's rate is the last's divided by it; zero: 100
	PctStart     float64 // of the second part; zero: 0.3
	DivFactor    float64 // of the second part; zero: 5
	WeightDecay  float64 // zero: the learner's; negative: none
	Watch        Watch   // of the second part
	Resume       bool    // go on with whichever part a restored snapshot was in the middle of
	Snapshot     string  // as in OneCycle
}

// FineTune is the lesson's recipe in one call, as fastai v2 has it: with the body frozen one-cycle
// to BaseLR; then all of it, to half of that for the head and a hundredth for the first layers. The
// recorder has two runs.
func (l *Learner) FineTune(ctx context.Context, epochs int, o FineTune, ev Events) error {
	if epochs < 1 {
		return fmt.Errorf("fine-tune: want at least 1 epoch, got %d", epochs)
	}
	frozen, whole, err := o.parts()
	if err != nil {
		return err
	}
	freezeEpochs := o.FreezeEpochs
	if freezeEpochs == 0 {
		freezeEpochs = 1
	}
	last := l.recorder.Last()
	at := func(epochs int, c OneCycle) bool {
		c, err := c.withDefaults(l.cfg.WeightDecay)
		return err == nil && o.Resume && last != nil && last.same(Run{Epochs: epochs, Cycle: c})
	}
	if at(epochs, whole) {
		whole.Resume = true
		return l.FitOneCycle(ctx, epochs, whole, ev)
	}
	if freezeEpochs > 0 {
		if frozen.Resume = at(freezeEpochs, frozen); !frozen.Resume {
			if err := l.Freeze(); err != nil {
				return err
			}
		}
		if err := l.FitOneCycle(ctx, freezeEpochs, frozen, ev); err != nil {
			return fmt.Errorf("fine-tune, body frozen: %w", err)
		}
	}
	if err := l.Unfreeze(); err != nil {
		return err
	}
	if err := l.FitOneCycle(ctx, epochs, whole, ev); err != nil {
		return fmt.Errorf("fine-tune: %w", err)
	}
	return nil
}

// parts are the two schedules; v2 ends at 1e-5 of the highest rate.
func (o FineTune) parts() (frozen, whole OneCycle, err error) {
	base, mult, div := o.BaseLR, o.LRMult, o.DivFactor
	if base == 0 {
		base = 2e-3
	}
	if mult == 0 {
		mult = 100
	}
	if div == 0 {
		div = 5
	}
	if !(base > 0) || !(mult >= 1) {
		return frozen, whole, fmt.Errorf("fine-tune: BaseLR %v must be above 0 and LRMult %v at least 1", o.BaseLR, o.LRMult)
	}
	const finalDiv = 1e5
	frozen = OneCycle{MaxLR: Slice1(base), PctStart: .99, FinalDiv: finalDiv, WeightDecay: o.WeightDecay, Snapshot: o.Snapshot}
	whole = OneCycle{MaxLR: Slice(base/2/mult, base/2), PctStart: o.PctStart, DivFactor: div, FinalDiv: finalDiv, WeightDecay: o.WeightDecay,
		Watch: o.Watch, Snapshot: o.Snapshot}
	return frozen, whole, nil
}
