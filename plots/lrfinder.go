package plots

import "fmt"

// LRFinder draws the loss against the learning rate of a learning rate finder's run, with
// the suggested rates marked and named in the legend.
type LRFinder struct {
	Figure
	LR, Loss    []float64
	Suggestions []Mark
}

// Mark is a point of an LRFinder's curve that is pointed out and named.
type Mark struct {
	Name     string // "valley", "steepest", "minimum/10"
	LR, Loss float64
}

// markColors stand out from the blue of the curve and from each other.
var markColors = []string{"#d55e00", "#009e73", "#cc79a7", "#e69f00"}

// SVG implements Chart.
func (f LRFinder) SVG() ([]byte, error) { return f.lines().SVG() }

// PNG implements Chart.
func (f LRFinder) PNG() ([]byte, error) { return f.lines().PNG() }

// HTML implements Chart.
func (f LRFinder) HTML() (string, error) { return f.lines().HTML() }

// Text implements Chart.
func (f LRFinder) Text() string { return f.lines().Text() }

// lines returns the run as a line chart: the curve, and one series of one dot for each suggestion.
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
