package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// Bars draws a horizontal bar for each value, the first on top, its number at the end.
type Bars struct {
	Figure
	Labels    []string
	Values    []float64 // not negative
	Percent   bool      // values are fractions: a full bar is 100 %, numbers are percentages
	Highlight int       // 1 + index of the bar to point out; 0 = none
}

func (b Bars) SVG() ([]byte, error) { return encodeSVG(b) }

func (b Bars) PNG() ([]byte, error) { return encodePNG(b) }

func (b Bars) HTML() (string, error) { return imgSVG(b) }

// Text draws the bars in block characters.
func (b Bars) Text() string {
	if err := b.check(); err != nil {
		return err.Error() + "\n"
	}
	var out strings.Builder
	if b.Title != "" {
		out.WriteString(clean(b.Title) + "\n")
	}
	widest := 0
	for _, l := range b.Labels {
		widest = max(widest, columns(shorten(l)))
	}
	for i, v := range b.Values {
		name := shorten(b.Labels[i])
		full := v / b.full() * 30
		if !finite(full) {
			full = 0
		}
		fmt.Fprintf(&out, "%s%s  %-30s  %s\n", name, blanks(widest-columns(name)),
			strings.Repeat("█", int(math.Round(full))), b.number(v))
	}
	return trimLines(out.String())
}

func (b Bars) check() error {
	if len(b.Labels) != len(b.Values) {
		return fmt.Errorf("plots: bars: %d labels for %d values; want one for each",
			len(b.Labels), len(b.Values))
	}
	for i, v := range b.Values {
		if v < 0 || math.IsInf(v, 0) {
			return fmt.Errorf(
				"plots: bars: value %d (%s) is %g; want a finite number that is not negative", i,
				clean(b.Labels[i]), v)
		}
	}
	return nil
}

func (b Bars) full() float64 {
	_, hi := extent(b.Values)
	if b.Percent {
		return math.Max(hi, 1)
	}
	if !(hi > 0) {
		return 1
	}
	return hi
}

func (b Bars) number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case b.Percent:
		return strconv.FormatFloat(100*v, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func (b Bars) describe() string {
	parts := make([]string, 0, len(b.Labels))
	for i, l := range b.Labels {
		parts = append(parts, l+" "+b.number(b.Values[i]))
	}
	return or(b.Title, "Bars") + ": " + strings.Join(parts, ", ")
}

func (b Bars) draw() (*scene, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	s, err := b.newScene("bars", 6, 0.5+0.32*float64(max(len(b.Values), 1)), b.describe())
	if err != nil {
		return nil, err
	}
	b.drawIn(s, s.title(b.Title, s.all().cut(s.pt(8), s.pt(8), s.pt(8), s.pt(8)), 12, false))
	return s, nil
}

var (
	barColor  = color.NRGBA{0x9e, 0xc5, 0xe5, 255}
	barStrong = color.NRGBA{0x00, 0x72, 0xb2, 255}
	barGround = color.NRGBA{0xf0, 0xf0, 0xf0, 255}
)

func (b Bars) drawIn(s *scene, f frame) {
	if len(b.Values) == 0 {
		return
	}
	row := f.h / float64(len(b.Values))
	size := math.Min(s.pt(10), row*0.7)
	names, numbers := 0.0, 0.0
	for i, v := range b.Values {
		bold := b.Highlight == i+1
		names = math.Max(names, s.width(clean(b.Labels[i]), size, bold))
		numbers = math.Max(numbers, s.width(b.number(v), size, bold))
	}
	gap := s.pt(6)
	names = math.Min(names, f.w*0.45)
	track := f.cut(names+gap, 0, numbers+gap, 0)
	for i, v := range b.Values {
		y := f.y + row*float64(i)
		thick := math.Min(row*0.66, s.pt(18))
		top := math.Round(y + (row-thick)/2)
		base := top + thick/2 + size*0.36
		bold, fill := b.Highlight == i+1, barColor
		if bold || b.Highlight == 0 {
			fill = barStrong
		}
		s.text(label{x: f.x + names, y: base, text: b.Labels[i], size: size, bold: bold,
			anchor: end, fill: ink}, names+1)
		s.box(frame{track.x, top, track.w, thick}, barGround)
		if length := track.w * v / b.full(); length > 0 {
			s.box(frame{track.x, top, length, thick}, fill)
		}
		s.text(label{x: f.right(), y: base, text: b.number(v), size: size, bold: bold, anchor: end,
			fill: ink}, 0)
	}
}

// Prediction shows an image beside the probabilities of its most likely classes.
type Prediction struct {
	Figure
	Image image.Image
	Bars  Bars // most likely first
}

func (p Prediction) SVG() ([]byte, error) { return encodeSVG(p) }

func (p Prediction) PNG() ([]byte, error) { return encodePNG(p) }

func (p Prediction) HTML() (string, error) { return imgJPEG(p) }

// Text draws the bars in block characters.
func (p Prediction) Text() string {
	if p.Title == "" {
		return p.Bars.Text()
	}
	return clean(p.Title) + "\n" + p.Bars.Text()
}

func (p Prediction) draw() (*scene, error) {
	if err := p.Bars.check(); err != nil {
		return nil, err
	}
	img, err := opaque(p.Image)
	if err != nil {
		return nil, fmt.Errorf("plots: prediction: %w", err)
	}
	s, err := p.newScene("prediction", 8, 3, or(p.Title, "Image")+", "+p.Bars.describe())
	if err != nil {
		return nil, err
	}
	f := s.title(p.Title, s.all().cut(s.pt(8), s.pt(8), s.pt(8), s.pt(8)), 12, true)
	photo := inside(frame{f.x, f.y, f.w * 0.45, f.h}, img)
	photo.x = f.x
	s.items = append(s.items, bitmap{photo, img})
	bars := f.cut(photo.w+s.pt(16), 0, 0, 0)
	bars = s.title(p.Bars.Title, bars, 10, false)
	if room := s.pt(30) * float64(len(p.Bars.Values)); room < bars.h {
		bars = bars.cut(0, (bars.h-room)/2, 0, (bars.h-room)/2)
	}
	p.Bars.drawIn(s, bars)
	return s, nil
}
