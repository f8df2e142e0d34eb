package plots

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
)

// opaque copies an image onto white, its upper left corner at (0,0).
func opaque(img image.Image) (*image.RGBA, error) {
	if img == nil || img.Bounds().Empty() {
		return nil, fmt.Errorf("no picture (nil or empty); wanted an image of one pixel at least")
	}
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, b.Min, draw.Over)
	return out, nil
}

// limit makes an image smaller if it is larger than w×h, so that a document
// does not carry pixels that nobody sees.
func limit(img *image.RGBA, w, h float64) *image.RGBA {
	b := img.Bounds()
	factor := math.Max(w/float64(b.Dx()), h/float64(b.Dy()))
	if factor >= 1 {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(b.Dx())*factor)), max(1, int(float64(b.Dy())*factor))))
	xdraw.CatmullRom.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}

// inside gives the largest frame of the picture's proportions within f, centred, at its lower edge.
func inside(f frame, img *image.RGBA) frame {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	scale := math.Min(f.w/w, f.h/h)
	w, h = w*scale, h*scale
	return frame{f.x + (f.w-w)/2, f.y + (f.h-h)/2, w, h}
}

// overlay draws the heat map over a picture: magma, bilinear between the values, stretched over the whole.
func (h Heat) overlay(img *image.RGBA) error {
	if h.W < 1 || h.H < 1 || len(h.Values) != h.W*h.H {
		return fmt.Errorf("a heat map of %d by %d has %d values; wanted %d", h.W, h.H, len(h.Values), h.W*h.H)
	}
	alpha := h.Alpha
	if alpha == 0 {
		alpha = 0.6
	}
	lo, hi := extent(h.Values)
	if !(hi > lo) {
		hi = lo + 1
	}
	at := func(x, y int) float64 {
		v := h.Values[min(max(y, 0), h.H-1)*h.W+min(max(x, 0), h.W-1)]
		if math.IsNaN(v) {
			return 0
		}
		return (v - lo) / (hi - lo)
	}
	var shades [256]color.NRGBA
	for i := range shades {
		shades[i] = magma.at(float64(i) / 255)
	}
	w, height := img.Rect.Dx(), img.Rect.Dy()
	for y := range height {
		fy := (float64(y)+0.5)/float64(height)*float64(h.H) - 0.5
		y0 := int(math.Floor(fy))
		for x := range w {
			fx := (float64(x)+0.5)/float64(w)*float64(h.W) - 0.5
			x0 := int(math.Floor(fx))
			dx, dy := fx-float64(x0), fy-float64(y0)
			v := (1-dy)*((1-dx)*at(x0, y0)+dx*at(x0+1, y0)) + dy*((1-dx)*at(x0, y0+1)+dx*at(x0+1, y0+1))
			c := shades[min(max(int(v*255+0.5), 0), 255)]
			p := img.Pix[img.PixOffset(x, y):]
			for i, shade := range [3]uint8{c.R, c.G, c.B} {
				p[i] = uint8((1-alpha)*float64(p[i]) + alpha*float64(shade) + 0.5)
			}
		}
	}
	return nil
}

// extent gives the least and the largest finite value, or (Inf, -Inf) if there is none.
func extent(values []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	return lo, hi
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
