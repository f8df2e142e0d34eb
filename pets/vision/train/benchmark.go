package train

import (
	"context"
	"fmt"
	"time"
)

// Speed is what [Learner.Benchmark] measured.
type Speed struct {
	First  time.Duration // the first step, with compilation if needed
	Step   time.Duration // mean of the later steps
	Images float64       // images per second in these steps, without their preparation
}

// Benchmark measures training steps or (train false) evaluations of one batch of the training set.
// The learner does not change.
func (l *Learner) Benchmark(ctx context.Context, steps int, train bool) (Speed, error) {
	if steps < 1 {
		return Speed{}, fmt.Errorf("benchmark: want at least 1 step, got %d", steps)
	}
	if l.set.store != nil { // which has no images before
		if err := l.set.check(ctx, l.load, Events{}); err != nil {
			return Speed{}, fmt.Errorf("benchmark: %w", err)
		}
	}
	l.weights.hold()
	defer l.weights.letGo()
	defer l.weights.rollBack()
	j := l.load.trainJob(l.set.train, forShow, forShow, forShow, 0)
	j.order = j.order[:j.rows]
	j = l.placed(j, l.exec.inner)
	var s Speed
	for b, err := range l.load.batches(ctx, j) {
		if err != nil {
			return Speed{}, fmt.Errorf("benchmark: %w", err)
		}
		begin := time.Now()
		for i := range steps + 1 {
			if err := ctx.Err(); err != nil {
				return Speed{}, err
			}
			if i == 1 {
				s.First, begin = time.Since(begin), time.Now()
			}
			if train {
				var loss stepLoss
				loss, err = l.opt.step(b, hyper{lrs: make([]float64, l.exec.net.Groups()),
					beta1: l.weights.now.beta1}, Events{})
				if err == nil {
					_, err = loss()
				}
			} else {
				_, err = l.evaluate(b, l.exec.inner, Events{})
			}
			if err != nil {
				return Speed{}, fmt.Errorf("benchmark: %w", err)
			}
		}
		s.Step = time.Since(begin) / time.Duration(steps)
		s.Images = float64(j.rows) / s.Step.Seconds()
	}
	return s, nil
}
