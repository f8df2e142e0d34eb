package train

import (
	"context"
	"fmt"
	"math"
)

// LRFind holds the options of [Learner.LRFind] (fastai §10). The zero value is fastai's default.
type LRFind struct {
	Start, End  float64 // first and last rate; zero: 1e-7 and 10
	Steps       int     // batches; zero: 100
	WeightDecay float64 // zero: the learner's; negative: none
	NoStop      bool    // do not stop when the loss has grown fourfold
}

// Curve is what the learning-rate finder saw, a value per batch.
type Curve struct {
	LR       []float64
	Loss     []float64 // of the batch
	Smoothed []float64 // the moving average that is drawn
	Steps    int       // that were asked for; fewer were made when the loss exploded
}

// LRFind trains on up to 100 batches with a rate that grows from 1e-7 to 10, the same in all layer
// groups, and shows how the loss answers. It stops early when the smoothed loss exceeds four times
// its best or is not a number. β1 stays what it was. Afterwards weights, statistics and optimizer
// are those of before, and no file is left behind; unlike in fastai, later training draws the same
// random numbers as without it. A cancelled search restores too.
func (l *Learner) LRFind(ctx context.Context, o LRFind, ev Events) (*Curve, error) {
	if o.Start == 0 {
		o.Start = 1e-7
	}
	if o.End == 0 {
		o.End = 10
	}
	if o.Steps == 0 {
		o.Steps = 100
	}
	if o.WeightDecay == 0 {
		o.WeightDecay = l.cfg.WeightDecay
	}
	if o.Start < 0 || o.End <= o.Start || o.Steps < 2 {
		return nil, fmt.Errorf("LR finder: want 0 < Start < End and at least 2 Steps, got %g, %g and %d", o.Start, o.End, o.Steps)
	}
	if err := l.check(ctx, ev); err != nil {
		return nil, fmt.Errorf("LR finder: %w", err)
	}
	l.hold()
	defer l.letGo()
	defer l.rollBack()
	curve := &Curve{Steps: o.Steps}
	var smooth smoother
	best := math.Inf(1)
	lrs := make([]float64, l.net.Groups())
	for epoch := 0; ; epoch++ {
		for b, err := range l.batches(ctx, l.trainJob(forFindOrder, forFindTransforms, forFindDropout, epoch)) {
			if err != nil {
				return nil, fmt.Errorf("LR finder: %w", err)
			}
			i := len(curve.LR)
			lr := o.Start * math.Pow(o.End/o.Start, float64(i)/float64(o.Steps))
			for g := range lrs {
				lrs[g] = lr
			}
			loss, err := l.step(b, hyper{lrs, l.now.beta1, max(0, o.WeightDecay)}, ev)
			if err != nil {
				return nil, fmt.Errorf("LR finder, batch %d: %w", i, err)
			}
			smoothed := smooth.add(loss)
			curve.LR, curve.Loss, curve.Smoothed = append(curve.LR, lr), append(curve.Loss, loss), append(curve.Smoothed, smoothed)
			ev.batch(BatchInfo{Phase: PhaseTrain, Batch: i, Batches: o.Steps, Loss: smoothed, LR: lr})
			best = min(best, smoothed)
			if i+1 == o.Steps || math.IsNaN(smoothed) || (!o.NoStop && smoothed > 4*best) {
				return curve, nil
			}
		}
	}
}

// Suggestion is a learning rate that a rule reads off a [Curve], and the smoothed loss there.
type Suggestion struct {
	Name     string // "steep", "valley", "minimum/10"
	LR, Loss float64
	Index    int // of the curve's nearest point
}

// trimmed gives the part of the curve that is drawn and judged: without the first tenth, where the
// average still settles, and the last five points, where the loss explodes (fastai §10: skip_start,
// skip_end), nor anything that is not a number.
func (c *Curve) trimmed() (from, to int) {
	from, to = c.Steps/10, len(c.LR)-5
	for to > from && (math.IsNaN(c.Smoothed[to-1]) || math.IsInf(c.Smoothed[to-1], 0)) {
		to--
	}
	return min(from, max(0, to)), max(0, to)
}

// Trimmed is the part of the curve that fastai draws: without the first tenth of the steps and the
// last five points.
func (c *Curve) Trimmed() (lr, smoothed []float64) {
	from, to := c.trimmed()
	return c.LR[from:to], c.Smoothed[from:to]
}

// Suggest reads learning rates off the trimmed curve: "steep", fastai v1's (the most negative
// gradient per step); "valley", fastai v2's default (half-way down the longest descent);
// "minimum/10". A curve with fewer than three points left has none.
func (c *Curve) Suggest() []Suggestion {
	lr, loss := c.Trimmed()
	if len(lr) < 3 {
		return nil
	}
	from, _ := c.trimmed()
	at := func(name string, i int) Suggestion {
		return Suggestion{Name: name, LR: lr[i], Loss: loss[i], Index: from + i}
	}
	lowest := 0
	for i, v := range loss {
		if v < loss[lowest] {
			lowest = i
		}
	}
	return []Suggestion{at("steep", steepest(loss)), at("valley", valley(loss)), c.near("minimum/10", lr[lowest]/10)}
}

// near is a suggestion between the curve's points: the loss is that of the nearest one.
func (c *Curve) near(name string, lr float64) Suggestion {
	best := 0
	for i, v := range c.LR {
		if math.Abs(math.Log(v/lr)) < math.Abs(math.Log(c.LR[best]/lr)) {
			best = i
		}
	}
	return Suggestion{Name: name, LR: lr, Loss: c.Smoothed[best], Index: best}
}

// steepest is where the slope by index, central differences inside and one-sided at the ends
// (numpy.gradient), is most negative.
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
// beginning down: fastai v2's rule (§16).
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
