package augment

import (
	"cmp"
	"math"
	"math/rand/v2"
)

// Params is everything random about one image; the zero value crops at the top left.
type Params struct {
	Warp [4]float64 // fastai's m0…m3 of symmetric_warp; zero: none
	// 0…7: 1 mirrors columns, 2 mirrors rows, 4 exchanges rows and columns
	Dihedral         int
	Degrees          float64 // counter-clockwise
	Zoom             float64 // magnification; 0: none
	ZoomRow, ZoomCol float64 // centre of the zoom, 0…1
	Brightness       float64 // 0…1, 0.5 is unchanged; 0: none
	Contrast         float64 // factor; 0: none
	Flip             bool    // mirror left and right
	Holes            []Hole  // of cutout
	CropRow, CropCol float64 // place of the crop, 0…1
}

// Hole is a black square; Row and Col are the place of its middle in the resized image, 0…1.
type Hole struct {
	Row, Col float64
	Length   int
}

// Valid returns the parameters of validation images: no transform, and the crop at the centre.
func (c Config) Valid() Params { return Params{CropRow: 0.5, CropCol: 0.5} }

// Draw draws from fastai's distributions (§4.1). It draws every value, so that the probability of
// one transform does not change another's values.
func (c Config) Draw(r *rand.Rand) Params {
	var p Params
	uniform := func(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
	affine, lighting := c.PAffine.Or(0.75), c.PLighting.Or(0.75)
	if c.MaxWarp > 0 {
		var m [4]float64
		for i := range m {
			m[i] = uniform(-c.MaxWarp, c.MaxWarp)
		}
		if r.Float64() < affine {
			p.Warp = m
		}
	}
	if c.Flip && c.FlipVert {
		p.Dihedral = r.IntN(8)
	}
	if c.MaxRotate > 0 {
		degrees := uniform(-c.MaxRotate, c.MaxRotate)
		if r.Float64() < affine {
			p.Degrees = degrees
		}
	}
	if c.MaxZoom > 1 {
		zoom, row, col := uniform(1, c.MaxZoom), r.Float64(), r.Float64()
		if r.Float64() < affine {
			p.Zoom, p.ZoomRow, p.ZoomCol = zoom, row, col
		}
	}
	if l := c.MaxLighting; l > 0 {
		change := uniform(0.5*(1-l), 0.5*(1+l))
		if r.Float64() < lighting {
			p.Brightness = change
		}
		scale := math.Exp(uniform(math.Log(1-l), -math.Log(1-l)))
		if r.Float64() < lighting {
			p.Contrast = scale
		}
	}
	if c.Flip && !c.FlipVert {
		p.Flip = r.Float64() < 0.5
	}
	for range c.Cutout {
		length := cmp.Or(c.CutoutLength, 40)
		p.Holes = append(p.Holes, Hole{Row: r.Float64(), Col: r.Float64(), Length: length})
	}
	p.CropRow, p.CropCol = r.Float64(), r.Float64()
	return p
}
