package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gopets/pets/vision/augment"
)

// FitOneCycle trains for a number of epochs with the one-cycle schedule, validating after each (fastai §8). Moments of an earlier fit go on
// unless Freeze, Unfreeze or new weights came between.
//
// Cancelling ctx stops after the running batch; the weights stay as they are and the error is the context's. A loss that is not a number stops
// with the weights of the last finished epoch. Errors say which epoch and batch.
func (l *Learner) FitOneCycle(ctx context.Context, epochs int, o OneCycle, ev Events) error {
	if epochs < 1 {
		return fmt.Errorf("fit: want at least 1 epoch, got %d", epochs)
	}
	o, err := o.withDefaults(l.cfg.WeightDecay)
	if err != nil {
		return err
	}
	lrs, err := o.MaxLR.Groups(l.net.Groups())
	if err != nil {
		return err
	}
	if err := l.check(ctx, ev); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	resumed := false
	if o.Resume {
		if resumed, err = l.resumes(epochs, o); err != nil {
			return err
		}
	}
	if !resumed {
		l.recorder.Runs = append(l.recorder.Runs, Run{Name: o.describe(epochs), Epochs: epochs, Cycle: o})
		l.progress = progress{}
	}
	run := l.recorder.Last()
	for _, row := range run.Rows {
		if ev.Epoch != nil {
			ev.Epoch(row)
		}
	}
	batches := len(l.train) / l.cfg.Batch
	cycle := schedule{o, lrs, epochs * batches}
	defer l.letGo()
	for l.progress.Done < epochs {
		l.hold()
		row, err := l.epoch(ctx, run, cycle, ev)
		if err != nil {
			return fmt.Errorf("epoch %d of %d: %w", l.progress.Done, epochs, err)
		}
		l.epochs++
		l.progress.Done, l.progress.Mid = l.progress.Done+1, 0
		run.Rows = append(run.Rows, row)
		l.describe = fmt.Sprintf("after fit %d, epoch %d", len(l.recorder.Runs), l.progress.Done)
		if o.Snapshot != "" {
			if err := l.Snapshot(o.Snapshot); err != nil {
				return fmt.Errorf("snapshot after epoch %d: %w", row.Epoch, err)
			}
		}
		if ev.Epoch != nil {
			ev.Epoch(row)
		}
	}
	return nil
}

// resumes tells whether the last run is the one asked for and stands at an epoch's end, so that it can go on.
func (l *Learner) resumes(epochs int, o OneCycle) (bool, error) {
	run := l.recorder.Last()
	if run == nil {
		return false, nil
	}
	want := o
	want.Resume, want.Snapshot = run.Cycle.Resume, run.Cycle.Snapshot
	if run.Epochs != epochs || want != run.Cycle {
		return false, fmt.Errorf("resume: the run to go on with is %s with %d epochs done, asked for is %s: ask for the same, or leave Resume out to start a new run",
			run.Name, l.progress.Done, o.describe(epochs))
	}
	if l.progress.Mid > 0 {
		return false, fmt.Errorf("resume: %s stopped %d batches into epoch %d, and only whole epochs can be gone on with: restore its snapshot first",
			run.Name, l.progress.Mid, l.progress.Done)
	}
	return true, nil
}

// epoch trains on one shuffled pass over the training pictures and validates.
func (l *Learner) epoch(ctx context.Context, run *Run, cycle schedule, ev Events) (Row, error) {
	start := time.Now()
	e := l.progress.Done
	j := l.trainJob(forOrder, forTransforms, forDropout, l.epochs)
	smooth := l.progress.Smooth
	k := 0
	for b, err := range l.batches(ctx, j) {
		if err != nil {
			l.interrupted(k)
			return Row{}, err
		}
		i := e*j.batches() + k
		h := cycle.at(i)
		loss, err := l.step(b, h, ev)
		if err != nil {
			l.interrupted(k)
			return Row{}, fmt.Errorf("batch %d: %w", k, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			l.rollBack()
			return Row{}, fmt.Errorf("batch %d: the loss is %v at learning rate %.3g; the weights are %s again: try a smaller MaxLR (LRFind shows where the loss explodes)",
				k, loss, h.lrs[len(h.lrs)-1], l.describe)
		}
		k++
		l.now.beta1 = cycle.at(i + 1).beta1
		run.LRs = append(run.LRs, h.lrs[len(h.lrs)-1])
		run.Momentums = append(run.Momentums, h.beta1)
		run.Losses = append(run.Losses, smooth.add(loss))
		ev.batch(BatchInfo{Phase: PhaseTrain, Epoch: e, Epochs: run.Epochs, Batch: k - 1, Batches: j.batches(), Loss: smooth.value(), LR: h.lrs[len(h.lrs)-1]})
	}
	row := Row{Epoch: e, TrainLoss: smooth.value(), NoValid: len(l.valid) == 0}
	if !row.NoValid {
		at := BatchInfo{Epoch: e, Epochs: run.Epochs, Loss: smooth.value()}
		v, err := l.validate(ctx, at, ev)
		if err != nil {
			l.interrupted(k)
			return Row{}, fmt.Errorf("validation: %w", err)
		}
		row.ValidLoss, row.ErrorRate = v.meanLoss(), v.errorRate()
		if math.IsNaN(row.ValidLoss) || math.IsInf(row.ValidLoss, 0) {
			l.rollBack()
			return Row{}, fmt.Errorf("the validation loss is %v; the weights are %s again: try a smaller MaxLR", row.ValidLoss, l.describe)
		}
		run.ValidAt = append(run.ValidAt, len(run.Losses))
		run.ValidLosses = append(run.ValidLosses, row.ValidLoss)
	}
	l.progress.Smooth = smooth
	row.Seconds = time.Since(start).Seconds()
	return row, nil
}

// interrupted notes that the weights are some batches beyond the last finished epoch.
func (l *Learner) interrupted(batches int) {
	l.progress.Mid = batches
	if batches > 0 {
		l.describe = fmt.Sprintf("after fit %d, epoch %d and %d batches", len(l.recorder.Runs), l.progress.Done, batches)
	}
}

// trainJob is a shuffled, transformed pass over the training pictures, its randomness numbered by epoch.
func (l *Learner) trainJob(order, transforms, dropout purpose, epoch int) job {
	return job{
		items:   l.train,
		order:   l.shuffled(order, epoch, len(l.train)),
		rows:    l.cfg.Batch,
		params:  func(i int) augment.Params { return l.cfg.Transforms.Draw(l.stream(transforms, epoch, i)) },
		dropout: func(k int) *rand.Rand { return l.stream(dropout, epoch, k) },
	}
}
