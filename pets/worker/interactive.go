package main

import (
	"context"
	"fmt"
	"path/filepath"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/wire"
	"gopets/plots"
)

// How many images an interactive matrix carries: they all lie in the notebook's file.
const (
	perMistake = 6   // of one pair of classes
	perClass   = 2   // of those that are right
	inAll      = 300 // about a megabyte and a half
)

// interactive serves Interpretation.Interactive.
func (i *interps) interactive(ctx context.Context, c call, q wire.InterpCall) (none wire.None,
	err error) {
	in, err := i.announced(ctx, c, q)
	if err != nil {
		return none, err
	}
	examples, left, err := in.examples(ctx)
	if err != nil {
		return none, err
	}
	if left > 0 {
		c.say("%d wrong images with smaller losses are counted but not shown", left)
	}
	m := in.matrix(q.Plot)
	html, err := m.Interactive(examples)
	if err != nil {
		return none, err
	}
	d := wire.Display{HTML: html, Text: m.Text()}
	if q.Plot.PNG {
		if d.PNG, err = m.PNG(); err != nil {
			return none, err
		}
	}
	c.Send(wire.EventDisplay, d)
	return none, nil
}

// examples returns images for the matrix's cells, those with the largest losses first, and how many
// wrong ones are left out.
func (in *interpretation) examples(ctx context.Context) (examples []plots.Example, left int,
	err error) {
	index := map[string]int{}
	for k, name := range in.Classes {
		index[name] = k
	}
	inCell := map[[2]int]int{}
	for _, t := range in.TopLosses(len(in.Losses), true) {
		actual, predicted := index[t.Actual], index[t.Predicted]
		right, most := actual == predicted, perMistake
		if right {
			most = perClass
		}
		at := [2]int{actual, predicted}
		if inCell[at] == most || len(examples) == inAll {
			if !right {
				left++
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		picture, err := images.DecodeFile(t.Path, images.Options{})
		if err != nil {
			return nil, 0, err
		}
		inCell[at]++
		examples = append(examples, plots.Example{Actual: actual, Predicted: predicted,
			Image: picture.Image(),
			Title: fmt.Sprintf("%s, loss %.2f", filepath.Base(t.Path), t.Loss)})
	}
	return examples, left, nil
}
