package paint

// Oval is where something round lies: its middle, its radii, and how far it is turned (radians,
// clockwise).
type Oval struct{ X, Y, RX, RY, Angle float64 }

// Disc returns the oval around (x, y).
func Disc(x, y, rx, ry, angle float64) Oval {
	return Oval{X: x, Y: y, RX: rx, RY: ry,
		Angle: angle}
}
