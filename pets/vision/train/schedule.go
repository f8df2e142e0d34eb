package train

import (
	"fmt"
	"math"
)

// OneCycle holds the options of [Learner.FitOneCycle] (fastai §8.1, after L. Smith, "A disciplined
// approach to neural network hyper-parameters", 2018). The zero value is fastai's default.
type OneCycle struct {
	MaxLR     LRRange    `json:"max_lr"`     // zero: slice(3e-3)
	Moms      [2]float64 `json:"moms"`       // β1 at the ends and at the peak; zero: 0.95, 0.85
	DivFactor float64    `json:"div_factor"` // first rate = maximum/DivFactor; zero: 25
	// share of the steps that the rate rises; zero: 0.3
	PctStart float64 `json:"pct_start"`
	// last rate = maximum/FinalDiv; zero: DivFactor·1e4
	FinalDiv    float64 `json:"final_div"`
	WeightDecay float64 `json:"weight_decay"` // zero: the learner's; negative: none

	Watch Watch `json:"watch"` // stopping early, keeping the best epoch

	// Resume goes on with the run that a restored snapshot was in the middle of (see
	// [Learner.Restore]): epochs and options must be the same, finished epochs are reported to
	// Events.Epoch again, and the rest is trained. Without such a run it starts one.
	Resume bool `json:"-"`

	// Snapshot is a file that [Learner.Snapshot] writes after every epoch, before Events.Epoch
	// hears of it. Empty: none.
	Snapshot string `json:"-"`
}

// withDefaults fills in what was left zero and refuses what cannot work.
func (o OneCycle) withDefaults(weightDecay float64) (OneCycle, error) {
	if o.MaxLR.Kind == KindDefault {
		o.MaxLR = Slice1(DefaultLR)
	}
	if o.Moms == [2]float64{} {
		o.Moms = [2]float64{.95, .85}
	}
	if o.DivFactor == 0 {
		o.DivFactor = 25
	}
	if o.PctStart == 0 {
		o.PctStart = .3
	}
	if o.FinalDiv == 0 {
		o.FinalDiv = o.DivFactor * 1e4
	}
	if o.WeightDecay == 0 {
		o.WeightDecay = weightDecay
	}
	o.WeightDecay = max(0, o.WeightDecay)
	if err := o.Watch.check(); err != nil {
		return o, err
	}
	switch {
	case o.PctStart < 0 || o.PctStart > 1:
		return o, fmt.Errorf("one-cycle: PctStart is the share of the steps that the rate rises, between 0 and 1, got %g", o.PctStart)
	case o.DivFactor < 0 || o.FinalDiv < 0:
		return o, fmt.Errorf("one-cycle: DivFactor %g and FinalDiv %g must be positive", o.DivFactor, o.FinalDiv)
	case o.Moms[0] < 0 || o.Moms[0] >= 1 || o.Moms[1] < 0 || o.Moms[1] >= 1:
		return o, fmt.Errorf("one-cycle: momentums must lie in [0,1), got %v", o.Moms)
	}
	return o, nil
}

// describe is the call as fastai's users write it, with what differs from the defaults.
func (o OneCycle) describe(epochs int) string {
	return fmt.Sprintf("fit_one_cycle(%d, %v, wd=%g)", epochs, o.MaxLR, o.WeightDecay)
}

// hyper is what one step is told.
type hyper struct {
	lrs   []float64 // per layer group
	beta1 float64
	wd    float64
}

// course gives the values of each batch, counted from 0.
type course interface{ at(i int) hyper }

// constant is the course of Fit.
type constant hyper

func (c constant) at(int) hyper { return hyper(c) }

// schedule is the one-cycle over steps batches for the given maximal rates. Options are complete
// (withDefaults).
type schedule struct {
	o     OneCycle
	max   []float64
	steps int
}

// cosine goes from a at t=0 to b at t=1 along half a cosine.
func cosine(a, b, t float64) float64 { return b + (a-b)/2*(1+math.Cos(math.Pi*t)) }

// at gives the values of batch i, counted from 0. Batch int(steps·PctStart) runs at the maximum
// exactly. A rising phase of no steps is treated as one step, as fastai does.
func (s schedule) at(i int) hyper {
	rise := int(float64(s.steps) * s.o.PctStart)
	up, down := max(1, rise), max(1, s.steps-rise)
	h := hyper{lrs: make([]float64, len(s.max)), wd: s.o.WeightDecay}
	if i <= up {
		t := float64(i) / float64(up)
		h.beta1 = cosine(s.o.Moms[0], s.o.Moms[1], t)
		for g, m := range s.max {
			h.lrs[g] = cosine(m/s.o.DivFactor, m, t)
		}
		return h
	}
	t := float64(i-up) / float64(down)
	h.beta1 = cosine(s.o.Moms[1], s.o.Moms[0], t)
	for g, m := range s.max {
		h.lrs[g] = cosine(m, m/s.o.FinalDiv, t)
	}
	return h
}
