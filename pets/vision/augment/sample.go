package augment

import "math"

// sample fills dst from a w×h source: bilinear, reflected (fastai §4.2e). t maps to its pixels.
func sample[T uint8 | float32](dst []float32, pix []T, w, h int, t matrix, rows, cols []float64) {
	maxU, maxV := float64(w-1), float64(h-1)
	stride := 3 * w
	flat := t[6] == 0 && t[7] == 0
	for i, y := range rows {
		out := dst[3*i*len(cols) : 3*(i+1)*len(cols)]
		u0, v0, q0 := t[1]*y+t[2], t[4]*y+t[5], t[7]*y+t[8]
		for j, x := range cols {
			u, v := t[0]*x+u0, t[3]*x+v0
			if !flat {
				q := 1 / (t[6]*x + q0)
				u, v = u*q, v*q
			}
			if !(u >= 0 && u <= maxU) {
				u = reflect(u, maxU)
			}
			if !(v >= 0 && v <= maxV) {
				v = reflect(v, maxV)
			}
			iu, iv := int(u), int(v)
			fu, fv := float32(u-float64(iu)), float32(v-float64(iv))
			at, right, below := iv*stride+3*iu, 3, stride
			if iu == w-1 { // the neighbour beyond the border has weight 0
				right = 0
			}
			if iv == h-1 {
				below = 0
			}
			a, b := pix[at:at+3:at+3], pix[at+right:at+right+3:at+right+3]
			at += below
			c, d := pix[at:at+3:at+3], pix[at+right:at+right+3:at+right+3]
			o := out[3*j : 3*j+3 : 3*j+3]
			for k := range 3 {
				top := float32(a[k]) + fu*(float32(b[k])-float32(a[k]))
				bottom := float32(c[k]) + fu*(float32(d[k])-float32(c[k]))
				o[k] = (top + fv*(bottom-top)) * (1.0 / 255)
			}
		}
	}
}

// reflect brings a coordinate into 0…limit by reflection about both ends.
func reflect(u, limit float64) float64 {
	period := 2 * limit
	u = math.Abs(u)
	u -= math.Floor(u/period) * period
	if u > limit {
		u = period - u
	}
	if !(u >= 0 && u <= limit) { // a side of one pixel, or a point at the horizon
		return 0
	}
	return u
}
