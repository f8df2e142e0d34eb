package augment

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

// Apply writes what the network sees of an image into dst: s.H×s.W pixels of 3 values in [0,1], not
// normalised (fastai §4.2). It is safe for concurrent use.
func (c Config) Apply(dst []float32, src *images.RGB, s spec.Size, p Params) error {
	if err := c.fits(src, s); err != nil {
		return err
	}
	if want := s.H * s.W * 3; len(dst) != want {
		return fmt.Errorf("transforms: %d values to write for size %v: want %d", len(dst), s, want)
	}
	w := work.Get().(*scratch)
	defer work.Put(w)
	fullW, fullH := src.Full()
	if err := c.look(&w.view, fullW, fullH, s, p); err != nil {
		return err
	}
	w.rows, w.cols = points(w.rows, w.view.rows, w.view.h, false),
		points(w.cols, w.view.cols, w.view.w, p.Flip)
	if v := &w.view; v.aw > 0 && (src.W > v.aw || src.H > v.ah) {
		w.area = src.Area(min(v.aw, src.W), min(v.ah, src.H), w.area)
		aw, ah := min(v.aw, src.W), min(v.ah, src.H)
		sample(dst, w.area, aw, ah, v.pixels(aw, ah), w.rows, w.cols)
	} else {
		sample(dst, src.Pix, src.W, src.H, v.pixels(src.W, src.H), w.rows, w.cols)
	}
	if w.light.set(p.Brightness, p.Contrast) {
		w.light.apply(dst)
	}
	for _, hole := range p.Holes {
		hole.cut(dst, &w.view)
	}
	return nil
}

// Image returns values of [Config.Apply] as bytes: times 255, cut, as in fastai.
func Image(values []float32, s spec.Size) *images.RGB {
	img := images.New(s.W, s.H)
	for i, v := range values {
		img.Pix[i] = uint8(min(255, max(0, v*255)))
	}
	return img
}

func (c Config) fits(src *images.RGB, s spec.Size) error {
	switch {
	case src == nil:
		return errors.New("transforms: there is no image")
	case src.W <= 0 || src.H <= 0 || len(src.Pix) != 3*src.W*src.H:
		return fmt.Errorf("transforms: the image says %d×%d pixels and has %d values: want 3 for "+
			"each pixel", src.W, src.H, len(src.Pix))
	case s.H <= 0 || s.W <= 0:
		return fmt.Errorf("transforms: the size is %v: want at least 1×1, for instance 224×224", s)
	}
	return nil
}

type scratch struct {
	view       view
	rows, cols []float64
	area       []float32
	light      light
}

var work = sync.Pool{New: func() any { return new(scratch) }}

// points maps indices of the mirrored image, n on the side, to the unmirrored one.
func points(into []float64, indices []int, n int, flip bool) []float64 {
	into = into[:0]
	for _, i := range indices {
		if flip {
			i = n - 1 - i
		}
		into = append(into, float64(i))
	}
	return into
}

func (o Hole) span(n int, pct float64) (from, to float64) {
	middle := float64(min(int(pct*float64(n)), n-1))
	half := float64(o.Length) / 2
	return math.Trunc(max(0, middle-half)), math.Trunc(min(float64(n), middle+half))
}

func (o Hole) cut(dst []float32, v *view) {
	top, bottom := o.span(v.h, o.Row)
	left, right := o.span(v.w, o.Col)
	for y, row := range v.rows {
		if float64(row) < top || float64(row) >= bottom {
			continue
		}
		for x, col := range v.cols {
			if float64(col) >= left && float64(col) < right {
				clear(dst[3*(y*len(v.cols)+x):][:3])
			}
		}
	}
}
