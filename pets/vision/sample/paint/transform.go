package paint

import "math"

// Affine maps (x, y) to (a·x + b·y + c, d·x + e·y + f).
type Affine [6]float64

var identity = Affine{1, 0, 0, 0, 1, 0}

func Move(x, y float64) Affine { return Affine{1, 0, x, 0, 1, y} }

// Scale stretches by sx and sy; a negative factor mirrors.
func Scale(sx, sy float64) Affine { return Affine{sx, 0, 0, 0, sy, 0} }

// Turn rotates by angle radians, clockwise on a canvas.
func Turn(angle float64) Affine {
	s, c := math.Sincos(angle)
	return Affine{c, -s, 0, s, c, 0}
}

// Mul returns the map that applies n, then m.
func (m Affine) Mul(n Affine) Affine {
	return Affine{
		float64(m[0]*n[0]) + float64(m[1]*n[3]), float64(m[0]*n[1]) + float64(m[1]*n[4]),
		float64(m[0]*n[2]) + float64(m[1]*n[5]) + m[2],
		float64(m[3]*n[0]) + float64(m[4]*n[3]), float64(m[3]*n[1]) + float64(m[4]*n[4]),
		float64(m[3]*n[2]) + float64(m[4]*n[5]) + m[5],
	}
}

func (m Affine) Apply(p Pt) Pt {
	return Pt{float64(m[0]*p.X) + float64(m[1]*p.Y) + m[2], float64(m[3]*p.X) + float64(m[4]*p.Y) +
		m[5]}
}

// inverse returns infinities for a scale of 0.
func (m Affine) inverse() Affine {
	det := float64(m[0]*m[4]) - float64(m[1]*m[3])
	a, b, d, e := m[4]/det, -m[1]/det, -m[3]/det, m[0]/det
	return Affine{a, b, -(float64(a*m[2]) + float64(b*m[5])), d, e,
		-(float64(d*m[2]) + float64(e*m[5]))}
}

func (m Affine) size() float64 {
	return math.Sqrt(math.Abs(float64(m[0]*m[4]) - float64(m[1]*m[3])))
}
