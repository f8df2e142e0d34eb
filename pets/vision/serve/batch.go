package serve

import (
	"context"
	"fmt"
	"image"
	"math"
	"math/bits"

	"gopets/pets/vision/dataset/images"
)

type job struct {
	ctx context.Context // of the request
	img *images.RGB
	row chan row // one value is always sent
}

type row struct {
	probs    []float32
	together int // images predicted with it
	err      error
}

// predictQueued predicts 1, 2, 4 … up to Batch images at once: few sizes to compile.
func (s *Server) predictQueued() {
	defer s.ended.Done()
	var waiting []*job
	for {
		if len(waiting) == 0 {
			select {
			case j := <-s.queue:
				waiting = append(waiting, j)
			case <-s.closed:
				return
			}
		}
	more:
		for len(waiting) < s.o.Batch {
			select {
			case j := <-s.queue:
				waiting = append(waiting, j)
			case <-s.closed:
				return
			default:
				break more
			}
		}
		n := 1 << (bits.Len(uint(len(waiting))) - 1)
		s.predictJobs(waiting[:n])
		waiting = waiting[n:]
	}
}

func (s *Server) predictJobs(jobs []*job) {
	var live []*job
	for _, j := range jobs {
		if err := j.ctx.Err(); err != nil {
			j.row <- row{err: err}
			continue
		}
		live = append(live, j)
	}
	if len(live) == 0 {
		return
	}
	batch := make([]*images.RGB, len(live))
	for i, j := range live {
		batch[i] = j.img
	}
	rows, err := s.predict(context.Background(), batch)
	if err != nil && len(live) > 1 {
		for _, j := range live {
			s.predictJobs([]*job{j})
		}
		return
	}
	for i, j := range live {
		r := row{together: len(live), err: err}
		if err == nil {
			r.probs = rows[i]
		}
		j.row <- r
	}
}

func (s *Server) predict(ctx context.Context, batch []*images.RGB) (rows [][]float32, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("the predictor panicked: %v", thrown)
		}
	}()
	s.predicting.Lock()
	defer s.predicting.Unlock()
	rows, err = s.predictor.Predict(ctx, batch)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(batch) {
		return nil, errRows
	}
	for _, r := range rows {
		if len(r) != len(s.classes) {
			return nil, errRows
		}
		for _, p := range r {
			if math.IsNaN(float64(p)) {
				return nil, fmt.Errorf("the predictor gave a probability that is not a number: " +
					"its weights are damaged")
			}
		}
	}
	return rows, nil
}

func (s *Server) ask(ctx context.Context, p *images.RGB) row {
	j := &job{ctx: ctx, img: p, row: make(chan row, 1)}
	select {
	case s.queue <- j:
	case <-s.closed:
		return row{err: errStopped}
	}
	select {
	case r := <-j.row:
		return r
	case <-s.closed:
		return row{err: errStopped}
	}
}

// Warm predicts 1, 2, 4 … up to Batch grey images, so that the network is compiled; Run calls it.
func (s *Server) Warm(ctx context.Context) error {
	for n := 1; n <= s.o.Batch; n *= 2 {
		batch := make([]*images.RGB, n)
		for i := range batch {
			batch[i] = images.FromImage(image.NewGray(image.Rect(0, 0, 64, 64)))
		}
		if _, err := s.predict(ctx, batch); err != nil {
			return fmt.Errorf("serve: trying the network with %d images: %w", n, err)
		}
	}
	return nil
}
