package model

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// torch's constants of BatchNorm1d and BatchNorm2d.
const (
	normEpsilon  = 1e-5
	normMomentum = 0.1
)

// norm is torch's batch normalisation over all axes but the last: normalisation with the biased
// batch variance; running statistics that keep 0.9 of the old value and take 0.1 of the new, with
// the unbiased variance.
type norm struct {
	scale, offset, mean, variance int // indices of the parameters
	group                         int // layer group
}

func (n norm) forward(p *pass, x *graph.Node) *graph.Node {
	dtype := x.DType()
	if dtype == dtypes.BFloat16 || dtype == dtypes.Float16 {
		x = graph.ConvertDType(x, dtypes.Float32)
	}
	var y *graph.Node
	if p.mode.Train && n.group >= p.mode.EvalBelow {
		y = n.train(p, x)
	} else {
		y = n.eval(p, x)
	}
	return graph.ConvertDType(y, dtype)
}

func (n norm) eval(p *pass, x *graph.Node) *graph.Node {
	factor := graph.Div(p.param(n.scale),
		graph.Sqrt(graph.AddScalar(p.param(n.variance), normEpsilon)))
	return scaleShift(x, factor, graph.Sub(p.param(n.offset), graph.Mul(p.param(n.mean), factor)))
}

func (n norm) train(p *pass, x *graph.Node) *graph.Node {
	channels := x.Shape().Dimensions[x.Rank()-1]
	count := float64(x.Shape().Size() / channels)
	still := graph.StopGradient(x)

	// Sums are taken around the first pixel's values: E[d²]−E[d]² then loses no digits to a large
	// mean.
	first := graph.Reshape(graph.Slice(graph.Reshape(still, -1, channels), graph.AxisElem(0),
		graph.AxisRange()), channels)
	d := scaleShift(still, nil, graph.Neg(first))
	meanD := graph.MulScalar(sumRows(d), 1/count)
	variance := graph.MaxScalar(graph.Sub(graph.MulScalar(sumRows(graph.Square(d)), 1/count),
		graph.Square(meanD)), 0)
	mean := graph.Add(meanD, first)
	inverse := graph.Reciprocal(graph.Sqrt(graph.AddScalar(variance, normEpsilon)))

	p.update(n.mean, mean)
	p.update(n.variance, graph.MulScalar(variance, count/max(count-1, 1)))

	var c custom
	scale := graph.StopGradient(p.param(n.scale))
	xIn, scaleIn, offsetIn := c.input(x), c.input(p.param(n.scale)), c.input(p.param(n.offset))
	factor := graph.Mul(scaleIn, inverse)
	y := scaleShift(xIn, factor, graph.Sub(offsetIn, graph.Mul(mean, factor)))
	return c.output(y, func(v *graph.Node) []*graph.Node {
		v = settled(v, scale)
		sumV := sumRows(v)
		// Σ v·x̂, again around the first pixel.
		sumVX := graph.Mul(inverse, graph.Sub(sumRows(graph.Mul(v, d)), graph.Mul(meanD, sumV)))
		// dx = scale·inverse·(v − Σv/N − x̂·Σvx̂/N), written as a·v + b·d + e.
		a := graph.Mul(scale, inverse)
		b := graph.MulScalar(graph.Mul(graph.Mul(a, inverse), sumVX), -1/count)
		e := graph.Neg(graph.Add(graph.MulScalar(graph.Mul(a, sumV), 1/count), graph.Mul(b, meanD)))
		dx := graph.Add(scaleShift(v, a, e), scaleShift(d, b, nil))
		return []*graph.Node{dx, sumVX, sumV}
	})
}

// scaleShift is x·factor + shift with [C] vectors over the last axis; nil leaves one out.
func scaleShift(x, factor, shift *graph.Node) *graph.Node {
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[x.Rank()-1] = x.Shape().Dimensions[x.Rank()-1]
	if factor != nil {
		x = graph.Mul(x, graph.Reshape(factor, dims...))
	}
	if shift != nil {
		x = graph.Add(x, graph.Reshape(shift, dims...))
	}
	return x
}
