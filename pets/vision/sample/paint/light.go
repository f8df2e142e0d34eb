package paint

import (
	"image"
	"math"
)

// Sun is the light of an image.
type Sun struct {
	X, Y     float64 // towards the light, length about 1; Y is negative when it comes from above
	Strength float64 // 0 flat to 1 hard
	Tint     RGB     // 255 is neutral
}

// Light shades the clip as a rounded body around (x, y), with fur (0: skin), grains a unit.
func (c *Canvas) Light(x, y, rx, ry float64, s Sun, fur, grains float64) {
	lx, ly := c.toUnits(s.X, s.Y)
	c.each(c.region(), func(p []uint8, px, py float64, a int) {
		u, v := (px-x)/rx, (py-y)/ry
		d := float64(u*u) + float64(v*v)
		k := 1 + float64(s.Strength*0.42*(float64(u*lx)+float64(v*ly))) - float64(
			s.Strength*0.30*ramp(d, 0.45, 1.5))
		if fur > 0 {
			k += fur * combed(px-x, py-y, u, v, grains)
		}
		f := int(k*256 + 0.5)
		shade(p, f, a)
	})
}

// combed is noise, long outwards from a body's middle and narrow across.
func combed(x, y, u, v, grains float64) float64 {
	around := float64(u) / (math.Abs(u) + math.Abs(v) + 0.15) // an angle without trigonometry
	along := float64(u*u) + float64(v*v)
	w := Noise(x*grains*0.35, y*grains*0.35)
	n := Noise(float64(around*grains*2.2)+float64(w*2.5), float64(along*grains*0.5)+float64(w*1.5))
	return float64(0.8*(n-0.5)) + float64(0.5*(w-0.5)) +
		float64(0.35*(whiteNoise(x*grains*5, y*grains*2.4)-0.5))
}

func shade(p []uint8, f, a int) {
	f = 256 + (f-256)*(a+a>>7)>>8
	for i := range 3 {
		p[i] = uint8(min(max(int(p[i])*f>>8, 0), 255))
	}
}

func (c *Canvas) toUnits(x, y float64) (float64, float64) {
	inv := c.m.inverse()
	u, v := float64(inv[0]*x)+float64(inv[1]*y), float64(inv[3]*x)+float64(inv[4]*y)
	n := math.Sqrt((float64(x*x) + float64(y*y)) / (float64(u*u) + float64(v*v) + 1e-12))
	return u * n, v * n
}

// Glow is a soft patch of colour: alpha in its middle; the larger hard, the later it fades.
func (c *Canvas) Glow(o Oval, colour RGB, alpha, hard float64) {
	if o.RX <= 0 || o.RY <= 0 {
		return
	}
	s, co := math.Sincos(o.Angle)
	r, g, b := int(clampByte(colour.R)), int(clampByte(colour.G)), int(clampByte(colour.B))
	c.each(c.bounds(o.X, o.Y, max(o.RX, o.RY)), func(p []uint8, px, py float64, a int) {
		dx, dy := px-o.X, py-o.Y
		u, v := (float64(dx*co)+float64(dy*s))/o.RX, (float64(dy*co)-float64(dx*s))/o.RY
		d := float64(u*u) + float64(v*v)
		if d >= 1 {
			return
		}
		k := 1 - ramp(d, hard*hard, 1)
		blend(p, r, g, b, int(float64(a)*alpha*k))
	})
}

// Shadow darkens softly, by a strength of 0 to 1.
func (c *Canvas) Shadow(x, y, rx, ry, strength float64) {
	c.each(c.bounds(x, y, max(rx, ry)), func(p []uint8, px, py float64, a int) {
		u, v := (px-x)/rx, (py-y)/ry
		if d := float64(u*u) + float64(v*v); d < 1 {
			shade(p, 256-int(strength*256*(1-ramp(d, 0, 1))), a)
		}
	})
}

func (c *Canvas) bounds(x, y, r float64) image.Rectangle {
	m := c.m
	p := m.Apply(Pt{x, y})
	ex, ey := float64((math.Abs(m[0])+math.Abs(m[1]))*r), float64((math.Abs(m[3])+math.Abs(m[4]))*r)
	return c.box(Pt{p.X - ex, p.Y - ey}, Pt{p.X + ex, p.Y + ey})
}

// Develop adds tint, exposure, contrast (1 is neutral) and noise (in 255ths), as a camera would.
func (c *Canvas) Develop(r Rand, s Sun, exposure, contrast, noise float64) {
	var curve [3][256]int
	for i, t := range [3]float64{s.Tint.R, s.Tint.G, s.Tint.B} {
		for v := range curve[i] {
			curve[i][v] = int((float64((float64(v)*exposure*t/255-118)*contrast) + 118) * 16)
		}
	}
	amp := int(noise * 16)
	seed := r.Uint32() | 1
	for i := 0; i < len(c.Pix); i += 4 {
		seed ^= seed << 13
		seed ^= seed >> 17
		seed ^= seed << 5
		grey := int(seed&255) + int(seed>>8&255) - 255 // triangular, ±255
		for k := range 3 {
			n := grey*3 + int(seed>>(10+5*k)&127)*2 - 127
			v := (curve[k][c.Pix[i+k]] + amp*n/512 + 8) >> 4
			c.Pix[i+k] = uint8(min(max(v, 0), 255))
		}
	}
}
