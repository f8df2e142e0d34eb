// Package plots draws charts that are values: fill in a struct and call SVG, PNG, HTML or Text.
//
//	m := plots.Matrix{Figure: plots.Figure{Width: 12, Height: 12}, Labels: classes, Counts: counts}
//	html, err := m.HTML() // one <img>, for a notebook's text/html
//	fmt.Print(m.Text())   // the same for a terminal
//
// [ImageGrid] and [Prediction] show photos, [Lines], [Panels] and [LRFinder] curves, [Matrix] a
// confusion matrix; [Bars] and [Histogram] are charts, [Table], [EpochTable] and [Summary] tables.
// [Progress] and [Training] are shown while a network trains.
//
// Sizes are in inches, [Figure.DPI] pixels to the inch, text in points, as in matplotlib. A PNG has
// Liberation Sans (Latin, Greek, Cyrillic, Hebrew; boxes for others). HTML is one self-contained
// element that works in JupyterLab, GitHub and nbviewer. Images have a white background and an
// alternative text; colours suit colour-blind readers. Labels are escaped and cut with an ellipsis.
//
// A chart is laid out as a scene (scene.go); svg.go writes it, raster.go paints it with x/image.
//
// # Tried and dropped
//
//   - gonum/plot: logarithmic ticks overlap, one font, no matrix with numbers, not faster.
//   - gonum/plot/cmpimg for golden images: needs a PDF reader.
//   - The Go fonts: browsers do not have them, so that measured widths are wrong.
//   - A linear colour scale over all counts, as fastai's: single mistakes are invisible.
//   - Bilinear heat maps: a 7×7 map shows diamonds. Catmull–Rom does not.
//   - <image> inside an SVG for photos: base64 twice, larger than one JPEG.
package plots
