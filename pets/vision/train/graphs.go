package train

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/spec"
	"gopets/pets/vision/model"
)

const (
	kindStep    = "step"     // a whole training step
	kindGrads   = "grads"    // gradients of an inner batch, added to earlier ones
	kindApply   = "apply"    // the optimizer, after the last inner batch
	kindEval    = "eval"     // logits
	kindGradCAM = "grad-cam" // heat maps

	kindTransforms = "transforms" // of stored images
)

// plan is what the graphs of a network depend on while the same parameters train. It is immutable.
type plan struct {
	net     *model.Net
	shape   planShape
	from    int    // first layer group that trains wholly
	trains  []bool // per parameter
	trained []int  // indices of the parameters that train
	running []int  // indices of the running statistics
}

type planShape struct {
	stats     spec.Stats
	smoothing float64
	weights   classWeights // of the loss
	compute   dtypes.DType // of convolutions and linear layers; invalid: the parameters' own
}

func newPlan(net *model.Net, shape planShape, from int) *plan {
	p := &plan{net: net, shape: shape, from: from, trains: net.Frozen(from, true)}
	for i, param := range net.Params {
		switch {
		case p.trains[i]:
			p.trained = append(p.trained, i)
		case !param.Trainable():
			p.running = append(p.running, i)
		}
	}
	return p
}

func (p *plan) builder(kind string) func([]*graph.Node) []*graph.Node {
	return map[string]func([]*graph.Node) []*graph.Node{
		kindStep: p.buildStep, kindGrads: p.buildGrads, kindApply: p.buildApply,
		kindEval: p.buildEval, kindGradCAM: p.buildGradCAM,
	}[kind]
}

func split(in []*graph.Node, lengths ...int) [][]*graph.Node {
	parts := make([][]*graph.Node, len(lengths))
	for i, n := range lengths {
		parts[i], in = in[:n], in[n:]
	}
	return parts
}

func pick[T any](list []T, indices []int) []T {
	out := make([]T, len(indices))
	for k, i := range indices {
		out[k] = list[i]
	}
	return out
}

// forward normalises images in [0,1] and runs the network, in training mode if there is an rng.
func (p *plan) forward(x *graph.Node, params []*graph.Node, rng *graph.Node) model.Pass {
	g := x.Graph()
	mean := graph.Reshape(graph.Const(g, p.shape.stats.Mean[:]), 1, 1, 1, 3)
	std := graph.Reshape(graph.Const(g, p.shape.stats.Std[:]), 1, 1, 1, 3)
	return p.net.Forward(graph.Div(graph.Sub(x, mean), std), params, model.Mode{Train: rng != nil,
		RNG: rng, ComputeDType: p.shape.compute})
}

// crossEntropy is the mean over the batch of −log softmax(logits)[label] (fastai §6.1). With
// smoothing ε the target is (1−ε) of that and ε of the mean over all classes (fastai's
// LabelSmoothingCrossEntropy). With weights it is the weighted mean (torch's CrossEntropyLoss).
// Validation and interpretation neither smooth nor weigh, unlike in fastai, so valid_loss is
// comparable between learners.
func crossEntropy(logits, labels *graph.Node, shape planShape) *graph.Node {
	logits = graph.ConvertDType(logits, dtypes.Float32)
	rows, classes := logits.Shape().Dimensions[0], logits.Shape().Dimensions[1]
	logs, targets := graph.LogSoftmax(logits), graph.OneHot(labels, classes, dtypes.Float32)
	mean := func(sum *graph.Node) *graph.Node { return graph.DivScalar(sum, -float64(rows)) }
	if shape.weights != "" {
		w := graph.Const(logits.Graph(), [][]float32{shape.weights.values()})
		total := graph.ReduceAllSum(graph.Mul(targets, w))
		logs, mean = graph.Mul(logs, w),
			func(sum *graph.Node) *graph.Node { return graph.Neg(graph.Div(sum, total)) }
	}
	loss := mean(graph.ReduceAllSum(graph.Mul(logs, targets)))
	if shape.smoothing == 0 {
		return loss
	}
	even := graph.DivScalar(mean(graph.ReduceAllSum(logs)), float64(classes))
	return graph.Add(graph.MulScalar(loss, 1-shape.smoothing),
		graph.MulScalar(even, shape.smoothing))
}

// gradients returns the loss, gradients of what trains, and the running statistics after the batch.
func (p *plan) gradients(x, labels, rng *graph.Node, params []*graph.Node) (loss *graph.Node, grads,
	stats []*graph.Node) {
	pass := p.forward(x, params, rng)
	loss = crossEntropy(pass.Logits, labels, p.shape)
	for _, i := range p.running {
		stat := params[i]
		if u := pass.Updates[i]; u != nil {
			stat = u
		}
		stats = append(stats, stat)
	}
	return loss, graph.Gradient(loss, pick(params, p.trained)...), stats
}

func (p *plan) optimize(vector *graph.Node, params, grads, m, v []*graph.Node) []*graph.Node {
	h := hyperNodes{vector, p.net.Groups()}
	grads = h.clip(grads)
	n := len(grads)
	out := make([]*graph.Node, 3*n)
	for k, i := range p.trained {
		out[k], out[n+k], out[2*n+k] = h.update(p.net.Params[i].Group, params[k], grads[k], m[k],
			v[k])
	}
	return out
}

// buildStep: x, labels, rng, hyper, all params, moments → loss, running statistics, trained params,
// moments.
func (p *plan) buildStep(in []*graph.Node) []*graph.Node {
	n := len(p.trained)
	parts := split(in, 4, len(p.net.Params), n, n)
	batch, params := parts[0], parts[1]
	loss, grads, stats := p.gradients(batch[0], batch[1], batch[2], params)
	out := append([]*graph.Node{loss}, stats...)
	return append(out, p.optimize(batch[3], pick(params, p.trained), grads, parts[2], parts[3])...)
}

// buildGrads: x, labels, rng, all params, gradient sums → loss, running statistics, gradient sums.
func (p *plan) buildGrads(in []*graph.Node) []*graph.Node {
	parts := split(in, 3, len(p.net.Params), len(p.trained))
	batch, params, sums := parts[0], parts[1], parts[2]
	loss, grads, stats := p.gradients(batch[0], batch[1], batch[2], params)
	out := append([]*graph.Node{loss}, stats...)
	for k, g := range grads {
		out = append(out, graph.Add(sums[k], g))
	}
	return out
}

// buildApply: hyper, 1/(number of inner batches), trained params, gradient sums, moments → trained
// params, moments.
func (p *plan) buildApply(in []*graph.Node) []*graph.Node {
	n := len(p.trained)
	parts := split(in, 2, n, n, n, n)
	vector, share := parts[0][0], parts[0][1]
	grads := make([]*graph.Node, n)
	for k, sum := range parts[2] {
		grads[k] = graph.Mul(sum, share)
	}
	return p.optimize(vector, parts[1], grads, parts[3], parts[4])
}

// buildEval: x, all params → logits.
func (p *plan) buildEval(in []*graph.Node) []*graph.Node {
	return []*graph.Node{graph.ConvertDType(p.forward(in[0], in[1:], nil).Logits, dtypes.Float32)}
}

// buildGradCAM: x, classes, all params → maps [rows,h,w]. In evaluation mode rows are independent,
// so the gradient of the sum of the rows' logits holds each row's own.
func (p *plan) buildGradCAM(in []*graph.Node) []*graph.Node {
	pass := p.forward(in[0], in[2:], nil)
	logits := graph.ConvertDType(pass.Logits, dtypes.Float32)
	score := graph.ReduceAllSum(graph.Mul(logits, graph.OneHot(in[1], p.net.Classes,
		dtypes.Float32)))
	weights := graph.ReduceAndKeep(graph.Gradient(score, pass.Features)[0], graph.ReduceMean, 1, 2)
	return []*graph.Node{graph.ConvertDType(graph.MaxScalar(graph.ReduceSum(graph.Mul(pass.Features,
		weights), -1), 0), dtypes.Float32)}
}
