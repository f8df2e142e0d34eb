package plots

import "math"

type plotArea struct {
	frame
	xAxis, yAxis axis
}

func (p plotArea) at(x, y float64) point {
	return point{p.x + p.w*p.xAxis.share(x), p.bottom() - p.h*p.yAxis.share(y)}
}

type axesOptions struct {
	title, xLabel, yLabel string
	x, y                  [2]float64 // ranges of the data
	logX                  bool
	margin                float64 // fraction of the range left free on each side
	fromZero              bool    // y starts at 0, without margin there
}

// axes draws title, frame, grid, ticks and labels compactly, and returns the area inside.
func (s *scene) axes(f frame, o axesOptions) plotArea {
	size := s.pt(10)
	gap := s.pt(4)
	f = f.cut(s.pt(6), s.pt(7), s.pt(10), s.pt(6))
	f = s.title(o.title, f, 12, false)

	bottom := size*1.1 + gap // tick labels
	if o.xLabel != "" {
		bottom += size * 1.5
	}
	left := 0.0
	if o.yLabel != "" {
		left += size * 1.5
	}
	top := size * 0.4 // half of the uppermost tick label
	p := plotArea{}
	p.yAxis = newAxis(o.y[0], o.y[1], o.margin, false, int((f.h-bottom-top)/(size*3.2)))
	if o.fromZero {
		p.yAxis = axis{lo: 0, hi: math.Max(o.y[1], 1e-12) * (1 + 2*o.margin)}
		p.yAxis.ticks = linearTicks(0, p.yAxis.hi, int((f.h-bottom-top)/(size*3.2)))
	}
	widest := 0.0
	for _, t := range p.yAxis.ticks {
		widest = math.Max(widest, s.width(t.label, size, false))
	}
	p.frame = f.cut(left+widest+1.5*gap, top, 0, bottom)
	if out := s.outside(s.xAxis(p.w, size, o), p.w, size) - s.pt(8); out > 0 {
		p.w -= out
	}
	p.frame = frame{math.Round(p.x), math.Round(p.y), math.Round(p.w), math.Round(p.h)}
	p.xAxis = s.xAxis(p.w, size, o)

	for _, t := range p.xAxis.ticks {
		x := p.x + p.w*p.xAxis.share(t.value)
		if t.label == "" {
			s.vline(x, p.bottom(), p.bottom()+gap*0.6, s.pt(0.8), outline)
			continue
		}
		s.vline(x, p.y, p.bottom(), s.pt(0.8), hairs)
		s.vline(x, p.bottom(), p.bottom()+gap, s.pt(0.8), ink)
		s.text(label{x: x, y: p.bottom() + gap + size, text: t.label, size: size, anchor: middle,
			fill: ink}, 0)
	}
	for _, t := range p.yAxis.ticks {
		y := p.bottom() - p.h*p.yAxis.share(t.value)
		s.hline(p.x, p.right(), y, s.pt(0.8), hairs)
		s.hline(p.x-gap, p.x, y, s.pt(0.8), ink)
		s.text(label{x: p.x - 1.5*gap, y: y + size*0.36, text: t.label, size: size, anchor: end,
			fill: ink}, 0)
	}
	s.border(p.frame, s.pt(0.8), ink)
	s.text(label{x: p.x + p.w/2, y: f.bottom() - size*0.25, text: o.xLabel, size: size,
		anchor: middle, fill: ink}, p.w)
	s.text(label{x: f.x + size*0.9, y: p.y + p.h/2, text: o.yLabel, size: size, anchor: middle,
		angle: -90, fill: ink}, p.h)
	return p
}

// outside returns how far tick labels reach beyond an axis' right end.
func (s *scene) outside(a axis, width, size float64) float64 {
	reach := width
	for _, t := range a.ticks {
		reach = math.Max(reach, width*a.share(t.value)+s.width(t.label, size, false)/2)
	}
	return reach - width
}

func (s *scene) xAxis(width, size float64, o axesOptions) axis {
	var a axis
	for n := 10; n > 1; n-- {
		a = newAxis(o.x[0], o.x[1], o.margin, o.logX, n)
		free := true
		previous := math.Inf(-1)
		for _, t := range a.ticks {
			if t.label == "" {
				continue
			}
			half := s.width(t.label, size, false)/2 + size*0.4
			at := width * a.share(t.value)
			if at-half < previous {
				free = false
			}
			previous = at + half
		}
		if free {
			break
		}
	}
	return a
}
