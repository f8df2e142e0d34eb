package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

// fit serves FitOneCycle, Fit and FineTune.
func (h *house) fit(ctx context.Context, c *session.Call, q wire.Fit) (any, error) {
	if q.Epochs < 1 || q.Epochs > 10_000 {
		return nil, fmt.Errorf("fit: %d epochs: give at least 1", q.Epochs)
	}
	l, err := h.use(ctx, c, q.Learner, true)
	if err != nil {
		return nil, err
	}
	resume := false
	if q.Resume {
		if resume, err = h.resume(c, l, q); err != nil {
			return nil, err
		}
	}
	snapshot := h.snapshotPath(q.Learner)
	if err := h.writeDescription(q.Learner); err != nil {
		return nil, fmt.Errorf("fit: folder for snapshots: %w", err)
	}
	if !resume {
		// Killed within the first epoch, the fit begins again from here.
		if err := l.live.Snapshot(snapshot); err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
	}
	view := newTraining(c, q.Epochs+frozenEpochs(q))
	l.version++
	f := spec.Fit{Kind: spec.Kind(q.Kind), Epochs: q.Epochs, MaxLR: spec.LR{Kind: spec.LRKind(q.MaxLR.Kind), Lo: q.MaxLR.Lo, Hi: q.MaxLR.Hi},
		DivFactor: q.DivFactor, FinalDiv: q.FinalDiv, BaseLR: q.BaseLR, LRMult: q.LRMult, Resume: resume, Snapshot: snapshot,
		Watch: spec.Watch{Metric: spec.Metric(q.Watch.Metric), MinDelta: q.Watch.MinDelta, Patience: q.Watch.Patience, KeepBest: q.Watch.KeepBest}}
	if f.MaxLR.Kind == spec.LRConst {
		f.MaxLR.Lo = 0
	}
	if q.Moms != [2]float64{} {
		f.Moms = spec.Some(q.Moms)
	}
	if q.PctStart != 0 {
		f.PctStart = spec.Some(q.PctStart)
	}
	if q.FreezeEpochs != 0 {
		f.FreezeEpochs = spec.Some(max(0, q.FreezeEpochs))
	}
	err = l.live.Train(ctx, f, view.events())
	view.end(err)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, cancelled(fmt.Sprintf("the weights are kept: %s is %s. The same fit with pets.Resume() goes on from the last finished epoch", q.Learner.Name, l.live.State()))
		}
		return nil, err
	}
	return wireRows(view.rows), nil
}

// frozenEpochs are those that a fine-tuning begins with.
func frozenEpochs(q wire.Fit) int {
	if q.Kind != wire.FitFineTune {
		return 0
	}
	if q.FreezeEpochs == 0 {
		return 1
	}
	return max(0, q.FreezeEpochs)
}

// resume prepares a learner for going on with a fit, and tells whether there is something to go on
// with. A learner that has not been fitted here, or whose last fit was interrupted, goes back to
// the snapshot of its last finished epoch.
func (h *house) resume(c *session.Call, l *learner, q wire.Fit) (bool, error) {
	run := l.live.Recorder().Last()
	path := h.snapshotPath(l.desc)
	if run == nil || !run.Finished() {
		if _, err := os.Stat(path); err != nil {
			say(c, "resume: there is no snapshot of this learner, the fit begins")
			return false, nil
		}
		if err := l.live.Restore(path); err != nil {
			return false, err
		}
		l.version++
		say(c, fmt.Sprintf("resume: %s is %s", l.desc.Name, l.live.State()))
		run = l.live.Recorder().Last()
	}
	if run == nil {
		return false, nil
	}
	if q.Kind == wire.FitFineTune {
		return true, nil // it knows its parts
	}
	if run.Finished() && run.Fit.Epochs != q.Epochs {
		return false, nil // it was killed before its first epoch ended: begin it
	}
	if run.Finished() {
		say(c, "resume: this fit was finished already, nothing is left to do (without pets.Resume() it trains again)")
	}
	return true, nil
}

// find serves LRFind.
func (h *house) find(ctx context.Context, c *session.Call, q wire.Find) (any, error) {
	l, err := h.use(ctx, c, q.Learner, true)
	if err != nil {
		return nil, err
	}
	bar := newBar(c)
	steps := q.Steps
	if steps == 0 {
		steps = 100
	}
	ev := train.Events{Note: func(line string) { say(c, line) }, Batch: func(b train.BatchInfo) {
		if b.Phase == train.PhaseCheck {
			bar.step("opening pictures", b.Batch+1, b.Batches, "")
			return
		}
		bar.step("looking for a learning rate", b.Batch+1, steps, fmt.Sprintf("rate %.1e, loss %.4f", b.LR, b.Loss))
	}}
	curve, err := l.live.LRFind(ctx, spec.Find{Start: q.Start, End: q.End, Steps: q.Steps, NoStop: q.NoStop}, ev)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, cancelled("weights and optimizer are as they were before the search")
		}
		return nil, err
	}
	l.curve = curve
	found := wire.Found{Suggestions: []wire.Suggestion{}}
	var words []string
	for _, s := range curve.Suggest() {
		found.Suggestions = append(found.Suggestions, wire.Suggestion{Name: s.Name, LR: s.LR})
		words = append(words, fmt.Sprintf("%s %.2e", s.Name, s.LR))
	}
	line := fmt.Sprintf("%d of %d steps", len(curve.LR), curve.Steps)
	if len(curve.LR) < curve.Steps {
		line += ", then the loss exploded"
	}
	if len(words) > 0 {
		line += "; suggested rates: " + strings.Join(words, ", ")
	}
	bar.end(line)
	return found, nil
}

// rows serves Recorder.Rows.
func (h *house) rows(ctx context.Context, c *session.Call, q wire.LearnerCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	run := l.live.Recorder().Last()
	if run == nil {
		return []wire.Row{}, nil
	}
	return wireRows(run.Rows), nil
}

// recorder serves the plots of a Recorder.
func (h *house) recorder(ctx context.Context, c *session.Call, q wire.RecorderCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	if q.What == wire.RecorderFind {
		if l.curve == nil {
			return nil, fmt.Errorf("recorder: there is no search for a learning rate to draw: run %s.LRFind() first", q.Learner.Name)
		}
		return nil, draw(c, q.Plot, finder(l.curve, q.Plot))
	}
	run := l.live.Recorder().Last()
	if run == nil || len(run.Losses) == 0 {
		return nil, fmt.Errorf("recorder: %s was not trained yet: run %s.FitOneCycle(…) first", q.Learner.Name, q.Learner.Name)
	}
	chart, err := recorded(run, q)
	if err != nil {
		return nil, err
	}
	return nil, draw(c, q.Plot, chart)
}

func finder(curve *train.Curve, p wire.Plot) plots.LRFinder {
	chart := plots.LRFinder{Figure: figure(p)}
	chart.LR, chart.Loss = curve.Trimmed()
	for _, s := range curve.Suggest() {
		chart.Suggestions = append(chart.Suggestions, plots.Mark{Name: s.Name, LR: s.LR, Loss: lossAt(s.LR, chart)})
	}
	return chart
}

// lossAt is where a rate lies on the curve: a tenth of the rate of the lowest loss has another
// loss.
func lossAt(lr float64, f plots.LRFinder) float64 {
	nearest := 0
	for i, v := range f.LR {
		if math.Abs(math.Log(v/lr)) < math.Abs(math.Log(f.LR[nearest]/lr)) {
			nearest = i
		}
	}
	return f.Loss[nearest]
}

// recorded draws a fit (fastai §10).
func recorded(run *train.Run, q wire.RecorderCall) (plots.Chart, error) {
	switch q.What {
	case wire.RecorderLosses:
		at := make([]float64, len(run.ValidAt))
		for i, n := range run.ValidAt {
			at[i] = float64(n)
		}
		return plots.Lines{Figure: figure(q.Plot), XLabel: "Batches processed", YLabel: "Loss",
			Series: []plots.Series{{Name: "Train", Y: run.Losses}, {Name: "Validation", X: at, Y: run.ValidLosses, Points: true}}}, nil
	case wire.RecorderLR:
		return plots.Panels{Figure: figure(q.Plot), Charts: []plots.Lines{
			{XLabel: "Iterations", YLabel: "Learning Rate", Series: []plots.Series{{Y: run.LRs}}},
			{XLabel: "Iterations", YLabel: "Momentum", Series: []plots.Series{{Y: run.Momentums}}},
		}}, nil
	case wire.RecorderMetrics:
		errorRates := make([]float64, len(run.Rows))
		for i, r := range run.Rows {
			errorRates[i] = r.ErrorRate
		}
		return plots.Lines{Figure: figure(q.Plot), XLabel: "Epoch", YLabel: "error_rate", Series: []plots.Series{{Y: errorRates, Points: true}}}, nil
	}
	return nil, fmt.Errorf("recorder: nothing is drawn under %q", q.What)
}
