package images

import "math"

// ResizedTo returns a w×h image's size when it just covers tw×th; halves round to even (fastai
// §4.2a).
func ResizedTo(w, h, tw, th int) (rw, rh int) {
	ratio := min(float64(h)/float64(th), float64(w)/float64(tw))
	return max(1, int(math.RoundToEven(float64(w)/ratio))),
		max(1, int(math.RoundToEven(float64(h)/ratio)))
}

// Reduction returns how fastai averages a w×h image before resizing it to rw×rh (§4.2e): the
// factor, which matters above 1, and the size after averaging.
func Reduction(w, h, rw, rh int) (factor float64, aw, ah int) {
	d := min(float64(h)/float64(rh), float64(w)/float64(rw)) / 2
	return d, max(1, int(float64(w)*(1/d))), max(1, int(float64(h)*(1/d)))
}

// Area averages an image to w×h over torch's windows, floor(i·H/h) to ceil((i+1)·H/h): 3 values a
// pixel in [0,255], in buf if it is large enough.
func (p *RGB) Area(w, h int, buf []float32) []float32 {
	out := buf
	if cap(out) < 3*w*h {
		out = make([]float32, 3*w*h)
	}
	out = out[:3*w*h]
	sums := make([]uint32, 3*p.W) // of the columns, over the rows of a window
	for i := range h {
		top, bottom := i*p.H/h, ((i+1)*p.H+h-1)/h
		clear(sums)
		for y := top; y < bottom; y++ {
			for x, v := range p.Pix[3*y*p.W : 3*(y+1)*p.W] {
				sums[x] += uint32(v)
			}
		}
		row := out[3*i*w : 3*(i+1)*w]
		for j := range w {
			left, right := j*p.W/w, ((j+1)*p.W+w-1)/w
			var r, g, b uint64
			for x := left; x < right; x++ {
				r, g, b = r+uint64(sums[3*x]), g+uint64(sums[3*x+1]), b+uint64(sums[3*x+2])
			}
			n := float64((right - left) * (bottom - top))
			row[3*j], row[3*j+1], row[3*j+2] = float32(float64(r)/n), float32(float64(g)/n),
				float32(float64(b)/n)
		}
	}
	return out
}

// Reduced returns the image averaged to w×h and rounded.
func (p *RGB) Reduced(w, h int) *RGB {
	small := New(w, h)
	small.FullW, small.FullH = p.Full()
	for i, v := range p.Area(w, h, nil) {
		small.Pix[i] = uint8(v + 0.5)
	}
	return small
}
