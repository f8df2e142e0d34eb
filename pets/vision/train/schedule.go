package train

import (
	"cmp"
	"math"

	"gopets/pets/spec"
)

type hyper struct {
	lrs   []float64 // per layer group
	beta1 float64
	wd    float64
	clip  float64 // largest norm of the gradients; 0: any
}

// course returns the hyper-parameters of each batch of a fit, counted from 0.
type course interface{ at(i int) hyper }

// courseOf is the course of a fit of so many steps; beta1 is the optimizer's now.
func courseOf(f spec.Fit, groups, steps int, beta1 float64) (course, error) {
	lrs, err := f.MaxLR.Groups(groups)
	if f.Kind == spec.Constant {
		return constant{lrs: lrs, beta1: beta1, wd: f.WeightDecay.Get(), clip: f.GradClip}, err
	}
	return oneCycle{f, lrs, steps}, err
}

type constant hyper

func (c constant) at(int) hyper { return hyper(c) }

// oneCycle is the one-cycle over steps batches. Options are complete.
type oneCycle struct {
	fit   spec.Fit
	max   []float64
	steps int
}

// cosine goes from a at t=0 to b at t=1 along half a cosine.
func cosine(a, b, t float64) float64 { return b + (a-b)/2*(1+math.Cos(math.Pi*t)) }

// at returns the values of batch i; batch int(steps·PctStart) has the maximum exactly. As in
// fastai, a rising phase of no steps counts as one step.
func (s oneCycle) at(i int) hyper {
	f, moms := s.fit, s.fit.Moms.Get()
	rise := int(float64(s.steps) * f.PctStart.Get())
	up, down := max(1, rise), max(1, s.steps-rise)
	h := hyper{lrs: make([]float64, len(s.max)), wd: f.WeightDecay.Get(), clip: f.GradClip}
	if i <= up {
		t := float64(i) / float64(up)
		h.beta1 = cosine(moms[0], moms[1], t)
		for g, m := range s.max {
			h.lrs[g] = cosine(m/f.DivFactor, m, t)
		}
		return h
	}
	t := float64(i-up) / float64(down)
	h.beta1 = cosine(moms[1], moms[0], t)
	for g, m := range s.max {
		h.lrs[g] = cosine(m, m/cmp.Or(f.FinalDiv, f.DivFactor*1e4), t)
	}
	return h
}
