package train

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// AdamW as in fastai 1.0.48 (fastai §7; Loshchilov & Hutter, "Decoupled weight decay
// regularization", 2019): decay first, at the scheduled learning rate, on every trained parameter
// (bn_wd), then Adam with scheduled β1, β2 = 0.99, and bias corrections from the current β1 and the
// total number of steps. ε is added to the uncorrected √v, as in PyTorch in 2019.
const (
	beta2       = .99
	adamEpsilon = 1e-8
	newBeta1    = .9 // β1 before any schedule
)

// vector returns a step's numbers, computed in float64: for each group the factor 1−lr·wd and the
// step size lr·√(1−β2^t)/(1−β1^t), then β1, then the largest norm if there is one. t counts from 1.
func (h hyper) vector(t int) []float32 {
	n := len(h.lrs)
	v := make([]float32, 2*n+1)
	c1, c2 := 1-math.Pow(h.beta1, float64(t)), 1-math.Pow(beta2, float64(t))
	for g, lr := range h.lrs {
		v[g] = float32(1 - lr*h.wd)
		v[n+g] = float32(lr * math.Sqrt(c2) / c1)
	}
	v[2*n] = float32(h.beta1)
	if h.clip > 0 {
		v = append(v, float32(h.clip))
	}
	return v
}

type hyperNodes struct {
	vector *graph.Node
	groups int
}

func (h hyperNodes) at(i int) *graph.Node {
	return graph.Reshape(graph.Slice(h.vector, graph.AxisElem(i)))
}

// clip scales gradients down where their global norm exceeds the largest one, as torch's
// clip_grad_norm_ does.
func (h hyperNodes) clip(grads []*graph.Node) []*graph.Node {
	largest := 2*h.groups + 1
	if h.vector.Shape().Size() == largest {
		return grads
	}
	var sum *graph.Node
	for _, g := range grads {
		if square := graph.ReduceAllSum(graph.Square(g)); sum == nil {
			sum = square
		} else {
			sum = graph.Add(sum, square)
		}
	}
	factor := graph.MinScalar(graph.Div(h.at(largest), graph.AddScalar(graph.Sqrt(sum), 1e-6)), 1)
	clipped := make([]*graph.Node, len(grads))
	for i, g := range grads {
		clipped[i] = graph.Mul(g, factor)
	}
	return clipped
}

func (h hyperNodes) update(group int, p, grad, m, v *graph.Node) (newP, newM, newV *graph.Node) {
	decay, step, b1 := h.at(group), h.at(h.groups+group), h.at(2*h.groups)
	newM = graph.Add(graph.Mul(m, b1), graph.Mul(grad, graph.OneMinus(b1)))
	newV = graph.Add(graph.MulScalar(v, beta2), graph.MulScalar(graph.Square(grad), 1-beta2))
	newP = graph.Sub(graph.Mul(p, decay),
		graph.Mul(step, graph.Div(newM, graph.AddScalar(graph.Sqrt(newV), adamEpsilon))))
	return newP, newM, newV
}
