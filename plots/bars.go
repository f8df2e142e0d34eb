package plots

import "image"

// Bars draws a horizontal bar for each value, first one on top.
type Bars struct {
	Figure
	Labels    []string
	Values    []float64
	Percent   bool // values are shares of one: the axis is 0…100 %, numbers are percentages
	Highlight int  // 1 + index of the bar to point out; 0 = none
	XLabel    string
}

// Prediction shows a picture beside the probabilities of its most likely classes.
type Prediction struct {
	Figure
	Image image.Image
	Bars  Bars
}

// SVG implements Chart.
func (b Bars) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (b Bars) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (b Bars) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (b Bars) Text() string { return "" }

// SVG implements Chart.
func (p Prediction) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (p Prediction) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (p Prediction) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (p Prediction) Text() string { return "" }
