package model

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// mobileNetV2 makes MobileNetV2's features (Sandler et al. 2018) with torchvision's names. Layer
// groups: features 0 to 9 | 10 to 18, fastai's split.
func mobileNetV2(m *maker) []block {
	m.channels = 3
	body := []block{m.convNorm("features.0", 32, 3, 2)}
	index := 1
	for _, s := range []struct{ expand, out, count, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
		{6, 320, 1, 1},
	} {
		for i := range s.count {
			if index == 10 {
				m.group = 1
			}
			stride := 1
			if i == 0 {
				stride = s.stride
			}
			body = append(body, m.inverted(fmt.Sprintf("features.%d", index), s.expand, s.out,
				stride))
			index++
		}
	}
	body = append(body, m.convNorm(fmt.Sprintf("features.%d", index), 1280, 1, 1))
	m.group = groups - 1
	return body
}

// convNorm is a convolution, batch norm and ReLU6.
type convNorm struct {
	name     string
	conv     conv
	norm     norm
	channels int
}

func (m *maker) convNorm(name string, out, kernel, stride int) convNorm {
	return convNorm{name, m.conv(name+".0", out, kernel, stride), m.norm(name + ".1"), out}
}

func (c convNorm) forward(p *pass, x *graph.Node) *graph.Node {
	return relu(c.norm.forward(p, c.conv.forward(p, x)), 6)
}

func (c convNorm) summary(h, w int) (string, string, int, int, int) {
	k, s := c.conv.kernel, c.conv.stride
	return c.name, fmt.Sprintf("%d×%d convolution, batch norm, ReLU6", k, k), outSize(h, k, s),
		outSize(w, k, s), c.channels
}

// inverted is an inverted residual: expand (unless by one), depthwise 3×3, project, and the input
// again where shapes allow.
type inverted struct {
	name        string
	layers      []convNorm // with ReLU6
	project     conv
	projectNorm norm
	add         bool
	stride, out int
}

func (m *maker) inverted(name string, expand, out, stride int) inverted {
	in := m.channels
	b := inverted{name: name, add: stride == 1 && in == out, stride: stride, out: out}
	i := 0
	part := func() string { i++; return fmt.Sprintf("%s.conv.%d", name, i-1) }
	if expand != 1 {
		b.layers = append(b.layers, m.convNorm(part(), in*expand, 1, 1))
	}
	at := part()
	b.layers = append(b.layers, convNorm{at, m.depthwise(at+".0", stride), m.norm(at + ".1"),
		m.channels})
	b.project = m.conv(part(), out, 1, 1)
	b.projectNorm = m.norm(part())
	return b
}

func (b inverted) forward(p *pass, x *graph.Node) *graph.Node {
	y := x
	for _, l := range b.layers {
		y = l.forward(p, y)
	}
	y = b.projectNorm.forward(p, b.project.forward(p, y))
	if b.add {
		y = settled(graph.Add(y, x), p.param(b.project.weight))
	}
	return y
}

func (b inverted) summary(h, w int) (string, string, int, int, int) {
	return b.name, "inverted residual", outSize(h, 3, b.stride), outSize(w, 3, b.stride), b.out
}
