package model

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// resNet makes a residual network (He et al. 2015, torchvision's variant with the stride on the
// bottleneck's 3×3): a stem of a 7×7/2 convolution and a 3×3/2 max pool, then four layers of
// blocks. Layer groups: stem, layer1, layer2 | layer3, layer4.
func resNet(stemWidth int, bottleneck bool, blocks, widths []int) func(*maker) []block {
	return func(m *maker) []block {
		m.channels = 3
		body := []block{stem{conv: m.conv("conv1", stemWidth, 7, 2), norm: m.norm("bn1"),
			width: stemWidth}}
		for layer, count := range blocks {
			if layer == 2 {
				m.group = 1
			}
			for b := range count {
				stride := 1
				if layer > 0 && b == 0 {
					stride = 2
				}
				name := fmt.Sprintf("layer%d.%d", layer+1, b)
				body = append(body, m.residual(name, widths[layer], stride, bottleneck))
			}
		}
		m.group = groups - 1
		return body
	}
}

type stem struct {
	conv  conv
	norm  norm
	width int
}

func (s stem) forward(p *pass, x *graph.Node) *graph.Node {
	return maxPool(relu(s.norm.forward(p, s.conv.forward(p, x)), 0))
}

func (s stem) summary(h, w int) (string, string, int, int, int) {
	half := func(n int) int { return outSize(outSize(n, 7, 2), 3, 2) }
	return "conv1", "7×7 convolution, batch norm, ReLU, max pool", half(h), half(w), s.width
}

// residual is relu(path(x) + shortcut(x)).
type residual struct {
	name     string
	convs    []conv
	norms    []norm
	shortcut bool // has a projection: a 1×1 convolution and batch norm
	down     conv
	downNorm norm
	stride   int
	channels int
}

func (m *maker) residual(name string, width, stride int, bottleneck bool) residual {
	in := m.channels
	r := residual{name: name, stride: stride, channels: width}
	layer := func(out, kernel, stride int) {
		i := len(r.convs) + 1
		r.convs = append(r.convs, m.conv(fmt.Sprintf("%s.conv%d", name, i), out, kernel, stride))
		r.norms = append(r.norms, m.norm(fmt.Sprintf("%s.bn%d", name, i)))
	}
	if bottleneck {
		r.channels = 4 * width
		layer(width, 1, 1)
		layer(width, 3, stride)
		layer(r.channels, 1, 1)
	} else {
		layer(width, 3, stride)
		layer(width, 3, 1)
	}
	if stride != 1 || in != r.channels {
		m.channels = in
		r.shortcut = true
		r.down = m.conv(name+".downsample.0", r.channels, 1, stride)
		r.downNorm = m.norm(name + ".downsample.1")
	}
	return r
}

func (r residual) forward(p *pass, x *graph.Node) *graph.Node {
	y := x
	for i, c := range r.convs {
		y = r.norms[i].forward(p, c.forward(p, y))
		if i < len(r.convs)-1 {
			y = relu(y, 0)
		}
	}
	if r.shortcut {
		x = r.downNorm.forward(p, r.down.forward(p, x))
	}
	return settled(relu(graph.Add(y, x), 0), p.param(r.convs[0].weight))
}

func (r residual) summary(h, w int) (string, string, int, int, int) {
	kind := "basic block"
	if len(r.convs) == 3 {
		kind = "bottleneck block"
	}
	return r.name, kind, outSize(h, 3, r.stride), outSize(w, 3, r.stride), r.channels
}
