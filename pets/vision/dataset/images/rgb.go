package images

import (
	"image"
	"image/color"
)

// RGB is a decoded image: 3 bytes a pixel, row by row. Those of a [Cache] are read-only.
type RGB struct {
	W, H int
	Pix  []uint8 // 3·W·H values

	FullW, FullH int // size of the file's image if this one is reduced; else 0
}

// New returns a black image.
func New(w, h int) *RGB { return &RGB{W: w, H: h, Pix: make([]uint8, 3*w*h)} }

// Full returns the size before any reduction.
func (p *RGB) Full() (w, h int) {
	if p.FullW > 0 && p.FullH > 0 {
		return p.FullW, p.FullH
	}
	return p.W, p.H
}

// Image returns p as an image.Image that shares its pixels.
func (p *RGB) Image() image.Image { return rgbImage{p} }

type rgbImage struct{ p *RGB }

func (m rgbImage) ColorModel() color.Model { return color.RGBAModel }
func (m rgbImage) Bounds() image.Rectangle { return image.Rect(0, 0, m.p.W, m.p.H) }
func (m rgbImage) Opaque() bool            { return true }
func (m rgbImage) At(x, y int) color.Color { return m.RGBAAt(x, y) }

func (m rgbImage) RGBAAt(x, y int) color.RGBA {
	if x < 0 || y < 0 || x >= m.p.W || y >= m.p.H {
		return color.RGBA{}
	}
	i := 3 * (y*m.p.W + x)
	return color.RGBA{R: m.p.Pix[i], G: m.p.Pix[i+1], B: m.p.Pix[i+2], A: 255}
}

func (m rgbImage) RGBA64At(x, y int) color.RGBA64 {
	r, g, b, a := m.RGBAAt(x, y).RGBA()
	return color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: uint16(a)}
}

func (p *RGB) place(q *RGB, x, y int) {
	for i := range q.H {
		copy(p.Pix[3*((y+i)*p.W+x):], q.Pix[3*i*q.W:3*(i+1)*q.W])
	}
}
