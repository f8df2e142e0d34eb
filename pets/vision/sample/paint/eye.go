package paint

type Pupil int

const (
	Round Pupil = iota
	Slit        // upright
	Bar         // lying
	Full        // the whole eye is dark
)

type Eye struct {
	Iris   RGB
	Rim    RGB // the skin around the eyeball
	Pupil  Pupil
	Width  float64 // of a pupil, in parts of the iris: 0: 0.5 (a slit: 0.3)
	Open   float64 // 1 is a circle, less an almond; 0: 1
	Slant  float64 // radians: the outer corner rises
	Ring   float64 // how much white shows around the iris, 0 to 1
	Lid    float64 // how far the upper lid has come down, 0 to 1
	LidFur RGB
}

// Eye draws an eye of radius rad that looks along gaze, in radii; side is 1 right, -1 left.
func (c *Canvas) Eye(e Eye, x, y, rad, side float64, gaze Pt, s Sun) {
	open := e.Open
	if open == 0 {
		open = 1
	}
	c.At(Move(x, y).Mul(Scale(side*rad, rad)).Mul(Turn(-e.Slant)), func() {
		corner := 1 + (1-open)*0.25 // an almond is longer than it is high
		c.Fill(almond(corner*1.2, open*1.17+0.03, open), e.Rim)
		c.Within(almond(corner, open, open), func() {
			white := Hex(0xf1efe8)
			dark := e.Iris.Darker(0.72)
			g := Pt{gaze.X * side, gaze.Y}
			size := 1.02 - 0.22*e.Ring
			c.Flood(func(px, py float64) RGB {
				u, v := (px-g.X)/size, (py-g.Y)/size
				d := float64(u*u) + float64(v*v)
				if d > 1 {
					return white.Mix(dark, 0.25*(1-ramp(py, -1, 0.2)))
				}
				k := e.Iris.Mix(dark, ramp(d, 0.62, 1)).Mix(dark, 0.6*(1-ramp(v, -0.9, 0.25)))
				return k.Lighter(0.38 * ramp(v, 0.05, 0.85) * (1 - ramp(d, 0.5, 0.95)))
			})
			w := e.Width
			black := Hex(0x0d0a0b)
			switch e.Pupil {
			case Round:
				if w == 0 {
					w = 0.5
				}
				c.Fill(Ellipse(g.X, g.Y, w*size, w*size), black)
			case Slit:
				if w == 0 {
					w = 0.3
				}
				c.Fill(Ellipse(g.X, g.Y, w*size, 0.84*size), black)
			case Bar:
				c.Fill(Ellipse(g.X, g.Y, 0.72*size, 0.26*size), black)
			case Full:
				c.Fill(Ellipse(g.X, g.Y, size, size), black.Mix(e.Iris, 0.18))
				c.Glow(Disc(g.X, g.Y+0.45, 0.7, 0.5, 0), e.Iris, 0.7, 0)
			}
			c.Shadow(0, -open*1.1, 1.3, 0.75*open, 0.5)
			if e.Lid > 0 {
				c.Fill(Ellipse(0, -open*(2.2-1.6*e.Lid), 1.9, open*1.2), e.LidFur)
				c.Fill(Stroke(0.12, 0.12, -1.2, open*(0.8*e.Lid-0.75), 0, open*(1.6*e.Lid-1), 1.2,
					open*(0.8*e.Lid-0.75)), e.Rim)
			}
		})
		lx, ly := c.toUnits(s.X, s.Y)
		c.FillSoft(Ellipse(0.36*lx, min(0.36*ly, 0.1)*open, 0.25, 0.25), RGB{255, 255, 255},
			0.95*(1-e.Lid))
		c.FillSoft(Ellipse(-0.34*lx, 0.4*open, 0.12, 0.12), RGB{255, 255, 255}, 0.55*(1-e.Lid))
	})
}

func almond(w, h, open float64) Path {
	if open >= 0.95 {
		return Ellipse(0, 0, w, h)
	}
	return Smooth(w, -0.12*h, 0.62*w, -0.78*h, 0, -h, -0.6*w, -0.72*h, -w, 0.16*h, -0.55*w, 0.86*h,
		0, h, 0.62*w, 0.74*h)
}
