package creatures

import "gopets/pets/vision/sample/paint"

type bird struct {
	name              string
	coat, belly, wing paint.RGB
	pattern           func(seed float64) paint.Field // of belly and wing
	beak              paint.RGB
	beakLong, beakFat float64
	eye               paint.Eye
	eyeSize           float64
	disc              paint.RGB // an owl's face; zero: none
	heart             bool      // the disc's shape
	tufts, crest      bool
	upright           bool // stands as penguins and owls do, seen from the front
}

func birds() []bird {
	yellow := paint.Eye{Iris: hex(0xf2b51d), Rim: hex(0x2b2320), Width: 0.55}
	dark := paint.Eye{Iris: hex(0x2a1710), Rim: hex(0x2b2320), Pupil: paint.Full}
	return []bird{
		{name: "barn_owl", coat: hex(0xc9985a), belly: hex(0xf2e6d2), wing: hex(0xb58348),
			pattern: speckles(9, 0.7), beak: hex(0xd9c3a0), beakLong: 0.22, beakFat: 0.16,
			eye: dark, eyeSize: 0.17, disc: hex(0xf8f2e6), heart: true, upright: true},
		{name: "tawny_owl", coat: hex(0x7d5f42), belly: hex(0xb99a74), wing: hex(0x5f4630),
			pattern: stripes(6, 0.4, 0), beak: hex(0xcbbf8a), beakLong: 0.2, beakFat: 0.15,
			eye: dark, eyeSize: 0.21, disc: hex(0xa98b66), upright: true},
		{name: "eagle_owl", coat: hex(0x8f6a3c), belly: hex(0xcda566), wing: hex(0x543c22),
			pattern: stripes(8, 0.45, 1.57), beak: hex(0x3a3430), beakLong: 0.22, beakFat: 0.17,
			eye: paint.Eye{Iris: hex(0xf0842a), Rim: hex(0x2b2320)}, eyeSize: 0.23,
			disc: hex(0xb58c55), tufts: true, upright: true},
		{name: "snowy_owl", coat: hex(0xf1f0ec), belly: hex(0xf7f6f3), wing: hex(0xdedcd8),
			pattern: spots(7, 0.22), beak: hex(0x2f2b2b), beakLong: 0.18, beakFat: 0.14,
			eye: yellow, eyeSize: 0.2, disc: hex(0xfaf9f7), upright: true},
		{name: "penguin", coat: hex(0x23262d), belly: hex(0xf6f4ef), wing: hex(0x2c3038),
			beak: hex(0xe39a35), beakLong: 0.36, beakFat: 0.15, eye: dark, eyeSize: 0.11,
			disc: hex(0xf6f4ef), heart: true, upright: true},
		{name: "robin", coat: hex(0x7a6a50), belly: hex(0xd9682c), wing: hex(0x66573f),
			beak: hex(0x3a322b), beakLong: 0.3, beakFat: 0.12, eye: dark, eyeSize: 0.13},
		{name: "blue_tit", coat: hex(0x4f82bf), belly: hex(0xf0d84e), wing: hex(0x3f6ea8),
			pattern: stripes(7, 0.3, 0.4), beak: hex(0x33302e), beakLong: 0.22, beakFat: 0.13,
			eye: dark, eyeSize: 0.13},
		{name: "crow", coat: hex(0x26262c), belly: hex(0x2e2e35), wing: hex(0x1d1d23),
			beak: hex(0x1f1d1e), beakLong: 0.62, beakFat: 0.2, eye: dark, eyeSize: 0.1},
		{name: "parrot", coat: hex(0x3f9a4a), belly: hex(0xe0b33a), wing: hex(0x2f6fb5),
			pattern: speckles(7, 0.6), beak: hex(0x3a3332), beakLong: 0.42, beakFat: 0.34,
			eye: yellow, eyeSize: 0.13},
		{name: "cockatoo", coat: hex(0xf1eee8), belly: hex(0xf7f5f0), wing: hex(0xe6e1d8),
			beak: hex(0x4c4644), beakLong: 0.38, beakFat: 0.32, eye: dark, eyeSize: 0.12,
			crest: true},
		{name: "chick", coat: hex(0xf3cf4f), belly: hex(0xf9e08a), wing: hex(0xe4b93a),
			beak: hex(0xe38f3a), beakLong: 0.24, beakFat: 0.17, eye: dark, eyeSize: 0.14},
		{name: "duck", coat: hex(0x8a6f4f), belly: hex(0xc2ab8b), wing: hex(0x6a5238),
			pattern: speckles(8, 0.8), beak: hex(0xe3a12f), beakLong: 0.52, beakFat: 0.2, eye: dark,
			eyeSize: 0.11},
	}
}

func (b bird) draw(c *paint.Canvas, r paint.Rand, w float64, s paint.Scene) {
	b.coat, b.belly, b.wing = b.coat.Vary(r, 0.14), b.belly.Vary(r, 0.08), b.wing.Vary(r, 0.14)
	ground := s.Ground + r.Around(0.06)
	field := paint.Field(paint.Plain)
	if b.pattern != nil {
		field = b.pattern(r.Range(0, 90))
	}
	x, flip := w/2+r.Around(0.18), r.Sign()
	if b.upright {
		u := r.Range(0.2, 0.34)
		y := max(ground-1.5*u, 0.5)
		c.Shadow(x, y+1.45*u, u*1.4, u*0.4, 0.6)
		c.At(paint.Move(x, y).Mul(paint.Turn(r.Around(0.12))).Mul(paint.Scale(flip*u, u)),
			func() { b.front(c, r, s, field) })
		return
	}
	u := r.Range(0.2, 0.29)
	y := max(ground-1.3*u, 0.45)
	c.Shadow(x, y+1.3*u, u*1.4, u*0.35, 0.6)
	c.At(paint.Move(x, y).Mul(paint.Turn(r.Around(0.25))).Mul(paint.Scale(flip*u, u)),
		func() { b.side(c, r, s, field) })
}

func (b bird) body(c *paint.Canvas, r paint.Rand, s paint.Scene, p paint.Path, ink paint.Ink,
	o paint.Oval) {
	c.Within(p.Furry(r, 0.05, max(0.06, 2.4/c.Unit()), 0, 0.6), func() {
		c.Flood(ink)
		c.Light(o.X, o.Y, o.RX, o.RY, s.Sun, 0.2, 6)
	})
}

func (b bird) front(c *paint.Canvas, r paint.Rand, s paint.Scene, field paint.Field) {
	both(func(side float64) {
		for i := range 3 {
			c.Fill(paint.Stroke(0.1, 0.06, side*0.35, 1.4, side*0.35+0.13*float64(i-1), 1.55),
				b.beak)
		}
	})
	b.body(c, r, s, paint.Mirror(0, -0.9, 0.8, -0.4, 1, 0.4, 0.8, 1.25, 0, 1.45),
		paint.Coat(b.belly, b.wing, field), paint.Disc(0, 0.3, 1, 1.2, 0))
	both(func(side float64) {
		wing := paint.Smooth(side*0.75, -0.35, side*1.05, 0.1, side*1.02, 0.9, side*0.75, 1.3,
			side*0.62, 0.5)
		b.body(c, r, s, wing, paint.Coat(b.wing, b.belly, field.Times(0.6)),
			paint.Disc(side*0.85, 0.4, 0.5, 0.9, 0))
	})
	if b.tufts {
		both(func(side float64) {
			c.Fill(paint.Stroke(0.34, 0.03, side*0.5, -1.2, side*0.8, -1.9),
				b.coat)
		})
	}
	yaw := r.Around(0.16)
	c.At(paint.Move(yaw, -0.85).Mul(paint.Turn(r.Around(0.15))), func() {
		b.body(c, r, s, paint.Ellipse(0, 0, 0.86, 0.74),
			paint.Coat(b.coat, b.wing, field.Times(0.5)), paint.Disc(0, 0, 0.9, 0.8, 0))
		both(func(side float64) {
			if b.heart {
				c.Paint(paint.Smooth(side*0.02, -0.3, side*0.35, -0.5, side*0.68, -0.2, side*0.5,
					0.3, 0, 0.6), paint.Coat(b.disc, b.disc, paint.Plain))
			} else {
				c.Glow(paint.Disc(side*0.36, -0.02, 0.44, 0.5, 0), b.disc, 1, 0.8)
				c.FillSoft(paint.Stroke(0.06, 0.03, side*0.1, -0.3, side*0.4, -0.5, side*0.75,
					-0.45), b.wing.Darker(0.3), 0.8)
			}
			c.Eye(b.eye, side*0.36+yaw*0.5, -0.05, b.eyeSize, side, paint.Pt{}, s.Sun)
		})
		c.Fill(paint.Mirror(0, 0.02, b.beakFat, 0.1, b.beakFat*0.6, 0.1+b.beakLong*0.7, 0,
			0.12+b.beakLong).Moved(paint.Move(yaw*0.7, 0)), b.beak)
		c.Glow(paint.Disc(yaw*0.7-b.beakFat*0.3, 0.15, b.beakFat*0.4, b.beakLong*0.4, 0),
			paint.RGB{R: 255, G: 255, B: 255}, 0.5, 0)
	})
}

func (b bird) side(c *paint.Canvas, r paint.Rand, s paint.Scene, field paint.Field) {
	for i := range 2 {
		x := 0.05 + 0.3*float64(i)
		c.Fill(paint.Stroke(0.09, 0.07, x, 0.7, x+0.03, 1.25), b.beak.Darker(0.2))
		c.Fill(paint.Stroke(0.08, 0.05, x-0.12, 1.3, x+0.25, 1.3), b.beak.Darker(0.2))
	}
	c.Paint(paint.Smooth(-0.7, -0.1, -1.6, 0.1, -1.85, 0.3, -1.6, 0.4, -0.7, 0.4),
		paint.Coat(b.wing, b.coat, field))
	b.body(c, r, s, paint.Smooth(-1, 0.15, -0.5, -0.45, 0.35, -0.75, 0.95, -0.25, 0.85, 0.5, 0.2,
		0.9, -0.6, 0.65), paint.Coat(b.belly, b.wing, field.Times(0.4)),
		paint.Disc(0, 0.1, 1.05, 0.9, 0))
	if b.crest {
		for i := range 4 {
			c.Fill(paint.Stroke(0.14, 0.03, 0.4-0.08*float64(i), -1.1, 0.25-0.2*float64(i),
				-1.6+0.12*float64(i)), hex(0xf0d050).Vary(r, 0.1))
		}
	}
	turn := r.Around(0.25)
	c.At(paint.Move(0.55, -0.75).Mul(paint.Turn(turn)), func() {
		c.Fill(paint.Smooth(0.4, -0.12*b.beakFat/0.15, 0.5+b.beakLong*0.6, -0.1, 0.5+b.beakLong,
			0.12+b.beakFat*0.5, 0.5+b.beakLong*0.5, b.beakFat*0.9, 0.4, b.beakFat), b.beak)
		b.body(c, r, s, paint.Ellipse(0, 0, 0.58, 0.54), paint.Coat(b.coat, b.coat, paint.Plain),
			paint.Disc(0, 0, 0.62, 0.58, 0))
		c.Glow(paint.Disc(0.2, 0.22, 0.35, 0.25, 0), b.belly, 0.85, 0.4)
		c.Eye(b.eye, 0.22, -0.08, b.eyeSize, 1, paint.Pt{}, s.Sun)
	})
	b.body(c, r, s, paint.Smooth(0.5, -0.3, 0.45, 0.15, -0.1, 0.5, -1.15, 0.4, -0.6, -0.2, 0,
		-0.42), paint.Coat(b.wing, b.coat.Lighter(0.2), field), paint.Disc(-0.2, 0.05, 0.8, 0.5, 0))
	for i := range 3 {
		y := 0.1 + 0.12*float64(i)
		c.FillSoft(paint.Stroke(0.04, 0.03, 0.2, y-0.05, -0.3, y+0.12, -0.9, y+0.1),
			b.wing.Darker(0.5), 0.7)
	}
}
