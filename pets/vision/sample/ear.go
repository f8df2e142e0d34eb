package sample

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

// earShape is how an ear stands or hangs, from drop on before the head.
type earShape int

const (
	pricked earShape = iota // a triangle
	bat                     // large, round at its tip
	lynx                    // a triangle with a tuft
	rose                    // small, folded backwards
	button                  // its flap falls forwards
	drop                    // a hanging flap
	long                    // hanging far below the jaw
	feather                 // hanging, with long hair
)

func (a *animal) drawEar(c *paint.Canvas, side float64) {
	s, co := math.Sincos(a.earAt)
	x, y := a.turned(side*s*0.86*a.wide, -co*(0.86+a.dome), -0.15)
	if a.ear >= drop { // it hangs beside the face, whichever way that looks
		x = side*(s*0.98*a.wide+0.08) - 0.1*a.yaw
	}
	l := a.earLong * (1 - 0.1*side*a.yaw)
	hair := or(a.ears, or(a.cap, a.base))
	inner := or(a.inner, paint.Hex(0xd9a093).Mix(hair, 0.45))
	fur := a.fur * 0.6
	lean := 0.0
	var outer, shell paint.Path
	crease := false
	switch a.ear {
	case pricked, lynx:
		lean = (a.earAt-0.35)*0.75 + a.Around(0.1)
		outer = paint.Smooth(-0.38, 0.22, -0.3, -0.32*l, -0.02, -l, 0.07, -l, 0.34, -0.35*l, 0.42,
			0.3)
		shell = paint.Smooth(-0.22, 0.16, -0.17, -0.3*l, 0.0, -0.8*l, 0.05, -0.8*l, 0.22, -0.3*l,
			0.26, 0.2)
	case bat:
		lean = (a.earAt-0.3)*0.85 + a.Around(0.12)
		outer = paint.Smooth(-0.4, 0.25, -0.44, -0.4*l, -0.12, -0.98*l, 0.14, -0.96*l, 0.46, -0.4*l,
			0.42, 0.3)
		shell = paint.Smooth(-0.25, 0.2, -0.28, -0.35*l, -0.06, -0.8*l, 0.1, -0.78*l, 0.3, -0.35*l,
			0.26, 0.2)
	case rose:
		lean = 0.3 + a.Around(0.12)
		outer = paint.Smooth(-0.3, 0.2, -0.28, -0.35*l, 0.1, -0.75*l, 0.55*l, -0.6*l, 0.95*l, -0.1,
			0.5*l, 0.05, 0.25, 0.3)
		shell = paint.Smooth(-0.05, 0.1, -0.02, -0.3*l, 0.2, -0.45*l, 0.45*l, -0.3*l, 0.3*l, 0.05)
	case button:
		lean = 0.2 + a.Around(0.12)
		outer = paint.Smooth(-0.38, 0.2, -0.36, -0.25, -0.05, -0.42, 0.38, -0.3, 0.52*l+0.1, 0.25*l,
			0.3, 0.95*l, 0.12, 0.9*l, -0.1, 0.3)
		crease = true
	case drop:
		lean = -0.12 + a.Around(0.1)
		outer = paint.Smooth(-0.26, 0.02, -0.05, -0.24, 0.3, -0.12, 0.44, 0.4*l, 0.34, 0.92*l, 0.14,
			l, -0.02, 0.72*l, -0.14, 0.32)
		crease = true
	case long:
		lean = -0.1 + a.Around(0.08)
		outer = paint.Smooth(-0.24, -0.02, 0.02, -0.26, 0.34, -0.05, 0.46, 0.4*l, 0.5, 0.8*l, 0.3,
			l, 0.02, 0.96*l, -0.14, 0.6*l, -0.14, 0.3)
		crease = true
	case feather:
		lean = -0.12 + a.Around(0.1)
		outer = paint.Smooth(-0.24, 0, 0, -0.24, 0.34, -0.08, 0.54, 0.4*l, 0.58, 0.85*l, 0.3,
			1.08*l, 0, 0.9*l, -0.08, 0.45*l)
		fur = max(a.fur*0.6, 0.08)
		crease = true
	}
	c.At(paint.Move(x, y).Mul(paint.Scale(side, 1)).Mul(paint.Turn(lean)), func() {
		if crease { // it throws a shadow on the head
			c.Shadow(0.05, 0.45*l, 0.62, 0.75*l, 0.22)
		}
		c.Within(outer.Furry(a.Rand, fur, a.step(c, fur), 0, 0.3), func() {
			mark := a.mark
			if a.ears != nil {
				mark = hair.Darker(0.3)
			}
			c.Flood(paint.Coat(hair, hair.Mix(mark, 0.8), a.field.Times(0.55)))
			down := -0.4 * l
			if crease {
				down = 0.4 * l
			}
			grain := 0.08 + 0.6*a.fur
			if a.fur == 0 {
				grain = 0
			}
			c.Light(0.1, down, 0.6, 0.75*l+0.1, a.sun, grain, a.finer)
			if shell != nil {
				c.FillSoft(shell, inner, 0.9)
				c.Shadow(0, 0.2, 0.5, 0.6, 0.4)
				if a.fur > 0.03 { // hair in the ear
					c.Strands(a.Rand, 10, paint.Disc(-0.12, 0, 0.2, 0.3*l, 0), 0.25+a.fur, -0.8,
						hair.Lighter(0.3))
				}
			}
			if fur > 0.07 {
				c.Strands(a.Rand, 24, paint.Disc(0.15, down, 0.5, 0.6*l, 0), 2*fur, 0.9, hair)
			}
			if a.ear == feather && a.curl > 0.3 {
				c.At(paint.Move(0.15, down), func() { a.curls(c, 0, 0, 0.5, 0.6*l) })
			}
			if crease { // the fold catches light
				c.Glow(paint.Disc(0.05, -0.15, 0.4, 0.16, 0.2), hair.Lighter(0.25), 0.3, 0)
			}
		})
		if a.ear == lynx {
			for range 5 {
				c.FillSoft(paint.Stroke(0.05, 0.01, 0.02, -0.93*l, 0.03+a.Around(0.06), -1.1*l,
					0.1+a.Around(0.1), -1.3*l), hair.Darker(0.5), 0.8)
			}
		}
	})
}
