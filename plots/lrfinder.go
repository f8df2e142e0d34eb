package plots

import "fmt"

// LRFinder draws the loss against the learning rate, with suggested rates named in the legend.
type LRFinder struct {
	Figure
	LR, Loss    []float64
	Suggestions []Mark
}

// Mark is a named point of an LRFinder's curve.
type Mark struct {
	Name     string // "valley", "steepest", "minimum/10"
	LR, Loss float64
}

var markColors = []string{"#d55e00", "#009e73", "#cc79a7", "#e69f00"}

func (f LRFinder) SVG() ([]byte, error) { return f.lines().SVG() }

func (f LRFinder) PNG() ([]byte, error) { return f.lines().PNG() }

func (f LRFinder) HTML() (string, error) { return f.lines().HTML() }

func (f LRFinder) Text() string { return f.lines().Text() }

func (f LRFinder) lines() Lines {
	x := f.LR
	if x == nil {
		x = []float64{}
	}
	l := Lines{Figure: f.Figure, XLabel: "Learning Rate", YLabel: "Loss", LogX: true,
		Series: []Series{{X: x, Y: f.Loss}}}
	for i, m := range f.Suggestions {
		l.Series = append(l.Series, Series{
			Name: fmt.Sprintf("%s: %.2e", or(m.Name, "suggestion"), m.LR), X: []float64{m.LR},
			Y:     []float64{m.Loss},
			Color: markColors[i%len(markColors)], Points: true, NoLine: true, drop: true,
		})
	}
	return l
}
