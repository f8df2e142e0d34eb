package sample

import "gopets/pets/vision/sample/paint"

func (a *animal) markFace(c *paint.Canvas) {
	if a.cap != nil {
		for _, s := range sides {
			c.Within(paint.Smooth(s*0.02, -1.2, s*1.3, -1.2, s*1.3, 0.5, s*0.75, 0.5, s*0.42, 0.32,
				s*0.2, 0, s*0.08, -0.5).Furry(a.Rand, 0.05, 0.08, 0, 0.5), func() {
				c.Flood(paint.Coat(*a.cap, a.cap.Darker(0.25), a.field.Times(0.4)))
			})
		}
	}
	if a.mask != nil {
		m := a.maskSize
		c.Glow(paint.Disc(0, 0.32, 0.74*m*a.wide, 0.78*m, 0), *a.mask, 0.96, 0.5)
	}
	if a.belly != nil {
		for _, s := range sides {
			c.Glow(paint.Disc(s*0.6*a.wide, 0.62, 0.42, 0.42, 0), *a.belly, 0.9, 0.3)
		}
		c.Glow(paint.Disc(0, 0.95, 0.6, 0.35, 0), *a.belly, 0.9, 0.3)
	}
	if a.goggles != nil {
		for _, s := range sides {
			c.Glow(paint.Disc(s*a.eyeApart, -0.02, a.eyeSize*1.75, a.eyeSize*1.5, 0), *a.goggles,
				0.9, 0.5)
		}
	}
	if a.lines != nil {
		a.tabbyLines(c)
	}
	if a.blaze > 0 {
		k, b := or(a.blazeTint, *white), a.blaze
		c.Fill(paint.Mirror(0, -1.1, b*0.45, -0.8, b*0.5, -0.4, b*0.62, 0, b*1.5+0.1, 0.4,
			b*1.6+0.1, 0.9, 0, 1.1).Furry(a.Rand, 0.02, 0.045, 0, 0.3), k)
	}
	if a.brows != nil {
		for _, s := range sides {
			c.Glow(paint.Disc(s*a.eyeApart*0.85, -0.03-a.eyeSize*1.35, 0.13, 0.09, -0.3*s),
				*a.brows, 1, 0.5)
			c.Glow(paint.Disc(s*0.55, 0.5, 0.32, 0.3, 0), *a.brows, 0.95, 0.45)
		}
	}
	if a.cat && a.muzzle > 0 { // the bridge of the nose
		for _, s := range sides {
			c.Glow(paint.Disc(s*0.17, 0.1, 0.12, 0.35, 0), a.base.Darker(0.3), 0.25, 0)
		}
	}
}

func (a *animal) tabbyLines(c *paint.Canvas) {
	k := *a.lines
	for _, s := range sides {
		c.FillSoft(paint.Stroke(0.1, 0.05, s*0.13, -0.92, s*0.12, -0.6, s*0.17, -0.35), k, 0.8)
		c.FillSoft(paint.Stroke(0.1, 0.06, s*0.4, -0.88, s*0.36, -0.6, s*0.42, -0.36, s*0.62, -0.3),
			k, 0.8)
		c.FillSoft(paint.Stroke(0.05, 0.05, s*0.17, -0.36, s*0.3, -0.46, s*0.42, -0.36), k, 0.7)
		c.FillSoft(paint.Stroke(0.07, 0.05, s*(a.eyeApart+a.eyeSize), 0, s*0.85, 0.1, s*1.05, 0.25),
			k, 0.75)
		c.FillSoft(paint.Stroke(0.07, 0.05, s*0.6, 0.3, s*0.8, 0.38, s*1.0, 0.45), k, 0.65)
	}
	c.FillSoft(paint.Stroke(0.06, 0.04, 0, -0.95, 0, -0.5), k, 0.5)
}
