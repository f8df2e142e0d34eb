package model

import (
	"fmt"
	"strings"
)

// A LayerRow is one line of a summary.
type LayerRow struct {
	Name   string // torchvision's, without the parameter: "layer1.0"; "head"
	Kind   string // "basic block"
	Output []int  // rows, columns, channels of the output; [n] in the head
	Params int    // weights, biases, scales and offsets
	Trains int    // of them
}

// Summary returns the network's layers for images of h×w. trains says whether each of Params
// trains, as Frozen returns it.
func (n *Net) Summary(h, w int, trains []bool) []LayerRow {
	var rows []LayerRow
	for _, b := range n.body {
		var r LayerRow
		var channels int
		r.Name, r.Kind, h, w, channels = b.summary(h, w)
		r.Output = []int{h, w, channels}
		r.count(n, r.Name, trains)
		if r.Name == "conv1" {
			r.count(n, "bn1", trains)
		}
		rows = append(rows, r)
	}
	rows = append(rows, LayerRow{Name: "head.0", Kind: "max and average pool",
		Output: []int{n.head.widths[0]}})
	for i := range n.head.linears {
		at := 2 + 4*i
		r := LayerRow{Name: fmt.Sprintf("head.%d", at+2), Kind: "batch norm, dropout, linear",
			Output: []int{n.head.widths[i+1]}}
		for _, k := range []int{at, at + 2} {
			r.count(n, fmt.Sprintf("head.%d", k), trains)
		}
		rows = append(rows, r)
	}
	return rows
}

func (r *LayerRow) count(n *Net, name string, trains []bool) {
	for i, p := range n.Params {
		if p.Trainable() && strings.HasPrefix(p.Name, name+".") {
			r.Params += p.Size()
			if trains[i] {
				r.Trains += p.Size()
			}
		}
	}
}
