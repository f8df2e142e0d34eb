package model

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// maxPool is torch's MaxPool2d(3, stride 2, padding 1), which pads with −∞. The gradient goes to the first maximum of a window, in
// row-major order, as torch's does.
func maxPool(x *graph.Node) *graph.Node {
	pool := func(x *graph.Node) *graph.Node {
		return graph.MaxPool(x).Window(3).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
	}
	d := x.Shape().Dimensions
	if d[1]%2 != 0 || d[2]%2 != 0 {
		return pool(x)
	}
	var c custom
	xs := graph.StopGradient(x)
	y := graph.StopGradient(pool(xs))
	return c.output(pool(c.input(x)), func(v *graph.Node) []*graph.Node {
		return []*graph.Node{unpool(xs, y, v)}
	})
}

// unpool gives every pixel of x the gradients v of the windows whose first maximum it is.
func unpool(x, y, v *graph.Node) *graph.Node {
	g, d := x.Graph(), x.Shape().Dimensions
	outH, outW := d[1]/2, d[2]/2
	side := compute.PadAxis{Start: 1, End: 1}
	padded := graph.Pad(x, graph.Scalar(g, x.DType(), -1e30), compute.PadAxis{}, side, side, compute.PadAxis{})

	// share[i][j] is v where the window's position (i, j) is its first maximum.
	var share [3][3]*graph.Node
	var taken *graph.Node
	for i := range 3 {
		for j := range 3 {
			view := graph.Slice(padded, graph.AxisRange(), graph.AxisRange(i, i+2*outH-1).Stride(2), graph.AxisRange(j, j+2*outW-1).Stride(2), graph.AxisRange())
			is := graph.Equal(view, y)
			if taken == nil {
				taken = is
			} else {
				is, taken = graph.LogicalAnd(is, graph.LogicalNot(taken)), graph.LogicalOr(taken, is)
			}
			share[i][j] = graph.Where(is, v, graph.ZerosLike(v))
		}
	}
	// An even row 2a is the middle of window a; an odd row 2a+1 is the last of window a and the first of window a+1. Columns alike.
	column := func(i int) *graph.Node {
		even := share[i][1]
		odd := graph.Add(share[i][2], next(share[i][0], 2))
		return graph.Reshape(graph.Stack([]*graph.Node{even, odd}, 3), d[0], outH, d[2], d[3])
	}
	even := column(1)
	odd := graph.Add(column(2), next(column(0), 1))
	return graph.Reshape(graph.Stack([]*graph.Node{even, odd}, 2), d...)
}

// next shifts x by one along axis: element a becomes what a+1 was, the last becomes zero.
func next(x *graph.Node, axis int) *graph.Node {
	at := []graph.SliceAxisSpec{graph.AxisRange(), graph.AxisRange(), graph.AxisRange(), graph.AxisRange()}
	at[axis] = graph.AxisRange(1)
	pad := make([]compute.PadAxis, 4)
	pad[axis].End = 1
	return graph.Pad(graph.Slice(x, at...), graph.ScalarZero(x.Graph(), x.DType()), pad...)
}
