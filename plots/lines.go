package plots

// Lines draws one or more series against common axes: losses, schedules, metrics.
type Lines struct {
	Figure
	Series []Series
	XLabel string
	YLabel string
	LogX   bool // logarithmic x axis with ticks such as 1e-03
}

// Series is one line of a chart. NaN and infinite values make gaps.
type Series struct {
	Name   string    // shown in the legend when there are several series
	X      []float64 // nil = 0, 1, 2, …
	Y      []float64
	Color  string // "" = the next of the palette
	Points bool   // a dot at every value
	NoLine bool   // dots only
}

// Panels puts several line charts side by side in one figure.
type Panels struct {
	Figure
	Columns int // 0 = all in one row
	Charts  []Lines
}

// LRFinder draws the loss against the learning rate of a learning rate finder's run.
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

// SVG implements Chart.
func (l Lines) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (l Lines) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (l Lines) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (l Lines) Text() string { return "" }

// SVG implements Chart.
func (p Panels) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (p Panels) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (p Panels) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (p Panels) Text() string { return "" }

// SVG implements Chart.
func (f LRFinder) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (f LRFinder) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (f LRFinder) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (f LRFinder) Text() string { return "" }
