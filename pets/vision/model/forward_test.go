package model

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

func network(t testing.TB, arch string, h HeadOptions) *Net {
	t.Helper()
	n, err := New(arch, 4, h)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// noiseImages returns a batch of noise and, after it, a network's fresh parameters: what a step
// takes.
func noiseImages(n *Net, seed uint64, batch, side int) []*tensors.Tensor {
	x := normal(rand.New(rand.NewPCG(seed, 5)), 1, 0, batch, side, side, 3)
	return append([]*tensors.Tensor{x}, n.Init(3)...)
}

func allFloat64(in []*tensors.Tensor) []*tensors.Tensor {
	out := make([]*tensors.Tensor, len(in))
	for i := range in {
		out[i] = float64s(in[i])
	}
	return out
}

// step builds what training computes: loss, logits, gradients of what trains, running statistics.
func step(n *Net, m Mode, trains []bool) func(in []*graph.Node) []*graph.Node {
	return func(in []*graph.Node) []*graph.Node {
		pass := n.Forward(in[0], in[1:], m)
		var trained []*graph.Node
		for i, yes := range trains {
			if yes {
				trained = append(trained, in[1+i])
			}
		}
		loss := graph.ReduceAllMean(graph.Square(graph.AddScalar(pass.Logits, -1)))
		out := append([]*graph.Node{loss, pass.Logits}, graph.Gradient(loss, trained...)...)
		for i := range n.Params {
			if u := pass.Updates[i]; u != nil {
				out = append(out, u)
			}
		}
		return out
	}
}

func TestBackendsAgree(t *testing.T) {
	g, x := enginetest.Go(t), enginetest.XLA(t)
	for _, arch := range []string{"petnet10", "resnet18", "resnet50", "mobilenet_v2"} {
		t.Run(arch, func(t *testing.T) {
			if arch != "petnet10" {
				enginetest.Long(t)
			}
			n := network(t, arch, HeadOptions{Hidden: []int{16}})
			f := func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{n.Forward(in[0], in[1:], Mode{}).Logits}
			}
			in := noiseImages(n, 5, 2, 32)
			if d := distance(values(t, x, f, in...)[0], values(t, g, f, in...)[0]); !(d < 1e-4) {
				t.Errorf("logits differ by %.1e", d)
			}
		})
	}
}

// A whole training pass in float32 against the same in float64. Where rounding moves one activation
// across ReLU's kink, all gradients below change by a per cent; with some hundred thousand
// activations that happens in every other batch. So one batch of a few must agree closely: a
// gradient that is wrong agrees in none.
func TestTrainingPassAgainstFloat64(t *testing.T) {
	n := network(t, "petnet10", HeadOptions{Hidden: []int{16}})
	f := step(n, Mode{Train: true}, n.Frozen(0, true))
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		for seed := range uint64(8) {
			in := noiseImages(n, seed, 8, 32)
			got, precise := values(t, e, f, in...), values(t, enginetest.Go(t), f,
				allFloat64(in)...)
			far := 0
			for i := range got {
				if d := distance(got[i], precise[i]); !(d < 1e-4) {
					far++
				}
			}
			if far == 0 {
				return
			}
			t.Logf("batch %d: %d of %d outputs differ", seed, far, len(got))
		}
		t.Error("no batch agrees")
	})
}

// With everything below the head evaluating, only the head's statistics move, and the features are
// evaluation's.
func TestEvalBelow(t *testing.T) {
	n := network(t, "petnet10", HeadOptions{})
	run := func(m Mode) (features []float64, moved []int) {
		v := values(t, enginetest.Go(t), func(in []*graph.Node) []*graph.Node {
			pass := n.Forward(in[0], in[1:], m)
			for i := range n.Params {
				if pass.Updates[i] != nil {
					moved = append(moved, n.Params[i].Group)
				}
			}
			return []*graph.Node{pass.Features}
		}, noiseImages(n, 5, 4, 32)...)
		return v[0], moved
	}
	features, moved := run(Mode{Train: true, EvalBelow: 2})
	want, none := run(Mode{})
	if d := distance(features, want); d != 0 {
		t.Errorf("features are off by %.1e", d)
	}
	if !slices.Equal(moved, []int{2, 2, 2, 2}) || none != nil {
		t.Errorf("statistics moved in groups %v, want the head's four; in evaluation %v", moved,
			none)
	}
}

func TestDropout(t *testing.T) {
	n := network(t, "petnet10", HeadOptions{})
	logits := func(seed int64, m Mode) []float64 {
		return values(t, enginetest.Go(t), func(in []*graph.Node) []*graph.Node {
			m.RNG = graph.RNGStateFromSeedForGraph(in[0].Graph(), seed)
			return []*graph.Node{n.Forward(in[0], in[1:], m).Logits}
		}, noiseImages(n, 5, 4, 32)...)[0]
	}
	train := Mode{Train: true}
	if distance(logits(1, train), logits(1, train)) != 0 {
		t.Error("one seed gave two results")
	}
	if distance(logits(1, train), logits(2, train)) == 0 {
		t.Error("two seeds gave one result")
	}
	if distance(logits(1, Mode{}), logits(2, Mode{})) != 0 {
		t.Error("evaluation depends on the seed")
	}
}

func TestComputeDType(t *testing.T) {
	n := network(t, "petnet10", HeadOptions{})
	logits := func(m Mode) []float64 {
		return values(t, enginetest.XLA(t), func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{n.Forward(in[0], in[1:], m).Logits}
		}, noiseImages(n, 5, 4, 32)...)[0]
	}
	if d := distance(logits(Mode{ComputeDType: dtypes.BFloat16}), logits(Mode{})); !(d < 5e-2) ||
		d == 0 {
		t.Errorf(
			"bfloat16 logits differ from float32's by %.1e; a few per mille are expected, none "+
				"would mean that nothing was converted", d)
	}
}
