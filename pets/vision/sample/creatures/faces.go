package creatures

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

// Markings of faces and what grows on heads. The unit is the head's radius, (0, 0) its middle.

func both(f func(side float64)) {
	f(-1)
	f(1)
}

func darkEyes(c *paint.Canvas, b *beast) {
	both(func(s float64) {
		c.Glow(paint.Disc(s*b.eyeApart*1.08, b.eyeUp+0.06, 0.36, 0.29, s*0.7), b.mark, 1, 0.8)
	})
}

func paleCheeks(c *paint.Canvas, b *beast) {
	both(func(s float64) {
		c.Glow(paint.Disc(s*0.62*b.wide, 0.5, 0.5, 0.38, -s*0.5), b.belly.Mix(hex(0xf6efe4), 0.8),
			1, 0.6)
		c.Glow(paint.Disc(s*b.eyeApart, b.eyeUp-0.3, 0.18, 0.1, 0), hex(0xf6efe4), 0.6, 0.4)
	})
}

func banditMask(c *paint.Canvas, b *beast) {
	both(func(s float64) {
		c.Glow(paint.Disc(s*b.eyeApart, b.eyeUp-0.32, 0.4, 0.16, s*0.25), hex(0xece8e1), 0.9, 0.4)
		c.Glow(paint.Disc(s*b.eyeApart*1.15, b.eyeUp+0.08, 0.45, 0.23, s*0.35), b.mark, 1, 0.75)
	})
}

func twoStripes(c *paint.Canvas, b *beast) {
	c.Glow(paint.Disc(0, 0, 0.95, 1.3, 0), hex(0xeae7e2), 1, 0.8)
	both(func(s float64) {
		c.Glow(paint.Disc(s*0.46*b.wide, -0.15, 0.24, 1.05, s*0.12), b.mark, 1,
			0.8)
	})
}

func browStripe(c *paint.Canvas, b *beast) {
	c.Fill(paint.Smooth(-0.1, -1.1, 0.1, -1.1, 0.09, -0.3, 0, 0.25, -0.09, -0.3), b.mark)
	both(func(s float64) { c.Glow(paint.Disc(s*0.7, -0.75, 0.2, 0.5, s*0.6), b.mark, 1, 0.7) })
}

func blaze(c *paint.Canvas, b *beast) {
	c.Fill(paint.Mirror(0, -1.1, 0.13, -0.8, 0.14, -0.2, 0.55, 0.55, 0.6, 1.2, 0, 1.2), b.mark)
}

func crescentChin(c *paint.Canvas, b *beast) {
	c.Glow(paint.Disc(0, 1.0, 0.7, 0.22, 0), b.snoutTint, 0.9, 0.6)
}

func darkFace(c *paint.Canvas, b *beast) {
	c.Glow(paint.Disc(0, 0.25, 0.72, 0.95, 0), b.mark, 1,
		0.85)
}

func paleFace(c *paint.Canvas, b *beast) {
	both(func(s float64) { c.Glow(paint.Disc(s*0.3, -0.12, 0.42, 0.42, 0), b.mark, 1, 0.8) })
	c.Glow(paint.Disc(0, 0.4, 0.58, 0.58, 0), b.mark, 1, 0.8)
}

func longNose(c *paint.Canvas, b *beast) {
	c.Glow(paint.Disc(0, 0.9, 0.6, 0.3, 0), b.belly, 0.9, 0.4)
	c.Fill(paint.Smooth(-0.16, 0.05, 0, -0.08, 0.16, 0.05, 0.22, 0.5, 0, 0.62, -0.22, 0.5),
		b.nose.Lighter(0.12))
}

func tusks(c *paint.Canvas, b *beast) {
	both(func(s float64) {
		c.Fill(paint.Stroke(0.16, 0.02, s*0.42, 0.85, s*0.58, 0.62, s*0.55, 0.32), hex(0xf2e8d0))
	})
}

func bigTeeth(c *paint.Canvas, b *beast) {
	c.Fill(paint.Polygon(-0.16, 0.7, 0.16, 0.7, 0.14, 1.0, -0.14, 1.0), hex(0xf6eed6))
	c.Fill(paint.Polygon(-0.01, 0.7, 0.01, 0.7, 0.01, 1.0, -0.01, 1.0), hex(0x8a6a4a))
}

func beard(c *paint.Canvas, b *beast) {
	c.Glow(paint.Disc(0, 0.95, 0.2, 0.4, 0), b.coat.Darker(0.25), 0.9, 0.5)
}

func fringe(c *paint.Canvas, b *beast) {
	for i := range 9 {
		x := (float64(i) - 4) * 0.16
		k := b.coat.Darker(0.22)
		if i%2 == 0 {
			k = b.coat.Lighter(0.2)
		}
		c.Fill(paint.Stroke(0.2, 0.02, x*0.6, -0.95, x, -0.5, x*1.3, -0.12+0.08*math.Abs(x)), k)
	}
}

func antlers(c *paint.Canvas, b *beast, r paint.Rand) {
	k := hex(0x8a6a48).Vary(r, 0.2)
	grow := r.Range(0.85, 1.15)
	both(func(s float64) {
		c.Fill(paint.Stroke(0.15, 0.05, s*0.25, -0.8, s*0.6*grow, -1.3*grow, s*0.75*grow,
			-2.0*grow), k)
		c.Fill(paint.Stroke(0.11, 0.03, s*0.5*grow, -1.2*grow, s*0.95*grow, -1.4*grow, s*1.15*grow,
			-1.75*grow), k)
		c.Fill(paint.Stroke(0.1, 0.03, s*0.35, -1.0, s*0.2, -1.35, s*0.25, -1.6*grow), k)
	})
}

func shovels(c *paint.Canvas, b *beast, r paint.Rand) {
	k := hex(0xa58a64).Vary(r, 0.2)
	both(func(s float64) {
		c.Fill(paint.Stroke(0.16, 0.14, s*0.3, -0.75, s*0.8, -0.95), k)
		c.Fill(paint.Smooth(s*0.7, -0.85, s*1.3, -0.8, s*1.75, -1.1, s*1.6, -1.2, s*1.65, -1.5,
			s*1.4, -1.3, s*1.35, -1.65, s*1.1, -1.35, s*0.95, -1.6, s*0.8, -1.15), k)
	})
}

func curledHorns(c *paint.Canvas, b *beast, r paint.Rand) {
	k := hex(0xb79a6c).Vary(r, 0.2)
	both(func(s float64) {
		p := paint.Stroke(0.42, 0.08, s*0.4, -0.75, s*0.95, -0.95, s*1.4, -0.45, s*1.3, 0.2, s*0.9,
			0.25, s*0.85, -0.1)
		c.Paint(p, paint.Coat(k, k.Darker(0.5), paint.Field(paint.Stripes(5, 0.3, 7)).Turned(0.9)))
	})
}

func straightHorns(c *paint.Canvas, b *beast, r paint.Rand) {
	k := hex(0x6a5a4a).Vary(r, 0.3)
	long := r.Range(0.8, 1.1)
	both(func(s float64) {
		p := paint.Stroke(0.28, 0.04, s*0.3, -0.75, s*0.42, -1.2*long, s*0.62, -1.8*long)
		c.Paint(p, paint.Coat(k, k.Lighter(0.4),
			paint.Field(paint.Stripes(6, 0.4, 5)).Turned(1.57)))
	})
}

func wideHorns(c *paint.Canvas, b *beast, r paint.Rand) {
	k := hex(0xd9c7a0).Vary(r, 0.2)
	both(func(s float64) {
		c.Fill(paint.Stroke(0.24, 0.03, s*0.4, -0.7, s*1.1, -0.75, s*1.5, -1.05, s*1.65, -1.5), k)
	})
}

func nubs(c *paint.Canvas, b *beast, r paint.Rand) {
	both(func(s float64) {
		c.Fill(paint.Stroke(0.2, 0.14, s*0.25, -0.75, s*0.32, -1.3), b.coat)
		c.Fill(paint.Ellipse(s*0.32, -1.33, 0.15, 0.13), hex(0x3a2a20))
	})
}

func oneHorn(c *paint.Canvas, b *beast, r paint.Rand) {
	c.Paint(paint.Stroke(0.32, 0.03, 0, -0.75, 0.03, -1.2, 0.1, -r.Range(1.6, 2)),
		paint.Coat(hex(0xf6ead0), hex(0xd9b070), paint.Field(paint.Stripes(5, 0.4, 5)).Turned(1.2)))
}

func antennae(c *paint.Canvas, b *beast, r paint.Rand) {
	both(func(s float64) {
		x, y := s*r.Range(0.45, 0.75), -r.Range(1.5, 1.8)
		c.Fill(paint.Stroke(0.09, 0.06, s*0.25, -0.8, s*0.3, -1.2, x, y), b.mark.Darker(0.4))
		c.Fill(paint.Ellipse(x, y, 0.15, 0.15), b.mark)
	})
}

func quills(c *paint.Canvas, b *beast, r paint.Rand) {
	halo := paint.Ellipse(0, -0.25, 1.15*b.wide, 1.05).Furry(r, 0.45, max(0.13, 2/c.Unit()), 0,
		-0.2)
	c.Paint(halo, paint.Coat(b.mark, b.mark.Lighter(0.45), paint.Speckles(9, 1, 4)))
}
