package model

import "fmt"

// A LayerRow is one line of a summary.
type LayerRow struct {
	Name   string // torchvision's, without the parameter: "layer1.0"; "head"
	Kind   string // "basic block"
	Output []int  // rows, columns, channels of the output; [n] in the head
	Params int    // trainable values: weights, biases, scales and offsets
	Group  int
}

// Summary describes the network layer by layer for pictures of h×w.
func (n *Net) Summary(h, w int) []LayerRow {
	var rows []LayerRow
	for _, b := range n.body {
		var r LayerRow
		var channels int
		r.Name, r.Kind, h, w, channels = b.summary(h, w)
		r.Output = []int{h, w, channels}
		r.Params, r.Group = n.count(r.Name)
		if r.Name == "conv1" {
			more, _ := n.count("bn1")
			r.Params += more
		}
		rows = append(rows, r)
	}
	pool := LayerRow{Name: "head.0", Kind: "max and average pool", Output: []int{n.head.widths[0]},
		Group: groups - 1}
	rows = append(rows, pool)
	for i := range n.head.linears {
		at := 2 + 4*i
		r := LayerRow{Name: fmt.Sprintf("head.%d", at+2), Kind: "batch norm, dropout, linear",
			Output: []int{n.head.widths[i+1]}, Group: groups - 1}
		for _, k := range []int{at, at + 2} {
			more, _ := n.count(fmt.Sprintf("head.%d", k))
			r.Params += more
		}
		rows = append(rows, r)
	}
	return rows
}

// count adds up the trainable values below a name.
func (n *Net) count(name string) (values, group int) {
	for _, p := range n.Params {
		if p.Trainable() && len(p.Name) > len(name) && p.Name[:len(name)+1] == name+"." {
			values += p.Size()
			group = p.Group
		}
	}
	return values, group
}
