package model

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/vision/onnx"
)

// convNeXt makes ConvNeXt's features (Liu et al. 2022) with torchvision's names: a stem of 4×4
// patches, then stages of blocks with halvings between them, without stochastic depth. Layer
// groups: stem and first two stages | last two stages. The classifier's layer norm is left out: the
// head begins with its batch norm.
func convNeXt(blocks, widths []int) func(*maker) []block {
	return func(m *maker) []block {
		m.channels = 3
		body := []block{m.patches("features.0", widths[0], 4, false)}
		for stage, count := range blocks {
			if stage == 2 {
				m.group = 1
			}
			if stage > 0 {
				body = append(body, m.patches(fmt.Sprintf("features.%d", 2*stage), widths[stage], 2,
					true))
			}
			for b := range count {
				body = append(body, m.convNeXtBlock(fmt.Sprintf("features.%d.%d", 2*stage+1, b)))
			}
		}
		m.group = groups - 1
		return body
	}
}

type layerNorm struct{ scale, offset int }

const layerNormEpsilon = 1e-6

func (m *maker) layerNorm(name string) layerNorm {
	shape := []int{m.channels}
	return layerNorm{
		scale:  m.add(Param{Name: name + ".weight", Shape: shape, Role: Scale, Start: 1}),
		offset: m.add(Param{Name: name + ".bias", Shape: shape, Role: Bias}),
	}
}

// forward takes [..., C]; the statistics are float32.
func (n layerNorm) forward(p *pass, x *graph.Node) *graph.Node {
	dtype := x.DType()
	x = graph.ConvertDType(x, p.param(n.scale).DType())
	channels := x.Shape().Dimensions[x.Rank()-1]
	var c custom
	scale := graph.StopGradient(p.param(n.scale))
	xs := graph.Reshape(graph.StopGradient(x), -1, channels)
	d := graph.Sub(xs, rowMeans(xs))
	inverse := graph.Reciprocal(graph.Sqrt(graph.AddScalar(rowMeans(graph.Square(d)),
		layerNormEpsilon)))
	unit := graph.Mul(d, inverse)
	xIn, scaleIn, offsetIn := c.input(x), c.input(p.param(n.scale)), c.input(p.param(n.offset))
	y := graph.Reshape(scaleShift(unit, scale, graph.StopGradient(p.param(n.offset))),
		x.Shape().Dimensions...)
	y = c.output(still(y, xIn, scaleIn, offsetIn), func(v *graph.Node) []*graph.Node {
		v = graph.Reshape(v, -1, channels)
		u := scaleShift(v, scale, nil)
		dx := graph.Mul(inverse, graph.Sub(graph.Sub(u, rowMeans(u)),
			graph.Mul(unit, rowMeans(graph.Mul(u, unit)))))
		return []*graph.Node{graph.Reshape(dx, x.Shape().Dimensions...),
			sumRows(graph.Mul(v, unit)), sumRows(v)}
	})
	return graph.ConvertDType(y, dtype)
}

// rowMeans returns the means of [N, C] over C, [N, 1], as a product with a column, which XLA's CPU
// code computes with vector instructions, unlike a sum over the last axis.
func rowMeans(x *graph.Node) *graph.Node {
	channels := x.Shape().Dimensions[1]
	column := graph.DivScalar(graph.Ones(x.Graph(), shapes.Make(x.DType(), channels, 1)),
		float64(channels))
	return graph.MatMul(x, column)
}

// gelu is x·Φ(x), exact.
func gelu(x *graph.Node) *graph.Node {
	var c custom
	xs := graph.StopGradient(x)
	phi := graph.MulScalar(graph.AddScalar(graph.Erf(graph.MulScalar(xs, math.Sqrt2/2)), 1), .5)
	return c.output(still(graph.Mul(xs, phi), c.input(x)), func(v *graph.Node) []*graph.Node {
		density := graph.MulScalar(graph.Exp(graph.MulScalar(graph.Square(xs), -.5)),
			1/math.Sqrt(2*math.Pi))
		return []*graph.Node{graph.Mul(v, graph.Add(phi, graph.Mul(xs, density)))}
	})
}

// affine is x·scale + shift over the last axis, of which one may be nil; its gradients are sums
// over rows, which are fast on XLA's CPU backend.
func affine(x, scale, shift *graph.Node) *graph.Node {
	var c custom
	xs := graph.StopGradient(x)
	inputs := []*graph.Node{c.input(x)}
	var factor, offset *graph.Node
	if scale != nil {
		inputs, factor = append(inputs, c.input(scale)), graph.StopGradient(scale)
	}
	if shift != nil {
		inputs, offset = append(inputs, c.input(shift)), graph.StopGradient(shift)
	}
	return c.output(still(scaleShift(xs, factor, offset), inputs...),
		func(v *graph.Node) []*graph.Node {
			gradients := []*graph.Node{scaleShift(v, factor, nil)}
			if scale != nil {
				gradients = append(gradients, sumRows(graph.Mul(v, xs)))
			}
			if shift != nil {
				gradients = append(gradients, sumRows(v))
			}
			return gradients
		})
}

type biased struct {
	weight, bias int
	kernel       int // of patches and of depthwise ones; 1 for linear layers
}

func (m *maker) biased(name string, shape []int, kernel int) biased {
	fanIn := kernel * kernel * shape[len(shape)-2]
	b := biased{kernel: kernel}
	b.weight = m.add(Param{Name: name + ".weight", Shape: shape, FanIn: fanIn,
		FanOut: kernel * kernel * shape[len(shape)-1], Deviation: .02})
	b.bias = m.add(Param{Name: name + ".bias", Shape: []int{shape[len(shape)-1]}, Role: Bias})
	return b
}

func (b biased) weights(p *pass, t dtypes.DType) (weight, bias *graph.Node) {
	w := p.param(b.weight)
	out := w.Shape().Dimensions[w.Rank()-1]
	return graph.ConvertDType(graph.Reshape(w, -1, out), t), graph.ConvertDType(p.param(b.bias), t)
}

func (b biased) linear(p *pass, x *graph.Node) *graph.Node {
	w, bias := b.weights(p, x.DType())
	d := append([]int(nil), x.Shape().Dimensions...)
	y := affine(graph.MatMul(graph.Reshape(x, -1, d[len(d)-1]), w), nil, bias)
	d[len(d)-1] = w.Shape().Dimensions[1]
	return graph.Reshape(y, d...)
}

// patch is a convolution whose kernel is its stride, without padding: a product over patches.
func (b biased) patch(p *pass, x *graph.Node) *graph.Node {
	k, d := b.kernel, x.Shape().Dimensions
	h, w := d[1]/k, d[2]/k
	if h*k != d[1] || w*k != d[2] {
		x = graph.Slice(x, graph.AxisRange(), graph.AxisRange(0, h*k), graph.AxisRange(0, w*k),
			graph.AxisRange())
	}
	x = graph.TransposeAllAxes(graph.Reshape(x, d[0], h, k, w, k, d[3]), 0, 1, 3, 2, 4, 5)
	return b.linear(p, graph.Reshape(x, d[0], h, w, k*k*d[3]))
}

func (b biased) onnx(e *exporter, x string, stride int) string {
	shape := e.params[b.weight].Shape
	pad, group := 0, 1
	if stride == 1 {
		pad, group = b.kernel/2, shape[3]
	}
	return e.g.Node("Conv", onnx.Attributes{"kernel_shape": []int{b.kernel, b.kernel},
		"strides": []int{stride, stride},
		"pads":    []int{pad, pad, pad, pad}, "group": group}, x, e.param(b.weight),
		e.param(b.bias))
}

// patches is a reduction: a patch convolution with a layer norm before or after it.
type patches struct {
	name     string
	norm     layerNorm
	first    bool // the norm comes first
	conv     biased
	channels int
}

func (m *maker) patches(name string, out, kernel int, first bool) patches {
	b := patches{name: name, first: first, channels: out}
	if first {
		b.norm = m.layerNorm(name + ".0")
		b.conv = m.biased(name+".1", []int{kernel, kernel, m.channels, out}, kernel)
		m.channels = out
		return b
	}
	b.conv = m.biased(name+".0", []int{kernel, kernel, m.channels, out}, kernel)
	m.channels = out
	b.norm = m.layerNorm(name + ".1")
	return b
}

func (b patches) forward(p *pass, x *graph.Node) *graph.Node {
	if b.first {
		return b.conv.patch(p, b.norm.forward(p, x))
	}
	return b.norm.forward(p, b.conv.patch(p, x))
}

func (b patches) onnx(e *exporter, x string) string {
	if b.first {
		x = e.channelsFirst(b.norm.onnx(e, e.channelsLast(x)))
		return b.conv.onnx(e, x, b.conv.kernel)
	}
	return e.channelsFirst(b.norm.onnx(e, e.channelsLast(b.conv.onnx(e, x, b.conv.kernel))))
}

func (b patches) summary(h, w int) (string, string, int, int, int) {
	k := b.conv.kernel
	return b.name, fmt.Sprintf("%d×%d patches, layer norm", k, k), h / k, w / k, b.channels
}

// convNeXtBlock is x + scale·path(x): a depthwise 7×7, a layer norm, and two linear layers around a
// GELU.
type convNeXtBlock struct {
	name          string
	scale         int
	depthwise     conv
	depthwiseBias int
	norm          layerNorm
	widen, narrow biased
	channels      int
}

func (m *maker) convNeXtBlock(name string) convNeXtBlock {
	const kernel, expand = 7, 4
	n := m.channels
	b := convNeXtBlock{name: name, channels: n}
	b.scale = m.add(Param{Name: name + ".layer_scale", Shape: []int{n, 1, 1}, Role: Scale,
		Start: 1e-6})
	weight := m.biased(name+".block.0", []int{kernel, kernel, 1, n}, kernel)
	b.depthwise, b.depthwiseBias = conv{weight: weight.weight, kernel: kernel, stride: 1,
		depthwise: true}, weight.bias
	b.norm = m.layerNorm(name + ".block.2")
	b.widen = m.biased(name+".block.3", []int{n, expand * n}, 1)
	b.narrow = m.biased(name+".block.5", []int{expand * n, n}, 1)
	return b
}

func (b convNeXtBlock) forward(p *pass, x *graph.Node) *graph.Node {
	y := affine(b.depthwise.forward(p, x), nil, graph.ConvertDType(p.param(b.depthwiseBias),
		x.DType()))
	y = b.narrow.linear(p, gelu(b.widen.linear(p, b.norm.forward(p, y))))
	scale := graph.ConvertDType(graph.Reshape(p.param(b.scale), b.channels), y.DType())
	return settled(graph.Add(x, affine(y, scale, nil)), p.param(b.scale))
}

func (b convNeXtBlock) onnx(e *exporter, x string) string {
	depthwise := biased{weight: b.depthwise.weight, bias: b.depthwiseBias,
		kernel: b.depthwise.kernel}
	y := b.norm.onnx(e, e.channelsLast(depthwise.onnx(e, x, 1)))
	linear := func(x string, l biased) string {
		weight := e.g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0}}, e.param(l.weight))
		return e.g.Node("Add", nil, e.g.Node("MatMul", nil, x, weight), e.param(l.bias))
	}
	y = linear(y, b.widen)
	phi := e.g.Node("Add", nil, e.g.Node("Erf", nil,
		e.g.Node("Mul", nil, y, e.scalar(math.Sqrt2/2))), e.scalar(1))
	y = e.g.Node("Mul", nil, y, e.g.Node("Mul", nil, phi, e.scalar(.5)))
	y = e.channelsFirst(linear(y, b.narrow))
	return e.g.Node("Add", nil, x, e.g.Node("Mul", nil, y, e.param(b.scale)))
}

func (b convNeXtBlock) summary(h, w int) (string, string, int, int, int) {
	return b.name, "depthwise 7×7, layer norm, two linear layers", h, w, b.channels
}

func (n layerNorm) onnx(e *exporter, x string) string {
	return e.g.Node("LayerNormalization", onnx.Attributes{"axis": -1, "epsilon": layerNormEpsilon},
		x, e.param(n.scale), e.param(n.offset))
}

func (e *exporter) channelsLast(x string) string {
	return e.g.Node("Transpose", onnx.Attributes{"perm": []int{0, 2, 3, 1}}, x)
}

func (e *exporter) channelsFirst(x string) string {
	return e.g.Node("Transpose", onnx.Attributes{"perm": []int{0, 3, 1, 2}}, x)
}
