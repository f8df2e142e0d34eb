package paint

import "math"

// Field is how much (0 to 1) of a marking a point has.
type Field func(x, y float64) float64

func Plain(x, y float64) float64 { return 0 }

// Coat is an ink of two colours: base, and mark as the field says.
func Coat(base, mark RGB, f Field) Ink {
	return func(x, y float64) RGB { return base.Mix(mark, f(x, y)) }
}

// Stripes are wavy bands across the x axis, freq a unit; a fraction of them is dark.
func Stripes(freq, fraction, seed float64) Field {
	return func(x, y float64) float64 {
		w := Noise(float64(x*2.3)+seed, float64(y*2.3)+seed) +
			float64(0.4*Noise(float64(x*7)+seed, float64(y*7)))
		v := float64(x*freq) + float64(w*1.1)
		v -= math.Floor(v)
		v = math.Abs(v-0.5) * 2 // 0 in a band's middle
		edge := 0.16
		return 1 - ramp(v, fraction*1.15-edge, fraction*1.15+edge)
	}
}

// cell returns the distance of the nearest centre of a jittered grid, and the centre's own number.
func cell(x, y, seed float64) (dist, own float64) {
	ix, iy := math.Floor(x), math.Floor(y)
	dist = 9.0
	for dy := -1.0; dy <= 1; dy++ {
		for dx := -1.0; dx <= 1; dx++ {
			gx, gy := ix+dx, iy+dy
			h := whiteNoise(gx+seed, gy)
			px, py := gx+0.2+float64(0.6*h)-x, gy+0.2+float64(0.6*whiteNoise(gy+57, gx+seed))-y
			if d := float64(px*px) + float64(py*py); d < dist {
				dist, own = d, h
			}
		}
	}
	return math.Sqrt(dist), own
}

// Spots are round marks, freq a unit, of a radius in parts of their spacing.
func Spots(freq, radius, seed float64) Field {
	seed = math.Floor(seed)
	return func(x, y float64) float64 {
		d, own := cell(x*freq, y*freq, seed)
		r := radius * float64(0.6+float64(0.7*own))
		return 1 - ramp(d, r-0.09, r+0.09)
	}
}

// Rosettes are rings with a gap; where a ring is darkest the field goes a little beyond 1.
func Rosettes(freq, radius, seed float64) Field {
	seed = math.Floor(seed)
	return func(x, y float64) float64 {
		d, own := cell(x*freq, y*freq, seed)
		d += 0.22 * float64(Noise(float64(x*freq*2.7)+seed, y*freq*2.7)-0.5)
		r := radius * float64(0.75+float64(0.5*own))
		ring := math.Abs(d-r) / r
		return (1 - ramp(ring, 0.22, 0.5)) + float64(0.3*(1-ramp(d, r-0.08, r)))
	}
}

// Patches are big blotches covering a fraction of the coat.
func Patches(freq, fraction, seed float64) Field {
	return func(x, y float64) float64 {
		v := float64(0.75*Noise(float64(x*freq)+seed, float64(y*freq)+seed)) +
			float64(0.25*Noise(float64(x*freq*3)+seed, y*freq*3))
		return 1 - ramp(v, fraction-0.03, fraction+0.03)
	}
}

// Speckles are fine ticking, freq a unit, strength 0 to 1.
func Speckles(freq, strength, seed float64) Field {
	return func(x, y float64) float64 {
		return strength * ramp(Noise(float64(x*freq)+seed, float64(y*freq)), 0.45, 0.8)
	}
}

// Turned rotates a field.
func (f Field) Turned(angle float64) Field {
	s, c := math.Sincos(angle)
	return func(x, y float64) float64 {
		return f(float64(x*c)+float64(y*s), float64(y*c)-float64(x*s))
	}
}

func (f Field) Times(k float64) Field {
	return func(x, y float64) float64 { return k * f(x, y) }
}

func (f Field) Plus(g Field) Field {
	return func(x, y float64) float64 { return max(f(x, y), g(x, y)) }
}
