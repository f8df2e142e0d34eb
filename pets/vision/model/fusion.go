package model

import (
	"strings"

	"github.com/gomlx/gomlx/core/graph"
)

// XLA's CPU compiler fuses cheap operations into every operation that uses their result: a value
// with ten users is computed ten times. These functions make it keep such values, and read large
// ones as seldom as possible.

func onXLACPU(g *graph.Graph) bool {
	b, ok := g.Backend().(interface{ PluginName() string })
	return ok && strings.Contains(strings.ToLower(b.PluginName()), "cpu")
}

// settled returns x, computed once for all its users. XLA repeats no division, not even by a one
// that it does not recognise: one made of an input, a parameter of the network. (Optimisation
// barriers are removed before it fuses. A one made of x itself would have x's first value computed
// again for each user.)
func settled(x, input *graph.Node) *graph.Node {
	if !onXLACPU(x.Graph()) {
		return x
	}
	value := graph.ConvertDType(graph.Reshape(graph.Slice(graph.StopGradient(input),
		first(input.Rank())...)), x.DType())
	return graph.Div(x, graph.AddScalar(graph.MulScalar(value, 0), 1))
}

const (
	// wideRow is about how many columns a sum over rows should have: XLA's CPU code adds wide rows
	// with vector instructions and narrow ones a number at a time.
	wideRow = 4096
	// mostSummed is how many values one sum over rows may take: XLA's CPU plugin of 2026 (YNNPACK)
	// crashes the process somewhere above 2^25.
	mostSummed = 1 << 24
	// From manyValues on, quarters are added up first: a fused loop reads the operands once and
	// writes a quarter, where the sum alone would have all of it written and read again. Smaller
	// values stay in the processor's cache.
	manyValues = 1 << 20
	quarters   = 4
)

// sumRows sums over all axes but the last, in steps: quarters, where there are many values; k rows
// side by side; in pieces, where there are very many; then the pieces and the k partial sums.
func sumRows(x *graph.Node) *graph.Node {
	channels := x.Shape().Dimensions[x.Rank()-1]
	if x.Shape().Size() >= manyValues {
		x = sumQuarters(x)
	}
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

// sumQuarters adds up the quarters of x: along its first axis if that has four, since a flattened
// view has its indices computed row by row; else of its rows.
func sumQuarters(x *graph.Node) *graph.Node {
	if x.Shape().Dimensions[0]%quarters != 0 {
		x = graph.Reshape(x, -1, x.Shape().Dimensions[x.Rank()-1])
	}
	n := x.Shape().Dimensions[0]
	if !onXLACPU(x.Graph()) || n%quarters != 0 {
		return x
	}
	n /= quarters
	var sum *graph.Node
	for i := range quarters {
		sum = plus(sum, graph.Slice(x, graph.AxisRange(i*n, (i+1)*n)))
	}
	return sum
}
