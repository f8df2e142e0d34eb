package sample

import (
	"image"

	"gopets/pets/vision/sample/paint"
)

func myPet(n int, r paint.Rand) *image.RGBA {
	var dog breed
	for _, b := range dogs() {
		if b.name == "pomeranian" {
			dog = b
		}
	}
	dog.coats = dog.coats[:1]
	w, h := 320, 240
	if n == 0 || n == 2 {
		w, h = 270, 360
	}
	c := paint.NewCanvas(w, h)
	scene := c.Backdrop(r)
	a := newAnimal(dog, r, scene.Sun)
	a.lid, a.open = 0, 0.7
	switch n {
	case 0: // in a jersey, facing the camera
		a.yaw, a.nod, a.gaze = 0.05, 0, paint.Pt{}
		a.fur, a.ruff, a.cheeks, a.size, a.leg = 0.12, 0, 0.6, 1.3, 0.9
		a.jersey = &jersey{wool: paint.Hex(0xb23a3a), stripe: paint.Hex(0xf1ece2)}
		a.stand(c, scene, sitting(a), 0.95, 1, 0.05)
	case 1: // its coat cut short
		a.fur, a.ruff, a.cheeks = 0.05, 0.25, 0.35
		a.yaw = 0.3
		a.stand(c, scene, standing(a), 0.95, 1, -0.08)
	case 2: // with a person
		person(c, r, scene.Sun)
		a.yaw, a.nod = -0.3, 0.1
		a.stand(c, paint.Scene{Sun: scene.Sun, Ground: 0.9}, sitting(a), 0.6, 1, 0.12)
		hand(c, r, scene.Sun)
	case 3: // from another angle
		a.yaw, a.nod, a.open = 0.95, -0.55, 0
		a.gaze = paint.Pt{X: 0.3, Y: -0.15}
		a.stand(c, scene, lying(a), 1, -1, 0.3)
	}
	c.Develop(r, scene.Sun, 1, 1, 4)
	return c.Image()
}

func person(c *paint.Canvas, r paint.Rand, sun paint.Sun) {
	skin, hair, shirt := paint.Hex(0xdba583), paint.Hex(0x4a3022), paint.Hex(0x4a6f9c)
	w, h := float64(c.W), float64(c.H)
	c.At(paint.Move(w*0.36, h*0.25).Mul(paint.Scale(h*0.13, h*0.13)), func() {
		c.Within(paint.Mirror(0, 0.9, 0.6, 1.1, 1.9, 1.6, 2.3, 3.4, 2.2, 7, 0, 7), func() {
			c.Flood(paint.Coat(shirt, shirt.Darker(0.2), paint.Field(paint.Stripes(2, 0.2, 5))))
			c.Light(0, 2.5, 2.4, 3, sun, 0.05, 4)
		})
		c.Fill(paint.Stroke(0.75, 0.8, 0, 0.6, 0, 1.3), skin.Darker(0.15))
		c.Fill(paint.Ellipse(0, -0.15, 1.0, 1.12), hair)
		c.Within(paint.Mirror(0, -0.85, 0.6, -0.75, 0.8, -0.1, 0.62, 0.6, 0, 1.0), func() {
			c.Flood(paint.Gradient(-1, 1, skin.Lighter(0.08), skin.Darker(0.05)))
			c.Light(0, 0, 0.9, 1.1, sun, 0, 1)
			for _, s := range []float64{-1, 1} {
				c.Glow(paint.Disc(s*0.45, 0.32, 0.3, 0.22, 0), paint.Hex(0xd9827a), 0.4, 0)
			}
		})
		for _, s := range []float64{-1, 1} {
			c.Eye(paint.Eye{Iris: paint.Hex(0x5a7a4a), Rim: skin.Darker(0.5), Open: 0.62,
				Ring: 0.6}, s*0.32, -0.02, 0.14, s, paint.Pt{X: 0.2, Y: 0.2}, sun)
			c.Fill(paint.Stroke(0.07, 0.04, s*0.14, -0.27, s*0.34, -0.33, s*0.5, -0.24), hair)
		}
		c.FillSoft(paint.Stroke(0.06, 0.1, 0.03, 0, 0.08, 0.26, 0, 0.32), skin.Darker(0.35), 0.6)
		c.Fill(paint.Smooth(-0.28, 0.5, 0, 0.54, 0.28, 0.5, 0.14, 0.66, -0.14, 0.66),
			paint.Hex(0xb5525a))
		c.Fill(paint.Smooth(-1.0, 0.2, -1.0, -0.7, 0, -1.3, 1.0, -0.7, 1.0, 0.2, 0.72, -0.45, 0.1,
			-0.78, -0.7, -0.4), hair)
	})
}

func hand(c *paint.Canvas, r paint.Rand, sun paint.Sun) {
	skin, shirt := paint.Hex(0xdba583), paint.Hex(0x4a6f9c)
	w, h := float64(c.W), float64(c.H)
	c.At(paint.Scale(h, h), func() {
		k := w / h
		c.Within(paint.Stroke(0.12, 0.09, 0.02*k, 0.62, 0.1*k, 0.84, 0.34*k, 0.86), func() {
			c.Flood(paint.Coat(shirt, shirt, paint.Plain))
			c.Light(0.15*k, 0.8, 0.3, 0.2, sun, 0.05, 9)
		})
		c.Fill(paint.Ellipse(0.39*k, 0.86, 0.045, 0.035), skin)
		for i := range 4 {
			y := 0.842 + 0.014*float64(i)
			c.Fill(paint.Stroke(0.016, 0.014, 0.4*k, y, 0.45*k, y-0.004, 0.49*k, y+0.006),
				skin.Times(1-0.03*float64(i)))
		}
	})
}
