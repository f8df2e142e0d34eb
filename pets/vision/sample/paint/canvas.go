package paint

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// Canvas is an image that is drawn on.
type Canvas struct {
	W, H   int
	Pix    []uint8 // 4 bytes a pixel, as image.RGBA's
	m      Affine
	clip   *mask // nil: everywhere
	raster vector.Rasterizer
	spare  []*mask
	line   Path // scratch: vertices in pixels
}

type mask struct {
	box image.Rectangle
	a   image.Alpha
}

// NewCanvas returns a white canvas; a unit is a pixel.
func NewCanvas(w, h int) *Canvas {
	c := &Canvas{W: w, H: h, Pix: make([]uint8, 4*w*h), m: identity}
	for i := range c.Pix {
		c.Pix[i] = 255
	}
	return c
}

// Image shares the canvas's memory.
func (c *Canvas) Image() *image.RGBA {
	return &image.RGBA{Pix: c.Pix, Stride: 4 * c.W, Rect: image.Rect(0, 0, c.W, c.H)}
}

// At runs f with m applied before the present transform.
func (c *Canvas) At(m Affine, f func()) {
	old := c.m
	c.m = c.m.Mul(m)
	f()
	c.m = old
}

func (c *Canvas) Unit() float64 { return c.m.size() }

// Within runs f with everything outside the path protected.
func (c *Canvas) Within(p Path, f func()) {
	m := c.cover(p)
	if m == nil {
		return
	}
	old := c.clip
	c.clip = m
	f()
	c.clip = old
	c.spare = append(c.spare, m)
}

func (c *Canvas) Fill(p Path, colour RGB) { c.FillSoft(p, colour, 1) }

// FillSoft paints a shape with some opacity.
func (c *Canvas) FillSoft(p Path, colour RGB, alpha float64) {
	m := c.cover(p)
	if m == nil {
		return
	}
	r, g, b := int(clampByte(colour.R)), int(clampByte(colour.G)), int(clampByte(colour.B))
	k := int(math.Round(alpha * 256))
	for y := m.box.Min.Y; y < m.box.Max.Y; y++ {
		row := m.row(y)
		pix := c.Pix[4*(y*c.W+m.box.Min.X):]
		for i, a := range row {
			if a != 0 {
				blend(pix[4*i:4*i+3:4*i+3], r, g, b, int(a)*k>>8)
			}
		}
	}
	c.spare = append(c.spare, m)
}

func blend(p []uint8, r, g, b, a int) {
	a += a >> 7 // 255 covers everything
	p[0] = uint8(int(p[0]) + ((r-int(p[0]))*a+128)>>8)
	p[1] = uint8(int(p[1]) + ((g-int(p[1]))*a+128)>>8)
	p[2] = uint8(int(p[2]) + ((b-int(p[2]))*a+128)>>8)
}

// Ink returns a colour for every point, in the units of where it is used.
type Ink func(x, y float64) RGB

// Flood paints the whole clip (or canvas) with an ink.
func (c *Canvas) Flood(ink Ink) {
	c.each(c.region(), func(p []uint8, x, y float64, a int) {
		k := ink(x, y)
		blend(p, int(clampByte(k.R)), int(clampByte(k.G)), int(clampByte(k.B)), a)
	})
}

func (c *Canvas) Paint(p Path, ink Ink) { c.Within(p, func() { c.Flood(ink) }) }

func (c *Canvas) region() image.Rectangle {
	if c.clip != nil {
		return c.clip.box
	}
	return image.Rect(0, 0, c.W, c.H)
}

// each visits the pixels of a rectangle inside the clip, with their place and coverage.
func (c *Canvas) each(box image.Rectangle, f func(p []uint8, x, y float64, a int)) {
	box = box.Intersect(c.region())
	inv := c.m.inverse()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		var row []uint8
		if c.clip != nil {
			row = c.clip.row(y)[box.Min.X-c.clip.box.Min.X:]
		}
		py := float64(y) + 0.5
		ux, uy := float64(inv[1]*py)+inv[2], float64(inv[4]*py)+inv[5]
		for x := box.Min.X; x < box.Max.X; x++ {
			a := 255
			if row != nil {
				if a = int(row[x-box.Min.X]); a == 0 {
					continue
				}
			}
			px := float64(x) + 0.5
			i := 4 * (y*c.W + x)
			f(c.Pix[i:i+3:i+3], ux+float64(inv[0]*px), uy+float64(inv[3]*px), a)
		}
	}
}

func (m *mask) row(y int) []uint8 {
	return m.a.Pix[(y-m.box.Min.Y)*m.a.Stride:][:m.box.Dx()]
}

func (c *Canvas) cover(p Path) *mask {
	c.line = c.line[:0]
	lo, hi := Pt{math.Inf(1), math.Inf(1)}, Pt{math.Inf(-1), math.Inf(-1)}
	for _, q := range p {
		q = c.m.Apply(q)
		q.X, q.Y = math.Round(q.X*64)/64, math.Round(q.Y*64)/64
		lo.X, lo.Y, hi.X, hi.Y = min(lo.X, q.X), min(lo.Y, q.Y), max(hi.X, q.X), max(hi.Y, q.Y)
		c.line = append(c.line, q)
	}
	box := c.box(lo, hi).Intersect(c.region())
	if box.Empty() {
		return nil
	}
	z := &c.raster
	z.Reset(box.Dx(), box.Dy())
	ox, oy := float64(box.Min.X), float64(box.Min.Y)
	for i, q := range c.line {
		// the rasteriser's integers hold some thousand pixels
		x, y := float32(min(max(q.X-ox, -2048), 4096)), float32(min(max(q.Y-oy, -2048), 4096))
		if i == 0 {
			z.MoveTo(x, y)
		} else {
			z.LineTo(x, y)
		}
	}
	z.ClosePath()
	m := c.take(box)
	z.Draw(&m.a, m.a.Rect, image.Opaque, image.Point{})
	if c.clip != nil {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			outer := c.clip.row(y)[box.Min.X-c.clip.box.Min.X:]
			for i, a := range m.row(y) {
				if o := outer[i]; o != 255 {
					m.row(y)[i] = uint8(int(a) * int(o) / 255)
				}
			}
		}
	}
	return m
}

func (c *Canvas) box(lo, hi Pt) image.Rectangle {
	clamp := func(v float64, n int) int { return int(min(max(v, -1), float64(n)+1)) }
	return image.Rect(clamp(math.Floor(lo.X), c.W), clamp(math.Floor(lo.Y), c.H),
		clamp(math.Ceil(hi.X), c.W), clamp(math.Ceil(hi.Y), c.H))
}

func (c *Canvas) take(box image.Rectangle) *mask {
	m := &mask{}
	if n := len(c.spare); n > 0 {
		m, c.spare = c.spare[n-1], c.spare[:n-1]
	}
	n := box.Dx() * box.Dy()
	if cap(m.a.Pix) < n {
		m.a.Pix = make([]uint8, n)
	}
	m.box = box
	m.a.Pix = m.a.Pix[:n]
	clear(m.a.Pix)
	m.a.Stride, m.a.Rect = box.Dx(), image.Rect(0, 0, box.Dx(), box.Dy())
	return m
}
