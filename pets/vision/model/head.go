package model

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/spec"
)

// linear is a fully connected layer; its weight is [in, out].
type linear struct{ weight, bias int }

func (l linear) forward(p *pass, x *graph.Node) *graph.Node {
	w, b := p.param(l.weight), p.param(l.bias)
	if d := p.mode.ComputeDType; d != dtypes.InvalidDType {
		return graph.Add(graph.ConvertDType(graph.MatMul(graph.ConvertDType(x, d),
			graph.ConvertDType(w, d)), w.DType()), graph.InsertAxes(b, 0))
	}
	return graph.Add(graph.MatMul(x, w), graph.InsertAxes(b, 0))
}

// head is fastai's classifier: [max pool, average pool], then batch norm, dropout, linear for every
// layer, ReLU between them.
type head struct {
	norms    []norm
	linears  []linear
	dropouts []float64
	widths   []int
}

// head declares the head over the body, with fastai's numbering: pool 0, flatten 1, then batch
// norm, dropout, linear, ReLU.
func (m *maker) head(classes int, o HeadOptions) head {
	o = spec.Defaults(o)
	h := head{widths: append(append([]int{2 * m.channels}, o.Hidden...), classes)}
	for i := range len(h.widths) - 1 {
		at := 2 + 4*i
		rate := o.Dropout.Get()
		if i < len(o.Hidden) {
			rate /= 2
		}
		h.norms = append(h.norms, m.normOf(fmt.Sprintf("head.%d", at), h.widths[i]))
		h.dropouts = append(h.dropouts, rate)
		h.linears = append(h.linears, m.linear(fmt.Sprintf("head.%d", at+2), h.widths[i],
			h.widths[i+1]))
	}
	return h
}

// forward returns logits [B, classes] in the parameters' type.
func (h head) forward(p *pass, x *graph.Node) *graph.Node {
	x = graph.ConvertDType(x, p.param(h.linears[0].weight).DType())
	x = graph.Concatenate([]*graph.Node{globalMaxPool(x), graph.ReduceMean(x, 1, 2)}, -1)
	for i, l := range h.linears {
		if i > 0 {
			x = relu(x, 0)
		}
		x = l.forward(p, p.dropout(h.norms[i].forward(p, x), h.dropouts[i]))
	}
	return x
}

// dropout zeroes a fraction of the values in training and scales the others up (Srivastava et al.
// 2014).
func (p *pass) dropout(x *graph.Node, rate float64) *graph.Node {
	if !p.mode.Train || p.rng == nil || rate == 0 {
		return x
	}
	var u *graph.Node
	p.rng, u = graph.RandomUniform(p.rng, shapes.Make(dtypes.Float32, x.Shape().Dimensions...))
	keep := graph.GreaterOrEqual(u, graph.Scalar(x.Graph(), dtypes.Float32, rate))
	return graph.MulScalar(graph.Where(keep, x, graph.ZerosLike(x)), 1/(1-rate))
}
