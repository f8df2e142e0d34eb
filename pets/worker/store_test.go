package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

// newTestStore makes learners of images in memory, and counts them.
func newTestStore(t *testing.T) (s *store, built *int) {
	t.Helper()
	built = new(int)
	graphs := new(train.Graphs)
	t.Cleanup(graphs.Close)
	eng := enginetest.Go(t)
	net, err := model.New("petnet10", 2, spec.Head{Hidden: []int{4}})
	if err != nil {
		t.Fatal(err)
	}
	split := &dataset.Split{Classes: []string{"cat", "dog"}}
	for i := range 4 {
		split.Train = append(split.Train, dataset.Item{Path: fmt.Sprint(i), Label: i % 2})
	}
	s = &store{device: &device{dir: t.TempDir()}, byName: map[string]*learner{}}
	s.build = func(_ *call, d spec.Learner, _ bool) (*learner, error) {
		*built++
		live, err := train.New(eng, net, split,
			train.Config{Batches: spec.Batches{Seed: d.Data.Seed, Size: spec.Square(32), Batch: 4},
				Graphs: graphs,
				Images: func(dataset.Item) (*images.RGB, error) { return images.New(32, 32), nil }})
		return &learner{desc: d, live: live}, err
	}
	t.Cleanup(func() {
		for _, l := range s.byName {
			if l.live != nil {
				l.live.Close()
			}
		}
	})
	return s, built
}

// One learner is on the device; the other one is parked, and comes back unchanged.
func TestStoreParks(t *testing.T) {
	s, built := newTestStore(t)
	c := &call{Context: t.Context(), Call: new(session.Call)}
	first, second := spec.Learner{Name: "learn"}, spec.Learner{Name: "learn2"}
	if _, err := s.get(c, first); err == nil ||
		!strings.Contains(err.Error(), "learn.Create()") {
		t.Errorf("a learner that was not made: %v", err)
	}
	l, err := s.ofNew(c, wire.LearnerCall{Learner: first})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.live.FitOneCycle(c, 1, spec.Fit{}, train.Events{}); err != nil {
		t.Fatal(err)
	}
	state := l.live.State()
	other, err := s.ofNew(c, wire.LearnerCall{Learner: second})
	if err != nil || l.live != nil || other.live == nil {
		t.Fatalf("the first learner was not parked: %v", err)
	}
	parked := l.parked
	if back, err := s.get(c, first); err != nil || back != l || l.live.State() != state ||
		other.live != nil || *built != 3 {
		t.Errorf("the first learner came back as %v after %d builds, %v", back, *built, err)
	}
	if again, err := s.get(c, first); err != nil || again != l || *built != 3 {
		t.Errorf("what is on the device was built anew: %v", err)
	}
	if _, err := s.make(c, first); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(parked); err == nil {
		t.Error("a replaced learner's file stays")
	}
	if l := s.byName["learn"]; l.version != 1 || l.live.State() != "before any fit" {
		t.Errorf("version %d, %s", l.version, l.live.State())
	}
}

// A learner of that name with other options is never used.
func TestStoreRefusesOtherOptions(t *testing.T) {
	s, _ := newTestStore(t)
	c := &call{Context: t.Context(), Call: new(session.Call)}
	d := spec.Learner{Name: "learn"}
	if _, err := s.ofNew(c, wire.LearnerCall{Learner: d}); err != nil {
		t.Fatal(err)
	}
	d.Data.Seed = 7
	for _, get := range []func(*call, wire.LearnerCall) (*learner, error){s.of, s.ofNew} {
		if _, err := get(c, wire.LearnerCall{Learner: d}); err == nil ||
			!strings.Contains(err.Error(), "seed: 0 → 7") {
			t.Errorf("got %v", err)
		}
	}
}
