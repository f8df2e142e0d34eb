package serve

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gopets/pets/vision/dataset/images"
)

// A turnstile is a predictor that waits before its first call and notes how many images each call
// has. It takes images by their width and refuses one.
type turnstile struct {
	entered chan struct{} // closed by the first call
	pass    chan struct{}
	refused int
	sizes   []int
}

func (p *turnstile) Predict(ctx context.Context, batch []*images.RGB) ([][]float32, error) {
	if len(p.sizes) == 0 {
		close(p.entered)
		<-p.pass
	}
	p.sizes = append(p.sizes, len(batch))
	var rows [][]float32
	for _, x := range batch {
		if x.W == p.refused {
			return nil, errors.New("I do not like it")
		}
		rows = append(rows, []float32{float32(x.W)})
	}
	return rows, nil
}

// Images that wait while another is predicted are predicted together, in powers of two; each gets
// its own answer, also when another is refused.
func TestBatching(t *testing.T) {
	for refused, want := range map[int][]int{0: {1, 4, 2, 1}, 3: nil} {
		p := &turnstile{entered: make(chan struct{}), pass: make(chan struct{}), refused: refused}
		s, err := New(p, []string{"a"}, Options{Concurrency: 8, Batch: 4})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		ask := func(w int) {
			r := s.ask(t.Context(), images.New(w, 1))
			if r.err == nil && r.probs[0] != float32(w) || (r.err != nil) != (w == refused) {
				t.Errorf("image %d of %d refused got %v, %v", w, refused, r.probs, r.err)
			}
		}
		all.Go(func() { ask(1) })
		<-p.entered
		for w := 2; w <= 8; w++ {
			all.Go(func() { ask(w) })
		}
		for len(s.queue) < 7 {
			time.Sleep(time.Millisecond)
		}
		close(p.pass)
		all.Wait()
		s.Close()
		if want != nil && !slices.Equal(p.sizes, want) {
			t.Errorf("predicted %v together, wanted %v", p.sizes, want)
		}
		if want == nil && slices.Max(p.sizes) < 2 {
			t.Errorf("predicted %v: nothing was together", p.sizes)
		}
	}
}
