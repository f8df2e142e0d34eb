package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
)

// ImageGrid shows images in rows and columns, each under its title.
type ImageGrid struct {
	Figure      // Title is above all, in bold
	Columns int // 0 = the smallest number that makes no more rows than columns
	Cells   []ImageCell
}

// ImageCell is one image of an ImageGrid.
type ImageCell struct {
	Image image.Image
	Title string // may break into several lines
	Color string // of the title: "#rrggbb", "red", "green", …; "" = black
	Heat  *Heat  // drawn over the image, if any
}

// Heat is a map drawn over an image, such as Grad-CAM's: W×H values, row-major, scaled to their
// range, stretched over the image.
type Heat struct {
	W, H   int
	Values []float64
	Alpha  float64 // 0 = 0.6
}

const titleLines = 3

func (g ImageGrid) SVG() ([]byte, error) { return encodeSVG(g) }

func (g ImageGrid) PNG() ([]byte, error) { return encodePNG(g) }

// HTML returns a JPEG, with twice the pixels for displays that have them.
func (g ImageGrid) HTML() (string, error) { return imgJPEG(g) }

// Text returns the titles, row by row; without any, the alternative text.
func (g ImageGrid) Text() string {
	if !slices.ContainsFunc(g.Cells, func(c ImageCell) bool { return c.Title != "" }) {
		return clean(or(g.Alt, g.describe())) + "\n"
	}
	columns, _ := g.shape()
	t := Table{Figure: Figure{Title: g.Title}}
	for i := 0; i < len(g.Cells); i += columns {
		row := make([]string, columns)
		for j := i; j < min(i+columns, len(g.Cells)); j++ {
			row[j-i] = g.Cells[j].Title
		}
		t.Rows = append(t.Rows, row)
	}
	return t.Text()
}

func (g ImageGrid) shape() (columns, rows int) {
	columns = g.Columns
	if columns <= 0 {
		columns = int(math.Ceil(math.Sqrt(float64(len(g.Cells)))))
	}
	columns = max(1, min(columns, len(g.Cells)))
	return columns, (len(g.Cells) + columns - 1) / columns
}

func (g ImageGrid) describe() string {
	titles := make([]string, len(g.Cells))
	for i, c := range g.Cells {
		titles[i] = or(c.Title, "untitled")
	}
	return fmt.Sprintf("%s: %d images: %s", or(g.Title, "Image grid"), len(g.Cells),
		strings.Join(titles, ", "))
}

func (g ImageGrid) draw() (*scene, error) {
	if len(g.Cells) == 0 {
		return nil, fmt.Errorf("plots: image grid: no images; want at least one cell")
	}
	columns, rows := g.shape()
	s, err := g.newScene("image grid", 3*float64(columns), 3*float64(rows), g.describe())
	if err != nil {
		return nil, err
	}
	gap := s.pt(6)
	f := s.title(g.Title, s.all().cut(gap/2, gap, gap/2, gap/2), 14, true)
	w, h := f.w/float64(columns), f.h/float64(rows)
	size := s.pt(11)
	lines := make([][]string, len(g.Cells))
	most := 0
	for i, c := range g.Cells {
		if c.Title != "" {
			lines[i] = s.wrap(c.Title, size, false, w-gap, titleLines)
		}
		most = max(most, len(lines[i]))
	}
	head := size * 1.25 * float64(most)
	if h-head < 8 || w-gap < 8 {
		return nil,
			fmt.Errorf(
				"plots: image grid: %d by %d images do not fit into %g by %g pixels; make Width "+
					"or Height larger or show fewer", columns, rows, s.w, s.h)
	}
	for i, c := range g.Cells {
		cell := frame{f.x + w*float64(i%columns), f.y + h*float64(i/columns), w, h}.cut(gap/2, 0,
			gap/2, gap)
		fill, err := parseColor(c.Color, ink)
		if err != nil {
			return nil, fmt.Errorf("plots: image grid: cell %d: %w", i, err)
		}
		photo, err := c.photo(cell.w, cell.h)
		if err != nil {
			return nil, fmt.Errorf("plots: image grid: cell %d (%s): %w", i, clean(c.Title), err)
		}
		s.cell(cell, head, photo, lines[i], size, fill)
	}
	return s, nil
}

// photo returns the image, at most twice w×h, with its heat map.
func (c ImageCell) photo(w, h float64) (*image.RGBA, error) {
	img, err := opaque(c.Image)
	if err != nil || c.Heat == nil {
		return img, err
	}
	img = limit(img, 2*w, 2*h)
	return img, c.Heat.overlay(img)
}

func (s *scene) cell(f frame, head float64, photo *image.RGBA, title []string, size float64,
	fill color.NRGBA) {
	at := inside(f.cut(0, head, 0, 0), photo)
	for k, text := range title {
		y := at.y - size*0.4 - size*1.25*float64(len(title)-1-k)
		s.text(label{x: f.x + f.w/2, y: y, text: text, size: size, anchor: middle, fill: fill}, 0)
	}
	s.items = append(s.items, bitmap{at, photo})
}
