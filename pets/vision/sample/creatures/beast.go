package creatures

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

// beast is a furry creature with a round head; lengths are in head radii.
type beast struct {
	name              string
	coat, belly, mark paint.RGB
	pattern           func(seed float64) paint.Field // nil: plain
	wide, jaw         float64                        // of the head; 1 is a circle
	ear               ear
	earLong, earAt    float64 // length; angle from the top, in radians
	earIn             paint.RGB
	snout             snout
	snoutSize         float64
	snoutTint         paint.RGB
	nose              paint.RGB
	eye               paint.Eye
	eyeSize, eyeApart float64
	eyeUp             float64
	fur               float64                         // length of tufts
	face              func(c *paint.Canvas, b *beast) // markings, drawn on the head
	// horns and the like, drawn behind the head's front
	crown func(c *paint.Canvas, b *beast, r paint.Rand)
	tail  tail
	stout float64 // width of the body
	near  float64 // the largest head of a portrait

	coats                  []coat
	earTint                *paint.RGB
	ruff, tufts            float64 // hair around the neck, beside the jaw
	locks, beardLong       float64 // curls, hair below the mouth
	bib, sock, saddle, cap *paint.RGB
	panting, collared      bool
	owned                  bool // is clipped or dressed in some images
	wool                   paint.Ink
}

type pose struct {
	paint.Rand
	sun      paint.Sun
	yaw, nod float64 // of the head: -1 to 1
	seed     float64
	gaze     paint.Pt
	lid      float64
	field    paint.Field
	finer    float64 // fur's grain
}

func (b beast) draw(c *paint.Canvas, r paint.Rand, w float64, s paint.Scene) {
	p := pose{Rand: r, sun: s.Sun, yaw: r.Around(0.75), nod: r.Around(0.4),
		seed: math.Floor(r.Range(0, 90)), finer: r.Range(5, 8)}
	p.gaze = paint.Pt{X: r.Around(0.22), Y: r.Around(0.12)}
	if r.Chance(0.12) {
		p.lid = r.Range(0.3, 0.9)
	}
	b = b.inCoat(r).groomed(r)
	b.coat, b.belly, b.mark = b.coat.Vary(r, 0.14), b.belly.Vary(r, 0.08), b.mark.Vary(r, 0.14)
	b.wide *= 1 + r.Around(0.07)
	b.earLong *= 1 + r.Around(0.14)
	b.snoutSize *= 1 + r.Around(0.1)
	b.eyeSize *= 1 + r.Around(0.1)
	b.stout *= 1 + r.Around(0.12)
	p.field = paint.Plain
	if b.pattern != nil {
		p.field = b.pattern(p.seed)
	}
	x, flip := w/2+r.Around(0.16), r.Sign()
	roll := r.Around(0.22)
	ground := s.Ground + r.Around(0.06)
	switch k := r.Float64(); {
	case k < 0.36: // a portrait
		u := r.Range(0.24, b.near)
		b.at(c, x, r.Range(0.42, 0.58), u, flip, func() {
			b.bust(c, p)
			c.At(paint.Turn(roll), func() { b.head(c, p) })
		})
	case k < 0.62: // sitting
		u := r.Range(0.17, 0.225)
		c.Shadow(x, ground+0.02, u*2.1, u*0.6, 0.6)
		b.at(c, x, ground-2.5*u, u, flip, func() {
			b.sit(c, p)
			c.At(paint.Turn(roll), func() { b.head(c, p) })
		})
	case k < 0.84: // standing
		u := r.Range(0.145, 0.2)
		c.Shadow(x, ground+0.01, u*2.9, u*0.55, 0.6)
		b.at(c, x, ground-1.6*u, u, flip, func() {
			b.stand(c, p)
			c.At(paint.Move(1.45, -0.75).Mul(paint.Turn(roll*0.7)), func() { b.head(c, p) })
		})
	default: // lying
		u := r.Range(0.17, 0.23)
		c.Shadow(x, ground+0.03, u*2.8, u*0.6, 0.6)
		b.at(c, x, ground-0.75*u, u, flip, func() {
			b.lie(c, p)
			c.At(paint.Move(0.9, -0.35).Mul(paint.Turn(roll)), func() { b.head(c, p) })
		})
	}
}

func (b beast) at(c *paint.Canvas, x, y, u, flip float64, f func()) {
	c.At(paint.Move(x, y).Mul(paint.Scale(flip*u, u)), f)
}

func (b beast) part(c *paint.Canvas, p pose, outline paint.Path, o paint.Oval, belly float64) {
	step := max(b.fur*0.8, 2.4/c.Unit())
	c.Within(outline.Furry(p.Rand, b.fur, step, 0, 0.7), func() {
		c.Flood(paint.Coat(b.coat, b.mark, p.field))
		if belly > 0 {
			c.Glow(paint.Disc(o.X, o.Y+o.RY*0.25, o.RX*0.62*belly, o.RY*0.95, 0), b.belly, 1, 0.55)
		}
		b.markTrunk(c, o, belly > 0)
		c.Light(o.X, o.Y, o.RX, o.RY, p.sun, 0.12+1.3*b.fur, p.finer)
		if b.fur > 0.07 {
			c.Strands(p.Rand, int(14*o.RX*o.RY)+6, o, 2.6*b.fur, 0.7, b.coat)
		}
		if b.locks > 0 {
			b.drawLocks(c, p, o)
		}
	})
}

func (b beast) bust(c *paint.Canvas, p pose) {
	k := b.stout
	b.part(c, p, paint.Mirror(0, 0.2, 0.75*k, 0.7, 1.15*k, 1.5, 1.25*k, 3, 0, 3),
		paint.Disc(0, 1.6, 1.3*k, 1.4, 0), 0.8)
	b.drawWool(c, p, paint.Mirror(0, 0.95, 0.7, 0.9, 1.2*k, 1.5, 1.32*k, 3, 0, 3))
	b.drawCollar(c, p)
	c.Shadow(0, 0.85, 1.0, 0.5, 0.45)
}

func (b beast) sit(c *paint.Canvas, p pose) {
	k := b.stout
	b.tail.draw(c, b, p, -0.75*k, 2.0, -1)
	for _, side := range []float64{-1, 1} {
		b.part(c, p, paint.Ellipse(side*0.78*k, 1.95, 0.55*k, 0.55), paint.Disc(side*0.78*k, 1.95,
			0.55*k, 0.55, 0), 0)
		b.foot(c, p, side*0.85*k, 2.4, 0.42, 0.2)
	}
	b.part(c, p, paint.Mirror(0, 0.3, 0.6*k, 0.65, 0.85*k, 1.5, 0.8*k, 2.2, 0, 2.42),
		paint.Disc(0, 1.4, 0.95*k, 1.15, 0), 0.85)
	for _, side := range []float64{-1, 1} {
		x := side * 0.32 * k
		b.part(c, p, paint.Smooth(x-0.22, 1.2, x+0.22, 1.2, x+0.2, 2.3, x+0.05, 2.5, x-0.15, 2.45),
			paint.Disc(x, 1.8, 0.3, 0.75, 0), 0)
		b.foot(c, p, x, 2.42, 0.27, 0.17)
	}
	b.drawWool(c, p, paint.Mirror(0, 0.8, 0.62*k, 0.8, 0.92*k, 1.4, 0.86*k, 1.95, 0, 2.05))
	b.drawCollar(c, p)
	c.Shadow(0, 0.85, 0.9, 0.45, 0.5)
}

func (b beast) stand(c *paint.Canvas, p pose) {
	k := b.stout
	b.tail.draw(c, b, p, -1.5, -0.35, -1)
	legs := func(dx, dark float64) {
		for _, x := range []float64{-1.1, 0.85} {
			x += dx
			b.part(c, p, paint.Smooth(x-0.28, 0.1, x+0.28, 0.1, x+0.2, 1.4, x+0.05, 1.62, x-0.18,
				1.55), paint.Disc(x, 0.8, 0.3, 0.9, 0), 0)
			b.foot(c, p, x+0.06, 1.52, 0.25, 0.13)
			if dark > 0 {
				c.Shadow(x, 0.6, 0.6, 1.2, dark)
			}
		}
	}
	legs(0.42, 0.4)
	h := 0.72 * k
	b.part(c, p, paint.Smooth(-1.55, -0.2, -1.1, -h, 0, -0.95*h, 0.9, -1.1*h, 1.45, -0.5, 1.35,
		0.35, 0.6, 0.75*h+0.1, -0.6, 0.62*h+0.1, -1.35, 0.5), paint.Disc(-0.1, 0, 1.65, 0.85, 0), 0)
	c.Glow(paint.Disc(0, 0.62*h, 0.9, 0.22, 0), b.belly, 0.7, 0.3)
	legs(0, 0)
	b.drawWool(c, p, paint.Smooth(-0.9, -1.05*h, 0.4, -1.12*h, 1.1, -0.75, 1.15, 0.5, 0.2,
		0.8*h+0.12, -0.9, 0.72*h+0.1))
	c.Shadow(1.2, -0.2, 0.8, 0.7, 0.35)
}

func (b beast) lie(c *paint.Canvas, p pose) {
	k := b.stout
	b.tail.draw(c, b, p, -1.75, 0.35, -1)
	h := 0.85 * k
	b.part(c, p, paint.Smooth(-1.9, 0.3, -1.5, -0.75*h, -0.5, -0.95*h, 0.6, -0.8*h, 1.5, -0.1, 1.6,
		0.75, 0, 0.85, -1.6, 0.85), paint.Disc(-0.2, 0, 1.9, 0.95, 0), 0)
	b.part(c, p, paint.Ellipse(-1.15, 0.35, 0.62, 0.5), paint.Disc(-1.15, 0.35, 0.62, 0.5, 0), 0)
	b.foot(c, p, -0.75, 0.78, 0.42, 0.16)
	b.part(c, p, paint.Smooth(0.9, 0.45, 1.7, 0.5, 2.0, 0.7, 1.9, 0.9, 0.9, 0.9),
		paint.Disc(1.4, 0.7, 0.6, 0.25, 0), 0)
	b.foot(c, p, 1.95, 0.78, 0.22, 0.15)
	b.drawWool(c, p, paint.Smooth(-0.9, -1.0*h, 0.5, -0.9*h, 1.2, -0.3, 1.2, 0.85, -0.7, 0.88))
	c.Shadow(0.9, 0.35, 1, 0.5, 0.45)
}

func (b beast) foot(c *paint.Canvas, p pose, x, y, rx, ry float64) {
	tint := b.coat
	if b.belly.Luma() < b.coat.Luma() {
		tint = b.belly
	}
	if b.sock != nil {
		tint = *b.sock
	}
	c.Within(paint.Ellipse(x, y, rx, ry), func() {
		c.Flood(paint.Coat(tint, tint, paint.Plain))
		c.Light(x, y, rx, ry, p.sun, 0.1, p.finer)
	})
	for _, d := range []float64{-0.3, 0.3} {
		c.FillSoft(paint.Stroke(0.05, 0.03, x+d*rx, y+ry*0.2, x+d*rx*1.1, y+ry*0.9),
			tint.Darker(0.6), 0.7)
	}
}
