package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gopets/pets/vision/augment"
)

// FitOneCycle trains for a number of epochs with the one-cycle schedule, validating after each
// (fastai §8). Moments of an earlier fit go on unless Freeze, Unfreeze or new weights came between.
//
// Cancelling ctx stops after the running batch; the weights stay as they are and the error is the
// context's. A loss that is not a number stops with the weights of the last finished epoch. Errors
// say which epoch and batch.
func (l *Learner) FitOneCycle(ctx context.Context, epochs int, o OneCycle, ev Events) error {
	o, err := o.withDefaults(l.cfg.WeightDecay)
	if err != nil {
		return err
	}
	lrs, err := o.MaxLR.Groups(l.net.Groups())
	if err != nil {
		return err
	}
	return l.fit(ctx, Run{Name: o.describe(epochs), Epochs: epochs, Cycle: o}, func(steps int) course { return schedule{o, lrs, steps} }, ev)
}

// Constant holds the options of [Learner.Fit]. The zero value is fastai's default.
type Constant struct {
	LR          LRRange // zero: slice(3e-3)
	WeightDecay float64 // zero: the learner's; negative: none
	Watch       Watch
	Resume      bool   // as in OneCycle
	Snapshot    string // as in OneCycle
}

// Fit is [Learner.FitOneCycle] at a constant rate (fastai §8.2): β1 too stays what it is, 0.9 of a
// new optimizer.
func (l *Learner) Fit(ctx context.Context, epochs int, o Constant, ev Events) error {
	c, err := OneCycle{MaxLR: o.LR, WeightDecay: o.WeightDecay, Watch: o.Watch, Resume: o.Resume, Snapshot: o.Snapshot}.withDefaults(l.cfg.WeightDecay)
	if err != nil {
		return err
	}
	lrs, err := c.MaxLR.Groups(l.net.Groups())
	if err != nil {
		return err
	}
	h := constant{lrs: lrs, beta1: l.now.beta1, wd: c.WeightDecay}
	c.Moms, c.DivFactor, c.PctStart, c.FinalDiv = [2]float64{}, 0, 0, 0 // they mean nothing here
	return l.fit(ctx, Run{Name: fmt.Sprintf("fit(%d, %v, wd=%g)", epochs, c.MaxLR, c.WeightDecay), Epochs: epochs, Cycle: c, Constant: true},
		func(int) course { return h }, ev)
}

// fit makes or goes on with a run.
func (l *Learner) fit(ctx context.Context, asked Run, courseOf func(steps int) course, ev Events) (err error) {
	epochs, o := asked.Epochs, asked.Cycle
	if epochs < 1 {
		return fmt.Errorf("fit: want at least 1 epoch, got %d", epochs)
	}
	if err := l.check(ctx, ev); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	if len(l.valid) == 0 && !o.Watch.idle() {
		return fmt.Errorf("fit: there is no validation set to watch: make the split with a validation share above 0, or leave Watch out")
	}
	resumed := false
	if o.Resume {
		if resumed, err = l.resumes(asked); err != nil {
			return err
		}
	}
	if !resumed {
		l.recorder.Runs = append(l.recorder.Runs, asked)
		l.progress, l.best = progress{}, nil
	}
	run := l.recorder.Last()
	for _, row := range run.Rows {
		if ev.Epoch != nil {
			ev.Epoch(row)
		}
	}
	batches := len(l.train) / l.cfg.Batch
	cycle := courseOf(epochs * batches)
	defer l.letGo()
	for !run.Finished() {
		l.hold()
		row, err := l.epoch(ctx, run, cycle, ev)
		if err != nil {
			return fmt.Errorf("epoch %d of %d: %w", l.progress.Done, epochs, err)
		}
		l.epochs++
		l.progress.Done, l.progress.Mid = l.progress.Done+1, 0
		run.Rows = append(run.Rows, row)
		l.describe = fmt.Sprintf("after fit %d, epoch %d", len(l.recorder.Runs), l.progress.Done)
		if err := l.noteBest(run); err != nil {
			return fmt.Errorf("keeping the best epoch: %w", err)
		}
		if o.Snapshot != "" {
			if err := l.Snapshot(o.Snapshot); err != nil {
				return fmt.Errorf("snapshot after epoch %d: %w", row.Epoch, err)
			}
		}
		if ev.Epoch != nil {
			ev.Epoch(row)
		}
	}
	return l.finish(run, ev)
}

// resumes tells whether the last run is the one asked for and stands at an epoch's end, so that it
// can go on.
func (l *Learner) resumes(asked Run) (bool, error) {
	run := l.recorder.Last()
	if run == nil {
		return false, nil
	}
	if !run.same(asked) {
		return false, fmt.Errorf("resume: the run to go on with is %s with %d epochs done, asked for is %s: ask for the same, or leave Resume out to start a new run",
			run.Name, l.progress.Done, asked.Name)
	}
	if l.progress.Mid > 0 {
		return false, fmt.Errorf("resume: %s stopped %d batches into epoch %d, and only whole epochs can be gone on with: restore its snapshot first",
			run.Name, l.progress.Mid, l.progress.Done)
	}
	return true, nil
}

// same tells whether a run is the one asked for, wherever its snapshot lies.
func (r *Run) same(asked Run) bool {
	c := asked.Cycle
	c.Resume, c.Snapshot = r.Cycle.Resume, r.Cycle.Snapshot
	return r.Epochs == asked.Epochs && r.Constant == asked.Constant && r.Cycle == c
}

// epoch trains on one shuffled pass over the training pictures and validates.
func (l *Learner) epoch(ctx context.Context, run *Run, cycle course, ev Events) (Row, error) {
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

// trainJob is a shuffled, transformed pass over the training pictures, its randomness numbered by
// epoch.
func (l *Learner) trainJob(order, transforms, dropout purpose, epoch int) job {
	return job{
		items:   l.train,
		order:   l.shuffled(order, epoch, len(l.train)),
		rows:    l.cfg.Batch,
		params:  func(i int) augment.Params { return l.cfg.Transforms.Draw(l.stream(transforms, epoch, i)) },
		dropout: func(k int) *rand.Rand { return l.stream(dropout, epoch, k) },
	}
}
