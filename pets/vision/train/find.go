package train

import (
	"context"
	"fmt"
	"math"

	"gopets/pets/spec"
)

// Curve holds the learning-rate finder's values, one per batch.
type Curve struct {
	LR       []float64
	Loss     []float64 // of the batch
	Smoothed []float64 // the moving average that is drawn
	Steps    int       // requested; fewer were made if the loss exploded
}

// LRFind trains on up to 100 batches with a learning rate that grows from 1e-7 to 10, the same in
// all layer groups. It stops early when the smoothed loss exceeds four times its best or is NaN. β1
// stays as it is. Afterwards, also if it was cancelled, weights, statistics and optimizer are
// restored. Unlike in fastai, no file is left, and later training draws the same random numbers as
// without it.
func (l *Learner) LRFind(ctx context.Context, o spec.Find, ev Events) (*Curve, error) {
	o = spec.Defaults(o)
	if err := spec.Check(o); err != nil {
		return nil, fmt.Errorf("LR finder: %w", err)
	}
	l.Compile()
	if err := l.set.check(ctx, l.load, ev); err != nil {
		return nil, fmt.Errorf("LR finder: %w", err)
	}
	wd := o.WeightDecay.Or(l.load.cfg.WeightDecay.Get())
	l.weights.hold()
	defer l.weights.letGo()
	defer l.weights.rollBack()
	curve := &Curve{Steps: o.Steps}
	var smooth smoother
	best, made, end := math.Inf(1), 0, false
	read := losses{group: l.exec.lossGroup()}
	defer read.flush()
	lrs := make([]float64, l.exec.net.Groups())
	for epoch := 0; ; epoch++ {
		for b, err := range l.load.batches(ctx, l.placed(l.load.trainJob(l.set.train, forFindOrder,
			forFindTransforms, forFindDropout, epoch), l.exec.inner)) {
			if err != nil {
				return nil, fmt.Errorf("LR finder: %w", err)
			}
			i := made
			lr := o.Start * math.Pow(o.End/o.Start, float64(i)/float64(o.Steps))
			for g := range lrs {
				lrs[g] = lr
			}
			loss, err := l.opt.step(b, hyper{lrs: lrs, beta1: l.weights.now.beta1, wd: wd}, ev)
			if err != nil {
				return nil, fmt.Errorf("LR finder, batch %d: %w", i, err)
			}
			made++
			if err := read.add(loss, func(loss float64) error {
				if end {
					return nil
				}
				smoothed := smooth.add(loss)
				curve.LR, curve.Loss, curve.Smoothed = append(curve.LR, lr),
					append(curve.Loss, loss), append(curve.Smoothed, smoothed)
				ev.batch(BatchInfo{Phase: PhaseTrain, Batch: i, Batches: o.Steps, Loss: smoothed,
					LR: lr})
				best = min(best, smoothed)
				end = math.IsNaN(smoothed) || (!o.NoStop && smoothed > 4*best)
				return nil
			}); err != nil {
				return nil, fmt.Errorf("LR finder, batch %d: %w", i, err)
			}
			if made == o.Steps {
				err = read.flush()
				end = true
			}
			if err != nil {
				return nil, fmt.Errorf("LR finder: %w", err)
			}
			if end {
				return curve, nil
			}
		}
	}
}

// Trimmed returns the part of the curve that is drawn: without the first tenth of the steps, where
// the average still settles, the last five, where the loss explodes (fastai §10: skip_start,
// skip_end), and what is not a number. It may be empty.
func (c *Curve) Trimmed() (lr, smoothed []float64) {
	from, to := c.Steps/10, max(0, len(c.LR)-5)
	for to > 0 && !finite(c.Smoothed[to-1]) {
		to--
	}
	from = min(from, to)
	return c.LR[from:to], c.Smoothed[from:to]
}

// Suggest returns learning rates from the trimmed curve: "steep", fastai v1's (the most negative
// gradient per step); "valley", fastai v2's default (half-way down the longest descent);
// "minimum/10". Fewer than three points have none.
func (c *Curve) Suggest() spec.Suggestions {
	lr, loss := c.Trimmed()
	if len(lr) < 3 {
		return nil
	}
	lowest := 0
	for i, v := range loss {
		if v < loss[lowest] {
			lowest = i
		}
	}
	at := func(name string, i int) spec.Suggestion {
		return spec.Suggestion{Name: name, LR: lr[i], Loss: loss[i]}
	}
	return spec.Suggestions{at("steep", steepest(loss)), at("valley", valley(loss)),
		{Name: "minimum/10", LR: lr[lowest] / 10, Loss: loss[nearest(lr, lr[lowest]/10)]}}
}

func nearest(lr []float64, v float64) int {
	best := 0
	for i := range lr {
		if math.Abs(math.Log(lr[i]/v)) < math.Abs(math.Log(lr[best]/v)) {
			best = i
		}
	}
	return best
}

// steepest is where the slope by index is most negative: central differences, one-sided at the ends
// (numpy.gradient).
func steepest(loss []float64) int {
	n := len(loss)
	slope := func(i int) float64 {
		switch i {
		case 0:
			return loss[1] - loss[0]
		case n - 1:
			return loss[n-1] - loss[n-2]
		}
		return (loss[i+1] - loss[i-1]) / 2
	}
	best := 0
	for i := range loss {
		if slope(i) < slope(best) {
			best = i
		}
	}
	return best
}

// valley finds the longest strictly falling subsequence and goes half of its middle third's
// beginning down (fastai v2, §16).
func valley(loss []float64) int {
	length := make([]int, len(loss))
	end := 0
	for i := range loss {
		length[i] = 1
		for j := range i {
			if loss[i] < loss[j] && length[i] <= length[j] {
				length[i] = length[j] + 1
			}
		}
		if length[i] > length[end] {
			end = i
		}
	}
	// fastai's: one before the first when the curve falls from its beginning
	start := end - length[end]
	third := float64(end-start) / 3
	return max(0, start+int(third)+int(third/2))
}
