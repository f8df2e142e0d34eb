package model

import (
	"fmt"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model/golden"
)

// Batch norm in training mode against torch's float64, around means up to 100 000 times the spread.
// Seven digits, or as many as torch's float32 keeps: of the output few are left at the largest
// means; statistics and gradients lose none here (torch's do: 4e-2 of the scale's gradient).
func TestNormAgainstTorch(t *testing.T) {
	cases := golden.Read[[]struct {
		Mean    float64
		Float32 map[string]float64 // how far torch's float32 is off
		Exact   map[string]golden.Digest
	}](t, "testdata/norms.json")
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		for _, c := range cases {
			tensor := func(name string, scale, shift float64, dims ...int) *tensors.Tensor {
				n := 1
				for _, d := range dims {
					n *= d
				}
				numbers := golden.Numbers(fmt.Sprintf("norm/%g/%s", c.Mean, name), n)
				return tensors.FromFlatDataAndDimensions(golden.Float32(numbers, scale, shift),
					dims...)
			}
			out := values(t, e, func(in []*graph.Node) []*graph.Node {
				zero := graph.ZerosLike(in[1])
				p := &pass{params: []*graph.Node{in[1], in[2], zero, graph.OnesLike(zero)},
					mode: Mode{Train: true}, updates: map[int]*graph.Node{}}
				y := norm{scale: 0, offset: 1, mean: 2, variance: 3}.forward(p, in[0])
				grads := graph.Gradient(graph.ReduceAllSum(graph.Mul(y, in[3])), in[:3]...)
				return append([]*graph.Node{y, p.updates[2], p.updates[3]}, grads...)
			}, tensor("x", 1, c.Mean, 4, 8, 6, 16), tensor("w", .25, 1, 16), tensor("b", 1, 0, 16),
				tensor("v", 1, 0, 4, 8, 6, 16))
			for i, name := range []string{"y", "mean", "var", "dx", "dw", "db"} {
				d := c.Exact[name].Distance(name, out[i])
				if !(d <= max(1e-5, c.Float32[name])) {
					t.Errorf("mean %g: %s is off by %.1e, torch's float32 by %.1e", c.Mean, name, d,
						c.Float32[name])
				}
			}
		}
	})
}
