package main

import (
	"errors"
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/wire"
	"gopets/plots"
)

func rows(_ *call, l *learner, _ wire.LearnerCall) (rows []spec.Row, err error) {
	if run := l.live.Recorder().Last(); run != nil {
		rows = run.Rows
	}
	return rows, nil
}

func drawRecord(c *call, l *learner, q wire.LearnerCall) (none wire.None, err error) {
	if q.Chart == wire.ChartFind {
		return none, drawSearch(c, l, q.Plot)
	}
	chart, err := recorded(l, q)
	if err != nil {
		return none, err
	}
	return none, c.draw(q.Plot, chart)
}

func drawSearch(c *call, l *learner, p spec.Plot) error {
	if l.curve == nil {
		return fmt.Errorf("recorder: there is no search for a learning rate to draw: "+
			"run %s.LRFind() first", l.desc.Name)
	}
	chart := plots.LRFinder{Figure: figure(p)}
	if chart.LR, chart.Loss = l.curve.Trimmed(); len(chart.LR) < 2 {
		c.say("%s", tooShort(l.curve))
		return nil
	}
	for _, s := range l.curve.Suggest() {
		chart.Suggestions = append(chart.Suggestions, plots.Mark(s))
	}
	return c.draw(p, chart)
}

// recorded draws the last fit (fastai §10).
func recorded(l *learner, q wire.LearnerCall) (plots.Chart, error) {
	run := l.live.Recorder().Last()
	if run == nil || len(run.Losses) == 0 {
		return nil, fmt.Errorf("recorder: %[1]s was not trained yet: "+
			"run %[1]s.FitOneCycle(…) first", l.desc.Name)
	}
	lines := plots.Lines{Figure: figure(q.Plot)}
	switch q.Chart {
	case wire.ChartLosses:
		lines.XLabel, lines.YLabel = "Batches processed", "Loss"
		lines.Series = []plots.Series{{Name: "Train", Y: run.Losses}}
		if len(run.ValidAt) > 0 {
			at := make([]float64, len(run.ValidAt))
			for i, n := range run.ValidAt {
				at[i] = float64(n)
			}
			lines.Series = append(lines.Series, plots.Series{Name: "Validation", X: at,
				Y: run.ValidLosses, Points: true})
		}
		return lines, nil
	case wire.ChartLR:
		return plots.Panels{Figure: figure(q.Plot), Charts: []plots.Lines{
			{XLabel: "Iterations", YLabel: "Learning Rate", Series: []plots.Series{{Y: run.LRs}}},
			{XLabel: "Iterations", YLabel: "Momentum", Series: []plots.Series{{Y: run.Momentums}}},
		}}, nil
	case wire.ChartMetrics:
		if len(run.ValidAt) == 0 {
			return nil, errors.New("recorder: the fit has no error rates, for nothing was " +
				"validated: leave images for validation, for instance with pets.ValidPct(0.2)")
		}
		errorRates := make([]float64, len(run.Rows))
		for i, r := range run.Rows {
			errorRates[i] = r.ErrorRate
		}
		lines.XLabel, lines.YLabel = "Epoch", "error_rate"
		lines.Series = []plots.Series{{Y: errorRates, Points: true}}
		return lines, nil
	}
	return nil, fmt.Errorf("recorder: unknown chart %q", q.Chart)
}
