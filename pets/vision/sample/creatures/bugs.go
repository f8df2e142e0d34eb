package creatures

import "gopets/pets/vision/sample/paint"

type bug struct {
	name              string
	shell, mark, head paint.RGB
	pattern           func(seed float64) paint.Field
	long, fuzz, horn  float64
}

func bugs() []bug {
	return []bug{
		{name: "ladybird", shell: hex(0xd2332a), mark: hex(0x1d1a1a), head: hex(0x242020),
			pattern: spots(1.9, 0.32), long: 1},
		{name: "jewel_beetle", shell: hex(0x2f8f6a), mark: hex(0x7a3f9a), head: hex(0x2a5f55),
			pattern: stripes(2.2, 0.4, 1.57), long: 1.4},
		{name: "stag_beetle", shell: hex(0x4a2a20), mark: hex(0x2d1712), head: hex(0x2b1a15),
			pattern: speckles(6, 0.6), long: 1.35, horn: 1},
		{name: "bumblebee", shell: hex(0xe9b52f), mark: hex(0x211c1a), head: hex(0x2a2320),
			pattern: stripes(1.5, 0.5, 1.57), long: 1.2, fuzz: 0.16},
	}
}

func (b bug) draw(c *paint.Canvas, r paint.Rand, w float64, s paint.Scene) {
	b.shell, b.mark = b.shell.Vary(r, 0.16), b.mark.Vary(r, 0.16)
	u, l := r.Range(0.2, 0.29), b.long*(1+r.Around(0.08))
	x, y := w/2+r.Around(0.16), 0.55+r.Around(0.14)
	c.Shadow(x, y+0.3*u, 1.6*u, 1.3*u, 0.5)
	c.At(paint.Move(x, y).Mul(paint.Turn(r.Around(1.1))).Mul(paint.Scale(u, u)), func() {
		both(func(side float64) {
			for i := range 3 {
				y := (float64(i) - 0.8) * 0.6 * l
				k := r.Range(0.85, 1.1)
				c.Fill(paint.Stroke(0.13, 0.06, side*0.6, y, side*1.25*k, y-0.1+0.15*float64(i),
					side*1.5*k, y+0.3*float64(i)), b.head)
			}
			c.Fill(paint.Stroke(0.07, 0.05, side*0.2, -l-0.3, side*0.45, -l-0.75,
				side*r.Range(0.6, 0.9), -l-0.95), b.head)
			if b.horn > 0 {
				c.Fill(paint.Stroke(0.24, 0.05, side*0.25, -l-0.3, side*0.6, -l-0.8, side*0.15,
					-l-1.25), b.head)
			}
		})
		c.Within(paint.Ellipse(0, -l*0.88, 0.55, 0.48), func() {
			c.Flood(paint.Coat(b.head, b.head, paint.Plain))
			c.Light(0, -l*0.88, 0.55, 0.5, s.Sun, 0.1, 6)
		})
		c.Within(paint.Ellipse(0, 0, 0.95, l).Furry(r, b.fuzz, max(0.1, 2.4/c.Unit()), 0, 0),
			func() {
				c.Flood(paint.Coat(b.shell, b.mark, b.pattern(r.Range(0, 90))))
				c.Light(0, 0, 0.95, l, s.Sun, 0.05+b.fuzz, 6)
				if b.fuzz == 0 {
					c.Fill(paint.Stroke(0.05, 0.05, 0, -l, 0, l), b.mark)
					c.Glow(paint.Disc(s.Sun.X*0.5, s.Sun.Y*0.5*l, 0.3, 0.35, 0),
						paint.RGB{R: 255, G: 255, B: 255}, 0.6, 0)
				}
			})
		both(func(side float64) {
			c.Eye(paint.Eye{Iris: hex(0x2a1a14), Rim: b.head, Pupil: paint.Full}, side*0.33, -l*1.1,
				0.14, side, paint.Pt{}, s.Sun)
		})
	})
}
