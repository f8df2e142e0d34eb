package main

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

// A screen is what a call's progress shows.
type screen struct {
	mu     sync.Mutex
	states []wire.Display
}

func (s *screen) call(t *testing.T) (c *call, end func()) {
	c = &call{Context: t.Context(), Call: session.NewCall("test", nil, "", func(e session.Event) {
		var d wire.Display
		if e.Kind == wire.EventProgress && json.Unmarshal(e.Data, &d) == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.states = append(s.states, d)
		}
	})}
	return c, func() {
		for _, f := range c.ends {
			f()
		}
	}
}

func (s *screen) last() wire.Display {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.states) == 0 {
		return wire.Display{}
	}
	return s.states[len(s.states)-1]
}

func (s *screen) shows(t *testing.T, when, text string) {
	t.Helper()
	if got := s.last(); text == "" && got.Text != "" || !strings.Contains(got.Text, text) {
		t.Errorf("%s: it shows %q, want %q", when, got.Text, text)
	}
}

// pass lets time pass, and what it wakes do its work.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestABarCountsTheSecondsOfCompiling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		c, end := s.call(t)
		events := newBar(c).events("predicting")
		events.Compile()
		pass(500 * time.Millisecond)
		s.shows(t, "at once", "")
		pass(12 * time.Second)
		s.shows(t, "after 12 s", "predicting : ")
		s.shows(t, "after 12 s", "compiling … 12 s")
		events.Batch(train.BatchInfo{Batch: 0, Batches: 3})
		s.shows(t, "after a batch", "33.33% [1/3 00:12<00:25]")
		shown := len(s.states)
		pass(time.Minute)
		if len(s.states) != shown {
			t.Errorf("it ticks on after compiling: %q", s.last().Text)
		}
		events.Compile()
		end() // the call has failed
		s.shows(t, "failed", "Interrupted 33.33%")
		shown = len(s.states)
		pass(time.Minute)
		if len(s.states) != shown {
			t.Errorf("it ticks on after the call: %q", s.last().Text)
		}
	})
}

func TestAQuickCallShowsNoBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		c, end := s.call(t)
		b := newBar(c)
		b.step("opening images", 1, 2, "")
		b.end("")
		if len(s.states) != 0 {
			t.Errorf("shown: %+v", s.states)
		}
		b = newBar(c)
		pass(time.Second)
		b.step("opening images", 1, 2, "")
		b.end("two images")
		end()
		if got := s.last(); got.Text != "two images\n" || !got.Last {
			t.Errorf("at the end: %+v", got)
		}
	})
}

func TestAFitShowsWhatItDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		c, end := s.call(t)
		v := newFitView(c, spec.Fit{Epochs: 2})
		events := v.events()
		events.Start(spec.Fit{Epochs: 2})
		events.Compile()
		pass(20 * time.Second)
		s.shows(t, "while compiling", "Epoch 1/2 : ")
		s.shows(t, "while compiling", "compiling … 20 s")
		events.Batch(train.BatchInfo{Epochs: 2, Batches: 4, Loss: 1.5})
		s.shows(t, "after the first batch", "25.00% [1/4 00:20<01:00 1.5000]")
		events.Epoch(spec.Row{TrainLoss: 1, ValidLoss: 2, ErrorRate: 0.5, Seconds: 21})
		pass(time.Second)
		events.Batch(train.BatchInfo{Epoch: 1, Epochs: 2, Batches: 4, Loss: 1.25})
		s.shows(t, "in the second epoch", "Epoch 2/2 : ")
		if html := s.last().HTML; !strings.Contains(html, "1.000000") ||
			!strings.Contains(html, `value="1" max="2"`) {
			t.Errorf("the table or the epochs' bar is missing: %s", html)
		}
		end() // the call has failed
		s.shows(t, "interrupted", "Interrupted 25.00%")
	})
}

func TestARefusedFitShowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		c, end := s.call(t)
		newFitView(c, spec.Fit{Epochs: 2})
		end() // the call has failed
		s.shows(t, "refused", "")
		v := newFitView(c, spec.Fit{Epochs: 2})
		events := v.events()
		events.Start(spec.Fit{Epochs: 1})
		events.Epoch(spec.Row{TrainLoss: 1})
		v.end()
		if got := s.last(); !got.Last || strings.Contains(got.HTML, "<progress") ||
			!strings.Contains(got.Text, "1.000000") {
			t.Errorf("at the end: %+v", got)
		}
	})
}
