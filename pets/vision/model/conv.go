package model

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// conv is a square convolution without bias, padded by half its kernel. Its weight is HWIO.
type conv struct {
	weight, kernel, stride int
	depthwise              bool
}

func (c conv) forward(p *pass, x *graph.Node) *graph.Node {
	w := p.param(c.weight)
	if w.DType() != x.DType() {
		w = graph.ConvertDType(w, x.DType())
	}
	switch {
	case c.depthwise:
		return depthwise(x, w, c.stride)
	case c.kernel == 1:
		return pointwise(x, w, c.stride)
	case c.kernel == 3 && c.stride == 1 && winogradPays(p, x, w):
		return winograd(x, w)
	case p.goBackend:
		return shifted(x, w, c.stride)
	}
	pad := c.kernel / 2
	return graph.Convolve(x, w).Strides(c.stride).PaddingPerDim([][2]int{{pad, pad},
		{pad, pad}}).Done()
}

// pointwise is a 1×1 convolution as a matrix product over pixels, whose gradients are products too.
func pointwise(x, w *graph.Node, stride int) *graph.Node {
	if stride > 1 {
		d := x.Shape().Dimensions
		x = view(x, 0, 0, stride, outSize(d[1], 1, stride), outSize(d[2], 1, stride))
	}
	d, k := x.Shape().Dimensions, w.Shape().Dimensions
	y := graph.MatMul(graph.Reshape(x, d[0]*d[1]*d[2], k[2]), graph.Reshape(w, k[2], k[3]))
	return graph.Reshape(y, d[0], d[1], d[2], k[3])
}

// taps calls visit for each position of the kernel, with the view of the padded image that it
// multiplies: [B, outH, outW, C].
func taps(x *graph.Node, kernel, stride int, visit func(i, j int, view *graph.Node)) {
	d := x.Shape().Dimensions
	padded := padAround(x, kernel/2)
	outH, outW := outSize(d[1], kernel, stride), outSize(d[2], kernel, stride)
	for i := range kernel {
		for j := range kernel {
			visit(i, j, view(padded, i, j, stride, outH, outW))
		}
	}
}

// view returns every stride-th pixel of x from (i, j) on, h×w of them.
func view(x *graph.Node, i, j, stride, h, w int) *graph.Node {
	return graph.Slice(x, graph.AxisRange(),
		graph.AxisRange(i, i+(h-1)*stride+1).Stride(stride),
		graph.AxisRange(j, j+(w-1)*stride+1).Stride(stride), graph.AxisRange())
}

// outSize is the output's side for a kernel padded by half of itself.
func outSize(side, kernel, stride int) int { return (side+2*(kernel/2)-kernel)/stride + 1 }

// padAround adds p zeros on all four sides. graph.Pad has no gradient: use it only inside custom
// functions.
func padAround(x *graph.Node, p int) *graph.Node {
	if p == 0 {
		return x
	}
	side := compute.PadAxis{Start: p, End: p}
	return graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), compute.PadAxis{}, side, side,
		compute.PadAxis{})
}

// spread puts stride-1 zeros between the pixels of v, [B, h, w, C]: a strided convolution's input
// gradient becomes an unstrided one's.
func spread(v *graph.Node, h, w, stride int) *graph.Node {
	if stride == 1 {
		return v
	}
	d := v.Shape().Dimensions
	axis := func(have, want int) compute.PadAxis {
		return compute.PadAxis{Interior: stride - 1, End: want - ((have-1)*stride + 1)}
	}
	return graph.Pad(v, graph.ScalarZero(v.Graph(), v.DType()), compute.PadAxis{}, axis(d[1], h),
		axis(d[2], w), compute.PadAxis{})
}

// still hides how y is computed from GoMLX's differentiation, and joins it to the wrapped inputs by
// zero times each.
func still(y *graph.Node, wrapped ...*graph.Node) *graph.Node {
	y = graph.StopGradient(y)
	for _, x := range wrapped {
		y = graph.Add(y, graph.MulScalar(graph.ReduceAllSum(graph.Slice(x, first(x.Rank())...)), 0))
	}
	return y
}

func first(rank int) []graph.SliceAxisSpec {
	at := make([]graph.SliceAxisSpec, rank)
	for i := range at {
		at[i] = graph.AxisElem(0)
	}
	return at
}

// depthwise is a 3×3 convolution of every channel with its own kernel, w [3, 3, 1, C]: nine shifted
// multiply-adds.
func depthwise(x, w *graph.Node, stride int) *graph.Node {
	var c custom
	kernel := w.Shape().Dimensions[0]
	d := x.Shape().Dimensions
	xs, ws := graph.StopGradient(x), graph.StopGradient(w)
	xIn, wIn := c.input(x), c.input(w)
	y := still(settled(depthwiseSum(xs, ws, stride), ws), xIn, wIn)
	return c.output(y, func(v *graph.Node) []*graph.Node {
		v = settled(v, ws)
		var dw []*graph.Node
		taps(xs, kernel, stride, func(_, _ int, view *graph.Node) {
			dw = append(dw, graph.Reshape(sumRows(sumQuarters(graph.Mul(view, v))), 1, d[3]))
		})
		dx := depthwiseSum(spread(v, d[1], d[2], stride), graph.Reverse(ws, 0, 1), 1)
		return []*graph.Node{dx, graph.Reshape(graph.Concatenate(dw, 0), kernel, kernel, 1, d[3])}
	})
}

func depthwiseSum(x, w *graph.Node, stride int) *graph.Node {
	channels := x.Shape().Dimensions[3]
	var sum *graph.Node
	taps(x, w.Shape().Dimensions[0], stride, func(i, j int, view *graph.Node) {
		tap := graph.Reshape(graph.Slice(w, graph.AxisElem(i), graph.AxisElem(j), graph.AxisRange(),
			graph.AxisRange()), 1, 1, 1, channels)
		sum = plus(sum, graph.Mul(view, tap))
	})
	return sum
}

// convolved is a square convolution that sum computes, and its input's gradient too.
func convolved(x, w *graph.Node, stride int, sum func(x, w *graph.Node, stride int) *graph.Node,
	kernelGradient func(x, v *graph.Node, kernel, stride int) *graph.Node) *graph.Node {
	var c custom
	d, kernel := x.Shape().Dimensions, w.Shape().Dimensions[0]
	xs, ws := graph.StopGradient(x), graph.StopGradient(w)
	xIn, wIn := c.input(x), c.input(w)
	y := still(settled(sum(xs, ws, stride), ws), xIn, wIn)
	return c.output(y, func(v *graph.Node) []*graph.Node {
		v = settled(v, ws)
		back := graph.TransposeAllAxes(graph.Reverse(ws, 0, 1), 0, 1, 3, 2)
		dx := sum(spread(v, d[1], d[2], stride), back, 1)
		return []*graph.Node{dx, kernelGradient(xs, v, kernel, stride)}
	})
}

// shifted is any square convolution as one matrix product a tap, several times faster on the Go
// backend than its own convolution.
func shifted(x, w *graph.Node, stride int) *graph.Node {
	return convolved(x, w, stride, shiftedSum, shiftedGradient)
}

func shiftedGradient(x, v *graph.Node, kernel, stride int) *graph.Node {
	d := v.Shape().Dimensions
	channels, pixels := x.Shape().Dimensions[3], d[0]*d[1]*d[2]
	v = graph.Reshape(v, pixels, d[3])
	var dw []*graph.Node
	taps(x, kernel, stride, func(_, _ int, view *graph.Node) {
		dw = append(dw, graph.Reshape(graph.DotGeneral(graph.Reshape(view, pixels, channels),
			[]int{0}, nil, v, []int{0}, nil), 1, channels, d[3]))
	})
	return graph.Reshape(graph.Concatenate(dw, 0), kernel, kernel, channels, d[3])
}

func shiftedSum(x, w *graph.Node, stride int) *graph.Node {
	d, k := x.Shape().Dimensions, w.Shape().Dimensions
	outH, outW := outSize(d[1], k[0], stride), outSize(d[2], k[1], stride)
	var sum *graph.Node
	taps(x, k[0], stride, func(i, j int, view *graph.Node) {
		tap := graph.Reshape(graph.Slice(w, graph.AxisElem(i), graph.AxisElem(j), graph.AxisRange(),
			graph.AxisRange()), k[2], k[3])
		sum = plus(sum, graph.MatMul(graph.Reshape(view, d[0]*outH*outW, k[2]), tap))
	})
	return graph.Reshape(sum, d[0], outH, outW, k[3])
}

func plus(sum, x *graph.Node) *graph.Node {
	if sum == nil {
		return x
	}
	return graph.Add(sum, x)
}
