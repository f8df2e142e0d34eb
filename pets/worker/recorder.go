package main

import (
	"context"
	"fmt"
	"math"

	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

// recorders shows what happened in learners' training.
type recorders struct{ learners *store }

func (r recorders) register(to *registry) {
	handle(to, wire.Record, r.draw)
	handle(to, wire.Rows, func(ctx context.Context, c call, q wire.LearnerCall) ([]spec.Row,
		error) {
		l, err := r.learners.get(ctx, c, q.Learner)
		if err != nil {
			return nil, err
		}
		if run := l.live.Recorder().Last(); run != nil {
			return run.Rows, nil
		}
		return nil, nil
	})
}

// draw serves the plots of a Recorder.
func (r recorders) draw(ctx context.Context, c call, q wire.RecorderCall) (none wire.None,
	err error) {
	l, err := r.learners.get(ctx, c, q.Learner)
	if err != nil {
		return none, err
	}
	if q.What == wire.RecorderFind {
		if l.curve == nil {
			return none,
				fmt.Errorf(
					"recorder: there is no search for a learning rate to draw: run %s.LRFind() first", q.Learner.Name)
		}
		chart := finder(l.curve, q.Plot)
		if len(chart.LR) < 2 {
			c.say("%s", tooShort(l.curve))
			return none, nil
		}
		return none, c.draw(q.Plot, chart)
	}
	run := l.live.Recorder().Last()
	if run == nil || len(run.Losses) == 0 {
		return none, fmt.Errorf("recorder: %s was not trained yet: run %s.FitOneCycle(…) first",
			q.Learner.Name, q.Learner.Name)
	}
	chart, err := recorded(run, q)
	if err != nil {
		return none, err
	}
	return none, c.draw(q.Plot, chart)
}

func finder(curve *train.Curve, p spec.Plot) plots.LRFinder {
	chart := plots.LRFinder{Figure: figure(p)}
	chart.LR, chart.Loss = curve.Trimmed()
	for _, s := range curve.Suggest() {
		chart.Suggestions = append(chart.Suggestions, plots.Mark{Name: s.Name, LR: s.LR,
			Loss: lossAt(s.LR, chart)})
	}
	return chart
}

// lossAt is where a learning rate lies on the curve: a tenth of that of the lowest loss has another
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
		series := []plots.Series{{Name: "Train", Y: run.Losses}}
		if len(run.ValidAt) > 0 {
			at := make([]float64, len(run.ValidAt))
			for i, n := range run.ValidAt {
				at[i] = float64(n)
			}
			series = append(series, plots.Series{Name: "Validation", X: at, Y: run.ValidLosses,
				Points: true})
		}
		return plots.Lines{Figure: figure(q.Plot), XLabel: "Batches processed", YLabel: "Loss",
			Series: series}, nil
	case wire.RecorderLR:
		return plots.Panels{Figure: figure(q.Plot), Charts: []plots.Lines{
			{XLabel: "Iterations", YLabel: "Learning Rate", Series: []plots.Series{{Y: run.LRs}}},
			{XLabel: "Iterations", YLabel: "Momentum", Series: []plots.Series{{Y: run.Momentums}}},
		}}, nil
	case wire.RecorderMetrics:
		if len(run.ValidAt) == 0 {
			return nil,
				fmt.Errorf(
					"recorder: the fit has no error rates, for nothing was validated: leave images for validation, for instance with pets.ValidPct(0.2)")
		}
		errorRates := make([]float64, len(run.Rows))
		for i, r := range run.Rows {
			errorRates[i] = r.ErrorRate
		}
		return plots.Lines{Figure: figure(q.Plot), XLabel: "Epoch", YLabel: "error_rate",
			Series: []plots.Series{{Y: errorRates, Points: true}}}, nil
	}
	return nil, fmt.Errorf("recorder: unknown chart %q", q.What)
}
