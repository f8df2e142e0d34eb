package main

import (
	"fmt"
	"path/filepath"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/wire"
	"gopets/plots"
)

// How many images an interactive matrix carries: they are all in the notebook's file.
const (
	perMistake = 6   // of one pair of classes
	perClass   = 2   // of those that are right
	inAll      = 300 // about a megabyte and a half
)

// answering is a matrix that shows as interactive HTML.
type answering struct {
	plots.Matrix
	examples []plots.Example
}

func (a answering) HTML() (string, error) { return a.Interactive(a.examples) }

func (in *interpretation) interactive(c *call, q wire.InterpCall) (none wire.None, err error) {
	examples, left, err := in.examples(c)
	if err != nil {
		return none, err
	}
	if left > 0 {
		c.say("%d wrong images with smaller losses are counted but not shown", left)
	}
	return none, c.draw(q.Plot, answering{in.matrix(q.Plot), examples})
}

// examples returns images for the matrix's cells, those with the largest losses first, and how many
// wrong ones are left out.
func (in *interpretation) examples(c *call) (examples []plots.Example, left int, err error) {
	inCell := map[[2]int]int{}
	for _, t := range in.TopLosses(len(in.Losses), true) {
		actual, predicted := in.Labels[t.Index], in.Predicted[t.Index]
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
		if err := c.Err(); err != nil {
			return nil, 0, err
		}
		img, err := images.DecodeFile(t.Path, images.Options{})
		if err != nil {
			return nil, 0, err
		}
		inCell[at]++
		examples = append(examples, plots.Example{Actual: actual, Predicted: predicted,
			Image: img.Image(),
			Title: fmt.Sprintf("%s, loss %.2f", filepath.Base(t.Path), t.Loss)})
	}
	return examples, left, nil
}
