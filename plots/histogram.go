package plots

// Histogram counts values in bins of equal width.
type Histogram struct {
	Figure
	Values []float64
	Bins   int // 0 = chosen from the data (Freedman–Diaconis)
	XLabel string
	YLabel string // "" = Count
}

// SVG implements Chart.
func (h Histogram) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (h Histogram) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (h Histogram) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (h Histogram) Text() string { return "" }
