package main

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// forward is an evaluation: images, labels, parameters → logits.
func forward(net *model.Net, in []*graph.Node) []*graph.Node {
	return []*graph.Node{net.Forward(in[0], in[2:], model.Mode{}).Logits}
}

// gradients is a training step without dropout: images, labels, parameters → loss and, by
// parameter, its gradient or a running statistic's next value.
func gradients(net *model.Net, in []*graph.Node) []*graph.Node {
	x, labels, params := in[0], in[1], in[2:]
	pass := net.Forward(x, params, model.Mode{Train: true})
	right := graph.OneHot(labels, classes, dtypes.Float32)
	loss := graph.Neg(graph.DivScalar(graph.ReduceAllSum(graph.Mul(right,
		graph.LogSoftmax(pass.Logits))), float64(x.Shape().Dimensions[0])))
	var trained []*graph.Node
	for i, p := range net.Params {
		if p.Trainable() {
			trained = append(trained, params[i])
		}
	}
	gradients := graph.Gradient(loss, trained...)
	out := []*graph.Node{loss}
	for i, p := range net.Params {
		switch {
		case p.Trainable():
			out, gradients = append(out, gradients[0]), gradients[1:]
		case pass.Updates[i] != nil:
			out = append(out, pass.Updates[i])
		default:
			out = append(out, params[i])
		}
	}
	return out
}

// compute runs a function of a batch and the network's first parameters, once for each shake.
func compute(eng *engine.Engine, net *model.Net,
	build func(*model.Net, []*graph.Node) []*graph.Node, s setting, shakes ...float32) (
	results [][][]float32, err error) {
	run := func() error {
		exec, err := graph.NewExec(eng.Backend,
			func(in []*graph.Node) []*graph.Node { return build(net, in) })
		if err != nil {
			return err
		}
		defer exec.Finalize()
		for _, shake := range shakes {
			x, labels := newBatch(s, shake)
			inputs := []any{x, labels}
			for _, p := range net.Init(1) {
				inputs = append(inputs, p)
			}
			out, err := exec.Call(inputs...)
			if err != nil {
				return err
			}
			var values [][]float32
			for i, t := range out {
				v, err := tensors.CopyFlatData[float32](t)
				if err != nil {
					return fmt.Errorf("reading output %d: %w", i, err)
				}
				values = append(values, v)
			}
			results = append(results, values)
		}
		return nil
	}
	var inner error
	err = engine.Call("a step on "+eng.Name, func() { inner = run() })
	return results, errors.Join(err, inner)
}

// newBatch makes images of noise and their labels. shake enlarges every second value by that
// fraction of itself.
func newBatch(s setting, shake float32) (x, labels *tensors.Tensor) {
	r := rand.New(rand.NewPCG(1, 2))
	pixels := make([]float32, s.batch*s.size*s.size*3)
	for i := range pixels {
		pixels[i] = float32(r.NormFloat64()) * (1 + shake*float32(i%2))
	}
	numbers := make([]int32, s.batch)
	for i := range numbers {
		numbers[i] = int32(i % classes)
	}
	return tensors.FromFlatDataAndDimensions(pixels, s.batch, s.size, s.size, 3),
		tensors.FromFlatDataAndDimensions(numbers, s.batch)
}
