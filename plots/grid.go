package plots

import "image"

// ImageGrid shows pictures in rows and columns, each under its title.
type ImageGrid struct {
	Figure
	Columns int // 0 = ceil(sqrt(number of cells))
	Cells   []ImageCell
}

// ImageCell is one picture of an ImageGrid.
type ImageCell struct {
	Image image.Image
	Title string
	Color string // of the title: "#rrggbb", "red", "green", …; "" = black
	Heat  *Heat  // drawn over the picture, if any
}

// Heat is a map drawn over a picture, as Grad-CAM makes it: W×H values, row-major,
// scaled from their minimum to their maximum, stretched over the whole picture.
type Heat struct {
	W, H   int
	Values []float64
	Alpha  float64 // 0 = 0.6
}

// SVG implements Chart.
func (g ImageGrid) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (g ImageGrid) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (g ImageGrid) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (g ImageGrid) Text() string { return "" }
