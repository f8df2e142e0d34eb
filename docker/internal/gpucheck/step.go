package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// learningRate is PyTorch's in pytorch_rates.py.
const learningRate = 1e-3

// stepOptions say what a step computes. The zero value is one evaluation.
type stepOptions struct {
	gradients bool // loss, then gradients and running statistics, without dropout
	train     bool // loss, then new parameters and running statistics
	bfloat16  bool
}

// A step is a compiled function of a batch and all parameters.
type step struct {
	exec *graph.Exec
}

func newStep(eng *engine.Engine, net *model.Net, o stepOptions) (*step, error) {
	exec, err := graph.NewExec(eng.Backend,
		func(in []*graph.Node) []*graph.Node { return o.build(net, in) })
	if err != nil {
		return nil, err
	}
	return &step{exec}, nil
}

// build makes the graph: images, labels, random state, parameters → loss (or the logits' sum),
// parameters.
func (o stepOptions) build(net *model.Net, in []*graph.Node) []*graph.Node {
	x, labels, rng, params := in[0], in[1], in[2], in[3:]
	mode := model.Mode{Train: o.gradients || o.train}
	if o.train {
		mode.RNG = rng
	}
	if o.bfloat16 {
		mode.ComputeDType = dtypes.BFloat16
	}
	pass := net.Forward(x, params, mode)
	logits := graph.ConvertDType(pass.Logits, dtypes.Float32)
	if !mode.Train {
		return []*graph.Node{graph.ReduceAllSum(logits)}
	}
	right := graph.OneHot(labels, classes, dtypes.Float32)
	loss := graph.Neg(graph.DivScalar(graph.ReduceAllSum(graph.Mul(right,
		graph.LogSoftmax(logits))), float64(x.Shape().Dimensions[0])))
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
		case !p.Trainable() && pass.Updates[i] != nil:
			out = append(out, pass.Updates[i])
		case !p.Trainable():
			out = append(out, params[i])
		default:
			next := gradients[0]
			gradients = gradients[1:]
			if o.train {
				next = graph.Sub(params[i], graph.MulScalar(next, learningRate))
			}
			out = append(out, next)
		}
	}
	return out
}

// call runs the step; a panic of GoMLX's comes back as an error.
func (s *step) call(batch []*tensors.Tensor, params []*tensors.Tensor) (out []*tensors.Tensor,
	err error) {
	var inputs []any
	for _, t := range append(append([]*tensors.Tensor{}, batch...), params...) {
		inputs = append(inputs, t)
	}
	var inner error
	if err = engine.Call("running the step",
		func() { out, inner = s.exec.Call(inputs...) }); err != nil {
		return nil, err
	}
	return out, inner
}

func (s *step) close() { s.exec.Finalize() }

// newBatch makes images of noise, as after normalisation, labels and a random state, the same
// each time but for the shake.
func newBatch(s setting, shake float32) []*tensors.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	pixels := make([]float32, s.batch*s.size*s.size*3)
	for i := range pixels {
		pixels[i] = float32(r.NormFloat64()) * (1 + shake*float32(i%2))
	}
	labels := make([]int32, s.batch)
	for i := range labels {
		labels[i] = int32(i % classes)
	}
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(pixels, s.batch, s.size, s.size, 3),
		tensors.FromFlatDataAndDimensions(labels, s.batch),
		tensors.FromFlatDataAndDimensions([]uint64{1, 2, 3}, 3),
	}
}

// A rate is what a measurement gave; the zero value is none.
type rate struct {
	imagesPerSecond float64
	first           time.Duration // compiling and the first step
}

// measure times steps on parameters and a batch that stay on the device, as PyTorch's are.
func measure(eng *engine.Engine, arch string, s setting, kind string, training bool) (rate, error) {
	net, err := model.New(arch, classes, model.HeadOptions{})
	if err != nil {
		return rate{}, err
	}
	step, err := newStep(eng, net, stepOptions{train: training, bfloat16: kind == "bfloat16"})
	if err != nil {
		return rate{}, err
	}
	defer step.close()
	params, batch := net.Init(1), newBatch(s, 0)
	once := func() (*tensors.Tensor, error) {
		out, err := step.call(batch, params)
		if err != nil {
			return nil, err
		}
		if training {
			for _, old := range params {
				old.MustFinalizeAll()
			}
			params = out[1:]
		}
		return out[0], nil
	}
	several := func(n int) (time.Duration, error) {
		began := time.Now()
		for i := range n {
			result, err := once()
			if err != nil {
				return 0, err
			}
			if i == n-1 { // reading a number waits for the device
				if _, err := tensors.CopyFlatData[float32](result); err != nil {
					return 0, err
				}
			}
		}
		return time.Since(began), nil
	}
	var r rate
	if r.first, err = several(1); err != nil {
		return r, fmt.Errorf("%s: %w", rateName(training, kind), err)
	}
	if _, err = several(max(2, s.steps/4)); err != nil {
		return r, fmt.Errorf("%s: %w", rateName(training, kind), err)
	}
	took, err := several(s.steps)
	if err != nil {
		return r, fmt.Errorf("%s: %w", rateName(training, kind), err)
	}
	r.imagesPerSecond = float64(s.batch*s.steps) / took.Seconds()
	return r, nil
}
