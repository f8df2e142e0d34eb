package train

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/engine/enginetest"
)

func notes(into *[]string) Events {
	return Events{Note: func(s string) {
		*into = append(*into,
			s)
	}}
}

// fit at constant lr: every batch the same rate and β1; two fits go on with the moments.
func TestFitAtConstantRate(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	path := filepath.Join(t.TempDir(), "run.snapshot")
	ctx := context.Background()
	if err := l.Fit(ctx, 2, spec.Fit{MaxLR: spec.Const(1e-3), Snapshot: path},
		Events{}); err != nil {
		t.Fatal(err)
	}
	run := l.Recorder().Last()
	if run.Name() != "fit(2, 0.001, wd=0.01)" || len(run.Rows) != 2 {
		t.Errorf("%+v", run)
	}
	for i := range run.LRs {
		if run.LRs[i] != 1e-3 || run.Momentums[i] != .9 {
			t.Errorf("batch %d: rate %v, β1 %v", i, run.LRs[i], run.Momentums[i])
		}
	}
	steps := l.weights.now.step
	if err := l.Fit(ctx, 1, spec.Fit{}, Events{}); err != nil || l.weights.now.step != steps+3 {
		t.Errorf("%d steps after %d, %v", l.weights.now.step, steps, err)
	}
	back := newLearner(t, l.exec.eng, fixtureConfig())
	if err := back.Restore(path); err != nil {
		t.Fatal(err)
	}
	if err := back.Fit(ctx, 2, spec.Fit{MaxLR: spec.Const(1e-3), Resume: true},
		Events{}); err != nil || back.weights.now.step != steps {
		t.Errorf("resuming what is done: %v", err)
	}
	if err := back.FitOneCycle(ctx, 2, spec.Fit{MaxLR: spec.Const(1e-3), Resume: true},
		Events{}); err == nil {
		t.Error("a constant fit was gone on with as a one-cycle")
	}
}

func TestBestEpoch(t *testing.T) {
	rows := func(losses ...float64) (list []spec.Row) {
		for i, v := range losses {
			list = append(list, spec.Row{Epoch: i, ValidLoss: v, ErrorRate: -v})
		}
		return list
	}
	for _, c := range []struct {
		w    spec.Watch
		rows []spec.Row
		best int
		stop bool
	}{
		{spec.Watch{}, nil, -1, false},
		{spec.Watch{Patience: 1}, nil, -1, false},
		{spec.Watch{}, rows(3, 2, 4, 5, 6), 1, false},
		{spec.Watch{Patience: 2}, rows(3, 2, 4), 1, false},
		{spec.Watch{Patience: 2}, rows(3, 2, 4, 2), 1, true},
		{spec.Watch{Patience: 2, MinDelta: .5}, rows(3, 2.6, 2.7), 0, true},
		{spec.Watch{Patience: 2, MinDelta: .3}, rows(3, 2.6, 2.7), 1, false},
		{spec.Watch{Metric: spec.ErrorRate}, rows(3, 2, 4), 2, false},
	} {
		if best, stop := bestOf(c.w, c.rows); best != c.best || stop != c.stop {
			t.Errorf("%+v: best %d, stop %v", c, best, stop)
		}
	}
}

// cutOff runs a fit in one learner until so many epochs are done, restores its snapshot in another
// and goes on there to the end.
func cutOff(t *testing.T, after int, learner func() *Learner, fit func(ctx context.Context,
	l *Learner, snapshot string, resume bool, ev Events) error) *Learner {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.snapshot")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := 0
	err := fit(ctx, learner(), path, false, Events{Epoch: func(spec.Row) {
		if done++; done == after {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cut off after %d: %v", after, err)
	}
	next := learner()
	if err := next.Restore(path); err != nil {
		t.Fatal(err)
	}
	if err := fit(context.Background(), next, path, true, Events{}); err != nil {
		t.Fatal(err)
	}
	return next
}

// Cancelling while an epoch is validated keeps the weights of its batches, as it does while
// training.
func TestCancelDuringValidation(t *testing.T) {
	eng, c := enginetest.Go(t), fixtureConfig()
	ctx, cancel := context.WithCancel(t.Context())
	c.Batch, c.InnerBatch = 4, 2 // so that validation has several batches
	l := newLearner(t, eng, c)
	steps := 0
	err := l.Fit(ctx, 2, spec.Fit{}, Events{Batch: func(b BatchInfo) {
		switch {
		case b.Phase == PhaseTrain:
			steps++
		case b.Phase == PhaseValid && b.Batch == 0:
			cancel()
		}
	}})
	want := fmt.Sprintf("after fit 1, epoch 0 and %d batches", steps)
	if !errors.Is(err, context.Canceled) || l.State() != want {
		t.Errorf("got error %v, state %q, want state %q", err, l.State(), want)
	}
	if _, err := l.ValidProbs(t.Context(), Events{}); err != nil {
		t.Errorf("validating afterwards: %v", err)
	}
}

// No epoch can be better than the first by so much: the fit stops after two more and ends with the
// first's weights; cut off after any epoch and restored in a new learner, it ends the same.
func TestStopEarlyAndKeepTheBest(t *testing.T) {
	eng, c := enginetest.Go(t), fixtureConfig()
	ctx := context.Background()
	const most, best = 9, 0
	o := spec.Fit{Watch: spec.Watch{Patience: 2, MinDelta: 1e9, KeepBest: true}}
	whole := newLearner(t, eng, c)
	var lines []string
	if err := whole.Fit(ctx, most, o, notes(&lines)); err != nil {
		t.Fatal(err)
	}
	run := whole.Recorder().Last()
	if len(run.Rows) != 3 || run.Best() != best || !run.Finished() || len(lines) != 2 ||
		!strings.Contains(lines[0], "stopped early") {
		t.Fatalf("%d epochs, best %d, notes %v", len(run.Rows), run.Best(), lines)
	}
	if want := fmt.Sprintf("after fit 1, epoch %d", best+1); whole.State() != want {
		t.Errorf("state %q, want %q", whole.State(), want)
	}
	v, err := whole.ValidProbs(ctx, Events{})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, loss := range v.Losses {
		sum += loss / float64(len(v.Losses))
	}
	near(t, "loss of the kept weights", sum, run.Rows[best].ValidLoss, 1e-9)

	for after := 1; after <= 2; after++ { // with the best epoch the last, and not
		next := cutOff(t, after, func() *Learner { return newLearner(t, eng, c) },
			func(ctx context.Context, l *Learner, snapshot string, resume bool, ev Events) error {
				again := o
				again.Snapshot, again.Resume = snapshot, resume
				return l.Fit(ctx, most, again, ev)
			})
		same(t, "rows after a cut", rows(next), rows(whole))
		same(t, "weights after a cut", values(t, next), values(t, whole))
		if next.State() != whole.State() || next.weights.now.step != whole.weights.now.step {
			t.Errorf("state %q, step %d, want %q, %d", next.State(), next.weights.now.step,
				whole.State(), whole.weights.now.step)
		}
	}
	empty := fixtureSplit()
	empty.Valid = nil
	blind, err := New(eng, whole.Net(), empty, c)
	if err != nil {
		t.Fatal(err)
	}
	defer blind.Close()
	if err := blind.Fit(ctx, 1, o, Events{}); err == nil ||
		!strings.Contains(err.Error(), "no validation set to watch") {
		t.Errorf("nothing to watch: %v", err)
	}
}

// fine_tune's two runs have fastai v2's schedules; cut off in either, it goes on to the same end.
func TestFineTune(t *testing.T) {
	eng, c := enginetest.Go(t), fixtureConfig()
	ctx := context.Background()
	whole := newLearner(t, eng, c)
	if err := whole.FineTune(ctx, 2, spec.Fit{}, Events{}); err != nil {
		t.Fatal(err)
	}
	r := whole.Recorder()
	if len(r.Runs) != 2 || whole.Frozen() {
		t.Fatalf("%d runs", len(r.Runs))
	}
	frozen, thawed := r.Runs[0], r.Runs[1]
	if frozen.Fit.MaxLR != spec.Slice1(2e-3) || frozen.Fit.PctStart.Get() != .99 ||
		frozen.Fit.DivFactor != 25 || frozen.Fit.FinalDiv != 1e5 || frozen.Fit.Epochs != 1 {
		t.Errorf("frozen: %+v", frozen.Fit)
	}
	if thawed.Fit.MaxLR != spec.Slice(1e-5, 1e-3) || thawed.Fit.PctStart.Get() != .3 ||
		thawed.Fit.DivFactor != 5 || thawed.Fit.FinalDiv != 1e5 || thawed.Fit.Epochs != 2 {
		t.Errorf("thawed: %+v", thawed.Fit)
	}
	near(t, "first rate", frozen.LRs[0], 2e-3/25, 1e-12)
	near(t, "first rate, thawed", thawed.LRs[0], 1e-3/5, 1e-12)

	for after := 1; after <= 2; after++ { // at the end of the first part, and in the second
		next := cutOff(t, after, func() *Learner { return newLearner(t, eng, c) },
			func(ctx context.Context, l *Learner, snapshot string, resume bool, ev Events) error {
				return l.FineTune(ctx, 2, spec.Fit{Snapshot: snapshot, Resume: resume}, ev)
			})
		same(t, fmt.Sprintf("rows after a cut at %d", after), rows(next), rows(whole))
		same(t, "weights after a cut", values(t, next), values(t, whole))
	}
	if err := whole.FineTune(ctx, 1, spec.Fit{LRMult: .5}, Events{}); err == nil {
		t.Error("LRMult below 1 passed")
	}
}
