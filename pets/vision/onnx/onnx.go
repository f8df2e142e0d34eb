// Package onnx writes networks as ONNX files, which ONNX Runtime and many other programs run.
//
//	g := onnx.NewGraph("breeds")
//	x := g.Input("image", onnx.Float, "batch", 3, 224, 224)
//	w := g.Floats("fc.weight", []int{37, 150528}, values)
//	y := g.Node("Gemm", onnx.Attributes{"transB": 1}, g.Node("Flatten", nil, x), w)
//	g.Output("logits", y, onnx.Float, "batch", 37)
//	file, err := g.Encode()
//
// Values are names. Names are checked, types and shapes are not.
//
// # Tried and dropped
//
//   - GoMLX's own export (ml/model/onnx): fixes the batch, and has a slice and a product a tap.
//   - Code generated from onnx.proto: thousands of lines for six small messages.
package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// Opset is the version of ONNX's operators.
const Opset = 17

// Type is an element type, by ONNX's number.
type Type int

const (
	Float Type = 1
	Uint8 Type = 2
)

// Attributes of a node: int, float64, string, []int by name.
type Attributes map[string]any

// A Graph is a network under construction. Its methods panic if a name is used twice or unknown.
type Graph struct {
	Meta map[string]string

	name            string
	inputs, outputs []value
	nodes           []node
	tensors         []tensor
	known           map[string]bool
}

type value struct {
	name  string
	dtype Type
	dims  []any
}

type node struct {
	op     string
	inputs []string
	output string
	attrs  Attributes
}

type tensor struct {
	name  string
	dtype Type
	dims  []int
	raw   []byte
}

// NewGraph returns an empty graph.
func NewGraph(name string) *Graph {
	return &Graph{name: name, Meta: map[string]string{}, known: map[string]bool{}}
}

// Input declares an input. A dimension is an int, or a string that names a variable one.
func (g *Graph) Input(name string, t Type, dims ...any) string {
	g.define(name)
	g.inputs = append(g.inputs, value{name, t, dims})
	return name
}

// Output makes a value an output called name.
func (g *Graph) Output(name, from string, t Type, dims ...any) {
	g.use(from)
	g.define(name)
	g.nodes = append(g.nodes, node{op: "Identity", inputs: []string{from}, output: name})
	g.outputs = append(g.outputs, value{name, t, dims})
}

// Floats adds a constant.
func (g *Graph) Floats(name string, dims []int, values []float32) string {
	g.define(name)
	g.tensors = append(g.tensors, tensor{name, Float, dims, floatBytes(values)})
	return name
}

// Node adds an operation with one output and returns its name. An empty input is left out.
func (g *Graph) Node(op string, attrs Attributes, inputs ...string) string {
	for _, in := range inputs {
		if in != "" {
			g.use(in)
		}
	}
	output := fmt.Sprintf("%s_%d", op, len(g.nodes))
	g.define(output)
	g.nodes = append(g.nodes, node{op: op, inputs: inputs, output: output, attrs: attrs})
	return output
}

// Has reports whether there is a value of this name.
func (g *Graph) Has(name string) bool { return g.known[name] }

func (g *Graph) define(name string) {
	if name == "" || g.known[name] {
		panic(fmt.Errorf("onnx graph %s: the name %q is empty or taken", g.name, name))
	}
	g.known[name] = true
}

func (g *Graph) use(name string) {
	if !g.known[name] {
		panic(fmt.Errorf("onnx graph %s: no value is called %q", g.name, name))
	}
}

// sorted returns the keys of a map in order, so that equal graphs make equal files.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
