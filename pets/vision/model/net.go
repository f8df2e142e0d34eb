package model

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/spec"
)

// A Role is what a parameter is for.
type Role int

// The roles of parameters.
const (
	Weight      Role = iota // of a convolution or linear layer
	Bias                    // of a linear layer, a convolution or a layer norm
	NormScale               // batch norm's weight
	NormOffset              // batch norm's bias
	RunningMean             // batch norm's statistics, updated by the forward pass, not trained
	RunningVar
	Scale // of a layer norm or a whole block
)

// A Param describes one parameter.
type Param struct {
	// torchvision's: "layer1.0.conv1.weight"; the head's as fastai numbers them: "head.4.weight"
	Name   string
	Shape  []int // in the graph: convolutions HWIO, linear layers [in, out]
	Role   Role
	Group  int // layer group, 0 to [Net.Groups]-1, for learning rates and freezing
	FanIn  int // inputs to one output value of a Weight
	FanOut int // outputs that use one input value of a Weight

	Start     float64 // a Scale's first value
	Deviation float64 // of a Weight's first values; 0: Kaiming's
}

// Trainable reports whether an optimizer may change it.
func (p Param) Trainable() bool { return p.Role != RunningMean && p.Role != RunningVar }

// Size returns the number of values.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// A Net is a network: a pretrainable body and a head for a number of classes.
type Net struct {
	Name            string
	Classes         int
	Params          []Param
	FeatureChannels int // channels of the body's output

	body []block
	head head
}

// HeadOptions are options for the classifier; the zero value is fastai's.
type HeadOptions = spec.Head

const groups = 3

var bodies = map[string]func(*maker) []block{
	"resnet18":      resNet(64, false, []int{2, 2, 2, 2}, []int{64, 128, 256, 512}),
	"resnet34":      resNet(64, false, []int{3, 4, 6, 3}, []int{64, 128, 256, 512}),
	"resnet50":      resNet(64, true, []int{3, 4, 6, 3}, []int{64, 128, 256, 512}),
	"petnet10":      resNet(32, false, []int{1, 1, 1, 1}, []int{32, 64, 128, 256}),
	"petnet18":      resNet(32, false, []int{2, 2, 2, 2}, []int{32, 64, 128, 224}),
	"mobilenet_v2":  mobileNetV2,
	"convnext_tiny": convNeXt([]int{3, 3, 9, 3}, []int{96, 192, 384, 768}),
}

// Names returns the names of the networks.
func Names() []string {
	return []string{"resnet18", "resnet34", "resnet50", "mobilenet_v2", "convnext_tiny", "petnet10",
		"petnet18"}
}

// New returns the network of that name with a head for that many classes.
func New(arch string, classes int, h HeadOptions) (*Net, error) {
	newBody, ok := bodies[arch]
	if !ok {
		return nil, fmt.Errorf("network: unknown name %q; known are %s", arch,
			strings.Join(Names(), ", "))
	}
	if classes < 2 {
		return nil, fmt.Errorf("network %s: a classifier needs at least 2 classes, got %d", arch,
			classes)
	}
	if err := spec.Check(h); err != nil {
		return nil, fmt.Errorf("network %s: %w", arch, err)
	}
	var m maker
	n := &Net{Name: arch, Classes: classes}
	n.body = newBody(&m)
	n.FeatureChannels = m.channels
	n.head = m.head(classes, h)
	n.Params = m.params
	return n, nil
}

// Groups returns the number of layer groups: early body, late body, head.
func (n *Net) Groups() int { return groups }

// Frozen returns for every parameter whether it trains when the groups from trainFrom on do. With
// trainNorm batch norm's scale and offset train in frozen groups too (fastai's train_bn). Running
// statistics always change with the forward pass.
func (n *Net) Frozen(trainFrom int, trainNorm bool) []bool {
	trains := make([]bool, len(n.Params))
	for i, p := range n.Params {
		isNorm := p.Role == NormScale || p.Role == NormOffset
		trains[i] = p.Trainable() && (p.Group >= trainFrom || trainNorm && isNorm)
	}
	return trains
}

// Mode holds the options of a forward pass; the zero value evaluates.
type Mode struct {
	Train bool // batch statistics, dropout
	// layer groups below it use their running statistics in training too (fastai's BnFreeze)
	EvalBelow    int
	RNG          *graph.Node  // state of GoMLX's random numbers, for dropout; nil: no dropout
	ComputeDType dtypes.DType // of convolutions and linear layers; 0 is the parameters' own
}

// A Pass is the result of a forward pass.
type Pass struct {
	Logits   *graph.Node         // [B, classes]
	Features *graph.Node         // the body's output, [B, h, w, FeatureChannels]
	Updates  map[int]*graph.Node // in training: index of a parameter → its new running statistic
}

// goBackend is the name of GoMLX's pure Go backend, which exports neither its type nor the name.
const goBackend = "Go Backend"

type pass struct {
	params    []*graph.Node
	mode      Mode
	goBackend bool
	rng       *graph.Node
	updates   map[int]*graph.Node
}

func (p *pass) param(i int) *graph.Node { return p.params[i] }

func (p *pass) update(i int, value *graph.Node) {
	old := graph.StopGradient(p.params[i])
	value = graph.ConvertDType(graph.StopGradient(value), old.DType())
	p.updates[i] = graph.Add(graph.MulScalar(old, 1-normMomentum),
		graph.MulScalar(value, normMomentum))
}

// Forward adds the network to x's graph: x is [B, H, W, 3], normalised; params are the parameters'
// nodes in the order of Params. It panics on mistakes, as GoMLX does; see engine.Call.
func (n *Net) Forward(x *graph.Node, params []*graph.Node, m Mode) Pass {
	p := n.pass(x, params, m)
	if m.ComputeDType != dtypes.InvalidDType {
		x = graph.ConvertDType(x, m.ComputeDType)
	}
	for _, b := range n.body {
		x = b.forward(p, x)
	}
	return Pass{Logits: n.head.forward(p, x), Features: x, Updates: p.updates}
}

func (n *Net) pass(x *graph.Node, params []*graph.Node, m Mode) *pass {
	if len(params) != len(n.Params) {
		panic(fmt.Errorf("network %s: want %d parameters, got %d", n.Name, len(n.Params),
			len(params)))
	}
	return &pass{params: params, mode: m, goBackend: x.Graph().Backend().Name() == goBackend,
		rng: m.RNG, updates: map[int]*graph.Node{}}
}
