package paint

import "math"

const noiseSide = 256

// grain is white noise by integer hashing, equal on all machines.
var grain = func() (t [noiseSide * noiseSide]float64) {
	for i := range t {
		h := uint32(i)*0x9E3779B1 + 0x7F4A7C15
		h ^= h >> 15
		h *= 0x2C1B3C6D
		h ^= h >> 12
		h *= 0x297A2D39
		h ^= h >> 15
		t[i] = float64(h>>8) / (1 << 24)
	}
	return t
}()

func whiteNoise(x, y float64) float64 {
	return grain[(int(math.Floor(y))&(noiseSide-1))*noiseSide+int(math.Floor(x))&(noiseSide-1)]
}

// Noise is smooth noise, 0 to 1, with hills about a unit wide.
func Noise(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	tx, ty := x-fx, y-fy
	tx, ty = tx*tx*float64(3-float64(2*tx)), ty*ty*float64(3-float64(2*ty))
	x0, x1 := ix&(noiseSide-1), (ix+1)&(noiseSide-1)
	y0, y1 := (iy&(noiseSide-1))*noiseSide, ((iy+1)&(noiseSide-1))*noiseSide
	a := grain[y0+x0] + float64((grain[y0+x1]-grain[y0+x0])*tx)
	b := grain[y1+x0] + float64((grain[y1+x1]-grain[y1+x0])*tx)
	return a + float64((b-a)*ty)
}

func ramp(v, lo, hi float64) float64 {
	t := (v - lo) / (hi - lo)
	if t <= 0 {
		return 0
	}
	if t >= 1 {
		return 1
	}
	return t * t * float64(3-float64(2*t))
}
