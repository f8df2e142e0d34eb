package sample

import "gopets/pets/vision/sample/paint"

type jersey struct {
	wool, stripe paint.RGB
}

func (a *animal) wear(c *paint.Canvas, outline func() paint.Path) {
	if a.jersey == nil {
		return
	}
	j := *a.jersey
	c.Within(outline(), func() {
		c.Flood(paint.Coat(j.wool, j.stripe, paint.Field(func(x, y float64) float64 {
			y += 0.05 * paint.Noise(x*3, y*3)
			if v := y*2.1 - float64(int(y*2.1)); v < 0.3 {
				return 1
			}
			return 0
		})))
		c.Light(0, 1.6, 1.4, 1.4, a.sun, 0.16, 9)
	})
	c.FillSoft(paint.Stroke(0.24, 0.24, -0.72, 0.62, -0.4, 0.92, 0, 1.0, 0.4, 0.92, 0.72, 0.62),
		j.stripe, 1)
}

func (a *animal) wearCollar(c *paint.Canvas) {
	if a.collar == nil || a.jersey != nil {
		return
	}
	w, y, k := 0.6+0.12*a.stout, 0.98, *a.collar
	c.Fill(paint.Stroke(0.18, 0.18, -w, y-0.14, -0.5*w, y+0.08, 0, y+0.15, 0.5*w, y+0.08, w,
		y-0.14), k)
	c.FillSoft(paint.Stroke(0.05, 0.05, -w, y-0.19, -0.5*w, y+0.03, 0, y+0.1, 0.5*w, y+0.03, w,
		y-0.19), k.Lighter(0.5), 0.6)
	c.Fill(paint.Ellipse(0, y+0.31, 0.11, 0.12), paint.Hex(0xe0bd58))
	c.Glow(paint.Disc(-0.03, y+0.28, 0.06, 0.06, 0), paint.RGB{R: 255, G: 255, B: 255}, 0.8, 0)
}

func (a *animal) drawBow(c *paint.Canvas, k paint.RGB) {
	x, y := a.turned(0, -0.82, 0.5)
	c.At(paint.Move(x, y), func() {
		for _, s := range sides {
			c.Within(paint.Smooth(s*0.03, 0, s*0.2, -0.17, s*0.36, -0.13, s*0.36, 0.13, s*0.2,
				0.12), func() {
				c.Flood(paint.Gradient(-0.2, 0.2, k.Lighter(0.25), k.Darker(0.2)))
			})
		}
		c.Fill(paint.Ellipse(0, 0, 0.08, 0.09), k.Darker(0.15))
	})
}
