package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// A scene is a chart's layout: shapes and text, in pixels from the upper left corner.
type scene struct {
	w, h          float64 // pixels
	dpi           float64
	alt           string
	regular, bold *typeface
	items         []item
}

type item interface {
	svg(w *svgWriter)
	paint(c *canvas)
}

type point struct{ x, y float64 }

type frame struct{ x, y, w, h float64 }

func (f frame) right() float64  { return f.x + f.w }
func (f frame) bottom() float64 { return f.y + f.h }

func (f frame) cut(left, top, right, bottom float64) frame {
	return frame{f.x + left, f.y + top, f.w - left - right, f.h - top - bottom}
}

// An anchor is the part of a label at its x.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// A label is a line of text; y is its baseline. Angle is in degrees, clockwise.
type label struct {
	x, y   float64
	text   string
	size   float64 // pixels
	bold   bool
	anchor anchor
	angle  float64
	fill   color.NRGBA
	width  float64 // as measured; set by scene.text
}

// A box is a filled rectangle with edges on whole pixels.
type box struct {
	x, y, w, h float64
	fill       color.NRGBA
}

type line struct {
	points []point
	width  float64
	dash   []float64
	stroke color.NRGBA
}

type dot struct {
	center point
	radius float64
	fill   color.NRGBA
}

type bitmap struct {
	frame
	img *image.RGBA
}

// maxPixels bounds a figure: more is a mistake in inches or dpi.
const maxPixels = 64 << 20

// newScene starts a scene of the figure's size, or the default in inches, on white.
func (f Figure) newScene(stage string, width, height float64, alt string) (*scene, error) {
	if f.Width != 0 {
		width = f.Width
	}
	if f.Height != 0 {
		height = f.Height
	}
	dpi := f.DPI
	if dpi == 0 {
		dpi = 72
	}
	w, h := math.Round(width*dpi), math.Round(height*dpi)
	if !(w >= 16 && h >= 16 && w*h <= maxPixels) {
		return nil,
			fmt.Errorf(
				"plots: %s: a figure of %g by %g inches at %g dpi cannot be drawn; want at least "+
					"16 pixels a side and at most %d in all: change Width, Height or DPI",
				stage, width, height, dpi, maxPixels)
	}
	regular, bold, err := faces()
	if err != nil {
		return nil, fmt.Errorf("plots: %s: %w", stage, err)
	}
	if f.Alt != "" {
		alt = f.Alt
	}
	s := &scene{w: w, h: h, dpi: dpi, alt: clean(alt), regular: regular, bold: bold}
	s.box(frame{0, 0, w, h}, white)
	return s, nil
}

func (s *scene) all() frame { return frame{0, 0, s.w, s.h} }

// pt converts points (1/72 inch) to pixels.
func (s *scene) pt(points float64) float64 { return points * s.dpi / 72 }

func (s *scene) face(bold bool) *typeface {
	if bold {
		return s.bold
	}
	return s.regular
}

func (s *scene) width(text string, size float64, bold bool) float64 {
	return s.face(bold).advance(text) * size
}

// text adds a label; l.text is cleaned and, if limit > 0, cut to limit pixels.
func (s *scene) text(l label, limit float64) {
	l.text = clean(l.text)
	if limit > 0 {
		l.text = s.fit(l.text, l.size, l.bold, limit)
	}
	if l.text == "" {
		return
	}
	l.width = s.width(l.text, l.size, l.bold)
	s.items = append(s.items, l)
}

// box adds a filled rectangle with edges on pixels, at least one thick.
func (s *scene) box(f frame, fill color.NRGBA) {
	x0, y0 := math.Round(f.x), math.Round(f.y)
	x1, y1 := math.Max(math.Round(f.right()), x0+1), math.Max(math.Round(f.bottom()), y0+1)
	s.items = append(s.items, box{x0, y0, x1 - x0, y1 - y0, fill})
}

func (s *scene) hline(x0, x1, y, width float64, c color.NRGBA) {
	s.box(frame{x0, y - width/2, x1 - x0, width}, c)
}

func (s *scene) vline(x, y0, y1, width float64, c color.NRGBA) {
	s.box(frame{x - width/2, y0, width, y1 - y0}, c)
}

func (s *scene) border(f frame, width float64, c color.NRGBA) {
	s.hline(f.x-width/2, f.right()+width/2, f.y, width, c)
	s.hline(f.x-width/2, f.right()+width/2, f.bottom(), width, c)
	s.vline(f.x, f.y, f.bottom(), width, c)
	s.vline(f.right(), f.y, f.bottom(), width, c)
}

// title writes the title on top of f and returns the rest of f.
func (s *scene) title(text string, f frame, points float64, bold bool) frame {
	if text == "" {
		return f
	}
	size := s.pt(points)
	s.text(label{x: f.x + f.w/2, y: f.y + size, text: text, size: size, bold: bold, anchor: middle,
		fill: ink}, f.w)
	return f.cut(0, size*1.45, 0, 0)
}
