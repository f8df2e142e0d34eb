package sample

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

type animal struct {
	breed
	coat
	paint.Rand
	sun      paint.Sun
	yaw, nod float64 // of the head: -1 to 1
	gaze     paint.Pt
	lid      float64
	open     float64 // mouth, 0 to 1
	field    paint.Field
	finer    float64 // grains of fur per head radius
	jersey   *jersey
	collar   *paint.RGB
	ribbon   *paint.RGB
}

func newAnimal(b breed, r paint.Rand, sun paint.Sun) *animal {
	a := &animal{breed: b, Rand: r, sun: sun, coat: b.coats[0], yaw: r.Around(0.8),
		nod: r.Around(0.45), finer: r.Range(5.5, 8)}
	if len(b.coats) > 1 && r.Chance(0.32) {
		a.coat = b.coats[1+r.IntN(len(b.coats)-1)]
	}
	f := 1 + r.Around(0.1)
	a.base, a.mark = a.base.Times(f).Vary(r, 0.05), a.mark.Times(f).Vary(r, 0.05)
	a.gaze = paint.Pt{X: a.yaw*0.12 + r.Around(0.18), Y: r.Around(0.12)}
	if r.Chance(0.06) {
		a.lid = r.Range(0.3, 0.6)
	}
	if !b.cat && r.Chance(0.4) {
		a.open = r.Range(0.4, 1)
	}
	for _, v := range []*float64{&a.wide, &a.jaw, &a.earLong, &a.eyeSize, &a.muzzleWide, &a.stout,
		&a.leg} {
		*v *= 1 + r.Around(0.07)
	}
	gay := []*paint.RGB{hex(0xc23b3b), hex(0x3a66b0), hex(0x4f9a55), hex(0xe0a93a), hex(0xd45f93),
		hex(0x2f2c2e)}
	if r.Chance(0.22) {
		a.collar = gay[r.IntN(len(gay))]
	}
	if a.bow && r.Chance(0.6) {
		a.ribbon = gay[r.IntN(len(gay))]
	}
	a.field = a.pattern(math.Floor(r.Range(0, 90)))
	return a
}

// turned returns the place of a point of the head, z before its middle, on the turned head.
func (a *animal) turned(x, y, z float64) (float64, float64) {
	return x*(1-0.2*math.Abs(a.yaw)) + 0.42*a.yaw*z, y + 0.2*a.nod*z
}

func (a *animal) step(c *paint.Canvas, fur float64) float64 { return max(fur*0.5, 2.2/c.Unit()) }

func (a *animal) ink(strength float64) paint.Ink {
	return paint.Coat(a.base, a.mark, a.field.Times(strength))
}

func (a *animal) light(c *paint.Canvas, x, y, rx, ry float64) {
	fur := 0.0
	if a.fur > 0 {
		fur = 0.10 + 1.1*a.fur
	}
	c.Light(x, y, rx, ry, a.sun, fur, a.finer)
	if a.fur > 0.07 {
		n := int(float64(18*rx*ry)) + 8
		c.Strands(a.Rand, n, paint.Disc(x, y, rx, ry, 0), 2.4*a.fur, 0.5, a.base)
	}
	if a.curl > 0.3 {
		a.curls(c, x, y, rx, ry)
	}
}

func (a *animal) curls(c *paint.Canvas, x, y, rx, ry float64) {
	n := int(float64(26*a.curl*rx*ry)) + 5
	for range n {
		px, py, l := x+a.Around(1.1)*rx, y+a.Around(1.1)*ry, a.Range(0.1, 0.2)
		side := a.Sign() * l
		k := a.base.Lighter(0.25)
		if a.Chance(0.5) {
			k = a.base.Darker(0.3)
		}
		c.FillSoft(paint.Stroke(0.05, 0.025, px-side*0.5, py, px+side*0.5, py+l*0.45, px-side*0.2,
			py+l, px+side*0.4, py+l*1.5), k, 0.4)
	}
}

func (a *animal) drawHead(c *paint.Canvas) {
	if a.ruff > 0 {
		a.drawRuff(c)
	}
	if long := a.fur; a.face > 0 {
		a.fur = min(long, a.face)
		defer func() { a.fur = long }()
	}
	hanging := a.ear >= drop
	for _, side := range sides {
		if !hanging {
			a.drawEar(c, side)
		}
	}
	w, j, up := a.wide, a.jaw, 0.97+a.dome
	low := 0.92 + 0.06*a.flews
	outline := paint.Mirror(0, -up, 0.6*w, -0.8*up, 0.97*w, -0.12, (0.86+0.18*a.cheeks)*w*j,
		0.46+0.08*a.cheeks, 0.48*j, 0.85, 0, low)
	fur := a.fur * (0.55 + 0.3*a.cheeks)
	c.Within(outline.Furry(a.Rand, fur, a.step(c, fur), 0, 0.4), func() {
		dx, dy := a.turned(0, 0, 0.8)
		c.At(paint.Move(dx, dy), func() {
			k := 1.0
			if a.faceless {
				k = 0
			}
			c.Flood(a.ink(k))
		})
		c.At(paint.Move(dx, dy).Mul(paint.Scale(1-0.2*math.Abs(a.yaw), 1)),
			func() { a.markFace(c) })
		a.light(c, 0, 0, 1.05*w, 1.08)
		a.creases(c)
	})
	a.drawMuzzle(c)
	for _, side := range sides {
		a.drawEye(c, side)
	}
	if a.fringe > 0 {
		a.drawFringe(c)
	}
	for _, side := range sides {
		if hanging {
			a.drawEar(c, side)
		}
	}
	if a.ribbon != nil {
		a.drawBow(c, *a.ribbon)
	}
}

var sides = [2]float64{-1, 1}

func (a *animal) drawEye(c *paint.Canvas, side float64) {
	x, y := a.turned(side*a.eyeApart, -0.03, 0.85)
	e := a.eyeShape
	e.Iris, e.Rim = a.eye, a.rim
	if k := a.around(); k.Luma() < 0.25 { // or the eyes of black animals are lost
		e.Rim = k.Lighter(0.2)
	}
	e.Lid, e.LidFur = a.lid, a.around().Darker(0.15)
	size := a.eyeSize * (1 + 0.12*side*-a.yaw)
	if !a.cat { // the brow's bone lies over a dog's eye
		c.Shadow(x, y-size*0.5, size*1.7, size*1.5, 0.22)
	}
	c.Eye(e, x, y, size, side, a.gaze, a.sun)
}

func (a *animal) around() paint.RGB {
	switch {
	case a.mask != nil && a.maskSize > 0.9:
		return *a.mask
	case a.cap != nil:
		return *a.cap
	}
	return a.base
}

func (a *animal) creases(c *paint.Canvas) {
	if a.wrinkle <= 0 || a.fur > 0.1 {
		return
	}
	k := a.around().Darker(0.55)
	x, y := a.turned(0, 0, 0.85)
	c.At(paint.Move(x, y), func() {
		for i := range 3 {
			v := -0.3 - 0.17*float64(i)
			u := 0.34 + 0.05*float64(i)
			for _, s := range sides {
				c.FillSoft(paint.Stroke(0.03, 0.03, s*u, v, s*u*0.7, v-0.08, s*(0.1+a.blaze*0.5),
					v-0.04), k, 0.5*a.wrinkle)
			}
		}
		for _, s := range sides {
			c.FillSoft(paint.Stroke(0.03, 0.04, s*0.16, -0.25, s*0.13, 0.02), k, 0.45*a.wrinkle)
			c.FillSoft(paint.Stroke(0.04, 0.03, s*(a.eyeApart-0.1), 0.28, s*(a.eyeApart+0.18), 0.3,
				s*(a.eyeApart+0.28), 0.16), k, 0.4*a.wrinkle)
		}
	})
}

func (a *animal) drawRuff(c *paint.Canvas) {
	k := or(a.mane, a.base)
	r := 1.0 + 0.34*a.ruff
	x, y := 0.12*a.yaw, 0.3+0.05*a.ruff
	tuft := a.fur * 0.95
	c.Within(paint.Ellipse(x, y, r*a.wide, r).Furry(a.Rand, tuft, a.step(c, tuft), 0, 0.5), func() {
		c.Flood(paint.Coat(k, k.Mix(a.mark, 0.6), a.field.Times(0.6)))
		if a.bib != nil {
			c.Glow(paint.Disc(0, 1.2, 0.7, 0.8, 0), *a.bib, 0.95, 0.5)
		}
		c.Light(x, y, r, r*1.05, a.sun, 0.14+a.fur, a.finer)
		c.Strands(a.Rand, 130, paint.Disc(x, y+0.2, r*1.15, r*1.15, 0), 2.6*a.fur, 0.5, k)
		c.Shadow(0, 0.75, 1.05, 0.6, 0.35)
	})
}

func (a *animal) drawFringe(c *paint.Canvas) {
	x, y := a.turned(0, -0.3, 0.6)
	k := or(a.mane, a.base)
	long := 0.3 + 0.22*a.fringe
	for i := range 26 {
		u := (float64(i)/25-0.5)*2 + a.Around(0.1)
		px, py := x+u*0.62*a.wide, y-0.42+0.18*u*u+a.Around(0.08)
		l := long * a.Range(0.65, 1.1)
		if math.Abs(u) < 0.35 {
			l *= 0.8
		}
		out := u*0.34 + a.Around(0.12)
		c.FillSoft(paint.Stroke(0.12, 0.02, px, py, px+out*0.5, py+l*0.5, px+out*0.8, py+l),
			k.Times(a.Range(0.8, 1.15)), 0.8)
	}
}
