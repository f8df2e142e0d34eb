package plots

// Table is a table of text, shown as pandas shows a data frame. A column whose cells are all numbers is right-aligned.
type Table struct {
	Figure
	Header []string
	Rows   [][]string
}

// SVG implements Chart.
func (t Table) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (t Table) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (t Table) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (t Table) Text() string { return "" }
