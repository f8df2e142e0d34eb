package sample

import (
	"image"
	"math"

	"gopets/pets/vision/sample/paint"
)

func drawBreed(b breed, r paint.Rand, w, h int) *image.RGBA {
	c := paint.NewCanvas(w, h)
	scene := c.Backdrop(r)
	a := newAnimal(b, r, scene.Sun)
	poses := []func(*animal) stance{bust, bust, bust, sitting, sitting, sitting, standing, lying}
	if w < h {
		poses = []func(*animal) stance{bust, bust, sitting, sitting, sitting, standing}
	}
	pose := poses[r.IntN(len(poses))](a)
	a.place(c, scene, pose, r.Range(0.8, 1.04))
	if r.Chance(0.6) {
		scene.Front(c)
	}
	c.Develop(r, scene.Sun, r.Range(0.84, 1.12), r.Range(0.88, 1.12), r.Range(1, 7))
	return c.Image()
}

// place draws the animal so that its stance fills a fraction of the image, feet on the ground.
func (a *animal) place(c *paint.Canvas, scene paint.Scene, s stance, fraction float64) {
	a.stand(c, scene, s, fraction, a.Sign(), a.Around(0.2))
}

// stand is place with flip, ±1, and the head's tilt in radians.
func (a *animal) stand(c *paint.Canvas, scene paint.Scene, s stance, fraction, flip, roll float64) {
	top := s.top - 0.25*a.dome
	if a.ear < drop {
		top = min(top, -0.72-0.85*a.earLong*math.Cos(a.earAt*0.8))
	}
	w, h := float64(c.W), float64(c.H)
	u := fraction * min(w/(s.right-s.left), h/(s.bottom-top)) * 0.97
	ground := h * (scene.Ground + 0.08)
	foot := min(h*0.985, max(ground, u*(s.bottom-top)+0.01*h))
	y := foot - u*s.bottom
	isBust := s.bottom < 1.5 && s.right-s.left < 2.8
	if isBust {
		y = h/2 - u*(top+s.bottom)/2 + a.Around(0.06)*h
	}
	slack := max(0, w-u*(s.right-s.left))
	x := w/2 - flip*u*(s.left+s.right)/2 + a.Around(0.45)*slack
	c.At(paint.Move(x, y).Mul(paint.Scale(flip*u, u)), func() {
		if !isBust {
			c.Shadow((s.left+s.right)/2, s.bottom-0.02, (s.right-s.left)*0.56, 0.42*a.size, 0.62)
		}
		s.body(a, c)
		c.At(paint.Turn(roll), func() { a.drawHead(c) })
	})
}
