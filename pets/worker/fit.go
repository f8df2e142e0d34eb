package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

// fits trains learners.
type fits struct {
	learners  *store
	snapshots snapshots
}

func (f *fits) register(r *registry) {
	handle(r, wire.Fit, f.fit)
	handle(r, wire.Find, f.find)
}

// fit serves FitOneCycle, Fit and FineTune.
func (f *fits) fit(ctx context.Context, c call, q wire.FitCall) ([]spec.Row, error) {
	l, err := f.learners.getOrMake(ctx, c, q.Learner)
	if err != nil {
		return nil, err
	}
	resume := false
	if q.Fit.Resume {
		if resume, err = f.resume(c, l, q.Fit); err != nil {
			return nil, err
		}
	}
	q.Fit.Resume, q.Fit.Snapshot = resume, f.snapshots.path(q.Learner)
	if err := f.snapshots.describe(q.Learner); err != nil {
		return nil, fmt.Errorf("fit: folder for snapshots: %w", err)
	}
	if !resume {
		// Killed within the first epoch, the fit begins again from here.
		if err := l.live.Snapshot(q.Fit.Snapshot); err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
	}
	view := newFitView(c, q.Fit.Kind, l.live.Frozen)
	l.version++
	err = l.live.Train(ctx, q.Fit, view.events())
	view.end(err)
	if errors.Is(err, context.Canceled) {
		err = cancelled(
			"the weights are kept: %s is %s. The same fit with pets.Resume() goes on from the last finished epoch", q.Learner.Name, l.live.State())
	}
	return view.rows, err
}

// resume prepares a learner for going on with a fit, and reports whether there is something to go
// on with. A learner that has not been fitted here, or whose last fit was interrupted, goes back to
// the snapshot of its last finished epoch.
func (f *fits) resume(c call, l *learner, fit spec.Fit) (bool, error) {
	run := l.live.Recorder().Last()
	if run == nil || !run.Finished() {
		path := f.snapshots.path(l.desc)
		if _, err := os.Stat(path); err != nil {
			c.say("resume: there is no snapshot of this learner, the fit begins")
			return false, nil
		}
		if err := l.live.Restore(path); err != nil {
			return false, err
		}
		l.version++
		c.say("resume: %s is %s", l.desc.Name, l.live.State())
		run = l.live.Recorder().Last()
	}
	switch {
	case run == nil:
		return false, nil
	case fit.Kind == spec.FineTune:
		return true, nil // it finds its part
	case run.Finished() && run.Fit.Epochs != fit.Epochs:
		return false, nil // it was killed before its first epoch ended: begin it
	case run.Finished():
		c.say(
			"resume: this fit was finished already, nothing is left to do (without pets.Resume() it trains again)")
	}
	return true, nil
}

// find serves LRFind.
func (f *fits) find(ctx context.Context, c call, q wire.FindCall) ([]spec.Suggestion, error) {
	l, err := f.learners.getOrMake(ctx, c, q.Learner)
	if err != nil {
		return nil, err
	}
	bar := newBar(c)
	ev := bar.events("looking for a learning rate")
	ev.Batch = func(b train.BatchInfo) {
		if b.Phase == train.PhaseCheck {
			bar.step("opening images", b.Batch+1, b.Batches, "")
			return
		}
		bar.step("looking for a learning rate", b.Batch+1, b.Batches,
			fmt.Sprintf("learning rate %.1e, loss %.4f", b.LR, b.Loss))
	}
	curve, err := l.live.LRFind(ctx, q.Find, ev)
	if err != nil {
		bar.fail()
		if errors.Is(err, context.Canceled) {
			err = cancelled("weights and optimizer are as they were before the search")
		}
		return nil, err
	}
	l.curve = curve
	found := curve.Suggest()
	line := fmt.Sprintf("%d of %d steps", len(curve.LR), curve.Steps)
	if len(curve.LR) < curve.Steps {
		line += ", then the loss exploded"
	}
	var words []string
	for _, s := range found {
		words = append(words, fmt.Sprintf("%s %.2e", s.Name, s.LR))
	}
	if len(words) > 0 {
		line += "; suggested learning rates: " + strings.Join(words, ", ")
	}
	bar.end(line)
	if len(found) == 0 {
		c.say("%s", tooShort(curve))
	}
	return found, nil
}

// tooShort says why there is nothing to see of a curve: fastai leaves out the first tenth of the
// steps and the last five.
func tooShort(curve *train.Curve) string {
	return fmt.Sprintf(
		"LR finder: %d steps are too few to draw or to suggest a learning rate: search again with more, for instance %s(100)",
		len(curve.LR), spec.InCell("Steps"))
}
