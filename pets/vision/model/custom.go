package model

import "github.com/gomlx/gomlx/core/graph"

// A custom function of several inputs has a gradient of its own. GoMLX lets one replace the
// gradient of the identity only, so inputs and output are each wrapped in an identity; GoMLX must
// be able to differentiate what is between, but the result is not used.
type custom struct {
	inputs    int
	gradients []*graph.Node
}

func (c *custom) input(x *graph.Node) *graph.Node {
	i := c.inputs
	c.inputs++
	return graph.IdentityWithCustomGradient(x,
		func(_, _ *graph.Node) *graph.Node { return c.gradients[i] })
}

// output wraps y. vjp returns the gradients of the inputs, in the order in which they were wrapped,
// from the output's gradient v.
func (c *custom) output(y *graph.Node, vjp func(v *graph.Node) []*graph.Node) *graph.Node {
	return graph.IdentityWithCustomGradient(y, func(_, v *graph.Node) *graph.Node {
		c.gradients = vjp(v)
		return v
	})
}

// relu is max(x, 0) with torch's gradient, 0 at 0; top > 0 also clips from above (ReLU6).
func relu(x *graph.Node, top float64) *graph.Node {
	var c custom
	clip := func(x *graph.Node) *graph.Node {
		y := graph.MaxScalar(x, 0)
		if top > 0 {
			y = graph.MinScalar(y, top)
		}
		return y
	}
	still := clip(graph.StopGradient(x))
	return c.output(clip(c.input(x)), func(v *graph.Node) []*graph.Node {
		open := graph.GreaterThan(still, graph.ScalarZero(x.Graph(), x.DType()))
		if top > 0 {
			open = graph.LogicalAnd(open, graph.LessThan(still, graph.Scalar(x.Graph(), x.DType(),
				top)))
		}
		return []*graph.Node{graph.Where(open, v, graph.ZerosLike(v))}
	})
}
