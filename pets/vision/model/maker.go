package model

import "github.com/gomlx/gomlx/core/graph"

// A block is a piece of a body that maps feature maps to feature maps.
type block interface {
	forward(p *pass, x *graph.Node) *graph.Node
	onnx(e *exporter, x string) string // the same for ONNX, in evaluation mode
	// summary returns the torchvision name, kind, and output for an input of h×w.
	summary(h, w int) (name, kind string, outH, outW, channels int)
}

// A maker declares parameters while layers are put together, in torchvision's order.
type maker struct {
	params   []Param
	group    int
	channels int // of the last layer
}

func (m *maker) add(p Param) int {
	p.Group = m.group
	m.params = append(m.params, p)
	return len(m.params) - 1
}

func (m *maker) conv(name string, out, kernel, stride int) conv {
	in := m.channels
	m.channels = out
	return conv{kernel: kernel, stride: stride,
		weight: m.add(Param{Name: name + ".weight", Shape: []int{kernel, kernel, in, out},
			FanIn: kernel * kernel * in, FanOut: kernel * kernel * out})}
}

func (m *maker) depthwise(name string, stride int) conv {
	const kernel = 3
	return conv{kernel: kernel, stride: stride, depthwise: true,
		weight: m.add(Param{Name: name + ".weight",
			Shape: []int{kernel, kernel, 1, m.channels}, FanIn: kernel * kernel,
			FanOut: kernel * kernel * m.channels})}
}

func (m *maker) norm(name string) norm { return m.normOf(name, m.channels) }

func (m *maker) normOf(name string, channels int) norm {
	shape := []int{channels}
	return norm{
		scale:    m.add(Param{Name: name + ".weight", Shape: shape, Role: NormScale}),
		offset:   m.add(Param{Name: name + ".bias", Shape: shape, Role: NormOffset}),
		mean:     m.add(Param{Name: name + ".running_mean", Shape: shape, Role: RunningMean}),
		variance: m.add(Param{Name: name + ".running_var", Shape: shape, Role: RunningVar}),
		group:    m.group,
	}
}

func (m *maker) linear(name string, in, out int) linear {
	return linear{
		weight: m.add(Param{Name: name + ".weight", Shape: []int{in, out}, FanIn: in, FanOut: out}),
		bias:   m.add(Param{Name: name + ".bias", Shape: []int{out}, Role: Bias}),
	}
}
