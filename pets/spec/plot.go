package spec

// Plot holds the options of an image or a chart. Unset ones are the chart's defaults.
type Plot struct {
	Width     Opt[float64] `json:"width,omitzero" cell:"FigSize" above:"0" max:"200"` // inches
	Height    Opt[float64] `json:"height,omitzero" cell:"FigSize" above:"0" max:"200"`
	DPI       Opt[float64] `json:"dpi,omitzero" above:"0" max:"2400"`
	Rows      Opt[int]     `json:"rows,omitzero" min:"1" max:"20"` // of images
	NoHeatmap bool         `json:"no_heatmap,omitempty" cell:"Heatmap"`
	Smallest  bool         `json:"smallest,omitempty" cell:"Largest"` // the smallest losses first
	Normalize bool         `json:"normalize,omitempty" cell:"Shares"` // a matrix of fractions
	PNG       bool         `json:"png,omitempty"`                     // also as image/png
}

// Look returns p; it is promoted by types that embed Plot.
func (p Plot) Look() Plot { return p }
