package pets

import (
	"os"

	"gopets/pets/spec"
)

// PlotOption changes how images and charts look; a chart ignores those that do not apply.
type PlotOption func(*spec.Plot)

func plot(options []PlotOption) spec.Plot {
	return with(spec.Plot{PNG: os.Getenv("GOPETS_PNG") != ""}, options)
}

// FigSize is the size of a figure in inches, 72 pixels each unless [DPI] says otherwise.
func FigSize(width, height float64) PlotOption {
	return func(p *spec.Plot) { p.Width, p.Height = spec.Some(width), spec.Some(height) }
}

// DPI is the number of pixels to an inch.
func DPI(n float64) PlotOption { return func(p *spec.Plot) { p.DPI = spec.Some(n) } }

// Rows is the number of rows of images; there are as many columns.
func Rows(n int) PlotOption { return func(p *spec.Plot) { p.Rows = spec.Some(n) } }

// Heatmap (false) leaves out where the network looked.
func Heatmap(show bool) PlotOption { return func(p *spec.Plot) { p.NoHeatmap = !show } }

// Largest (false) shows the smallest losses instead of the largest.
func Largest(largest bool) PlotOption { return func(p *spec.Plot) { p.Smallest = !largest } }

// PNG adds the image as image/png, for viewers without HTML; $GOPETS_PNG adds it everywhere.
func PNG() PlotOption { return func(p *spec.Plot) { p.PNG = true } }

// Shares shows a confusion matrix in fractions of each row.
func Shares() PlotOption { return func(p *spec.Plot) { p.Normalize = true } }
