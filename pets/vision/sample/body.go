package sample

import "gopets/pets/vision/sample/paint"

type tailShape int

const (
	plain  tailShape = iota
	whip             // thin
	plume            // with long hair
	curled           // over the back
	stump            // short
	rod              // short and upright
)

// stance is how far a pose of the body reaches from the head's middle, in head radii.
type stance struct {
	left, top, right, bottom float64
	body                     func(a *animal, c *paint.Canvas)
}

func bust(a *animal) stance {
	return stance{-1.35, -1.25, 1.35, 1.45, (*animal).drawBust}
}

func sitting(a *animal) stance {
	s := a.size
	return stance{-1.25 * s * a.stout, -1.2, 1.25 * s * a.stout, a.sitLow(), (*animal).drawSit}
}

func standing(a *animal) stance {
	s := a.size
	return stance{-3.3 * s, -1.2, 1.2, a.standHigh() + a.standLeg(), (*animal).drawStand}
}

func lying(a *animal) stance {
	s := a.size
	return stance{-2.75 * s, -1.2, 1.4 + 0.35*s, 1.15 * s, (*animal).drawLie}
}

func (a *animal) sitLow() float64 { return 0.55 + a.size*(1.25+0.5*a.leg) }

// from the head's middle down to the back's middle
func (a *animal) standHigh() float64 { return 0.35 + 0.55*a.size }
func (a *animal) standLeg() float64  { return a.size * (0.55 + 0.95*a.leg) }

func (a *animal) body(c *paint.Canvas, outline paint.Path, x, y, rx, ry float64, more func()) {
	fur := a.fur * 0.8
	c.Within(outline.Furry(a.Rand, fur, a.step(c, fur), 0, 0.6), func() {
		c.Flood(a.ink(1))
		if more != nil {
			more()
		}
		a.light(c, x, y, rx, ry)
		if a.fur == 0 {
			for i := range 4 { // folds of skin
				v := y + ry*(-0.5+0.3*float64(i))
				c.FillSoft(paint.Stroke(0.03, 0.02, x-rx*0.6, v-0.1, x, v+a.Around(0.1), x+rx*0.6,
					v-0.1), a.base.Darker(0.5), 0.3)
			}
		}
	})
}

func (a *animal) limbInk(y0, y1 float64) paint.Ink {
	coat := a.ink(0.9)
	return func(x, y float64) paint.RGB {
		t := (y - y0) / (y1 - y0)
		k := coat(x, y)
		if a.limb != nil {
			k = k.Mix(*a.limb, min(1, max(0, t*1.7-0.1)))
		}
		if a.sock != nil {
			edge := 1 - a.sockHigh + 0.12*(paint.Noise(x*5, y*3)-0.5)
			k = k.Mix(*a.sock, min(1, max(0, (t-edge)*14)))
		}
		return k
	}
}

func (a *animal) drawLeg(c *paint.Canvas, x, y0, y1, w, far float64) {
	fur := a.fur * 0.6
	l := y1 - y0
	path := paint.Smooth(x-w, y0, x+w, y0, x+w*0.72, y0+0.5*l, x+w*0.6, y1-0.12, x+w*0.85, y1-0.02,
		x-w*0.7, y1, x-w*0.65, y1-0.2, x-w*0.72, y0+0.5*l)
	c.Within(path.Furry(a.Rand, fur, a.step(c, fur), 0, 0.7), func() {
		c.Flood(a.limbInk(y0, y1))
		a.light(c, x, y0+0.5*l, w*1.2, 0.65*l)
		if far > 0 {
			c.Shadow(x, y0+0.3*l, w*4, l*1.6, far)
		}
	})
	a.drawPaw(c, x+w*0.18, y1, w*1.05)
}

func (a *animal) drawPaw(c *paint.Canvas, x, y, w float64) {
	k := a.base
	switch {
	case a.sock != nil:
		k = *a.sock
	case a.limb != nil:
		k = *a.limb
	}
	h := w * 0.55
	fur := a.fur * 0.4
	c.Within(paint.Ellipse(x, y-h*0.6, w, h).Furry(a.Rand, fur, a.step(c, fur), 0, 0.6), func() {
		c.Flood(paint.Gradient(y-1.6*h, y+0.4*h, k.Lighter(0.06), k.Darker(0.15)))
		a.skin(c, x, y-h*0.6, w, h)
	})
	for _, d := range []float64{-0.36, 0, 0.36} {
		c.FillSoft(paint.Stroke(w*0.1, w*0.06, x+d*w, y-h*0.7, x+d*w*1.15, y+h*0.2), k.Darker(0.65),
			0.6)
	}
}

func (a *animal) chestMarks(c *paint.Canvas, x, y, rx, ry float64) {
	if a.belly != nil {
		c.Glow(paint.Disc(x, y, rx*0.75, ry, 0), *a.belly, 0.9, 0.4)
	}
	if a.mane != nil && a.saddle == nil {
		c.Glow(paint.Disc(x, y-0.3*ry, rx, ry*0.9, 0), *a.mane, 0.8, 0.3)
	}
	if a.bib != nil {
		c.Within(paint.Smooth(x-0.5*rx, y-1.2*ry, x+0.5*rx, y-1.2*ry, x+0.62*rx, y-0.3*ry,
			x+0.25*rx, y+0.55*ry, x-0.1*rx, y+0.7*ry, x-0.6*rx, y-0.2*ry).Furry(a.Rand, 0.06, 0.1,
			0, 0.8), func() {
			c.Flood(paint.Gradient(y-ry, y+ry, *a.bib, a.bib.Darker(0.06)))
		})
	}
}

func (a *animal) saddleMark(c *paint.Canvas, x0, x1, top, low float64) {
	if a.saddle == nil {
		return
	}
	m, w := (x0+x1)/2, (x1-x0)/2
	c.Within(paint.Smooth(x0, top-0.5, x1, top-0.5, x1, low*0.6+top*0.4, m+0.3*w, low, m-0.4*w,
		low*0.9+top*0.1, x0, low).Furry(a.Rand, 0.07, 0.1, 0, 0.6), func() {
		c.Flood(paint.Coat(*a.saddle, a.saddle.Lighter(0.12), a.field.Times(0.7)))
	})
}

func (a *animal) drawBust(c *paint.Canvas) {
	k := a.stout * (0.75 + 0.25*a.size)
	a.body(c, paint.Mirror(0, 0.1, 0.72, 0.5, 1.05*k, 1.35, 1.3*k, 2.1, 1.35*k, 4, 0, 4), 0, 1.8,
		1.35*k, 1.7, func() {
			if a.saddle != nil {
				c.Flood(paint.Coat(*a.saddle, a.saddle.Lighter(0.1), a.field))
				c.Glow(paint.Disc(0, 1.5, 0.85*k, 1.6, 0), or(a.mane, a.base), 1, 0.6)
			}
			a.chestMarks(c, 0, 1.7, 0.95*k, 1.2)
		})
	a.wear(c, func() paint.Path {
		return paint.Mirror(0, 0.75, 0.7, 0.8, 1.15*k, 1.45, 1.45*k, 2.2, 1.45*k, 4, 0, 4)
	})
	a.wearCollar(c)
	c.Shadow(0, 0.85, 1.05, 0.5, 0.4)
}

func (a *animal) drawSit(c *paint.Canvas) {
	s, k := a.size, a.stout*a.size
	low := a.sitLow()
	mid := (0.5 + low) / 2
	a.drawTail(c, 0.8*k, low-0.25*s, 1, 0.25)
	for _, side := range []float64{-1, 1} { // haunches
		x, y := side*0.72*k, low-0.42*s
		a.body(c, paint.Ellipse(x, y, 0.48*k, 0.5*s), x, y, 0.5*k, 0.5*s,
			func() { a.saddleMark(c, x-1, x+1, y-1, y) })
		a.drawPaw(c, side*0.82*k, low-0.02, 0.34*s)
	}
	a.body(c, paint.Mirror(0, 0.2, 0.55, 0.5, 0.72*k, 0.5+0.4*s, 0.82*k, mid+0.2*s, 0.72*k,
		low-0.15*s, 0, low-0.08*s), 0, mid, 0.9*k, low-mid+0.1, func() {
		if a.saddle != nil {
			for _, side := range []float64{-1, 1} {
				c.Glow(paint.Disc(side*0.8*k, mid, 0.45*k, 1.1*s, 0), *a.saddle, 1, 0.6)
			}
		}
		a.chestMarks(c, 0, mid-0.2*s, 0.7*k, (low-mid)*0.95)
	})
	for _, side := range []float64{-1, 1} {
		a.drawLeg(c, side*0.32*k, mid, low+0.04, 0.22*(0.5+0.5*k)*min(1, 0.7+0.3*a.leg), 0)
	}
	a.wear(c, func() paint.Path {
		return paint.Mirror(0, 0.62, 0.62, 0.68, 0.86*k, 0.5+0.45*s, 0.95*k, mid+0.25*s, 0.88*k,
			low-0.5*s, 0, low-0.42*s)
	})
	a.wearCollar(c)
	c.Shadow(0, 0.85, 0.95, 0.45, 0.42)
}

func (a *animal) drawStand(c *paint.Canvas) {
	s, t := a.size, a.stout*a.size
	cy, leg := a.standHigh(), a.standLeg()
	x0, x1 := -2.75*s, -0.1*s // rump and chest
	h := 0.62 * t
	ground := cy + leg
	a.drawTail(c, x0+0.1, cy-h*0.7, -1, 0.9)
	w := 0.22 * (0.4*s + 0.6*t)
	a.drawLeg(c, x0+0.75*s, cy, ground-0.07, w, 0.42)
	a.drawLeg(c, x1-0.12*s, cy, ground-0.07, w, 0.42)
	neck := paint.Smooth(-0.7*s, -0.3, 0.1, -0.5, 0.55, 0.3, x1+0.35*s, cy+0.1, -0.7*s, cy+0.3*h,
		-1.15*s, cy-0.6*h)
	trunk := paint.Smooth(x0, cy-0.25*h, x0+0.35*s, cy-0.88*h, -1.6*s, cy-0.92*h, -0.8*s, cy-h,
		x1+0.1*s, cy-0.75*h, x1+0.34*s, cy+0.1*h, x1-0.1*s, cy+0.85*h, -1.4*s, cy+0.72*h, x0+0.75*s,
		cy+0.5*h, x0+0.1*s, cy+0.45*h)
	a.body(c, trunk, (x0+x1)/2, cy, 1.5*s, h*1.15, func() {
		if a.belly != nil {
			c.Glow(paint.Disc(-1.3*s, cy+0.8*h, 1.2*s, 0.4*h, 0), *a.belly, 0.9, 0.3)
		}
		a.saddleMark(c, x0-0.2, x1, cy-h, cy+0.25*h)
		if a.bib != nil {
			c.Glow(paint.Disc(x1+0.2*s, cy+0.4*h, 0.42*s, 0.6*h, 0.3), *a.bib, 1, 0.6)
		}
	})
	a.body(c, neck, -0.2, cy*0.4, 0.9, 0.9, func() {
		if a.mane != nil {
			c.Flood(paint.Coat(*a.mane, *a.mane, a.field))
		}
		if a.bib != nil {
			c.Glow(paint.Disc(0.25, cy*0.85, 0.4, 0.7, 0.3), *a.bib, 1, 0.6)
		}
	})
	a.drawLeg(c, x0+0.42*s, cy-0.1*h, ground, w*1.15, 0)
	a.drawLeg(c, x1-0.22*s, cy+0.1*h, ground, w, 0)
	a.wear(c, func() paint.Path {
		return paint.Smooth(-2.1*s, cy-h, -1.2*s, cy-1.08*h, -0.2*s, cy-1.1*h, 0.45, 0.45,
			x1+0.42*s, cy+0.2*h, x1, cy+0.95*h, -1.4*s, cy+0.85*h, -2.1*s, cy+0.72*h)
	})
	a.wearCollar(c)
	c.Shadow(-0.15, 0.4, 1.0, 0.75, 0.38)
}

func (a *animal) drawLie(c *paint.Canvas) {
	s, t := a.size, a.stout*a.size
	ground := 1.08 * s
	h := 0.7 * t
	cy := ground - h*0.95
	a.drawTail(c, -2.45*s, ground-0.3, -1, 0.1)
	a.body(c, paint.Smooth(-2.6*s, ground-0.35*h, -2.3*s, cy-0.65*h, -1.4*s, cy-0.95*h, -0.4*s,
		cy-0.85*h, 0.4*s, cy-0.2*h, 0.7*s, ground-0.1, -0.8*s, ground, -2.4*s, ground), -1.1*s, cy,
		1.75*s, h*1.2, func() {
			a.saddleMark(c, -2.7*s, 0.1, cy-h, cy+0.35*h)
			a.chestMarks(c, 0.3*s, ground-0.35*h, 0.5*s, 0.7*h)
		})
	a.body(c, paint.Ellipse(-1.85*s, ground-0.45*h, 0.62*s, 0.5*h), -1.85*s, ground-0.45*h, 0.65*s,
		0.55*h, func() { a.saddleMark(c, -2.7*s, -1.2*s, cy-h, cy+0.3*h) })
	a.drawPaw(c, -1.4*s, ground+0.02, 0.36*s)
	for i, x := range []float64{0.35 * s, 0.75 * s} {
		w := 0.19 * s
		y := ground - 0.1*s - 0.05*float64(1-i)
		c.Within(paint.Smooth(x-0.5*s, y-w*1.2, x+0.1*s, y-w, x+0.45*s, y-w*0.7, x+0.5*s, y+w,
			x-0.5*s, y+w).Furry(a.Rand, a.fur*0.7, a.step(c, a.fur), 0, 0.6), func() {
			k := a.limbInk(-0.2, 1)
			c.Flood(func(px, py float64) paint.RGB { return k(py, (px-x+0.5*s)/s) })
			a.light(c, x, y, 0.6*s, w*1.3)
		})
		a.drawPaw(c, x+0.42*s, y+w*0.95, 0.24*s)
	}
	a.wear(c, func() paint.Path {
		return paint.Smooth(-1.5*s, cy-1.02*h, -0.5*s, cy-0.95*h, 0.5*s, cy-0.25*h, 0.65*s,
			ground-0.3*h, -0.1*s, ground-0.15, -1.5*s, ground-0.1)
	})
	a.wearCollar(c)
	c.Shadow(0, 0.55, 1.05, 0.6, 0.42)
}

func (a *animal) drawTail(c *paint.Canvas, x, y, side, up float64) {
	s := a.size
	up *= a.Range(0.5, 1.3)
	end := a.limb
	if a.tip != nil {
		end = a.tip
	}
	draw := func(fur float64, path paint.Path) {
		c.Within(path.Furry(a.Rand, fur, a.step(c, fur), 0.3, 0.4), func() {
			coat := a.ink(1)
			if a.saddle != nil {
				coat = paint.Coat(*a.saddle, *a.saddle, a.field)
			}
			c.Flood(func(px, py float64) paint.RGB {
				k := coat(px, py)
				if end != nil {
					k = k.Mix(*end, min(1, max(0, px*2.2/s-0.9)))
				}
				return k
			})
			c.Light(0.5*s, -0.4*up*s, 0.8*s, 0.7*s, a.sun, 0.1+fur, a.finer)
			if fur > 0.07 {
				c.Strands(a.Rand, 30, paint.Disc(0.6*s, -0.4*up*s, 0.7*s, 0.6*s, 0), 2*fur, 0.4,
					a.base)
			}
		})
	}
	c.At(paint.Move(x, y).Mul(paint.Scale(side, 1)), func() {
		bend := a.Around(0.3) * s
		switch a.tail {
		case whip:
			draw(a.fur, paint.Stroke(0.2*s, 0.07*s, -0.1, 0, 0.5*s, -0.1*up*s, 1.0*s,
				-0.5*up*s+bend, 1.3*s, -1.2*up*s, 1.35*s-bend, -1.75*up*s))
		case plain:
			draw(a.fur, paint.Stroke(0.32*s, 0.22*s, -0.1, 0, 0.5*s, -0.1*up*s, 0.9*s,
				-0.6*up*s+bend, 1.15*s, -1.1*up*s))
		case plume:
			draw(a.fur*0.8+0.04, paint.Stroke(0.3*s, 0.55*s, -0.1, 0, 0.5*s, -0.1*up*s, 0.95*s,
				-0.5*up*s+bend, 1.25*s, -1.05*up*s))
		case curled:
			if up > 0.35 {
				draw(a.fur*0.8+0.02, paint.Smooth(0.05*s, 0.2, 0.25*s, -0.5*s, -0.15*s, -0.85*s,
					-0.65*s, -0.7*s, -0.7*s, -0.25*s, -0.35*s, -0.1*s, -0.2*s, 0.1*s))
			} else {
				draw(a.fur*0.8+0.02, paint.Ellipse(0.25*s, -0.5*s, 0.42*s, 0.45*s))
			}
		case stump:
			draw(a.fur, paint.Stroke(0.3*s, 0.22*s, -0.1, 0.05, 0.2*s, -0.2*s, 0.28*s, -0.42*s))
		case rod:
			draw(a.fur, paint.Stroke(0.32*s, 0.1*s, -0.1, 0.05, 0.15*s, -0.4*s, 0.3*s, -0.85*s))
		}
	})
}
