package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"
)

// Lines draws one or more series against common axes: losses, schedules, metrics.
type Lines struct {
	Figure
	Series []Series
	XLabel string
	YLabel string
	LogX   bool // logarithmic x axis with ticks such as 1e-03
}

// Series is one line of a chart. Values that are not finite make gaps.
type Series struct {
	Name   string    // shown in the legend when there are several series
	X      []float64 // nil = 0, 1, 2, …
	Y      []float64
	Color  string // "#rrggbb" or a name; "" = the next of the palette
	Points bool   // a dot at every value
	NoLine bool   // dots only

	drop bool // a dashed line from every dot to the x axis
}

func (l Lines) SVG() ([]byte, error) { return encodeSVG(l) }

func (l Lines) PNG() ([]byte, error) { return encodePNG(l) }

func (l Lines) HTML() (string, error) { return imgSVG(l) }

// Text draws the curves in Braille dots.
func (l Lines) Text() string { return brailleText(l) }

func (l Lines) draw() (*scene, error) {
	s, err := l.newScene("lines", 6, 4, l.describe())
	if err != nil {
		return nil, err
	}
	return s, l.drawIn(s, s.all())
}

func (l Lines) describe() string {
	var b strings.Builder
	if l.Title != "" {
		b.WriteString(l.Title + ": ")
	}
	fmt.Fprintf(&b, "%s against %s", or(l.YLabel, "values"), or(l.XLabel, "index"))
	if l.LogX {
		b.WriteString(" (logarithmic)")
	}
	for i, series := range l.Series {
		b.WriteString([]string{"; ", ": "}[btoi(i == 0)])
		if series.Name != "" {
			b.WriteString(series.Name + " ")
		}
		lo, hi := extent(series.Y)
		switch n := len(series.Y); {
		case lo > hi:
			b.WriteString("no values")
		case n == 1:
			fmt.Fprintf(&b, "%.4g", series.Y[0])
		default:
			fmt.Fprintf(&b, "%d values from %.4g to %.4g, lowest %.4g, highest %.4g", n,
				series.Y[0], series.Y[n-1], lo, hi)
		}
	}
	return b.String()
}

type curve struct {
	Series
	runs  [][]point // in data units
	color color.NRGBA
}

// curves checks the series and returns their runs and the ranges of x and y.
func (l Lines) curves() (out []curve, x, y [2]float64, err error) {
	x, y = [2]float64{math.Inf(1), math.Inf(-1)}, [2]float64{math.Inf(1), math.Inf(-1)}
	for i, series := range l.Series {
		if series.X != nil && len(series.X) != len(series.Y) {
			return nil, x, y,
				fmt.Errorf(
					"plots: lines: series %d (%s) has %d x and %d y values; want as many x as y, "+
						"or no x at all",
					i, clean(series.Name), len(series.X), len(series.Y))
		}
		c := curve{Series: series}
		if c.color, err = parseColor(series.Color, seriesColors[i%len(seriesColors)]); err != nil {
			return nil, x, y, fmt.Errorf("plots: lines: series %d (%s): %w", i, clean(series.Name),
				err)
		}
		var run []point
		for k, v := range series.Y {
			p := point{float64(k), v}
			if series.X != nil {
				p.x = series.X[k]
			}
			if !finite(p.x) || !finite(p.y) || l.LogX && p.x <= 0 {
				if run != nil {
					c.runs = append(c.runs, run)
				}
				run = nil
				continue
			}
			run = append(run, p)
			x = [2]float64{math.Min(x[0], p.x), math.Max(x[1], p.x)}
			y = [2]float64{math.Min(y[0], p.y), math.Max(y[1], p.y)}
		}
		if run != nil {
			c.runs = append(c.runs, run)
		}
		out = append(out, c)
	}
	if x[0] > x[1] { // nothing to draw: empty axes
		x, y = [2]float64{1e-1, 1}, [2]float64{0, 1}
	}
	return out, x, y, nil
}

func (l Lines) drawIn(s *scene, f frame) error {
	curves, x, y, err := l.curves()
	if err != nil {
		return err
	}
	p := s.axes(f, axesOptions{title: l.Title, xLabel: l.XLabel, yLabel: l.YLabel, x: x, y: y,
		logX: l.LogX, margin: 0.04})
	var drawn []point
	for _, c := range curves {
		for _, run := range c.runs {
			drawn = append(drawn, p.curve(s, c, run)...)
		}
	}
	p.legend(s, curves, drawn)
	return nil
}

func (p plotArea) curve(s *scene, c curve, run []point) []point {
	at := make([]point, len(run))
	for i, v := range run {
		at[i] = p.at(v.x, v.y)
	}
	if c.drop {
		for _, q := range at {
			s.items = append(s.items, line{[]point{q, {q.x, p.bottom()}}, s.pt(1),
				[]float64{s.pt(3), s.pt(2)}, c.color})
		}
	}
	if !c.NoLine {
		s.items = append(s.items, line{points: thin(at), width: s.pt(1.6), stroke: c.color})
	}
	if c.Points || len(run) == 1 {
		for _, q := range at {
			s.items = append(s.items, dot{q, s.pt(3.5), c.color})
		}
	}
	return at
}

// thin keeps the first, lowest, highest and last of a line's points in one pixel column.
func thin(points []point) []point {
	if len(points) < 2000 {
		return points
	}
	var out []point
	for i := 0; i < len(points); {
		j, lo, hi := i, i, i
		for ; j < len(points) && math.Floor(points[j].x) == math.Floor(points[i].x); j++ {
			if points[j].y < points[lo].y {
				lo = j
			}
			if points[j].y > points[hi].y {
				hi = j
			}
		}
		last := -1
		for _, k := range []int{i, min(lo, hi), max(lo, hi), j - 1} {
			if k > last {
				out = append(out, points[k])
				last = k
			}
		}
		i = j
	}
	return out
}

// legend names the series, if several have names, in the corner that covers least of drawn.
func (p plotArea) legend(s *scene, curves []curve, drawn []point) {
	var named []curve
	for _, c := range curves {
		if c.Name != "" {
			named = append(named, c)
		}
	}
	if len(named) == 0 || len(curves) == 1 {
		return
	}
	size := s.pt(9)
	pad, key, row := s.pt(6), s.pt(18), size*1.45
	width := 0.0
	for _, c := range named {
		width = math.Max(width, s.width(clean(c.Name), size, false))
	}
	width = math.Min(width, p.w*0.6)
	w, h := width+key+2.5*pad, row*float64(len(named))+pad
	gap := s.pt(5)
	best, least := frame{}, math.MaxInt
	for _, corner := range []frame{
		{p.right() - w - gap, p.y + gap, w, h}, {p.x + gap, p.y + gap, w, h},
		{p.right() - w - gap, p.bottom() - h - gap, w, h}, {p.x + gap, p.bottom() - h - gap, w, h},
	} {
		covered := 0
		for i := range drawn {
			for _, q := range []point{drawn[i], along(drawn[max(i-1, 0)], drawn[i], 0.5)} {
				if q.x > corner.x-gap && q.x < corner.right()+gap && q.y > corner.y-gap &&
					q.y < corner.bottom()+gap {
					covered++
				}
			}
		}
		if covered < least {
			best, least = corner, covered
		}
	}
	s.box(best, color.NRGBA{255, 255, 255, 230})
	s.border(best, s.pt(0.8), color.NRGBA{0xcc, 0xcc, 0xcc, 255})
	for i, c := range named {
		y := best.y + pad/2 + row*(float64(i)+0.5)
		x := best.x + pad
		if !c.NoLine {
			s.items = append(s.items, line{points: []point{{x, y}, {x + key, y}}, width: s.pt(1.6),
				stroke: c.color})
		}
		if c.Points || c.NoLine {
			s.items = append(s.items, dot{point{x + key/2, y}, s.pt(3.5), c.color})
		}
		s.text(label{x: x + key + pad/2, y: y + size*0.36, text: c.Name, size: size, fill: ink},
			width+1)
	}
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
