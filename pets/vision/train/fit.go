package train

import (
	"context"
	"fmt"
	"iter"

	"gopets/pets/spec"
	"gopets/pets/vision/weights"
)

// FitOneCycle trains for a number of epochs with the one-cycle schedule, validating after each
// (fastai §8). It keeps the optimizer's moments of an earlier fit.
//
// Cancelling ctx stops after the running batch; the weights stay as they are and the error is the
// context's. A loss that is NaN stops with the weights of the last finished epoch.
func (l *Learner) FitOneCycle(ctx context.Context, epochs int, f spec.Fit, ev Events) error {
	f.Kind, f.Epochs = spec.OneCycle, epochs
	return l.Train(ctx, f, ev)
}

// Fit is [Learner.FitOneCycle] with a constant learning rate and a constant β1 (fastai §8.2): 0.9
// of a new optimizer.
func (l *Learner) Fit(ctx context.Context, epochs int, f spec.Fit, ev Events) error {
	f.Kind, f.Epochs = spec.Constant, epochs
	return l.Train(ctx, f, ev)
}

// FineTune is fastai v2's fine_tune (§16): one-cycle to BaseLR with the body frozen; then all
// layers, to half of that for the head and a hundredth for the first layers. The recorder has two
// runs.
func (l *Learner) FineTune(ctx context.Context, epochs int, f spec.Fit, ev Events) error {
	f.Kind, f.Epochs = spec.FineTune, epochs
	return l.Train(ctx, f, ev)
}

// Train runs a fit of any kind.
func (l *Learner) Train(ctx context.Context, f spec.Fit, ev Events) error {
	f = f.WithDefaults()
	if err := spec.Check(f); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	f.WeightDecay = spec.Some(f.WeightDecay.Or(l.load.cfg.WeightDecay.Get()))
	if f.Kind == spec.FineTune {
		return l.fineTune(ctx, f, ev)
	}
	return l.fit(ctx, f, ev)
}

func (l *Learner) fit(ctx context.Context, f spec.Fit, ev Events) error {
	l.Compile()
	if err := l.set.check(ctx, l.load, ev); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	if len(l.set.valid) == 0 && (f.Patience > 0 || f.KeepBest) {
		return fmt.Errorf(
			"fit: there is no validation set to watch: make the split with a fraction for " +
				"validation above 0, or watch nothing")
	}
	t := fitting{l}
	c, err := courseOf(f, l.exec.net.Groups(), f.Epochs*t.steps(), l.weights.now.beta1)
	if err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	return l.loop.run(ctx, t, l.weights, f, c, ev)
}

// fineTune runs the two parts, or goes on with the part of a restored snapshot. As in v2, learning
// rates end at 1e-5 of the highest.
func (l *Learner) fineTune(ctx context.Context, f spec.Fit, ev Events) error {
	frozen, whole := f, f
	frozen.Kind, whole.Kind = spec.OneCycle, spec.OneCycle
	frozen.FinalDiv, whole.FinalDiv = 1e5, 1e5
	frozen.Epochs, frozen.Watch = f.FreezeEpochs.Get(), spec.Watch{}
	frozen.MaxLR, frozen.PctStart, frozen.DivFactor = spec.Slice1(f.BaseLR), spec.Some(.99), 25
	whole.MaxLR = spec.Slice(f.BaseLR/2/f.LRMult, f.BaseLR/2)

	last := l.loop.Recorder.Last()
	standsAt := func(part spec.Fit) bool { return f.Resume && last != nil && last.same(part) }
	if standsAt(whole) {
		return l.fit(ctx, whole, ev)
	}
	if frozen.Epochs > 0 {
		if frozen.Resume = standsAt(frozen); !frozen.Resume {
			if err := l.Freeze(); err != nil {
				return err
			}
		}
		if err := l.fit(ctx, frozen, ev); err != nil {
			return fmt.Errorf("fine-tune, body frozen: %w", err)
		}
	}
	if err := l.Unfreeze(); err != nil {
		return err
	}
	whole.Resume = false
	if err := l.fit(ctx, whole, ev); err != nil {
		return fmt.Errorf("fine-tune: %w", err)
	}
	return nil
}

type fitting struct{ *Learner }

func (t fitting) steps() int { return len(t.set.train) / t.load.cfg.Batch }

func (t fitting) batches(ctx context.Context, epoch int) iter.Seq2[*batch, error] {
	return t.load.batches(ctx, t.placed(t.load.trainJob(t.set.train, forOrder, forTransforms,
		forDropout, epoch), t.exec.inner))
}

func (t fitting) step(b *batch, h hyper, ev Events) (stepLoss, error) {
	return t.opt.step(b, h,
		ev)
}

func (t fitting) lossGroup() int { return t.exec.lossGroup() }

func (t fitting) validate(ctx context.Context, at BatchInfo, ev Events) (loss, errorRate float64,
	err error) {
	s, err := t.score(ctx, at, ev)
	if err != nil {
		return 0, 0, err
	}
	return s.meanLoss(), s.errorRate(), nil
}

func (t fitting) file() (*weights.File, error) { return t.Learner.file() }

func (t fitting) adopt(f *weights.File, name string) error {
	_, err := t.Learner.adopt(f, name)
	return err
}
