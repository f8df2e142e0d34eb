package paint

// Oval has a middle, radii, and an angle in radians, clockwise.
type Oval struct{ X, Y, RX, RY, Angle float64 }

func Disc(x, y, rx, ry, angle float64) Oval {
	return Oval{X: x, Y: y, RX: rx, RY: ry,
		Angle: angle}
}
