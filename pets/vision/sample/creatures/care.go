package creatures

import "gopets/pets/vision/sample/paint"

// What an owner does differs from image to image, so that a network learns to ignore it.

func (b beast) groomed(r paint.Rand) beast {
	if !b.owned {
		return b
	}
	if r.Chance(0.18) {
		k := r.Range(0.2, 0.7)
		b.fur, b.ruff, b.tufts, b.beardLong, b.locks = b.fur*k, b.ruff*k, b.tufts*k, b.beardLong*k,
			b.locks*k
	}
	if r.Chance(0.12) {
		seed := r.Range(0, 90)
		pattern := []paint.Field{paint.Plain, paint.Patches(r.Range(1.5, 4), 0.4, seed),
			paint.Spots(r.Range(2, 4), 0.35, seed),
			paint.Field(paint.Stripes(r.Range(1.2, 3), r.Range(0.3, 0.6), seed)).Turned(r.Range(0,
				3))}
		b.wool = paint.Coat(cloth(r), cloth(r), pattern[r.IntN(len(pattern))])
	}
	return b
}

func cloth(r paint.Rand) paint.RGB {
	return paint.RGB{R: r.Range(30, 235), G: r.Range(30, 235), B: r.Range(30, 235)}
}

func (b beast) drawWool(c *paint.Canvas, p pose, outline paint.Path) {
	if b.wool == nil {
		return
	}
	c.Within(outline, func() {
		c.Flood(b.wool)
		c.Light(0, 1, 1.3, 1.3, p.sun, 0.12, 8)
	})
}
