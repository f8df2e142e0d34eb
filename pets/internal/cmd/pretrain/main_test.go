package main

import (
	"context"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/weights"
)

// Drawings depend on the seed alone, and the sets do not overlap.
func TestDraw(t *testing.T) {
	again := func(seed uint64) *drawings {
		d, err := draw(context.Background(), recipe{Seed: seed, Classes: 2, PerClass: 6},
			func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a, b, c := again(3), again(3), again(4)
	if len(a.split.Train) != 12 || len(a.split.Valid) != 2 || len(a.drawn) != 14 {
		t.Errorf("%d training, %d validation, %d images", len(a.split.Train), len(a.split.Valid),
			len(a.drawn))
	}
	if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a.drawn, c.drawn) {
		t.Error("drawings must follow from the seed")
	}
	if _, err := draw(context.Background(), recipe{Classes: 1, PerClass: 6}, nil); err == nil {
		t.Error("one class passed")
	}
}

// A small run writes a body without head, in float16, that says how it was made.
func TestRunWritesABody(t *testing.T) {
	out := filepath.Join(t.TempDir(), "petnet10.safetensors")
	r := recipe{Net: "petnet10", Classes: 2, PerClass: 4, Batch: 4, Phases: phases{{32, 1, 1e-3},
		{40, 1, 1e-3}}, Seed: 1, Out: out}
	if err := r.run(context.Background(), enginetest.Go(t)); err != nil {
		t.Fatal(err)
	}
	f, err := weights.ReadSafetensors(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range f.Tensors {
		if strings.HasPrefix(x.Name, "head.") || strings.HasPrefix(x.Name, "optimizer.") {
			t.Errorf("%s does not belong into a backbone", x.Name)
		}
	}
	if x, ok := f.Get("conv1.weight"); !ok || x.DType != "F16" {
		t.Errorf("conv1.weight: %v %v", ok, x.DType)
	}
	if f.Meta["seed"] != "1" || f.Meta["network"] != "petnet10" || f.Meta["accuracy"] == "" {
		t.Errorf("metadata %v", f.Meta)
	}
}
