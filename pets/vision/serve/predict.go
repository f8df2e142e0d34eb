package serve

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

// Info describes the uploaded image.
type Info struct {
	Format string `json:"format"` // jpeg, png, gif or webp
	Width  int    `json:"width"`  // pixels, as it is seen: turned upright
	Height int    `json:"height"`
}

// Answer is the response of /predict.
type Answer struct {
	spec.Ranked               // the most probable class
	Top         []spec.Ranked `json:"top"` // the most probable first
	Image       Info          `json:"image"`
	Model       string        `json:"model"`
	img         *images.RGB
	together    int // images predicted with it
}

const defaultTop = 5

type outcome struct {
	answer *Answer
	err    error
}

func (s *Server) look(x *exchange) (*Answer, upload, error) {
	top, err := number(x.r.URL.Query().Get("top"))
	if err != nil {
		return nil, upload{}, err
	}
	leave, err := s.enter(x.r)
	if err != nil {
		return nil, upload{}, err
	}
	defer leave()
	up, err := s.receive(x.r)
	if err != nil {
		return nil, up, err
	}
	x.bytes = len(up.data)
	ctx, cancel := context.WithTimeout(x.r.Context(), s.o.Timeout)
	defer cancel()
	answer, err := s.work(ctx, x, up.data)
	if err != nil {
		if ctx.Err() != nil {
			err = s.reason(x.r)
		}
		return nil, up, err
	}
	if top > 0 {
		answer.Top = answer.Top[:min(top, len(answer.Top))]
	}
	x.batch = answer.together
	return answer, up, nil
}

func number(top string) (int, error) {
	if top == "" {
		return defaultTop, nil
	}
	n, err := strconv.Atoi(top)
	if err != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, "bad_request",
			"top is a number of classes, 0 for all.")
	}
	return n, nil
}

// work decodes and predicts. A decoder that outlives ctx keeps its slot.
func (s *Server) work(ctx context.Context, x *exchange, data []byte) (*Answer, error) {
	info, err := s.inspect(data)
	if err != nil {
		return nil, err
	}
	x.format = info.Format
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closed:
		return nil, errStopped
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() { <-s.slots }()
		if ctx.Err() != nil {
			done <- outcome{err: ctx.Err()}
			return
		}
		p, err := s.decode(data, info.Format)
		if err != nil {
			done <- outcome{err: err}
			return
		}
		r := s.ask(ctx, p)
		if r.err != nil {
			done <- outcome{err: r.err}
			return
		}
		a := s.ranked(r.probs)
		w, h := p.Full()
		a.Image, a.img, a.together = Info{info.Format, w, h}, p, r.together
		done <- outcome{answer: a}
	}()
	select {
	case o := <-done:
		return o.answer, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Server) ranked(probs []float32) *Answer {
	top := spec.NewPrediction(s.classes, probs, "").TopK(len(probs))
	return &Answer{Ranked: top[0], Top: top, Model: s.o.Model}
}

func (s *Server) answer(x *exchange) error {
	a, _, err := s.look(x)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, a)
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%.3g MB", float64(n)/(1<<20))
}
