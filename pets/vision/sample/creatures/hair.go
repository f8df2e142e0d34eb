package creatures

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

func (b beast) drawRuff(c *paint.Canvas, p pose) {
	if b.ruff == 0 {
		return
	}
	x, y, k := 0.15*p.yaw, 0.28, 1.06+0.3*b.ruff
	c.Within(paint.Ellipse(x, y, k*b.wide, k).Furry(p.Rand, 1.1*b.fur,
		max(b.fur*0.55, 2.3/c.Unit()), 0, 0.4), func() {
		tint := b.coat.Mix(b.belly, 0.5)
		c.Flood(paint.Coat(tint, b.mark, p.field.Times(0.5)))
		c.Light(x, y, k, k, p.sun, 0.15+b.fur, p.finer)
		c.Strands(p.Rand, 70, paint.Disc(x, y+0.15, k*1.1, k*1.1, 0), 2.4*b.fur, 0.4, tint)
		c.Shadow(0, 0.7, 1.0, 0.6, 0.35)
	})
}

func (b beast) drawTufts(c *paint.Canvas, p pose) {
	for range int(26 * b.tufts) {
		side := p.Sign()
		x, y := side*b.wide*p.Range(0.7, 0.9), p.Range(0.1, 0.65)
		l := (0.2 + 0.25*b.tufts) * p.Range(0.6, 1.1)
		c.FillSoft(paint.Stroke(0.15, 0.02, x, y, x+side*l*0.6, y+0.5*l, x+side*l*0.75, y+l),
			b.coat.Times(p.Range(0.82, 1.16)), 0.8)
	}
}

func (b beast) drawLocks(c *paint.Canvas, p pose, o paint.Oval) {
	for range int(22*b.locks*o.RX*o.RY) + int(5*b.locks) {
		x, y, s := o.X+p.Around(1.1)*o.RX, o.Y+p.Around(1.1)*o.RY, p.Range(0.08, 0.15)
		tint := b.coat.Times(p.Range(0.72, 1.2))
		c.FillSoft(paint.Stroke(0.06, 0.03, x-s, y, x, y-s*0.7, x+s, y, x+s*0.3, y+s*0.8, x-s*0.5,
			y+s*0.4), tint, 0.5)
	}
}

func (b beast) drawBeard(c *paint.Canvas, p pose) {
	if b.beardLong == 0 {
		return
	}
	x, y := p.turned(0, 0.55, 1.1)
	tint := b.snoutTint
	for i := range 28 {
		u := float64(i%14)/6.5 - 1
		l := (0.25 + 0.4*b.beardLong) * p.Range(0.7, 1.15)
		px, py := x+u*0.5*b.snoutSize, y+0.12*float64(i/14)
		c.FillSoft(paint.Stroke(0.11, 0.02, px, py, px+u*0.12, py+0.6*l, px+u*0.2+p.Around(0.06),
			py+l), tint.Times(p.Range(0.8, 1.15)), 0.85)
	}
}

func (b beast) drawTongue(c *paint.Canvas, p pose) {
	x, y := p.turned(0, 0.42+0.28*b.snoutSize, 1.2)
	c.Within(paint.Mirror(0, -0.06, 0.14, -0.05, 0.15, 0.2, 0.08, 0.36, 0,
		0.38).Moved(paint.Move(x, y)), func() {
		c.Flood(paint.Gradient(y, y+0.4, hex(0xb8505c), hex(0xe58a92)))
	})
}

func (b beast) drawCollar(c *paint.Canvas, p pose) {
	if !b.collared {
		return
	}
	k := p.Pick(hex(0x2f5d9b), hex(0xa83232), hex(0x3f7d4b), hex(0xd2a03a), hex(0x222226),
		hex(0x8e4b9e))
	w := 0.62 + 0.1*b.stout
	c.Fill(paint.Stroke(0.17, 0.17, -w, 0.82, -0.4*w, 1.06, 0.4*w, 1.06, w, 0.82), k)
}

func (b beast) markTrunk(c *paint.Canvas, o paint.Oval, front bool) {
	switch {
	case b.saddle == nil:
	case front:
		both(func(s float64) {
			c.Glow(paint.Disc(o.X+s*0.85*o.RX, o.Y, 0.5*o.RX, 1.1*o.RY, 0),
				*b.saddle, 1, 0.6)
		})
	case o.RX > 1.5:
		c.Glow(paint.Disc(o.X-0.1, o.Y-0.6*o.RY, 0.85*o.RX, 0.75*o.RY, 0), *b.saddle, 1, 0.7)
	}
	if b.bib != nil && front {
		c.Glow(paint.Disc(o.X, o.Y-0.5*o.RY, 0.5*o.RX, 0.75*o.RY, 0), *b.bib, 1, 0.7)
	}
}

func (b beast) drawCap(c *paint.Canvas) {
	both(func(s float64) {
		c.Within(paint.Smooth(s*0.1, -1.3, s*1.4, -1.3, s*1.4, 0.3, s*0.9, 0.35, s*0.5, 0.22,
			s*0.24, -0.1, s*0.12, -0.6), func() {
			c.Flood(paint.Coat(*b.cap, *b.cap, paint.Plain))
		})
	})
}

func browDots(c *paint.Canvas, b *beast) {
	both(func(s float64) {
		c.Glow(paint.Disc(s*b.eyeApart*0.9, b.eyeUp-b.eyeSize-0.08, 0.15, 0.1, -s*0.3),
			b.belly.Mix(hex(0xc98a4e), 0.5), 1, 0.6)
	})
}

func dottedCheeks(c *paint.Canvas, b *beast) {
	both(func(s float64) { c.Glow(paint.Disc(s*0.6*b.wide, 0.45, 0.3, 0.28, 0), b.mark, 1, 0.6) })
}

func halfMask(c *paint.Canvas, b *beast) {
	c.Glow(paint.Disc(0, math.Max(0.3, b.eyeUp+0.45), 0.62, 0.55, 0), b.mark, 1, 0.7)
}
