package augment

import (
	"errors"
	"math"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

type matrix [9]float64

var identity = matrix{0: 1, 4: 1, 8: 1}

func (m matrix) mul(n matrix) (p matrix) {
	for i := range 3 {
		for j := range 3 {
			p[3*i+j] = m[3*i]*n[j] + m[3*i+1]*n[3+j] + m[3*i+2]*n[6+j]
		}
	}
	return p
}

func (m matrix) at(x, y float64) (u, v float64) {
	q := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / q, (m[3]*x + m[4]*y + m[5]) / q
}

type view struct {
	w, h int // of the resized image
	// from its points to the source's, both in [−1,1] with corner pixels on the corners
	grid       matrix
	aw, ah     int   // average the source to this size first; 0: don't
	rows, cols []int // of the resized and mirrored image, for each row and column of the input
}

func (c Config) look(v *view, w, h int, s spec.Size, p Params) error {
	method := c.Resize
	if method == spec.Auto {
		method = spec.Crop
		if s.H != s.W {
			method = spec.Squish
		}
	}
	switch method {
	case spec.Squish:
		v.w, v.h = s.W, s.H
	case spec.Pad:
		ratio := max(float64(h)/float64(s.H), float64(w)/float64(s.W))
		v.w, v.h = max(1, int(math.RoundToEven(float64(w)/ratio))),
			max(1, int(math.RoundToEven(float64(h)/ratio)))
	default:
		v.w, v.h = images.ResizedTo(w, h, s.W, s.H)
	}
	var err error
	if v.grid, err = p.grid(v.w, v.h); err != nil {
		return err
	}
	v.aw, v.ah = 0, 0
	if d, aw, ah := images.Reduction(w, h, v.w, v.h); d > 1 && d > 2/v.span() {
		v.aw, v.ah = aw, ah
	}
	v.rows = place(v.rows, s.H, v.h, p.CropRow)
	v.cols = place(v.cols, s.W, v.w, p.CropCol)
	return nil
}

// grid is fastai's warp of the grid, then its affine transforms in one matrix (§4.2c, d).
func (p Params) grid(w, h int) (matrix, error) {
	m := identity
	if p.Dihedral != 0 {
		x, y := 1.0, 1.0
		if p.Dihedral&1 != 0 {
			x = -1
		}
		if p.Dihedral&2 != 0 {
			y = -1
		}
		if p.Dihedral&4 != 0 {
			m = m.mul(matrix{1: x, 3: y, 8: 1})
		} else {
			m = m.mul(matrix{0: x, 4: y, 8: 1})
		}
	}
	if p.Degrees != 0 {
		sin, cos := math.Sincos(p.Degrees * math.Pi / 180)
		m = m.mul(matrix{cos, -sin, 0, sin, cos, 0, 0, 0, 1})
	}
	if p.Zoom != 0 && p.Zoom != 1 {
		k := 1 - 1/p.Zoom
		m = m.mul(matrix{1 / p.Zoom, 0, k * (2*p.ZoomCol - 1), 0, 1 / p.Zoom, k * (2*p.ZoomRow - 1),
			0, 0, 1})
	}
	m[1] *= float64(h) / float64(w)
	m[3] *= float64(w) / float64(h)
	if p.Warp != [4]float64{} {
		warp, err := symmetricWarp(p.Warp)
		if err != nil {
			return m, err
		}
		m = m.mul(warp)
	}
	return m, nil
}

// symmetricWarp is the homography that takes the moved corners to the corners (§4.2c).
func symmetricWarp(m [4]float64) (matrix, error) {
	corners := [4][2]float64{{-1, -1}, {-1, 1}, {1, -1}, {1, 1}}
	moved := [4][2]float64{{-1 - m[3], -1 - m[1]}, {-1 - m[2], 1 + m[1]}, {1 + m[3], -1 - m[0]},
		{1 + m[2], 1 + m[0]}}
	var a [8][9]float64 // the equations, with the right-hand side last
	for i, t := range moved {
		x, y, o := t[0], t[1], corners[i]
		a[2*i] = [9]float64{x, y, 1, 0, 0, 0, -o[0] * x, -o[0] * y, o[0]}
		a[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -o[1] * x, -o[1] * y, o[1]}
	}
	for k := range a { // Gauss-Jordan with partial pivoting
		best := k
		for i := k; i < len(a); i++ {
			if math.Abs(a[i][k]) > math.Abs(a[best][k]) {
				best = i
			}
		}
		a[k], a[best] = a[best], a[k]
		if math.Abs(a[k][k]) < 1e-9 {
			return matrix{},
				errors.New("transforms: the warp folds the image: its values must stay within ±0.5")
		}
		for i := range a {
			if i == k {
				continue
			}
			f := a[i][k] / a[k][k]
			for j := k; j < len(a[i]); j++ {
				a[i][j] -= f * a[k][j]
			}
		}
	}
	var c matrix
	for i := range a {
		c[i] = a[i][8] / a[i][i]
	}
	c[8] = 1
	return c, nil
}

func (v *view) span() float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range ends(v.w) {
		for _, y := range ends(v.h) {
			a, b := v.grid.at(x, y)
			lo, hi = min(lo, a, b), max(hi, a, b)
		}
	}
	return hi - lo
}

func ends(n int) [2]float64 {
	if n == 1 {
		return [2]float64{-1, -1}
	}
	return [2]float64{-1, 1}
}

// pixels returns the matrix from the resized image's pixels to those of a w×h source.
func (v *view) pixels(w, h int) matrix {
	step := func(n int) float64 { return 2 / float64(max(1, n-1)) }
	from := matrix{step(v.w), 0, -1, 0, step(v.h), -1, 0, 0, 1}
	x, y := float64(w-1)/2, float64(h-1)/2
	return matrix{x, 0, x, 0, y, y, 0, 0, 1}.mul(v.grid).mul(from)
}

// place returns the source's index for each place of the input, cropped or padded (§4.2h).
func place(into []int, size, n int, pct float64) []int {
	into = into[:0]
	from := first(size, n, pct)
	for i := range size {
		into = append(into, mirrored(from+i, n))
	}
	return into
}

func first(size, n int, pct float64) int {
	pad := max(0, (size-n+1)/2)
	if pct >= 1 {
		pct = 1 - 1e-7
	}
	return int(float64(n+2*pad-size+1)*pct) - pad
}

func mirrored(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i = ((i % period) + period) % period
	return min(i, period-i)
}
