package train

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// An optimizer's state goes through a file, and a file of another one is not taken for it.
func TestOptimizerFile(t *testing.T) {
	net, err := model.New("petnet10", 2, spec.Head{Hidden: []int{4}})
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan(net, planShape{}, 2)
	fresh := func() *versions {
		v := &versions{now: state{params: net.Init(1)}}
		v.resetOptimizer(p)
		return v
	}
	v := fresh()
	for _, i := range p.trained {
		values := make([]float32, net.Params[i].Size())
		values[0] = float32(i)
		v.now.m[i] = tensors.FromFlatDataAndDimensions(values, net.Params[i].Shape...)
	}
	v.now.step, v.now.beta1 = 7, .875
	f := &weights.File{Meta: map[string]string{}}
	if err := writeOptimizer(f, p, &v.now); err != nil {
		t.Fatal(err)
	}
	back := fresh()
	if note, err := readOptimizer(f, p, &back.now); note != "" || err != nil ||
		back.now.step != 7 || back.now.beta1 != .875 {
		t.Fatalf("%q, %v, step %d, β1 %v", note, err, back.now.step, back.now.beta1)
	}
	for _, i := range p.trained {
		if values, _ := flat(back.now.m[i]); values[0] != float32(i) {
			t.Errorf("%s: %v", net.Params[i].Name, values[0])
		}
	}
	if note, err := readOptimizer(f, newPlan(net, planShape{}, 0), &back.now); err != nil ||
		!strings.Contains(note, "starts anew") {
		t.Errorf("what trains differs: %q, %v", note, err)
	}
	if note, err := readOptimizer(&weights.File{}, p, &back.now); err != nil ||
		!strings.Contains(note, "no optimizer") {
		t.Errorf("weights alone: %q, %v", note, err)
	}
	for _, key := range []string{metaStep, metaBeta1} {
		was := f.Meta[key]
		f.Meta[key] = "-1"
		if _, err := readOptimizer(f, p, &fresh().now); err == nil {
			t.Errorf("%s -1 passed", key)
		}
		f.Meta[key] = was
	}
	f.Tensors = f.Tensors[1:]
	if _, err := readOptimizer(f, p, &fresh().now); err == nil ||
		!strings.Contains(err.Error(), "missing") {
		t.Errorf("a lost tensor: %v", err)
	}
}

// The best epoch's tensors are in a snapshot once, under their own names or beside those of the
// last.
func TestSnapshotFile(t *testing.T) {
	file := func(state string) *weights.File {
		return &weights.File{Meta: map[string]string{metaState: state},
			Tensors: []weights.Tensor{{Name: "w", Shape: []int{1},
				Data: []float32{float32(len(state))}}}}
	}
	for best, tensors := range map[string]int{"": 1, "last": 1, "earlier": 2} {
		f := file("last")
		s := snapshot{Version: snapshotVersion}
		if best != "" {
			s.keepBest(file(best), f)
		}
		if len(f.Tensors) != tensors {
			t.Errorf("best %q: %d tensors", best, len(f.Tensors))
		}
		back := s.bestOf(f)
		if (back == nil) != (best == "") || back != nil && (back.Meta[metaState] != best ||
			len(back.Tensors) != 1 || back.Tensors[0].Name != "w") {
			t.Errorf("best %q came back as %+v", best, back)
		}
	}
	for want, text := range map[string]string{"no snapshot": "", "damaged": "{",
		"another version": `{"identity":{}}`, "version of": `{"version":1}`} {
		if _,
			err := readSnapshot(&weights.File{
			Meta: map[string]string{metaSnapshot: text}}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The held state comes back, and tensors that both versions share are freed once.
func TestVersions(t *testing.T) {
	scalar := func(v float32) *tensors.Tensor { return tensors.FromScalar(v) }
	shared, old, spoiled := scalar(1), scalar(2), scalar(3)
	v := &versions{now: state{params: []*tensors.Tensor{shared, old}, name: "good"}}
	v.hold()
	v.accept([]int{1}, []*tensors.Tensor{spoiled}, paramsOf)
	v.now.name = "bad"
	if !old.Ok() {
		t.Fatal("the held tensor was freed")
	}
	v.rollBack()
	if v.now.params[1] != old || v.now.name != "good" || spoiled.Ok() {
		t.Errorf("after rolling back: %q, %v", v.now.name, spoiled.Ok())
	}
	v.accept([]int{1}, []*tensors.Tensor{scalar(4)}, paramsOf)
	v.letGo()
	if old.Ok() || !shared.Ok() {
		t.Error("letting go must free what only the held state had")
	}
	v.free()
	if shared.Ok() {
		t.Error("shared tensors stay allocated")
	}
}
