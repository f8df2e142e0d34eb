package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/model"
)

// torch: CrossEntropyLoss(weight=[1,2,4], label_smoothing=s) of these two rows, for s 0 and 0.1.
func TestWeightedCrossEntropy(t *testing.T) {
	shape := planShape{weights: "[1,2,4]"}
	smooth := shape
	smooth.smoothing = .1
	exec, err := graph.NewExec(enginetest.Go(t).Backend,
		func(logits, labels *graph.Node) (*graph.Node, *graph.Node) {
			return crossEntropy(logits, labels, shape), crossEntropy(logits, labels, smooth)
		})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call([][]float32{{1, 2, 3}, {3, 2, 0}}, []int32{2, 1})
	if err != nil {
		t.Fatal(err)
	}
	// −log p of the rows: 2.407606, 1.407606, .407606 and .349012, 1.349012, 3.349012
	plain := (4*.4076060 + 2*1.3490122) / 6
	even := (2.4076060 + 2*1.4076060 + 4*.4076060 + .3490122 + 2*1.3490122 + 4*3.3490122) / 3 / 6
	near(t, "weighted", float64(tensors.ToScalar[float32](out[0])), plain, 1e-6)
	near(t, "weighted and smoothed", float64(tensors.ToScalar[float32](out[1])), .9*plain+.1*even,
		1e-6)
}

// unequal has 100 images of one class and 10 of another, whose brightness overlaps; 20 of each for
// validation.
func unequal() *dataset.Split {
	s := &dataset.Split{Classes: []string{"common", "rare"}, SplitHash: "unequal"}
	add := func(to *[]dataset.Item, label, n int) {
		for i := range n {
			*to = append(*to, dataset.Item{Path: fmt.Sprintf("%s/%d", s.Classes[label], len(*to)+i),
				Label: label})
		}
	}
	add(&s.Train, 0, 100)
	add(&s.Train, 1, 10)
	add(&s.Valid, 0, 20)
	add(&s.Valid, 1, 20)
	return s
}

func unequalImage(item dataset.Item) (*images.RGB, error) {
	r := rand.New(rand.NewPCG(uint64(item.Label), uint64(len(item.Path))<<20+
		uint64(item.Path[len(item.Path)-1])<<10+uint64(item.Path[len(item.Path)-2])))
	p := images.New(32, 32)
	level := 105 + 30*float64(item.Label) + 22*r.NormFloat64()
	for i := range p.Pix {
		p.Pix[i] = uint8(min(255, max(0, level+20*r.NormFloat64())))
	}
	return p, nil
}

// The rare class is found more often with either way of balancing, and the tables differ.
func TestBalance(t *testing.T) {
	enginetest.Long(t) // trains three networks
	recall := func(b spec.Balance) float64 {
		net, err := model.New("petnet10", 2, model.HeadOptions{Hidden: []int{8}})
		if err != nil {
			t.Fatal(err)
		}
		c := Config{Batches: spec.Batches{Seed: 3, Size: spec.Square(32), Batch: 11},
			Images: unequalImage}
		c.Balance = b
		l, err := New(enginetest.Go(t), net, unequal(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := l.Freeze(); err != nil { // a head on random features is enough for brightness
			t.Fatal(err)
		}
		fit(t, l, 4, spec.Fit{MaxLR: spec.Const(1e-2)})
		p, err := l.ValidProbs(context.Background(), Events{})
		if err != nil {
			t.Fatal(err)
		}
		in, err := interpret.From(p)
		if err != nil {
			t.Fatal(err)
		}
		m := in.Confusion()
		t.Logf("%q: %v", b, m)
		return float64(m[1][1]) / 20
	}
	plain := recall("")
	for _, b := range []spec.Balance{spec.BalanceLoss, spec.BalanceSampler} {
		if got := recall(b); got < plain+.15 {
			t.Errorf("%s: %.0f %% of the rare class are found, without %.0f %%", b, 100*got,
				100*plain)
		}
	}
}

// The sampler takes every class equally often, and no image twice before all of its class.
func TestBalancedOrder(t *testing.T) {
	items := unequal().Train
	order := balanced(items, rand.New(rand.NewPCG(1, 2)))
	times := map[int]int{}
	var of [2]int
	for _, i := range order {
		times[i]++
		of[items[i].Label]++
	}
	if len(order) != 110 || of[1] < 40 || of[1] > 70 {
		t.Errorf("%d images, %d of the rare class", len(order), of[1])
	}
	for i, n := range times {
		if most := of[items[i].Label]/[]int{100, 10}[items[i].Label] + 1; n > most {
			t.Errorf("image %d of class %d came %d times, want at most %d", i, items[i].Label, n,
				most)
		}
	}
}

func TestLossWeights(t *testing.T) {
	var c Config
	c.Balance = spec.BalanceLoss
	if w, err := lossWeights(unequal(), c); err != nil || w != "[0.55,5.5]" {
		t.Errorf("weights %s, %v", w, err)
	}
	c.ClassWeights = spec.WeightsOf(map[string]float64{"rare": 3})
	if w, err := lossWeights(unequal(), c); err != nil || w != "[0.55,3]" {
		t.Errorf("weights %s, %v", w, err)
	}
	for want, w := range map[string]map[string]float64{"not a class of the data": {"dog": 1},
		"want positive numbers": {"rare": -1}} {
		c.ClassWeights = spec.WeightsOf(w)
		if _, err := lossWeights(unequal(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", w, err)
		}
	}
}
