package train

import (
	"fmt"
	"math"
	"slices"

	"gopets/pets/spec"
)

// Recorder keeps what happened in every fit of a learner, oldest first; fastai keeps the last fit.
type Recorder struct {
	Runs []Run `json:"runs"`
}

// Run is one fit: its options, and a value per batch and per epoch.
type Run struct {
	Fit spec.Fit `json:"fit"` // with the defaults filled in

	LRs       []float64 `json:"lrs"`       // per batch, last layer group
	Momentums []float64 `json:"momentums"` // per batch, β1
	Losses    []float64 `json:"losses"`    // per batch, smoothed (fastai §8.2)

	ValidAt     []int      `json:"valid_at"`     // batches done at each validation
	ValidLosses []float64  `json:"valid_losses"` // per validation
	Rows        []spec.Row `json:"rows"`         // per finished epoch, what the table shows
}

// Name is the call as fastai's users write it: "fit_one_cycle(4, slice(0.003), wd=0.01)".
func (r *Run) Name() string {
	call := "fit_one_cycle"
	if r.Fit.Kind == spec.Constant {
		call = "fit"
	}
	return fmt.Sprintf("%s(%d, %v, wd=%v)", call, r.Fit.Epochs, r.Fit.MaxLR, r.Fit.WeightDecay)
}

// Best returns the best epoch by the run's Watch, −1 before any.
func (r *Run) Best() int {
	best, _ := bestOf(r.Fit.Watch, r.Rows)
	return best
}

// Finished reports whether the run has made all its epochs or stopped early.
func (r *Run) Finished() bool {
	_, stop := bestOf(r.Fit.Watch, r.Rows)
	return stop || len(r.Rows) >= r.Fit.Epochs
}

func (r *Run) same(f spec.Fit) bool {
	f.Resume, f.Snapshot = r.Fit.Resume, r.Fit.Snapshot
	return r.Fit == f
}

// bestOf finds the best of some epochs, −1 if there are none, and reports whether to stop. It
// depends on the rows alone, so a resumed run decides as an uninterrupted one.
func bestOf(w spec.Watch, rows []spec.Row) (best int, stop bool) {
	best = -1
	for i, r := range rows {
		if best < 0 || w.Metric.Of(r) < w.Metric.Of(rows[best])-w.MinDelta {
			best = i
		}
	}
	return best, w.Patience > 0 && len(rows)-1-best >= w.Patience
}

// Last returns the newest run, or nil.
func (r *Recorder) Last() *Run {
	if len(r.Runs) == 0 {
		return nil
	}
	return &r.Runs[len(r.Runs)-1]
}

func (r *Recorder) clone() *Recorder {
	c := &Recorder{Runs: slices.Clone(r.Runs)}
	for i := range c.Runs {
		run := &c.Runs[i]
		run.LRs, run.Momentums, run.Losses = slices.Clone(run.LRs), slices.Clone(run.Momentums),
			slices.Clone(run.Losses)
		run.ValidAt, run.ValidLosses, run.Rows = slices.Clone(run.ValidAt),
			slices.Clone(run.ValidLosses), slices.Clone(run.Rows)
	}
	return c
}

// smoother is the bias-corrected moving average of the batch losses (fastai §8.2), over one fit.
type smoother struct {
	Mean float64 `json:"mean"`
	N    int     `json:"n"`
}

const smoothing = .98

func (s *smoother) add(loss float64) float64 {
	s.N++
	s.Mean = smoothing*s.Mean + (1-smoothing)*loss
	return s.value()
}

func (s *smoother) value() float64 { return s.Mean / (1 - math.Pow(smoothing, float64(s.N))) }
