package plots

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
)

func opaque(img image.Image) (*image.RGBA, error) {
	if img == nil || img.Bounds().Empty() {
		return nil, fmt.Errorf("no image (nil or empty); want an image of at least one pixel")
	}
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, b.Min, draw.Over)
	return out, nil
}

func limit(img *image.RGBA, w, h float64) *image.RGBA {
	b := img.Bounds()
	factor := math.Max(w/float64(b.Dx()), h/float64(b.Dy()))
	if factor >= 1 {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(b.Dx())*factor)),
		max(1, int(float64(b.Dy())*factor))))
	xdraw.CatmullRom.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}

// inside returns the largest frame of the image's aspect ratio within f, centred, at its lower
// edge.
func inside(f frame, img *image.RGBA) frame {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	scale := math.Min(f.w/w, f.h/h)
	w, h = w*scale, h*scale
	return frame{f.x + (f.w-w)/2, f.y + (f.h-h)/2, w, h}
}

func (h Heat) overlay(img *image.RGBA) error {
	if h.W < 1 || h.H < 1 || len(h.Values) != h.W*h.H {
		return fmt.Errorf("a heat map of %d by %d has %d values; want %d", h.W, h.H,
			len(h.Values), h.W*h.H)
	}
	alpha := h.Alpha
	if alpha == 0 {
		alpha = 0.6
	}
	if !(alpha >= 0 && alpha <= 1) {
		return fmt.Errorf("a heat map with alpha %g; want 0 (for 0.6) to 1", alpha)
	}
	lo, hi := extent(h.Values)
	small := image.NewGray(image.Rect(0, 0, h.W, h.H))
	for i, v := range h.Values {
		if share := (v - lo) / (hi - lo); share > 0 { // false for NaN too
			small.Pix[i] = uint8(255*math.Min(share, 1) + 0.5)
		}
	}
	heat := image.NewRGBA(img.Rect)
	xdraw.CatmullRom.Scale(heat, heat.Rect, small, small.Rect, draw.Src, nil)
	var shades [256]color.NRGBA
	for i := range shades {
		shades[i] = magma.at(float64(i) / 255)
	}
	blend := func(under, over uint8) uint8 {
		return uint8((1-alpha)*float64(under) +
			alpha*float64(over) + 0.5)
	}
	for i := 0; i < len(img.Pix); i += 4 {
		c := shades[heat.Pix[i]]
		img.Pix[i], img.Pix[i+1], img.Pix[i+2] = blend(img.Pix[i], c.R), blend(img.Pix[i+1], c.G),
			blend(img.Pix[i+2], c.B)
	}
	return nil
}

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
