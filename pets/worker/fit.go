package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

// fit keeps the last finished epoch's snapshot in a folder of the learner's options.
func fit(c *call, l *learner, q wire.LearnerCall) ([]spec.Row, error) {
	fit := *q.Fit
	dir := filepath.Join(session.DataDir(), "snapshots", l.desc.Name+"-"+spec.Digest(l.desc))
	fit.Snapshot = filepath.Join(dir, "last.safetensors")
	text, err := json.MarshalIndent(l.desc, "", "  ") // for people
	if err == nil && fit.Resume {
		fit.Resume, err = resume(c, l, fit)
	}
	if err == nil && !fit.Resume {
		// killed within the first epoch, the fit begins again from here
		err = l.live.Snapshot(fit.Snapshot)
	}
	if err == nil {
		err = session.WriteFile(filepath.Join(dir, "learner.json"), text)
	}
	if err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	view := newFitView(c, fit)
	l.version++
	err = l.live.Train(c, fit, view.events())
	switch {
	case err == nil:
		view.end()
	case errors.Is(err, context.Canceled):
		err = cancelled("the weights are kept: %s is %s. The same fit with pets.Resume() goes on "+
			"from the last finished epoch", l.desc.Name, l.live.State())
	}
	return view.rows, err
}

// resume restores the last finished epoch's snapshot and reports whether there is something to go
// on with.
func resume(c *call, l *learner, fit spec.Fit) (bool, error) {
	run := l.live.Recorder().Last()
	if run == nil || !run.Finished() {
		if _, err := os.Stat(fit.Snapshot); err != nil {
			c.say("resume: there is no snapshot of this learner: the fit starts from the beginning")
			return false, nil
		}
		if err := l.live.Restore(fit.Snapshot); err != nil {
			return false, err
		}
		l.version++
		c.say("resume: %s is %s", l.desc.Name, l.live.State())
		run = l.live.Recorder().Last()
	}
	switch {
	case run == nil || fit.Kind == spec.FineTune: // which finds its part
		return run != nil, nil
	case run.Finished() && run.Fit.Epochs != fit.Epochs:
		return false, nil // it was killed before its first epoch ended: begin it
	case run.Finished():
		c.say("resume: this fit was finished already, nothing is left to do " +
			"(without pets.Resume() it trains again)")
	}
	return true, nil
}

func find(c *call, l *learner, q wire.LearnerCall) (spec.Suggestions, error) {
	bar := newBar(c)
	curve, err := l.live.LRFind(c, *q.Find, bar.events("looking for a learning rate"))
	if errors.Is(err, context.Canceled) {
		err = cancelled("weights and optimizer are as before the search")
	}
	if err != nil {
		return nil, err
	}
	l.curve = curve
	found := curve.Suggest()
	line := fmt.Sprintf("%d of %d steps", len(curve.LR), curve.Steps)
	if len(curve.LR) < curve.Steps {
		line += ", then the loss exploded"
	}
	if len(found) == 0 {
		bar.end(line)
		c.note(tooShort(curve))
		return nil, nil
	}
	bar.end(fmt.Sprintf("%s; suggested learning rates: %v", line, found))
	return found, nil
}

// tooShort explains an empty curve: fastai leaves out the first tenth and the last five steps.
func tooShort(curve *train.Curve) string {
	return fmt.Sprintf("LR finder: %d steps are too few to draw or to suggest a learning rate: "+
		"search again with more, for instance %s(100)", len(curve.LR), spec.InCell("Steps"))
}
