package sample

import "gopets/pets/vision/sample/paint"

func (a *animal) drawMuzzle(c *paint.Canvas) {
	if a.cat {
		a.catMuzzle(c)
		return
	}
	a.dogMuzzle(c)
}

func (a *animal) muzzleTint() paint.RGB {
	switch {
	case a.snout != nil:
		return *a.snout
	case a.blaze > 0.2:
		return or(a.blazeTint, *white)
	case a.mask != nil:
		return *a.mask
	}
	return a.base
}

func (a *animal) catMuzzle(c *paint.Canvas) {
	x, y := a.turned(0, 0.4, 1.0+0.4*a.muzzle)
	if a.muzzle == 0 { // a flat face: the nose sits between the eyes
		y -= 0.1
	}
	t := a.muzzleTint()
	m := a.muzzleWide
	line := t.Darker(0.6)
	c.At(paint.Move(x, y), func() {
		c.Shadow(0, 0.3, m*1.3, 0.35, 0.22)
		c.Within(paint.Ellipse(0, 0.33, m*0.55, 0.2).Furry(a.Rand, a.fur*0.5, a.step(c, a.fur), 0,
			0.5), func() {
			c.Flood(paint.Gradient(0.1, 0.5, t.Darker(0.15), t.Lighter(0.08)))
			a.skin(c, 0, 0.3, m*0.6, 0.25)
		})
		for _, s := range sides { // whisker pads
			c.Within(paint.Ellipse(s*m*0.48, 0.12, m*0.6, 0.24+0.05*a.muzzle).Furry(a.Rand,
				a.fur*0.4, a.step(c, a.fur), 0, 0.5), func() {
				c.Flood(paint.Gradient(-0.1, 0.4, t.Lighter(0.1), t.Darker(0.06)))
				a.skin(c, s*m*0.45, 0.1, m*0.75, 0.34)
			})
		}
		c.Glow(paint.Disc(0, -0.08, 0.2, 0.26, 0), t, 0.8, 0.3) // the bridge
		n := 0.13 * a.noseSize
		c.Fill(paint.Stroke(0.035, 0.035, 0, n*0.5, 0, 0.2), line)
		for _, s := range sides {
			c.Fill(paint.Stroke(0.04, 0.02, 0, 0.19, s*0.1, 0.27, s*0.24, 0.24), line)
			for i := range 4 {
				c.FillSoft(paint.Ellipse(s*(m*0.4+0.07*float64(i%2)), 0.09+0.05*float64(i/2), 0.014,
					0.014), line, 0.6)
			}
		}
		c.Within(paint.Mirror(0, -n*0.75, n*0.9, -n*0.7, n*1.05, -n*0.2, n*0.35, n*0.6, 0, n*0.75),
			func() {
				c.Flood(paint.Gradient(-n, n, a.nose.Lighter(0.15), a.nose.Darker(0.25)))
			})
		for _, s := range sides {
			c.FillSoft(paint.Stroke(0.02, 0.02, s*n*0.5, n*0.15, s*n*0.35, n*0.3),
				a.nose.Darker(0.7), 0.8)
		}
		if a.fur == 0 {
			return
		}
		k := paint.Hex(0xf7f4ee)
		if t.Luma() > 0.7 {
			k = k.Mix(a.base.Darker(0.4), 0.25)
		}
		for _, s := range sides {
			c.Whiskers(a.Rand, 5, s*m*0.55, 0.13, a.Range(0.8, 1.1), s, k)
		}
	})
}

func (a *animal) skin(c *paint.Canvas, x, y, rx, ry float64) {
	g := 0.07 + 0.4*a.fur
	if a.fur == 0 {
		g = 0
	}
	c.Light(x, y, rx, ry, a.sun, g, a.finer*1.3)
}

func (a *animal) dogMuzzle(c *paint.Canvas) {
	l, m, f := a.muzzle, a.muzzleWide, a.flews
	x, y := a.turned(0, 0.34+0.06*l, 0.95+0.6*l)
	bx, by := a.turned(0, 0, 0.8) // the bridge's root
	bx, by = bx-x, by-y
	t := a.muzzleTint()
	line := t.Darker(0.75)
	if t.Luma() < 0.2 {
		line = paint.Hex(0x0c090a)
	}
	low := 0.42 + 0.14*l + 0.14*f // lower edge of the upper lip
	c.At(paint.Move(x, y), func() {
		c.Shadow(0, 0.25, m*1.5, 0.6, 0.28)
		if a.open > 0 {
			a.mouth(c, t, low)
		} else {
			c.Within(paint.Ellipse(0, low-0.02, m*0.55, 0.16).Furry(a.Rand, a.fur*0.6,
				a.step(c, a.fur), 0, 0.7), func() {
				c.Flood(paint.Gradient(low-0.15, low+0.15, t.Darker(0.35), t))
				a.skin(c, 0, low, m*0.6, 0.2)
			})
		}
		// one soft shape from the brow to the lips, which hang beside the mouth
		top := paint.Smooth(bx*0.7-0.15, by*0.7, bx*0.7+0.15, by*0.7, m*0.62, -0.12, m, 0.16,
			m*0.96, low*0.75, m*(0.62+0.1*f), low+0.1*f, m*0.25, low-0.05, 0, low*0.8,
			-m*0.25, low-0.05, -m*(0.62+0.1*f), low+0.1*f, -m*0.96, low*0.75, -m, 0.16, -m*0.62,
			-0.12)
		bridge := t
		if a.snout != nil && a.blaze == 0 && a.mask == nil {
			bridge = a.base.Mix(t, 0.3)
		}
		c.Within(top.Furry(a.Rand, a.fur*0.35, a.step(c, a.fur), 0, 0.5), func() {
			if a.snout == nil {
				c.Flood(paint.Coat(t, t.Mix(a.mark, 0.7), a.field.Times(0.5)))
			} else {
				c.Flood(paint.Gradient(by*0.7, 0.25, bridge, t))
			}
			a.skin(c, 0, 0.05, m*1.15, 0.62)
			for _, s := range sides {
				c.Shadow(s*m*0.9, by*0.6, m*0.55, 0.5, 0.25)
			}
			c.Shadow(0, low+0.1, m*1.1, 0.24, 0.28)
		})
		if a.muzzle < 0.2 && a.wrinkle > 0 { // the folds beside a flat nose
			for _, s := range sides {
				c.FillSoft(paint.Stroke(0.05, 0.04, s*0.06, -0.36, s*0.3, -0.34, s*0.52, -0.12,
					s*0.62, 0.2), line, 0.6*a.wrinkle)
			}
		}
		n, ny := 0.17*a.noseSize, -0.02+0.03*l
		c.Fill(paint.Stroke(0.04, 0.04, 0, ny+n*0.6, 0, low*0.82), line)
		for _, s := range sides {
			c.Fill(paint.Stroke(0.045, 0.03, 0, low*0.8, s*m*0.3, low-0.03, s*m*(0.62+0.1*f),
				low+0.09*f, s*m*0.9, low*0.78), line)
			for i := range 4 {
				c.FillSoft(paint.Ellipse(s*m*(0.42+0.14*float64(i%2)), low*0.4+0.07*float64(i/2),
					0.014, 0.014), line, 0.5)
			}
		}
		if a.beard > 0 {
			a.drawBeard(c, t, low)
		}
		a.dogNose(c, ny, n)
	})
}

func (a *animal) dogNose(c *paint.Canvas, y, n float64) {
	c.At(paint.Move(0, y).Mul(paint.Scale(n, n)), func() {
		c.Within(paint.Mirror(0, -0.72, 0.75, -0.66, 1.12, -0.1, 0.8, 0.5, 0.28, 0.62, 0, 0.82),
			func() {
				c.Flood(paint.Gradient(-0.8, 0.8, a.nose.Lighter(0.16), a.nose.Darker(0.4)))
			})
		for _, s := range sides {
			c.FillSoft(paint.Smooth(s*0.3, 0.05, s*0.62, -0.1, s*0.78, 0.12, s*0.45, 0.28),
				a.nose.Darker(0.9), 0.9)
		}
		c.Glow(paint.Disc(0, -0.42, 0.6, 0.26, 0), paint.RGB{R: 255, G: 255, B: 255}, 0.55, 0)
	})
}

func (a *animal) mouth(c *paint.Canvas, jaw paint.RGB, low float64) {
	m, o := a.muzzleWide, a.open
	deep := low + 0.16 + 0.26*o
	c.Within(paint.Mirror(0, low*0.6, m*0.72, low*0.7, m*0.66, deep-0.1, 0, deep+0.06).Furry(a.Rand,
		a.fur*0.4, a.step(c, a.fur), 0, 0.6), func() {
		c.Flood(paint.Gradient(low, deep+0.1, jaw.Darker(0.4), jaw))
		a.skin(c, 0, low+0.2, m*0.8, 0.35)
	})
	c.Fill(paint.Mirror(0, low*0.6, m*0.62, low*0.7, m*0.5, deep-0.14, 0, deep-0.06),
		paint.Hex(0x3a1518))
	c.Within(paint.Mirror(0, low*0.7, m*0.4, low*0.85, m*0.42, deep-0.08, 0, deep+0.04+0.12*o),
		func() {
			c.Flood(paint.Gradient(low, deep+0.1, paint.Hex(0xb9545c), paint.Hex(0xe58b91)))
			c.FillSoft(paint.Stroke(0.03, 0.02, 0, low, 0, deep), paint.Hex(0x9c404a), 0.7)
		})
}

func (a *animal) drawBeard(c *paint.Canvas, t paint.RGB, low float64) {
	m := a.muzzleWide
	for i := range 44 {
		u := (float64(i%22)/21-0.5)*2 + a.Around(0.12)
		row := float64(i / 22)
		if row == 0 && u > -0.35 && u < 0.35 {
			continue
		}
		l := (0.3 + 0.4*a.beard) * a.Range(0.6, 1.1)
		px, py := u*m*(0.95-0.2*row), 0.06+(low-0.14)*(0.35+0.5*row)*(1-0.5*u*u)+0.1*row
		out := u * (0.25 + 0.15*a.beard)
		c.FillSoft(paint.Stroke(0.12, 0.02, px, py, px+out*0.6, py+l*0.5, px+out*0.8+a.Around(0.05),
			py+l), t.Times(a.Range(0.8, 1.16)), 0.85)
	}
}
