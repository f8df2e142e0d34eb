package creatures

import "gopets/pets/vision/sample/paint"

type fish struct {
	name             string
	coat, belly, fin paint.RGB
	mark             paint.RGB
	pattern          func(seed float64) paint.Field
	high             float64 // of the body
	spiny            float64
}

func fishes() []fish {
	return []fish{
		{name: "clownfish", coat: hex(0xe9702a), belly: hex(0xf4a04a), fin: hex(0xd85a1e),
			mark: hex(0xf7f4ee), pattern: stripes(1.4, 0.3, 0), high: 0.5},
		{name: "tiger_barb", coat: hex(0xdcb65a), belly: hex(0xf2e3b0), fin: hex(0xd05a3a),
			mark: hex(0x26241f), pattern: stripes(2.1, 0.34, 0), high: 0.58},
		{name: "goldfish", coat: hex(0xe58a2e), belly: hex(0xf9cf7a), fin: hex(0xf0a653),
			high: 0.55},
		{name: "trout", coat: hex(0x7d8a6a), belly: hex(0xdcd9c4), fin: hex(0x8a7a5a),
			mark: hex(0x4a2f2a), pattern: spots(7, 0.24), high: 0.36},
		{name: "angelfish", coat: hex(0x3f7fc9), belly: hex(0xf0cf4a), fin: hex(0xf2c838),
			mark: hex(0x1d3f7d), pattern: stripes(2.6, 0.35, 0.5), high: 0.85},
		{name: "pufferfish", coat: hex(0xb7a46a), belly: hex(0xf2ead2), fin: hex(0xc9b67d),
			mark: hex(0x5d4d2c), pattern: patches(2.6, 0.45), high: 0.8, spiny: 0.12},
	}
}

func (f fish) draw(c *paint.Canvas, r paint.Rand, w float64, s paint.Scene) {
	if r.Chance(0.75) { // mostly under water
		k := r.Pick(hex(0x2f7f9c), hex(0x27567f), hex(0x3f9a8c), hex(0x7fb8c9)).Vary(r, 0.2)
		c.Flood(paint.Gradient(0, 1, k.Lighter(0.3), k.Darker(0.4)))
		for range 6 {
			c.Glow(paint.Disc(r.Range(0, w), r.Range(0, 0.5), r.Range(0.03, 0.2), 0.5,
				r.Around(0.5)), k.Lighter(0.6), 0.25, 0)
		}
	}
	f.coat, f.belly, f.fin = f.coat.Vary(r, 0.14), f.belly.Vary(r, 0.1), f.fin.Vary(r, 0.14)
	u, h := r.Range(0.24, 0.36), f.high*(1+r.Around(0.1))
	field := paint.Field(paint.Plain)
	if f.pattern != nil {
		field = f.pattern(r.Range(0, 90))
	}
	c.At(paint.Move(w/2+r.Around(0.16), 0.5+r.Around(0.2)).Mul(paint.Turn(r.Around(0.5))).Mul(
		paint.Scale(r.Sign()*u, u)), func() {
		rays := paint.Coat(f.fin, f.fin.Darker(0.35),
			paint.Field(paint.Stripes(8, 0.35, 3)).Turned(1.4))
		c.Paint(paint.Smooth(-0.8, 0, -1.4, -0.5, -1.6, -0.55, -1.35, 0, -1.6, 0.55, -1.4, 0.5),
			rays)
		c.Paint(paint.Smooth(-0.6, -0.5*h, -0.2, -1.45*h, 0.3, -1.35*h, 0.5, -0.6*h), rays)
		c.Paint(paint.Smooth(-0.4, 0.6*h, -0.3, 1.3*h, 0, 1.2*h, 0.2, 0.7*h), rays)
		c.Within(paint.Smooth(-0.95, 0, -0.5, -0.75*h, 0.15, -h, 0.8, -0.5*h, 1, 0.05, 0.75, 0.55*h,
			0.1, h, -0.5, 0.7*h).Furry(r, f.spiny, 0.18, 0, 0), func() {
			c.Flood(paint.Coat(f.coat, f.mark, field))
			c.Glow(paint.Disc(0.1, 0.9*h, 1, 0.7*h, 0), f.belly, 0.85, 0.2)
			c.FillSoft(paint.Stroke(0.03, 0.03, 0.5, -0.5*h, 0.4, 0, 0.5, 0.5*h),
				f.coat.Darker(0.5), 0.7)
			c.FillSoft(paint.Stroke(0.03, 0.02, 0.95, 0.15, 0.75, 0.2), f.coat.Darker(0.7), 0.8)
			c.Light(0, 0, 1, h, s.Sun, 0.12, 10)
		})
		c.Paint(paint.Smooth(0.25, 0.1*h, -0.15, 0.3*h, -0.25, 0.6*h, 0.15, 0.45*h), rays)
		c.Eye(paint.Eye{Iris: f.fin.Lighter(0.2), Rim: f.coat.Darker(0.6)}, 0.62, -0.15*h, 0.12, 1,
			paint.Pt{}, s.Sun)
	})
}
