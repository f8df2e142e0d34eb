package model

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/onnx"
)

// ONNX adds the network with these values to g and returns its logits, [batch, classes]. The input
// is normalised images, [batch, 3, H, W]. Parameters keep their names and have torch's layout.
func (n *Net) ONNX(g *onnx.Graph, values []*tensors.Tensor, input string) (logits string,
	err error) {
	if len(values) != len(n.Params) {
		return "", fmt.Errorf("network %s: want %d values, got %d", n.Name, len(n.Params),
			len(values))
	}
	e := &exporter{g: g, params: n.Params}
	for i, v := range values {
		flat, err := tensors.CopyFlatData[float32](v)
		if err != nil {
			return "", fmt.Errorf("network %s: reading %s: %w", n.Name, n.Params[i].Name, err)
		}
		e.values = append(e.values, flat)
	}
	x := input
	for _, b := range n.body {
		x = b.onnx(e, x)
	}
	return n.head.onnx(e, x), nil
}

type exporter struct {
	g      *onnx.Graph
	params []Param
	values [][]float32
}

func (e *exporter) param(i int) string {
	p := e.params[i]
	return e.g.Floats(p.Name, torchShape(p.Shape), toTorch(e.values[i], p.Shape))
}

func (e *exporter) relu(x string, top float64) string {
	if top == 0 {
		return e.g.Node("Relu", nil, x)
	}
	return e.g.Node("Clip", nil, x, e.scalar(0), e.scalar(top))
}

func (e *exporter) scalar(v float64) string {
	name := fmt.Sprintf("const_%g", v)
	if e.g.Has(name) {
		return name
	}
	return e.g.Floats(name, nil, []float32{float32(v)})
}

func (c conv) onnx(e *exporter, x string) string {
	pad := c.kernel / 2
	attrs := onnx.Attributes{"kernel_shape": []int{c.kernel, c.kernel},
		"strides": []int{c.stride, c.stride}, "pads": []int{pad, pad, pad, pad}}
	if c.depthwise {
		attrs["group"] = e.params[c.weight].Shape[3]
	}
	return e.g.Node("Conv", attrs, x, e.param(c.weight))
}

func (n norm) onnx(e *exporter, x string) string {
	return e.g.Node("BatchNormalization", onnx.Attributes{"epsilon": normEpsilon},
		x, e.param(n.scale), e.param(n.offset), e.param(n.mean), e.param(n.variance))
}

func (l linear) onnx(e *exporter, x string) string {
	return e.g.Node("Gemm", onnx.Attributes{"transB": 1}, x, e.param(l.weight), e.param(l.bias))
}

func (s stem) onnx(e *exporter, x string) string {
	x = e.relu(s.norm.onnx(e, s.conv.onnx(e, x)), 0)
	return e.g.Node("MaxPool", onnx.Attributes{"kernel_shape": []int{3, 3}, "strides": []int{2, 2},
		"pads": []int{1, 1, 1, 1}}, x)
}

func (r residual) onnx(e *exporter, x string) string {
	y := x
	for i, c := range r.convs {
		y = r.norms[i].onnx(e, c.onnx(e, y))
		if i < len(r.convs)-1 {
			y = e.relu(y, 0)
		}
	}
	if r.shortcut {
		x = r.downNorm.onnx(e, r.down.onnx(e, x))
	}
	return e.relu(e.g.Node("Add", nil, y, x), 0)
}

func (c convNorm) onnx(e *exporter, x string) string {
	return e.relu(c.norm.onnx(e, c.conv.onnx(e, x)), 6)
}

func (b inverted) onnx(e *exporter, x string) string {
	y := x
	for _, l := range b.layers {
		y = l.onnx(e, y)
	}
	y = b.projectNorm.onnx(e, b.project.onnx(e, y))
	if b.add {
		y = e.g.Node("Add", nil, y, x)
	}
	return y
}

// onnx leaves dropout out, as evaluation does.
func (h head) onnx(e *exporter, x string) string {
	pool := func(op string) string { return e.g.Node("Flatten", nil, e.g.Node(op, nil, x)) }
	x = e.g.Node("Concat", onnx.Attributes{"axis": 1}, pool("GlobalMaxPool"),
		pool("GlobalAveragePool"))
	for i, l := range h.linears {
		if i > 0 {
			x = e.relu(x, 0)
		}
		x = l.onnx(e, h.norms[i].onnx(e, x))
	}
	return x
}
