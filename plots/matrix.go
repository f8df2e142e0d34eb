package plots

// Matrix is a confusion matrix: Counts[actual][predicted], both in the order of Labels.
type Matrix struct {
	Figure
	Labels    []string
	Counts    [][]int
	Normalize bool   // colours and numbers as shares of their row
	XLabel    string // "" = Predicted
	YLabel    string // "" = Actual
}

// SVG implements Chart.
func (m Matrix) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (m Matrix) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (m Matrix) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (m Matrix) Text() string { return "" }
