package train

import (
	"fmt"
	"math"
	"slices"
)

// Recorder keeps what happened in every fit of a learner, oldest first. fastai keeps the last fit
// only.
type Recorder struct {
	Runs []Run `json:"runs"`
}

// Run is one fit: what was asked, and a value per batch and per epoch.
type Run struct {
	// the call, for instance "fit_one_cycle(4, slice(0.003), wd=0.01)"
	Name     string   `json:"name"`
	Epochs   int      `json:"epochs"`
	Cycle    OneCycle `json:"cycle"`              // options with the defaults filled in
	Constant bool     `json:"constant,omitempty"` // a run of Fit: Cycle.MaxLR all the time

	LRs       []float64 `json:"lrs"`       // per batch, last layer group
	Momentums []float64 `json:"momentums"` // per batch, β1
	Losses    []float64 `json:"losses"`    // per batch, smoothed (fastai §8.2)

	ValidAt     []int     `json:"valid_at"`     // batches done at each validation
	ValidLosses []float64 `json:"valid_losses"` // per validation
	Rows        []Row     `json:"rows"`         // per finished epoch, what the table shows
}

// Best is the epoch whose weights the run keeps or would keep, −1 before any: the one with the
// lowest of what its Watch looks at.
func (r *Run) Best() int {
	best, _ := r.Cycle.Watch.verdict(r.Rows)
	return best
}

// Finished tells whether the run has made all its epochs or stopped early.
func (r *Run) Finished() bool {
	_, stop := r.Cycle.Watch.verdict(r.Rows)
	return stop || len(r.Rows) >= r.Epochs
}

// Row is a line of the epoch table.
type Row struct {
	Epoch int `json:"epoch"` // from 0
	// smoothed loss at the epoch's end: an average dominated by the last fifty batches
	TrainLoss float64 `json:"train_loss"`
	ValidLoss float64 `json:"valid_loss"` // mean over the validation set
	ErrorRate float64 `json:"error_rate"` // share of the validation set with a wrong first guess
	// there is no validation set: ValidLoss and ErrorRate mean nothing
	NoValid bool    `json:"no_valid"`
	Seconds float64 `json:"seconds"` // the whole epoch, validation included
}

// String is the row as fastai prints it, without padding.
func (r Row) String() string {
	t := int(r.Seconds)
	clock := fmt.Sprintf("%02d:%02d", t/60, t%60)
	if t >= 3600 {
		clock = fmt.Sprintf("%d:%02d:%02d", t/3600, t/60%60, t%60)
	}
	if r.NoValid {
		return fmt.Sprintf("%d %.6f %s", r.Epoch, r.TrainLoss, clock)
	}
	return fmt.Sprintf("%d %.6f %.6f %.6f %s", r.Epoch, r.TrainLoss, r.ValidLoss, r.ErrorRate, clock)
}

// Last is the newest run, nil before any.
func (r *Recorder) Last() *Run {
	if len(r.Runs) == 0 {
		return nil
	}
	return &r.Runs[len(r.Runs)-1]
}

// clone copies everything, so that a reader is not disturbed by a fit that goes on.
func (r *Recorder) clone() *Recorder {
	c := &Recorder{Runs: slices.Clone(r.Runs)}
	for i := range c.Runs {
		run := &c.Runs[i]
		run.LRs, run.Momentums, run.Losses = slices.Clone(run.LRs), slices.Clone(run.Momentums), slices.Clone(run.Losses)
		run.ValidAt, run.ValidLosses, run.Rows = slices.Clone(run.ValidAt), slices.Clone(run.ValidLosses), slices.Clone(run.Rows)
	}
	return c
}

// smoother is the bias-corrected moving average of the batch losses (fastai §8.2): it starts anew
// with every fit and runs on across the epochs of one.
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
