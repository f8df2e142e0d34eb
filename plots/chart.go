package plots

import "errors"

// Figure is what every chart has in common: its size as users of matplotlib
// think of it, its title, and the words that stand for it where it cannot be seen.
type Figure struct {
	Width  float64 // inches; 0 = the chart's own default
	Height float64 // inches; 0 = the chart's own default
	DPI    float64 // pixels per inch; 0 = 72, as in a notebook
	Title  string  // drawn above the chart, if any
	Alt    string  // alternative text; "" = written from the data
}

// Chart is what every chart can do. A chart is a plain value: nothing is drawn before one of these is called.
type Chart interface {
	// SVG gives a complete document, text as text, on a white background.
	SVG() ([]byte, error)
	// PNG gives a picture of Width×DPI by Height×DPI pixels.
	PNG() ([]byte, error)
	// HTML gives one element that needs nothing from outside: an <img> with a
	// data URI (for a Table, a <table>).
	HTML() (string, error)
	// Text gives a plain form for terminals and text/plain, ending in a newline.
	Text() string
}

var errStub = errors.New("plots: not drawn yet")
