package main

import (
	"fmt"
	"path/filepath"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/wire"
	"gopets/plots"
)

// Limits on the images of an interactive matrix, which are all in the notebook's file.
const (
	perMistake = 6   // of one pair of classes
	perRight   = 2   // of those of a class that are right
	inAll      = 300 // about a megabyte and a half
)

type answering struct {
	plots.Matrix
	examples []plots.Example
}

func (a answering) HTML() (string, error) { return a.Interactive(a.examples) }

func interactive(c *call, in *interpretation, _ wire.InterpCall) (plots.Chart, error) {
	chosen, left := in.Examples(perMistake, perRight, inAll)
	examples := make([]plots.Example, len(chosen))
	for i, t := range chosen {
		if err := c.Err(); err != nil {
			return nil, err
		}
		img, err := images.DecodeFile(t.Path, images.Options{})
		if err != nil {
			return nil, err
		}
		examples[i] = plots.Example{Actual: in.Labels[t.Index], Predicted: in.Predicted[t.Index],
			Image: img.Image(),
			Title: fmt.Sprintf("%s, loss %.2f", filepath.Base(t.Path), t.Loss)}
	}
	if left > 0 {
		c.say("%d wrong images with smaller losses are counted but not shown", left)
	}
	return answering{in.matrix(c), examples}, nil
}
