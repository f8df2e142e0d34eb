package train

import (
	"fmt"
)

// Watch says what a fit does with what validation tells it after each epoch. The zero value does
// nothing.
type Watch struct {
	Metric Metric `json:"metric,omitempty"` // zero: ValidLoss
	// an epoch is better than another if its metric is lower by more than this
	MinDelta float64 `json:"min_delta,omitempty"`
	// stop after so many epochs in a row that were no better than the best; 0: never
	Patience int `json:"patience,omitempty"`

	// KeepBest ends a fit with weights and optimizer of its best epoch, as fastai's
	// SaveModelCallback does with a file. A fit that is cancelled or fails ends as it would
	// without.
	KeepBest bool `json:"keep_best,omitempty"`
}

// Metric is a column of the epoch table; lower is better.
type Metric string

const (
	ValidLoss Metric = "valid_loss"
	ErrorRate Metric = "error_rate"
)

func (m Metric) of(r Row) float64 {
	if m == ErrorRate {
		return r.ErrorRate
	}
	return r.ValidLoss
}

func (w Watch) check() error {
	switch w.Metric {
	case "", ValidLoss, ErrorRate:
	default:
		return fmt.Errorf("watch: metric %q is unknown: use %q or %q", w.Metric, ValidLoss, ErrorRate)
	}
	if w.Patience < 0 || !(w.MinDelta >= 0) {
		return fmt.Errorf("watch: Patience %d and MinDelta %v must not be negative", w.Patience, w.MinDelta)
	}
	return nil
}

func (w Watch) idle() bool { return w.Patience == 0 && !w.KeepBest }

// verdict finds the best of some epochs, −1 if there are none, and tells whether it is time to
// stop. It depends on the rows alone, so a resumed run decides as an uninterrupted one.
func (w Watch) verdict(rows []Row) (best int, stop bool) {
	best = -1
	for i, r := range rows {
		if best < 0 || w.Metric.of(r) < w.Metric.of(rows[best])-w.MinDelta {
			best = i
		}
	}
	return best, w.Patience > 0 && len(rows)-1-best >= w.Patience
}

// noteBest keeps the state after an epoch that is the best so far.
func (l *Learner) noteBest(run *Run) (err error) {
	if run.Cycle.Watch.KeepBest && run.Best() == len(run.Rows)-1 {
		l.best, err = l.file()
	}
	return err
}

// finish ends a run: early stopping is told, and the best epoch comes back.
func (l *Learner) finish(run *Run, ev Events) error {
	if len(run.Rows) < run.Epochs {
		ev.note("stopped early: no better %s in the last %d epochs", run.Cycle.Watch.metric(), run.Cycle.Watch.Patience)
	}
	best := l.best
	l.best = nil
	if best == nil || best.Meta[metaState] == l.describe {
		return nil
	}
	l.letGo()
	if _, err := l.adopt(best, "the best epoch"); err != nil {
		return fmt.Errorf("going back to the best epoch: %w", err)
	}
	row := run.Rows[run.Best()]
	ev.note("the weights are those of epoch %d in the table, the best: %s %.6f", row.Epoch, run.Cycle.Watch.metric(), run.Cycle.Watch.Metric.of(row))
	return nil
}

func (w Watch) metric() Metric {
	if w.Metric == "" {
		return ValidLoss
	}
	return w.Metric
}
