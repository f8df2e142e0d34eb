// Package plots draws charts that are values: fill in a struct, ask it for SVG, PNG, HTML or text.
//
//	m := plots.Matrix{Figure: plots.Figure{Width: 12, Height: 12}, Labels: classes, Counts: counts}
//	html, err := m.HTML() // one <img>, for a notebook's text/html
//	fmt.Print(m.Text())   // the same for a terminal
//
// [ImageGrid] shows photos with titles and heat maps, [Prediction] a photo and the probabilities of
// its classes, [Lines], [Panels] and [LRFinder] curves, [Matrix] a confusion matrix; [Bars] and
// [Histogram] are charts, [Table], [EpochTable] and [Summary] tables. [Progress] and [Training] are
// shown while a network trains.
//
// Sizes are in inches, [Figure.DPI] pixels to the inch, text in points, as in matplotlib. An SVG
// keeps text as text, each word at its measured width. A PNG is painted with Liberation Sans
// (Latin, Greek, Cyrillic and Hebrew letters; boxes for others). HTML is one element that needs
// nothing from outside and works in JupyterLab, GitHub and nbviewer. Every image has a white
// background, for dark pages, and an alternative text; colours suit colour-blind readers. Labels
// may be anything: they are escaped, cut with an ellipsis, and lose control characters.
//
// A chart lays itself out as a scene (scene.go) of boxes, lines, dots, labels and images; svg.go
// writes a scene, raster.go paints it with x/image.
//
// # Tried and dropped
//
//   - gonum/plot: logarithmic ticks overlap, text is placed by its left end in one named font, no
//     matrix with numbers, no alternative text. It was not faster.
//   - gonum/plot/cmpimg for golden images: needs a PDF reader.
//   - The Go fonts: browsers do not have them, so that measured widths are wrong.
//   - A linear colour scale over all counts, as fastai's: single mistakes are invisible.
//   - Bilinear heat maps: a 7×7 map shows diamonds. Catmull–Rom does not.
//   - <image> inside an SVG for photos: base64 twice, larger than one JPEG.
package plots
