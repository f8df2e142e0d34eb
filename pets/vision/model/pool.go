package model

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// The maximum of a window is found by index, never by comparing values for equality: XLA may
// compute a value twice, in two fused kernels that round differently, and the window's gradient
// would be lost.

// maxPool is torch's MaxPool2d(3, stride 2, padding 1), which pads with −∞. The gradient goes to
// the first maximum of a window, in row-major order, as in torch.
func maxPool(x *graph.Node) *graph.Node {
	pool := func(x *graph.Node) *graph.Node {
		return graph.MaxPool(x).Window(3).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
	}
	var c custom
	xs := graph.StopGradient(x)
	return c.output(pool(c.input(x)), func(v *graph.Node) []*graph.Node {
		return []*graph.Node{unpool(xs, v)}
	})
}

// unpool adds for every pixel of x the gradients v of the windows whose first maximum it is.
func unpool(x, v *graph.Node) *graph.Node {
	g, d, o := x.Graph(), x.Shape().Dimensions, v.Shape().Dimensions
	around := func(side, out int) compute.PadAxis {
		return compute.PadAxis{Start: 1,
			End: 2*out + 1 - side}
	}
	padded := graph.Pad(x, graph.Infinity(g, x.DType(), -1), compute.PadAxis{}, around(d[1], o[1]),
		around(d[2], o[2]), compute.PadAxis{})
	at := func(i, j int) *graph.Node { return view(padded, i, j, 2, o[1], o[2]) }

	// winner is the index, 3i+j, of the window's first maximum.
	best := at(0, 0)
	winner := graph.Zeros(g, shapes.Make(dtypes.Int32, o...))
	for k := 1; k < 9; k++ {
		rival := at(k/3, k%3)
		wins := graph.GreaterThan(rival, best)
		best = graph.Where(wins, rival, best)
		winner = graph.Where(wins, graph.Scalar(g, dtypes.Int32, k), winner)
	}
	share := func(i, j int) *graph.Node {
		return graph.Where(graph.Equal(winner, graph.Scalar(g, dtypes.Int32, 3*i+j)), v,
			graph.ZerosLike(v))
	}
	// An even row 2a is the middle of window a; an odd row 2a+1 is the last of window a and the
	// first of window a+1. Columns alike.
	columns := func(i int) *graph.Node {
		return interleave(share(i, 1), graph.Add(share(i, 2), next(share(i, 0), 2)), 2)
	}
	all := interleave(columns(1), graph.Add(columns(2), next(columns(0), 1)), 1)
	return graph.Slice(all, graph.AxisRange(), graph.AxisRange(0, d[1]), graph.AxisRange(0, d[2]),
		graph.AxisRange())
}

// globalMaxPool is the maximum over rows and columns, [B, H, W, C] to [B, C]; the gradient goes to
// the first maximum, as in torch.
func globalMaxPool(x *graph.Node) *graph.Node {
	d := x.Shape().Dimensions
	flat := graph.Reshape(x, d[0], d[1]*d[2], d[3])
	var c custom
	winner := graph.ArgMax(graph.StopGradient(flat), 1, dtypes.Int32)
	return c.output(graph.ReduceMax(c.input(flat), 1), func(v *graph.Node) []*graph.Node {
		position := graph.Iota(x.Graph(), shapes.Make(dtypes.Int32, flat.Shape().Dimensions...), 1)
		is := graph.Equal(position, graph.BroadcastToShape(graph.InsertAxes(winner, 1),
			position.Shape()))
		v = graph.BroadcastToShape(graph.InsertAxes(v, 1), flat.Shape())
		return []*graph.Node{graph.Where(is, v, graph.ZerosLike(v))}
	})
}

// interleave takes slices of a and b in turn along axis.
func interleave(a, b *graph.Node, axis int) *graph.Node {
	d := append([]int(nil), a.Shape().Dimensions...)
	d[axis] *= 2
	return graph.Reshape(graph.Stack([]*graph.Node{a, b}, axis+1), d...)
}

// next shifts x by one along axis: element a becomes what a+1 was, the last becomes zero.
func next(x *graph.Node, axis int) *graph.Node {
	at := []graph.SliceAxisSpec{graph.AxisRange(), graph.AxisRange(), graph.AxisRange(),
		graph.AxisRange()}
	at[axis] = graph.AxisRange(1)
	pad := make([]compute.PadAxis, 4)
	pad[axis].End = 1
	return graph.Pad(graph.Slice(x, at...), graph.ScalarZero(x.Graph(), x.DType()), pad...)
}
