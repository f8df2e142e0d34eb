package onnx_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"gopets/pets/vision/onnx"
)

// small is a linear layer.
func small() *onnx.Graph {
	g := onnx.NewGraph("small")
	g.Meta["classes"] = `["cat","dog"]`
	x := g.Input("x", onnx.Float, "batch", 3)
	w := g.Floats("w", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6})
	g.Output("y", g.Node("Gemm", onnx.Attributes{"transB": 1, "alpha": 0.5}, x, w), onnx.Float,
		"batch", 2)
	return g
}

func Example() {
	file, err := small().Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(file), "bytes", bytes.Contains(file, []byte("Gemm")))
	// Output: 227 bytes true
}

// fields lists a message's fields: what other readers see first.
func fields(t *testing.T, m []byte) map[protowire.Number]int {
	t.Helper()
	seen := map[protowire.Number]int{}
	for len(m) > 0 {
		number, _, n := protowire.ConsumeField(m)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		seen[number]++
		m = m[n:]
	}
	return seen
}

func TestEncode(t *testing.T) {
	a, err := small().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := small().Encode(); !bytes.Equal(a, b) {
		t.Error("equal graphs make different files")
	}
	if got := fmt.Sprint(fields(t, a)); got != "map[1:1 2:1 7:1 8:1 14:1]" {
		t.Errorf(
			"ModelProto has fields %s: want ir_version, producer_name, graph, opset_import, "+
				"metadata_props", got)
	}
}

func TestMistakes(t *testing.T) {
	g := small()
	g.Output("z", g.Node("Relu", onnx.Attributes{"x": []string{"no"}}, "x"), onnx.Float, 1)
	if _, err := g.Encode(); err == nil ||
		!strings.Contains(err.Error(), "attribute x is a []string") {
		t.Errorf("an attribute of no known type: %v", err)
	}
	for what, f := range map[string]func(g *onnx.Graph){
		"taken":       func(g *onnx.Graph) { g.Input("x", onnx.Float, 1) },
		"no value is": func(g *onnx.Graph) { g.Node("Relu", nil, "nowhere") },
	} {
		func() {
			defer func() {
				if e, ok := recover().(error); !ok || !strings.Contains(e.Error(), what) {
					t.Errorf("%s: %v", what, e)
				}
			}()
			f(small())
			t.Errorf("%s: no panic", what)
		}()
	}
}
