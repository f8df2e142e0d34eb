package paint

// RGB is a colour, 0 to 255 a channel.
type RGB struct{ R, G, B float64 }

func Hex(v uint32) RGB {
	return RGB{float64(v >> 16 & 255), float64(v >> 8 & 255),
		float64(v & 255)}
}

// Mix returns c for t = 0, d for t = 1.
func (c RGB) Mix(d RGB, t float64) RGB {
	return RGB{c.R + float64((d.R-c.R)*t), c.G + float64((d.G-c.G)*t), c.B + float64((d.B-c.B)*t)}
}

func (c RGB) Times(f float64) RGB { return RGB{c.R * f, c.G * f, c.B * f} }

// Lighter mixes with white, Darker with a warm black.
func (c RGB) Lighter(t float64) RGB { return c.Mix(RGB{255, 255, 255}, t) }
func (c RGB) Darker(t float64) RGB  { return c.Mix(RGB{18, 13, 12}, t) }

func (c RGB) Luma() float64 {
	return (float64(0.3*c.R) + float64(0.59*c.G) +
		float64(0.11*c.B)) / 255
}

// Vary shifts a colour's brightness and, less, its hue.
func (c RGB) Vary(r Rand, spread float64) RGB {
	f := 1 + r.Around(spread)
	return RGB{c.R * (f + r.Around(spread/4)), c.G * f, c.B * (f + r.Around(spread/4))}
}

func clampByte(v float64) uint8 {
	if v <= 0 {
		return 0
	}
	if v >= 255 {
		return 255
	}
	return uint8(v + 0.5)
}
