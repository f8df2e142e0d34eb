package main

import (
	"context"
	"fmt"
	"path/filepath"

	"gopets/kernelext/session"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/wire"
	"gopets/plots"
)

// How many pictures an interactive matrix carries: they all lie in the notebook's file.
const (
	perMistake = 6   // of one pair of classes
	perClass   = 2   // of those that are right
	inAll      = 300 // about a megabyte and a half
)

// interactive serves Interpretation.Interactive.
func (h *house) interactive(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	h.about(c, i)
	examples, left, err := i.examples(ctx)
	if err != nil {
		return nil, err
	}
	if left > 0 {
		say(c, fmt.Sprintf("%d wrong pictures with smaller losses are counted but not shown", left))
	}
	m := i.confusionMatrix(q.Plot)
	html, err := m.Interactive(examples)
	if err != nil {
		return nil, err
	}
	d := wire.Display{HTML: html, Text: m.Text()}
	if q.Plot.PNG {
		if d.PNG, err = m.PNG(); err != nil {
			return nil, err
		}
	}
	c.Send(wire.EventDisplay, d)
	return nil, nil
}

func (i *interpretation) confusionMatrix(p wire.Plot) plots.Matrix {
	f := figure(p)
	f.Title = "Confusion matrix"
	return plots.Matrix{Figure: f, Labels: i.in.Classes, Counts: i.in.Confusion(), Normalize: p.Normalize, XLabel: "Predicted", YLabel: "Actual"}
}

// examples gives pictures for the matrix's cells, those with the largest losses first, and how many
// wrong ones found no room.
func (i *interpretation) examples(ctx context.Context) (examples []plots.Example, left int, err error) {
	index := map[string]int{}
	for k, name := range i.in.Classes {
		index[name] = k
	}
	inCell := map[[2]int]int{}
	for _, t := range i.in.TopLosses(len(i.in.Losses), true) {
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
		examples = append(examples, plots.Example{Actual: actual, Predicted: predicted, Image: picture.Image(),
			Title: fmt.Sprintf("%s, loss %.2f", filepath.Base(t.Path), t.Loss)})
	}
	return examples, left, nil
}
