package train

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// AdamW as fastai 1.0.48 runs it (fastai §7; Loshchilov & Hutter, "Decoupled weight decay
// regularization", 2019): decay first, at the scheduled rate, on every trained parameter (fastai's
// bn_wd), then Adam with β1 scheduled, β2 = 0.99, and its bias corrections from the current β1 and
// the total number of steps. ε stands where PyTorch had it in 2019, beside the uncorrected √v.
const (
	beta2       = .99
	adamEpsilon = 1e-8
	newBeta1    = .9 // β1 of an optimizer that no schedule has touched
)

// vector packs what a step needs of its hyper-parameters, in float64 until the end: for each group
// the factor 1−lr·wd and the step size lr·√(1−β2^t)/(1−β1^t), then β1. t counts steps from 1.
func (h hyper) vector(t int) []float32 {
	n := len(h.lrs)
	v := make([]float32, 2*n+1)
	c1, c2 := 1-math.Pow(h.beta1, float64(t)), 1-math.Pow(beta2, float64(t))
	for g, lr := range h.lrs {
		v[g] = float32(1 - lr*h.wd)
		v[n+g] = float32(lr * math.Sqrt(c2) / c1)
	}
	v[2*n] = float32(h.beta1)
	return v
}

// hyperNodes is the vector inside a graph.
type hyperNodes struct {
	vector *graph.Node
	groups int
}

func (h hyperNodes) at(i int) *graph.Node {
	return graph.Reshape(graph.Slice(h.vector, graph.AxisElem(i)))
}

// update gives a parameter's and its moments' next values.
func (h hyperNodes) update(group int, p, grad, m, v *graph.Node) (newP, newM, newV *graph.Node) {
	decay, step, b1 := h.at(group), h.at(h.groups+group), h.at(2*h.groups)
	newM = graph.Add(graph.Mul(m, b1), graph.Mul(grad, graph.OneMinus(b1)))
	newV = graph.Add(graph.MulScalar(v, beta2), graph.MulScalar(graph.Square(grad), 1-beta2))
	newP = graph.Sub(graph.Mul(p, decay), graph.Mul(step, graph.Div(newM, graph.AddScalar(graph.Sqrt(newV), adamEpsilon))))
	return newP, newM, newV
}
