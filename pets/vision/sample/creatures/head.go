package creatures

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

func (p pose) turned(x, y, z float64) (float64, float64) {
	return x*(1-0.22*math.Abs(p.yaw)) + 0.42*p.yaw*z, y + 0.22*p.nod*z
}

func (b beast) head(c *paint.Canvas, p pose) {
	w := b.wide
	if b.crown != nil {
		b.crown(c, &b, p.Rand)
	}
	b.drawRuff(c, p)
	drawEars := func() { both(func(side float64) { b.drawEar(c, p, side) }) }
	if b.ear != flap {
		drawEars()
	}
	outline := paint.Mirror(0, -0.98, 0.62*w, -0.8, 0.98*w, -0.1, 0.8*w*b.jaw, 0.62, 0.4*b.jaw,
		0.95, 0, 1.0)
	c.Within(outline.Furry(p.Rand, b.fur, max(b.fur*0.8, 2.4/c.Unit()), 0, 0.35), func() {
		dx, dy := p.turned(0, 0, 0.8)
		c.At(paint.Move(dx, dy), func() { c.Flood(paint.Coat(b.coat, b.mark, p.field)) })
		c.At(paint.Move(dx, dy).Mul(paint.Scale(1-0.2*math.Abs(p.yaw), 1)), func() {
			if b.cap != nil {
				b.drawCap(c)
			}
			if b.face != nil {
				b.face(c, &b)
			}
		})
		c.Light(0, 0, 1.05*w, 1.05, p.sun, 0.10+1.2*b.fur, p.finer)
		if b.fur > 0.07 {
			c.Strands(p.Rand, 18, paint.Disc(0, 0.1, w, 1, 0), 2.2*b.fur, 0.3, b.coat)
		}
		if b.locks > 0 {
			b.drawLocks(c, p, paint.Disc(0, -0.2, w, 0.7, 0))
		}
		b.drawSnout(c, p)
	})
	b.drawTufts(c, p)
	b.drawBeard(c, p)
	if b.panting {
		b.drawTongue(c, p)
	}
	if b.snout == trunk || b.snout == disc || b.snout == pointed {
		b.overhang(c, p)
	}
	for _, side := range []float64{-1, 1} {
		x, y := p.turned(side*b.eyeApart, b.eyeUp, 0.85)
		e := b.eye
		e.Lid, e.LidFur = p.lid, b.coat.Darker(0.2)
		c.Eye(e, x, y, b.eyeSize*(1-0.12*side*p.yaw*-1), side, p.gaze, p.sun)
	}
	if b.ear == flap {
		drawEars()
	}
}

type ear int

const (
	noEars ear = iota
	rounded
	upright // long, as a rabbit's
	lop     // long, hanging
	leaf    // to the sides, pointed at the end
	tip     // a triangle
	fan     // a big one
	flap    // hanging before the head
	fold    // a triangle whose end falls forwards
)

func (b beast) drawEar(c *paint.Canvas, p pose, side float64) {
	s, co := math.Sincos(b.earAt)
	x, y := side*s*0.86*b.wide, -co*0.86
	x, y = p.turned(x, y, -0.1)
	l := b.earLong
	lean := b.earAt + p.Around(0.14)
	var outer, inner paint.Path
	switch b.ear {
	case noEars:
		return
	case rounded:
		outer, inner = paint.Ellipse(0, -0.38*l-0.05, 0.58*l, 0.56*l),
			paint.Ellipse(0, -0.34*l-0.05, 0.38*l, 0.37*l)
	case upright:
		outer = paint.Smooth(-0.2, 0.15, -0.27, -0.5*l, -0.08, -l, 0.12, -l, 0.27, -0.5*l, 0.2,
			0.15)
		inner = paint.Smooth(-0.08, 0, -0.14, -0.5*l, -0.03, -0.87*l, 0.06, -0.87*l, 0.14, -0.5*l,
			0.1, 0)
		lean = b.earAt*0.6 + p.Around(0.3)
	case lop:
		outer = paint.Smooth(-0.2, 0.05, 0.15, -0.22, 0.46, 0.2, 0.5, 0.7*l, 0.28, l, 0, 0.8*l,
			-0.12, 0.4)
		inner = paint.Smooth(0.1, 0.3, 0.25, 0.3, 0.3, 0.7*l, 0.15, 0.8*l)
		lean = p.Around(0.15)
	case leaf:
		outer = paint.Smooth(-0.15, 0.1, -0.3, -0.45*l, 0, -l, 0.28, -0.45*l, 0.15, 0.1)
		inner = paint.Smooth(-0.06, 0, -0.15, -0.45*l, 0, -0.8*l, 0.14, -0.45*l, 0.06, 0)
		lean = b.earAt + 0.55 + p.Around(0.2)
	case tip:
		outer = paint.Smooth(-0.42*l, 0.2, -0.3*l, -0.4*l, 0, -l, 0.03, -l, 0.3*l, -0.4*l, 0.42*l,
			0.2)
		inner = paint.Smooth(-0.24*l, 0.1, -0.16*l, -0.4*l, 0, -0.78*l, 0.17*l, -0.4*l, 0.24*l, 0.1)
	case flap:
		x = side*(0.95*b.wide*s+0.12) - 0.1*p.yaw
		outer = paint.Smooth(-0.3, 0.1, -0.02, -0.2, 0.32, 0, 0.48, 0.5*l, 0.4, 0.95*l, 0.15,
			0.98*l, -0.05, 0.6*l, -0.2, 0.3)
		inner = paint.Stroke(0.04, 0.02, -0.2, 0.1, 0.02, -0.08, 0.25, 0.06)
		lean = -0.1 + p.Around(0.12)
	case fold:
		outer = paint.Smooth(-0.35, 0.2, -0.33, -0.3, 0, -0.5, 0.36, -0.3, 0.42*l+0.1, 0.3*l, 0.25,
			0.75*l, 0.1, 0.5*l, 0, 0.3)
		inner = paint.Stroke(0.05, 0.03, -0.3, -0.2, 0, -0.4, 0.3, -0.2)
		lean = 0.25 + p.Around(0.12)
	case fan:
		outer = paint.Smooth(-0.2, 0.3, -0.35*l, -0.5*l, 0.1*l, -0.95*l, 0.6*l, -0.6*l, 0.62*l,
			0.05*l, 0.3, 0.45*l)
		inner = paint.Smooth(-0.05, 0.2, -0.15*l, -0.4*l, 0.12*l, -0.72*l, 0.42*l, -0.45*l, 0.4*l,
			0, 0.2, 0.25*l)
	}
	c.At(paint.Move(x, y).Mul(paint.Scale(side, 1)).Mul(paint.Turn(lean)), func() {
		c.Within(outer.Furry(p.Rand, b.fur*0.7, max(b.fur, 2.6/c.Unit()), 0, 0), func() {
			c.Flood(paint.Coat(b.earCoat(), b.mark, p.field.Times(0.7)))
			c.Light(0, -0.4*l, 0.5, 0.6*l+0.2, p.sun, 0.1+b.fur, p.finer)
			c.FillSoft(inner, b.earIn, 0.85)
			c.Shadow(0, 0.15, 0.4, 0.35, 0.5)
		})
	})
}

func (b beast) earCoat() paint.RGB {
	if b.earTint != nil {
		return *b.earTint
	}
	if b.earIn == b.mark {
		return b.mark
	}
	return b.coat
}

type snout int

const (
	bulb    snout = iota // a bear's
	button               // a rabbit's
	pointed              // a fox's
	disc                 // a pig's
	broad                // a cow's
	trunk
	flat   // a monkey's
	widest // a frog's
)

func (b beast) drawSnout(c *paint.Canvas, p pose) {
	k, t := b.snoutSize, b.snoutTint
	x, y := p.turned(0, 0.42, 1.25)
	line := t.Darker(0.65)
	c.At(paint.Move(x, y).Mul(paint.Scale(k, k)), func() {
		switch b.snout {
		case bulb:
			c.Shadow(0, 0.15, 0.75, 0.6, 0.35)
			c.Within(paint.Ellipse(0, 0.02, 0.56, 0.44), func() {
				c.Flood(paint.Gradient(-0.4, 0.5, t.Lighter(0.08), t.Darker(0.12)))
				c.Light(0, 0, 0.6, 0.5, p.sun, 0.12, p.finer)
			})
			c.Fill(paint.Stroke(0.05, 0.05, 0, 0, 0, 0.22), line)
			c.Fill(paint.Stroke(0.05, 0.03, -0.2, 0.25, -0.08, 0.28, 0, 0.22, 0.08, 0.28, 0.2,
				0.25), line)
			b.noseTip(c, 0, -0.14, 0.22, 0.15)
		case button:
			for _, side := range []float64{-1, 1} {
				c.Glow(paint.Disc(side*0.17, 0.13, 0.3, 0.25, 0), t, 1, 0.55)
			}
			c.Fill(paint.Stroke(0.045, 0.04, 0, 0, 0, 0.2), line)
			c.Fill(paint.Stroke(0.04, 0.03, -0.15, 0.24, -0.06, 0.26, 0, 0.2, 0.06, 0.26, 0.15,
				0.24), line)
			b.noseTip(c, 0, -0.03, 0.12, 0.08)
			for _, side := range []float64{-1, 1} {
				c.Whiskers(p.Rand, 3, side*0.2, 0.12, 0.8, side, line.Lighter(0.7))
			}
		case flat:
			c.Glow(paint.Disc(0, 0.1, 0.62, 0.48, 0), t, 1, 0.7)
			for _, side := range []float64{-1, 1} {
				c.Fill(paint.Ellipse(side*0.08, -0.12, 0.05, 0.035), line.Darker(0.4))
			}
			c.Fill(paint.Stroke(0.05, 0.05, -0.28, 0.18, 0, 0.27, 0.28, 0.18), line)
		case broad:
			c.Within(paint.Ellipse(0, 0.12, 0.72, 0.48), func() {
				c.Flood(paint.Gradient(-0.3, 0.6, t.Lighter(0.1), t.Darker(0.18)))
				c.Light(0, 0.1, 0.75, 0.5, p.sun, 0.05, p.finer)
			})
			for _, side := range []float64{-1, 1} {
				c.Fill(paint.Smooth(side*0.22, -0.1, side*0.36, -0.08, side*0.34, 0.05, side*0.24,
					0.03), b.nose)
			}
			c.Fill(paint.Stroke(0.05, 0.05, -0.4, 0.34, 0, 0.4, 0.4, 0.34), line)
		case widest:
			c.Fill(paint.Stroke(0.07, 0.07, -0.85, -0.12, -0.4, 0.1, 0, 0.14, 0.4, 0.1, 0.85,
				-0.12), line)
			c.Glow(paint.Disc(0, 0.4, 0.9, 0.45, 0), t, 0.8, 0.3)
			for _, side := range []float64{-1, 1} {
				c.Fill(paint.Ellipse(side*0.1, -0.2, 0.035, 0.03), line)
			}
		}
	})
}

func (b beast) overhang(c *paint.Canvas, p pose) {
	k, t := b.snoutSize, b.snoutTint
	x, y := p.turned(0, 0.4, 1.3)
	c.At(paint.Move(x, y).Mul(paint.Scale(k, k)), func() {
		switch b.snout {
		case pointed:
			c.Shadow(0, 0.2, 0.6, 0.6, 0.3)
			c.Within(paint.Mirror(0, -0.5, 0.3, -0.35, 0.36, 0.05, 0.16, 0.5, 0, 0.55), func() {
				c.Flood(paint.Gradient(-0.6, 0.3, b.coat, t))
				c.Light(0, 0, 0.5, 0.6, p.sun, 0.12, p.finer)
			})
			c.Fill(paint.Stroke(0.04, 0.03, -0.2, 0.42, 0, 0.5, 0.2, 0.42), t.Darker(0.6))
			b.noseTip(c, 0, 0.3, 0.15, 0.11)
		case disc:
			c.Shadow(0, 0.15, 0.62, 0.5, 0.4)
			c.Within(paint.Ellipse(0, 0.03, 0.46, 0.35), func() {
				c.Flood(paint.Gradient(-0.3, 0.4, t.Lighter(0.12), t.Darker(0.15)))
				c.Light(0, 0, 0.5, 0.4, p.sun, 0.06, p.finer)
			})
			for _, side := range []float64{-1, 1} {
				c.Fill(paint.Ellipse(side*0.16, 0.03, 0.075, 0.12), t.Darker(0.6))
			}
			c.Fill(paint.Stroke(0.04, 0.04, -0.3, 0.5, 0, 0.58, 0.3, 0.5), t.Darker(0.5))
		case trunk:
			bend := p.Around(0.6)
			path := paint.Stroke(0.7, 0.34, 0, -0.3, 0.05*bend, 0.4, bend*0.4, 1.0, bend*1.1, 1.3)
			c.Within(path, func() {
				c.Flood(paint.Coat(b.coat, b.coat.Darker(0.35),
					paint.Field(paint.Stripes(5, 0.2, 3)).Turned(1.57)))
				c.Light(0, 0.4, 0.5, 1, p.sun, 0.05, p.finer)
			})
		}
	})
}

func (b beast) noseTip(c *paint.Canvas, x, y, rx, ry float64) {
	c.Fill(paint.Mirror(0, -ry, rx*0.8, -ry*0.7, rx, 0, rx*0.3, ry*0.85, 0,
		ry).Moved(paint.Move(x, y)), b.nose)
	c.Glow(paint.Disc(x, y-ry*0.45, rx*0.5, ry*0.35, 0), paint.RGB{R: 255, G: 255, B: 255}, 0.65,
		0.2)
}

type tail int

const (
	stub   tail = iota
	bushy       // a fox's
	ringed      // with bands of the mark
	thin        // a mouse's
	curl        // a pig's
	tuft        // a cow's
	paddle
)

func (t tail) draw(c *paint.Canvas, b beast, p pose, x, y, side float64) {
	up := p.Range(0.2, 1.3)
	c.At(paint.Move(x, y).Mul(paint.Scale(side, 1)), func() {
		soft := func(path paint.Path, ink paint.Ink, depth float64) {
			c.Within(path.Furry(p.Rand, depth, max(depth, 2.4/c.Unit()), 0.4, 0), func() {
				c.Flood(ink)
				c.Light(0.6, -0.4*up, 0.9, 0.8, p.sun, 0.25, p.finer)
			})
		}
		switch t {
		case stub:
			soft(paint.Ellipse(0.1, -0.05, 0.26, 0.24), paint.Coat(b.belly, b.belly, paint.Plain),
				b.fur)
		case bushy, ringed:
			var bands paint.Field
			if t == ringed {
				bands = paint.Field(paint.Stripes(3.2, 0.5, 11)).Turned(-0.9)
			} else {
				bands = func(x, y float64) float64 { return math.Min(1, math.Max(0, (x-0.95)*5)) }
			}
			mark := b.mark
			if t == bushy {
				mark = b.belly
			}
			soft(paint.Smooth(-0.1, 0.15, 0.5, 0.3-up*0.4, 1.1, 0.05-up*0.8, 1.5, -0.3-up, 1.05,
				-0.45-up, 0.5, -0.2-up*0.5, 0, -0.15), paint.Coat(b.coat, mark, bands), 0.12)
		case thin:
			c.Fill(paint.Stroke(0.13, 0.03, 0, 0, 0.6, 0.1, 1.0, -0.3*up, 1.6, -0.5*up), b.earIn)
		case curl:
			c.Fill(paint.Stroke(0.13, 0.08, 0, 0, 0.25, -0.15, 0.3, 0.1, 0.12, 0.05, 0.3, -0.3),
				b.coat.Darker(0.15))
		case tuft:
			c.Fill(paint.Stroke(0.12, 0.08, 0, 0, 0.35, 0.2, 0.4, 0.9), b.coat.Darker(0.2))
			soft(paint.Ellipse(0.42, 1.05, 0.14, 0.24), paint.Coat(b.mark, b.mark, paint.Plain),
				0.1)
		case paddle:
			soft(paint.Smooth(0, -0.12, 0.7, -0.25, 1.2, -0.1, 1.2, 0.15, 0.7, 0.3, 0, 0.15),
				paint.Coat(b.mark, b.mark.Darker(0.5), paint.Spots(9, 0.25, 2)), 0)
		}
	})
}
