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

// norm is batch normalisation over all axes but the last, as torch has it: normalisation with the
// biased batch variance, running statistics that keep 0.9 of the old value and take 0.1 of the new,
// the unbiased variance among them.
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
	factor := graph.Div(p.param(n.scale), graph.Sqrt(graph.AddScalar(p.param(n.variance), normEpsilon)))
	return scaleShift(x, factor, graph.Sub(p.param(n.offset), graph.Mul(p.param(n.mean), factor)))
}

func (n norm) train(p *pass, x *graph.Node) *graph.Node {
	channels := x.Shape().Dimensions[x.Rank()-1]
	count := float64(x.Shape().Size() / channels)
	still := graph.StopGradient(x)

	// Sums are taken around the first pixel's values: E[d²]−E[d]² then loses no digits to a large
	// mean.
	first := graph.Reshape(graph.Slice(graph.Reshape(still, -1, channels), graph.AxisElem(0), graph.AxisRange()), channels)
	d := scaleShift(still, nil, graph.Neg(first))
	meanD := graph.MulScalar(sumRows(d), 1/count)
	variance := graph.MaxScalar(graph.Sub(graph.MulScalar(sumRows(graph.Square(d)), 1/count), graph.Square(meanD)), 0)
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

// wideRow is about how many columns a sum over rows should have: XLA's CPU code adds wide rows with
// vector instructions and narrow ones a number at a time.
const wideRow = 4096

// mostSummed is how many values one sum over rows may take: XLA's CPU plugin of 2026 (YNNPACK)
// crashes the process somewhere above 2^25.
const mostSummed = 1 << 24

// sumRows sums over all axes but the last, in steps: k rows side by side; in pieces, where there
// are very many values; then the pieces and the k partial sums.
func sumRows(x *graph.Node) *graph.Node {
	channels := x.Shape().Dimensions[x.Rank()-1]
	rows := x.Shape().Size() / channels
	k := 1
	for rows%(2*k) == 0 && 2*k*channels <= wideRow {
		k *= 2
	}
	n, pieces := rows/k, 1
	for n%pieces != 0 || n/pieces*k*channels > mostSummed {
		pieces++
	}
	sum := graph.Reshape(x, pieces, n/pieces, k*channels)
	if pieces > 1 {
		sum = graph.ReduceSum(sum, 1)
	} else {
		sum = graph.Reshape(sum, n, k*channels)
	}
	sum = graph.ReduceSum(sum, 0)
	if k == 1 {
		return sum
	}
	return graph.ReduceSum(graph.Reshape(sum, k, channels), 0)
}
