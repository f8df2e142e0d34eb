package paint

func lawn(c *Canvas, r Rand, w float64, s *Scene) {
	horizon := r.Range(0.18, 0.5)
	c.Flood(Gradient(0, horizon, Hex(0x8fb6de).Vary(r, 0.15), Hex(0xdbe7ea)))
	bush := Hex(0x4f7a3a).Vary(r, 0.5)
	for range 9 {
		x, rad := r.Range(0, w), r.Range(0.1, 0.3)
		c.Paint(Ellipse(x, horizon-rad*r.Range(0, 0.7), rad, rad*0.8),
			rough(Gradient(horizon-1.3*rad, horizon, bush.Vary(r, 0.3).Lighter(0.18),
				bush.Darker(0.3)), 14, 0.4, r.Range(0, 99)))
	}
	grass := Hex(0x6f9c3c).Vary(r, 0.3)
	c.Paint(Polygon(0, horizon, w, horizon, w, 1.1, 0, 1.1),
		rough(Gradient(horizon, 1, grass.Lighter(0.22), grass.Darker(0.18)), 12, 0.35,
			r.Range(0, 99)))
	flower := r.Pick(Hex(0xf4e04d), Hex(0xf7f4f0), Hex(0xd76c9b))
	if r.Chance(0.4) {
		for range 14 {
			y := r.Range(horizon+0.03, 1)
			c.Fill(Ellipse(r.Range(0, w), y, 0.008+0.014*y, 0.006+0.011*y), flower)
		}
	}
	long, tall := r.Range(0.04, 0.09), r.Chance(0.4)
	s.front = func(c *Canvas) {
		n := 40
		if tall {
			n = 70
		}
		c.blades(r, n, w, s.Ground+0.07, 1.03, long, grass.Darker(0.1))
		if tall {
			c.blades(r, 16, w, 0.98, 1.1, long*2.6, grass.Darker(0.25))
		}
	}
}

var fabrics = []RGB{{0xa8, 0x4a, 0x42}, {0x4b, 0x68, 0x8f}, {0x7b, 0x8c, 0x6a}, {0xb9, 0x9a, 0x74},
	{0x6d, 0x5a, 0x7d}, {0x8d, 0x8d, 0x92}, {0xd8, 0xc6, 0xa4}, {0x3f, 0x6d, 0x6b},
	{0xc9, 0x86, 0x4a}, {0x54, 0x46, 0x40}}

func sofa(c *Canvas, r Rand, w float64, s *Scene) {
	tint := r.Pick(Hex(0xe6dfd2), Hex(0xcdd8dc), Hex(0xd9cdbd), Hex(0xc3c9b7),
		Hex(0xe8e4df)).Vary(r, 0.12)
	c.Flood(Gradient(0, 1, tint.Lighter(0.15), tint.Darker(0.15)))
	if r.Chance(0.5) {
		picture(c, r, r.Range(0.1, w-0.35), 0.04, 0.3, 0.22)
	}
	cloth := r.Pick(fabrics...).Vary(r, 0.2)
	top := r.Range(0.2, 0.4)
	seams := 2 + r.IntN(2)
	for i := range seams {
		x0, x1 := w*float64(i)/float64(seams)-0.01, w*float64(i+1)/float64(seams)+0.01
		c.Paint(box(x0, top, x1, 0.95, 0.08),
			rough(Gradient(top, 0.95, cloth.Lighter(0.12), cloth.Darker(0.35)), 25, 0.12, 3))
		c.FillSoft(Stroke(0.012, 0.012, x1, top+0.05, x1-0.01, 0.5, x1, 0.8), cloth.Darker(0.5),
			0.6)
	}
	if r.Chance(0.6) {
		k := r.Pick(fabrics...).Vary(r, 0.2)
		c.At(Move(r.Range(0.1, w-0.1), top+0.22).Mul(Turn(r.Around(0.5))), func() {
			c.Paint(box(-0.2, -0.17, 0.2, 0.2, 0.06),
				Coat(k, k.Lighter(0.45),
					Field(Stripes(r.Range(6, 12), r.Range(0, 0.6), 1)).Turned(r.Range(0, 1.6))))
		})
	}
	c.Shadow(w/2, 0.72, w*0.7, 0.1, 0.35)
	c.Paint(box(-0.1, 0.71, w+0.1, 1.2, 0.07),
		rough(Gradient(0.71, 1, cloth.Lighter(0.18), cloth.Darker(0.2)), 25, 0.12, 9))
	if r.Chance(0.25) {
		edge, k := r.Sign(), r.Pick(fabrics...).Vary(r, 0.2)
		s.front = func(c *Canvas) { // a pillow covers a corner
			c.At(Move(w/2+edge*w*0.5, 0.96).Mul(Turn(edge*0.4)), func() {
				c.Within(box(-0.2, -0.17, 0.2, 0.2, 0.06), func() {
					c.Flood(Coat(k, k.Lighter(0.3), Spots(16, 0.3, 2)))
					c.Light(0, 0, 0.3, 0.3, s.Sun, 0.05, 40)
				})
			})
		}
	}
}

func picture(c *Canvas, r Rand, x, y, w, h float64) {
	c.Fill(box(x, y, x+w, y+h, 0.005), r.Pick(Hex(0x5c4632), Hex(0x2d2b2b), Hex(0xb79a5f),
		Hex(0xf4f1ea)))
	c.Paint(box(x+0.02, y+0.02, x+w-0.02, y+h-0.02, 0.002),
		Gradient(y, y+h, r.Pick(fabrics...).Lighter(0.5), r.Pick(fabrics...)))
}

func room(c *Canvas, r Rand, w float64, s *Scene) {
	floor := r.Range(0.52, 0.68)
	paper := r.Pick(Hex(0xe3d8c6), Hex(0xbccbd3), Hex(0xd9c2b8), Hex(0xb9c4a9), Hex(0xd8d4ce),
		Hex(0x93a7a6)).Vary(r, 0.15)
	mark := Field(Plain)
	if r.Chance(0.45) {
		mark = Field(Stripes(r.Range(4, 10), 0.45, 500)).Times(0.35)
	}
	c.Flood(rough(Coat(paper, paper.Darker(0.2), mark), 2, 0.14, 4))
	switch r.IntN(4) {
	case 0: // a window
		x, y := r.Range(0, w-0.4), r.Range(-0.1, 0.08)
		c.Fill(box(x, y, x+0.42, y+0.46, 0.005), Hex(0xf2efe9))
		c.Paint(box(x+0.03, y+0.03, x+0.39, y+0.43, 0.002), Gradient(y, y+0.45, Hex(0x9cc3e6),
			Hex(0xd4e3d0)))
		c.Fill(box(x+0.2, y, x+0.225, y+0.46, 0), Hex(0xf2efe9))
	case 1:
		picture(c, r, r.Range(0, w-0.3), r.Range(0, 0.1), r.Range(0.2, 0.4), r.Range(0.2, 0.34))
	case 2: // shelves with books
		x := r.Range(-0.1, w-0.3)
		c.Fill(box(x, 0, x+0.5, floor, 0), Hex(0x6d5138).Vary(r, 0.3))
		for row := range 3 {
			y := 0.02 + 0.19*float64(row)
			c.Fill(box(x+0.02, y, x+0.48, y+0.16, 0), Hex(0x2f241c))
			for b := x + 0.03; b < x+0.42; b += 0.045 {
				c.Fill(box(b, y+r.Range(0.01, 0.06), b+0.038, y+0.16, 0),
					r.Pick(fabrics...).Vary(r, 0.3))
			}
		}
	case 3: // a lamp and a chest
		x := r.Range(0.1, w-0.1)
		k := Hex(0x8a6a4a).Vary(r, 0.4)
		c.Paint(box(x-0.26, 0.36, x+0.26, floor+0.03, 0.01),
			rough(Gradient(0.36, floor, k.Lighter(0.1), k.Darker(0.3)), 10, 0.2, 8))
		c.Fill(box(x-0.015, 0.2, x+0.015, 0.36, 0), k.Darker(0.5))
		c.Fill(Polygon(x-0.07, 0.06, x+0.07, 0.06, x+0.12, 0.22, x-0.12, 0.22), Hex(0xf7e6b5))
		c.Glow(Disc(x, 0.16, 0.45, 0.4, 0), Hex(0xfff0c0), 0.4, 0)
	}
	c.Fill(box(0, floor-0.035, w, floor, 0), paper.Lighter(0.4))
	wood := r.Pick(Hex(0xa67c52), Hex(0x7c5636), Hex(0xc9a273), Hex(0x8f8378)).Vary(r, 0.2)
	planks := r.Range(7, 12)
	c.Paint(Polygon(0, floor, w, floor, w, 1.1, 0, 1.1), func(x, y float64) RGB {
		depth := 0.25 + (y - floor)
		u := (x - w/2) / depth * planks * 0.12
		k := wood.Times(0.86 + float64(0.28*whiteNoise(u*2+200, 7)) +
			float64(0.12*(Noise(u*9, y*4)-0.5)))
		if f := u*2 - float64(int(u*2+1000)-1000); f < 0.07 {
			k = k.Darker(0.35)
		}
		return k.Darker(0.2 * (1 - ramp(y, floor, floor+0.15)))
	})
	if r.Chance(0.55) {
		k, along := r.Pick(fabrics...).Vary(r, 0.2), 1.57*float64(r.IntN(2))
		c.Paint(Ellipse(w/2+r.Around(0.2), 0.87, w*r.Range(0.38, 0.6), 0.17),
			Coat(k, k.Lighter(0.45), Field(Stripes(r.Range(5, 14), r.Range(0, 0.5),
				2)).Turned(along)))
	}
	if r.Chance(0.25) {
		x, k := r.Range(0.05, w-0.05), r.Pick(Hex(0xd6453c), Hex(0x3f7fc4), Hex(0xf0b93a),
			Hex(0x5aa65a))
		s.front = func(c *Canvas) { // a ball
			c.Shadow(x, 0.97, 0.1, 0.03, 0.5)
			c.Within(Ellipse(x, 0.92, 0.07, 0.07), func() {
				c.Flood(Coat(k, k.Lighter(0.7), Stripes(7, 0.35, 3)))
				c.Light(x, 0.92, 0.07, 0.07, s.Sun, 0, 1)
			})
		}
	}
}

func beach(c *Canvas, r Rand, w float64, s *Scene) {
	horizon := r.Range(0.3, 0.5)
	sky := r.Pick(Hex(0x6fa8dc), Hex(0x9db8d2), Hex(0xe9b98a), Hex(0x7fb3d9)).Vary(r, 0.1)
	cloud := Field(Patches(2.2, 0.42, r.Range(0, 99)))
	c.Flood(func(x, y float64) RGB {
		return sky.Mix(Hex(0xf3ede2), ramp(y, 0, horizon)*0.7).Mix(Hex(0xfbfaf7),
			0.6*cloud(x, y*2.4))
	})
	c.Fill(box(0, horizon, w, horizon+0.12, 0), Hex(0x4f86a0).Vary(r, 0.2))
	sand := Hex(0xd9bf90).Vary(r, 0.15)
	c.Paint(Smooth(-0.2, horizon+0.07, w*0.3, horizon+0.1, w*0.7, horizon+0.06, w+0.2, horizon+0.09,
		w+0.2, 1.2, -0.2, 1.2), rough(Gradient(horizon, 1, sand.Lighter(0.15), sand.Darker(0.15)),
		16, 0.2, r.Range(0, 99)))
	s.Sun.Strength = min(1, s.Sun.Strength+0.2)
}

func studio(c *Canvas, r Rand, w float64, s *Scene) {
	k := r.Pick(Hex(0xd9d9d9), Hex(0x33363b), Hex(0x8ea7b8), Hex(0xc9b7a7), Hex(0xa3b89a),
		Hex(0xd8a7a0), Hex(0xf2f2f0), Hex(0x5a4a55), Hex(0xe5c878)).Vary(r, 0.15)
	x0, y0 := w*r.Range(0.3, 0.7), r.Range(0.25, 0.6)
	c.Flood(rough(func(x, y float64) RGB {
		d := float64((x-x0)*(x-x0)) + float64((y-y0)*(y-y0))
		return k.Lighter(0.18).Mix(k.Darker(0.35), ramp(d, 0, 0.9))
	}, 2.5, 0.12, r.Range(0, 99)))
	if r.Chance(0.5) { // furniture shapes: a table or a box to sit on
		t := r.Pick(fabrics...).Vary(r, 0.2)
		y := r.Range(0.72, 0.78)
		c.Paint(box(-0.1, y, w+0.1, 1.2, 0.02),
			rough(Gradient(y, 1, t.Lighter(0.25), t.Darker(0.15)), 8, 0.12, 1))
	}
}

func snow(c *Canvas, r Rand, w float64, s *Scene) {
	horizon := r.Range(0.3, 0.5)
	c.Flood(Gradient(0, horizon, Hex(0xaebfd0).Vary(r, 0.1), Hex(0xe3e8ec)))
	for range 7 { // firs
		x, h := r.Range(0, w), r.Range(0.2, 0.45)
		k := Hex(0x3f5a50).Vary(r, 0.3).Mix(Hex(0xdfe6ec), 0.35)
		for t := range 3 {
			y := horizon - h*(0.25+0.25*float64(t)) + 0.05
			b := h * (0.3 - 0.07*float64(t))
			c.Fill(Polygon(x-b, y+h*0.2, x, y-h*0.25, x+b, y+h*0.2), k)
		}
	}
	c.Paint(Smooth(-0.2, horizon, w*0.3, horizon+0.03, w*0.7, horizon-0.01, w+0.2, horizon+0.02,
		w+0.2, 1.2, -0.2, 1.2), rough(Gradient(horizon, 1, Hex(0xe9eef3), Hex(0xd3dbe6)), 7, 0.1,
		r.Range(0, 99)))
	if r.Chance(0.5) {
		s.front = func(c *Canvas) {
			for range 26 {
				rad := r.Range(0.003, 0.009)
				c.FillSoft(Ellipse(r.Range(0, w), r.Range(0, 1), rad, rad), RGB{255, 255, 255}, 0.8)
			}
		}
	}
}

func blanket(c *Canvas, r Rand, w float64, s *Scene) {
	a, b := r.Pick(fabrics...).Vary(r, 0.2), r.Pick(fabrics...).Lighter(0.4)
	n := r.Range(2, 5)
	across, down := Stripes(n, r.Range(0.2, 0.5), 0),
		Field(Stripes(n, r.Range(0.2, 0.5), 40)).Turned(1.5708)
	kind := r.IntN(3)
	dots := Spots(r.Range(4, 8), 0.3, 3)
	c.At(Turn(r.Around(0.6)), func() {
		c.Flood(rough(func(x, y float64) RGB {
			switch kind {
			case 0:
				return a.Mix(b, 0.5*across(x, y)+0.5*down(x, y))
			case 1:
				return a.Mix(b, dots(x, y))
			}
			return a.Lighter(0.2)
		}, 3, 0.4, r.Range(0, 99)))
	})
	for range 4 { // folds
		y := r.Range(0, 1)
		c.Shadow(r.Range(0, w), y, r.Range(0.3, 0.7), 0.06, 0.35)
	}
	s.Ground = 0.86
}

func wall(c *Canvas, r Rand, w float64, s *Scene) {
	brick := r.Pick(Hex(0xa5604a), Hex(0xb9a58f), Hex(0x8a8a88), Hex(0xc9774f)).Vary(r, 0.15)
	mortar := brick.Mix(Hex(0xd9d2c5), 0.6)
	size := r.Range(9, 13)
	c.Flood(func(x, y float64) RGB {
		row := float64(int(y*size + 100))
		u := x*size*0.45 + row*0.5 + 100
		fu, fv := u-float64(int(u)), y*size+100-row
		if fu < 0.06 || fv < 0.12 {
			return mortar
		}
		return brick.Times(0.8 + 0.4*whiteNoise(u, row))
	})
	floor := r.Range(0.55, 0.7)
	stone := Hex(0x9b958b).Vary(r, 0.25)
	c.Shadow(w/2, floor, w, 0.1, 0.4)
	c.Paint(Polygon(0, floor, w, floor, w, 1.1, 0, 1.1),
		rough(Gradient(floor, 1, stone.Darker(0.1), stone.Lighter(0.15)), 9, 0.25, r.Range(0, 99)))
	if r.Chance(0.5) { // a flowerpot
		x := r.Sign()*w*0.42 + w/2
		for range 9 {
			c.Fill(Ellipse(x+r.Around(0.14), floor-0.12+r.Around(0.14), 0.05, 0.06),
				Hex(0x4d7d3f).Vary(r, 0.5))
		}
		c.Fill(Polygon(x-0.1, floor-0.02, x+0.1, floor-0.02, x+0.07, floor+0.15, x-0.07,
			floor+0.15), Hex(0xb8633f).Vary(r, 0.2))
	}
}

func wood(c *Canvas, r Rand, w float64, s *Scene) {
	k := r.Pick(Hex(0x5d7a3f), Hex(0xb8742f), Hex(0x42604a), Hex(0x9c8a3c)).Vary(r, 0.2)
	c.Flood(rough(Gradient(0, 0.7, k.Lighter(0.25), k.Darker(0.3)), 3, 0.7, r.Range(0, 99)))
	for range 5 {
		x, t := r.Range(0, w), r.Range(0.02, 0.06)
		c.Fill(Polygon(x-t, 0.72, x-t*0.7, 0, x+t*0.7, 0, x+t, 0.72),
			Hex(0x4a3a2c).Vary(r, 0.4).Mix(k, 0.3))
	}
	for range 12 { // light through the leaves
		rad := r.Range(0.02, 0.07)
		c.Glow(Disc(r.Range(0, w), r.Range(0, 0.6), rad, rad, 0), k.Lighter(0.65),
			r.Range(0.2, 0.6), 0.8)
	}
	ground := Hex(0x7a5f3d).Vary(r, 0.25)
	y := r.Range(0.5, 0.66)
	c.Paint(Polygon(0, y, w, y-0.02, w, 1.1, 0, 1.1),
		rough(Gradient(y, 1, ground.Mix(k, 0.4), ground), 14, 0.6, r.Range(0, 99)))
	leaf := k.Lighter(0.1)
	s.front = func(c *Canvas) {
		for range 7 {
			x, y := r.Range(0, w), r.Range(0.95, 1.02)
			c.At(Move(x, y).Mul(Turn(r.Around(2))),
				func() { c.Fill(Ellipse(0, 0, 0.045, 0.018), leaf.Vary(r, 0.6)) })
		}
	}
}
