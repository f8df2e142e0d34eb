package main

import (
	"context"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
)

// Stages of growing images are one training: each begins with the weights of the one before.
func TestFitStages(t *testing.T) {
	eng := enginetest.Go(t)
	net, err := model.New("petnet10", 2, spec.Head{Hidden: []int{4}})
	if err != nil {
		t.Fatal(err)
	}
	data := &dataset.Split{Classes: []string{"a", "b"}}
	for i := range 4 {
		data.Train = append(data.Train, dataset.Item{Label: i % 2})
	}
	data.Valid = data.Train
	open := func(it dataset.Item) (*images.RGB, error) {
		img := images.New(48, 48)
		for i := range img.Pix {
			img.Pix[i] = uint8(it.Label*90 + i%50)
		}
		return img, nil
	}
	l, err := train.New(eng, net, data, train.Config{Batches: spec.Batches{Size: spec.Square(32),
		Batch: 2}, Images: open})
	if err != nil {
		t.Fatal(err)
	}
	tiny := spec.Const(1e-9) // so that weights stay, but for the running statistics
	var first []float32
	stages := []stage{{32, 1, true, spec.Slice1(1e-2)}, {40, 1, false, tiny}, {40, 0, false, tiny}}
	l, fits, err := fitStages(context.Background(), eng, l, stages[:1], train.Events{})
	if err == nil {
		first = weight(t, l)
		var more []fit
		l, more, err = fitStages(context.Background(), eng, l, stages[1:], train.Events{})
		fits = append(fits, more...)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if len(fits) != 2 || !strings.HasSuffix(fits[0].Name, "at 32 px") ||
		!strings.HasSuffix(fits[1].Name, "at 40 px") || len(fits[1].Losses) != 2 {
		t.Errorf("fits %+v", fits)
	}
	for i, v := range weight(t, l) {
		if d := v - first[i]; d > 1e-6 || d < -1e-6 {
			t.Fatalf("the second stage began with other weights: %g, want %g", v, first[i])
		}
	}
	if c := l.Config(); c.Size != spec.Square(40) || c.Seed == 0 || l.Frozen() {
		t.Errorf("size %v, seed %d as in the first stage, or frozen: %v", c.Size, c.Seed, l.Frozen())
	}
}

// weight is the last layer's.
func weight(t *testing.T, l *train.Learner) []float32 {
	t.Helper()
	f, err := l.Net().ToFile(l.Weights())
	if err != nil {
		t.Fatal(err)
	}
	w, ok := f.Get("head.8.weight")
	if !ok {
		t.Fatal("no head.8.weight")
	}
	return w.Data
}
