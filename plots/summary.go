package plots

// LayerRow is one layer of a network's Summary.
type LayerRow struct {
	Name      string
	Output    string // its output's shape, as "64 × 112 × 112"
	Params    int
	Trainable bool
}

// Summary lists a network's layers, shapes and parameters, with totals below.
type Summary struct {
	Title string
	Rows  []LayerRow
	Notes []string // lines below the totals
}

// SVG implements Chart.
func (s Summary) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (s Summary) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (s Summary) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (s Summary) Text() string { return "" }
