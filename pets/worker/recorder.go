package main

import (
	"errors"
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

func (l *learner) rows() []spec.Row {
	if run := l.live.Recorder().Last(); run != nil {
		return run.Rows
	}
	return nil
}

// The charts of a learner's training (fastai §10).

func searchChart(c *call, l *learner, _ wire.LearnerCall) (plots.Chart, error) {
	if l.curve == nil {
		return nil, fmt.Errorf("recorder: there is no search for a learning rate to draw: "+
			"run %s.LRFind() first", l.desc.Name)
	}
	chart := plots.LRFinder{Figure: c.figure("")}
	if chart.LR, chart.Loss = l.curve.Trimmed(); len(chart.LR) < 2 {
		c.note(tooShort(l.curve))
		return nil, nil
	}
	for _, s := range l.curve.Suggest() {
		chart.Suggestions = append(chart.Suggestions, plots.Mark(s))
	}
	return chart, nil
}

func lossChart(c *call, run *train.Run, _ wire.LearnerCall) (plots.Chart, error) {
	lines := plots.Lines{Figure: c.figure(""), XLabel: "Batches processed", YLabel: "Loss",
		Series: []plots.Series{{Name: "Train", Y: run.Losses}}}
	if len(run.ValidAt) > 0 {
		valid := plots.Series{Name: "Validation", Y: run.ValidLosses, Points: true}
		for _, batches := range run.ValidAt {
			valid.X = append(valid.X, float64(batches))
		}
		lines.Series = append(lines.Series, valid)
	}
	return lines, nil
}

func rateChart(c *call, run *train.Run, _ wire.LearnerCall) (plots.Chart, error) {
	return plots.Panels{Figure: c.figure(""), Charts: []plots.Lines{
		{XLabel: "Iterations", YLabel: "Learning Rate", Series: []plots.Series{{Y: run.LRs}}},
		{XLabel: "Iterations", YLabel: "Momentum", Series: []plots.Series{{Y: run.Momentums}}},
	}}, nil
}

func metricChart(c *call, run *train.Run, _ wire.LearnerCall) (plots.Chart, error) {
	if len(run.ValidAt) == 0 {
		return nil, errors.New("recorder: the fit has no error rates, because there was no " +
			"validation set: draw one, for instance with pets.ValidPct(0.2)")
	}
	series := plots.Series{Points: true}
	for _, r := range run.Rows {
		series.Y = append(series.Y, r.ErrorRate)
	}
	return plots.Lines{Figure: c.figure(""), XLabel: "Epoch", YLabel: "error_rate",
		Series: []plots.Series{series}}, nil
}

func (s *store) lastRun(c *call, q wire.LearnerCall) (*train.Run, error) {
	l, err := s.of(c, q)
	if err != nil {
		return nil, err
	}
	run := l.live.Recorder().Last()
	if run == nil || len(run.Losses) == 0 {
		return nil, fmt.Errorf("recorder: %[1]s was not trained yet: "+
			"run %[1]s.FitOneCycle(…) first", l.desc.Name)
	}
	return run, nil
}
