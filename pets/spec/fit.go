package spec

import (
	"fmt"
	"math"
)

// LR is a learning rate for every layer group (fastai §7). The zero value is slice(3e-3).
type LR struct {
	Kind LRKind  `json:"kind,omitempty"`
	Lo   float64 `json:"lo,omitempty"` // first group's, for LRSlice
	Hi   float64 `json:"hi,omitempty"` // last group's
}

// LRKind is how a learning rate is spread over the groups.
type LRKind string

const (
	LRSlice  LRKind = "slice"  // geometric from Lo to Hi
	LRSlice1 LRKind = "slice1" // Hi/10 for all groups but the last
	LRConst  LRKind = "const"  // Hi for all
)

// Slice returns Python's slice(lo, hi): geometric from the first group to the last.
func Slice(lo, hi float64) LR { return LR{Kind: LRSlice, Lo: lo, Hi: hi} }

// Slice1 returns Python's slice(hi): a tenth of hi for every group but the last.
func Slice1(hi float64) LR { return LR{Kind: LRSlice1, Hi: hi} }

// Const returns the same learning rate for every group.
func Const(lr float64) LR { return LR{Kind: LRConst, Hi: lr} }

func (r LR) or() LR {
	if r == (LR{}) {
		return Slice1(3e-3)
	}
	return r
}

func (r LR) Check() error {
	if r = r.or(); r.Kind != LRSlice {
		r.Lo = r.Hi
	}
	known := r.Kind == LRSlice || r.Kind == LRSlice1 || r.Kind == LRConst
	if !known || !(r.Lo > 0) || !(r.Hi > 0) || math.IsInf(r.Lo, 0) || math.IsInf(r.Hi, 0) {
		return &OptionError{Option: "MaxLR", Got: r.String(),
			Want: "positive learning rates, for instance slice(1e-6, 1e-4)"}
	}
	return nil
}

// Groups returns the learning rate of each of n layer groups, first to last.
func (r LR) Groups(n int) ([]float64, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	r = r.or()
	lrs := make([]float64, n)
	for i := range lrs {
		switch {
		case r.Kind == LRSlice && n > 1:
			lrs[i] = r.Lo * math.Pow(r.Hi/r.Lo, float64(i)/float64(n-1))
		case r.Kind == LRSlice1 && i < n-1:
			lrs[i] = r.Hi / 10
		default:
			lrs[i] = r.Hi
		}
	}
	return lrs, nil
}

// String returns the learning rates as fastai's users write them: slice(1e-06, 0.0001).
func (r LR) String() string {
	switch r = r.or(); r.Kind {
	case LRSlice:
		return fmt.Sprintf("slice(%g, %g)", r.Lo, r.Hi)
	case LRSlice1:
		return fmt.Sprintf("slice(%g)", r.Hi)
	}
	return fmt.Sprintf("%g", r.Hi)
}

type Kind string

const (
	OneCycle Kind = ""         // the one-cycle schedule up to MaxLR
	Constant Kind = "constant" // MaxLR all the time
	// FreezeEpochs with the body frozen, then Epochs of all; BaseLR and LRMult instead of MaxLR
	FineTune Kind = "fine-tune"
)

// Fit holds the options of training, by default fastai's (§8.1, §16; L. Smith, arXiv:1803.09820).
type Fit struct {
	Kind   Kind `json:"kind,omitempty" cell:"-" one:"constant fine-tune"`
	Epochs int  `json:"epochs" cell:"-" min:"1" max:"10000"`

	MaxLR LR `json:"max_lr,omitzero"`
	// β1 at the ends and at the peak
	Moms Opt[[2]float64] `json:"moms,omitzero" cell:"Momentums" default:"[0.95,0.85]" min:"0" below:"1"`
	// first learning rate = maximum/DivFactor; in fine-tuning 5 by default
	DivFactor float64 `json:"div_factor" default:"25" above:"0"`
	// fraction of the steps in which the learning rate rises
	PctStart Opt[float64] `json:"pct_start,omitzero" default:"0.3" min:"0" max:"1"`
	// last learning rate = maximum/FinalDiv; 0: DivFactor·1e4
	FinalDiv    float64      `json:"final_div,omitempty" cell:"-" min:"0"`
	WeightDecay Opt[float64] `json:"weight_decay,omitzero" min:"0"` // unset: the learner's
	// largest norm of all gradients together, which are scaled down to it; 0: any
	GradClip float64 `json:"grad_clip,omitempty" min:"0"`

	// of fine-tuning: the head's highest learning rate while the body is frozen, half of it later
	BaseLR float64 `json:"base_lr" default:"0.002" above:"0"`
	// the first layer group's learning rate is the last's divided by it
	LRMult       float64  `json:"lr_mult" default:"100" min:"1"`
	FreezeEpochs Opt[int] `json:"freeze_epochs,omitzero" default:"1" min:"0" max:"10000"`

	Watch

	// Resume continues the restored snapshot's fit, of the same options; without one a fit starts.
	Resume   bool   `json:"resume,omitempty"`
	Snapshot string `json:"-"` // the file written after every epoch; "": none
}

// WithDefaults returns the options with their defaults.
func (f Fit) WithDefaults() Fit {
	if f.Kind == FineTune && f.DivFactor == 0 {
		f.DivFactor = 5
	}
	f.MaxLR = f.MaxLR.or()
	return Defaults(f)
}

// Watch is what a fit does with each epoch's validation. The zero value does nothing.
type Watch struct {
	Metric Metric `json:"metric,omitempty" cell:"Monitor" one:"valid_loss error_rate"`
	// an epoch is better than another if its metric is lower by more than this
	MinDelta float64 `json:"min_delta,omitempty" cell:"Monitor" min:"0"`
	// stop after so many epochs in a row that were not better; 0: never
	Patience int `json:"patience,omitempty" cell:"EarlyStopping" min:"0"`
	// end with weights and optimizer of the best epoch, as fastai's SaveModelCallback
	KeepBest bool `json:"keep_best,omitempty"`
}

// Metric is a column of the epoch table; lower is better. Empty is ValidLoss.
type Metric string

const (
	ValidLoss Metric = "valid_loss"
	ErrorRate Metric = "error_rate"
)

// Of returns the metric's value in a row.
func (m Metric) Of(r Row) float64 {
	if m == ErrorRate {
		return r.ErrorRate
	}
	return r.ValidLoss
}

func (m Metric) String() string {
	if m == "" {
		return string(ValidLoss)
	}
	return string(m)
}

// Find holds the options of the learning-rate finder (fastai §10). The zero value is fastai's.
type Find struct {
	Start float64 `json:"start" cell:"FindRange" default:"1e-7" above:"0"` // first learning rate
	End   float64 `json:"end" cell:"FindRange" default:"10" above:"0"`     // last learning rate
	Steps int     `json:"steps" cell:"FindSteps" default:"100" min:"2" max:"100000"`
	// unset: the learner's
	WeightDecay Opt[float64] `json:"weight_decay,omitzero" min:"0"`
	NoStop      bool         `json:"no_stop,omitempty"` // go on when the loss has grown fourfold
}

func (f Find) Check() error {
	if f.End <= f.Start {
		return &OptionError{Option: "End", Got: fmt.Sprintf("%g to %g", f.Start, f.End),
			Want: "a first learning rate below the last, for instance 1e-7 and 10"}
	}
	return nil
}
