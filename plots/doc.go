// Package plots draws charts that are values: fill in a struct, ask it for SVG, PNG, HTML or text.
//
//	m := plots.Matrix{Figure: plots.Figure{Width: 12, Height: 12, DPI: 100}, Labels: classes, Counts: counts}
//	html, err := m.HTML() // one <img>, for a notebook's text/html
//	fmt.Print(m.Text())   // the same for a terminal
//
// # Which chart
//
// [ImageGrid] shows photos with titles and heat maps, [Prediction] one photo beside the
// probabilities of its classes, [Lines], [Panels] and [LRFinder] show curves, [Matrix] a confusion
// matrix, [Bars] and [Histogram] what their names say. [Table], [EpochTable] and [Summary] are
// tables: real ones in HTML, padded columns in a terminal. [Progress] and [Training] are shown
// while a network trains.
//
// # Output
//
// Sizes are in inches, [Figure.DPI] pixels to the inch, text in points, as users of matplotlib
// think. An SVG keeps text as text, in a family of fonts of which every system has one member, each
// word pinned to the width that was measured. A PNG is painted with the member that comes with this
// package (Liberation Sans: Latin, Greek, Cyrillic and Hebrew letters; boxes for others). HTML is
// one element that needs nothing from outside and survives JupyterLab, GitHub, nbviewer and an
// export: charts as SVG, photos as JPEG of twice the figure's pixels. Every image has a white
// background of its own, so that it also reads on a dark page, and an alternative text. Colours can
// be told apart with any kind of colour vision.
//
// Labels may be anything: they are escaped, cut with an ellipsis where room ends, and lose control
// characters.
//
// # Implementation
//
// A chart lays itself out as a scene (scene.go): boxes, lines, dots, labels and images in pixels.
// svg.go writes a scene, raster.go paints it, with x/image for outlines (vector), fonts (sfnt) and
// scaling (draw).
//
// # Tried and dropped
//
//   - gonum/plot v0.17 with vgsvg and vgimg. Its logarithmic ticks read "9.999999999999999e-06" and
//     overlap; vgsvg places every text by its left end in a single named font, so that centred
//     words drift where that font is missing; there is no matrix with numbers, no wrapping, no
//     alternative text. The drawing alone would have been as fast (a 37×37 matrix as PNG: 45 ms
//     there, 27 ms here).
//   - gonum/plot/cmpimg for the golden images: it needs a PDF reader as a further module and a flag
//     of its own.
//   - The Go fonts: no system has them, so what is measured with them is wrong in every browser.
//   - A linear colour scale over all counts, as fastai's: single mistakes beside rows of forty are
//     invisible.
//   - Bilinear heat maps: a 7×7 map shows diamonds. Catmull–Rom does not.
//   - <image> inside an SVG for photos in HTML: base64 twice, larger than one JPEG of the whole.
package plots
