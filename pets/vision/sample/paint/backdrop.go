package paint

import "math"

type Scene struct {
	Sun    Sun
	Ground float64         // height of the floor's middle, 0 top to 1 bottom of the image
	front  func(c *Canvas) // what stands before the animal
}

func (s Scene) Front(c *Canvas) {
	if s.front != nil {
		c.frame(func(float64) { s.front(c) })
	}
}

func (c *Canvas) frame(f func(w float64)) {
	h := float64(c.H)
	c.At(Scale(h, h), func() { f(float64(c.W) / h) })
}

// set paints a kind of scene, w wide and 1 high, and fills in the floor and the front.
type set func(c *Canvas, r Rand, w float64, s *Scene)

// Backdrop paints a random place.
func (c *Canvas) Backdrop(r Rand) Scene {
	sets := []set{lawn, lawn, sofa, sofa, room, room, beach, studio, studio, snow, blanket, wall,
		wood}
	s := Scene{Ground: 0.84, Sun: Sun{X: r.Sign() * r.Range(0.25, 0.75), Y: -r.Range(0.5, 0.85),
		Strength: r.Range(0.45, 1), Tint: daylight(r)}}
	const coarse = 4
	small := NewCanvas((c.W+coarse-1)/coarse+1, (c.H+coarse-1)/coarse+1)
	paint := sets[r.IntN(len(sets))]
	small.frame(func(w float64) { paint(small, r, w, &s) })
	c.enlarge(small, coarse)
	return s
}

func daylight(r Rand) RGB {
	t := r.Around(1)
	return RGB{255 + 9*t, 253, 255 - 15*t}
}

func (c *Canvas) enlarge(small *Canvas, n int) {
	for y := range c.H {
		sy := (2*y + 1 + n) * 128 / n // 1/256 of a small pixel, moved by half of one
		y0, ty := sy>>8-1, sy&255
		a, b := small.Pix[4*small.W*max(y0, 0):], small.Pix[4*small.W*min(y0+1, small.H-1):]
		for x := range c.W {
			sx := (2*x + 1 + n) * 128 / n
			x0, tx := sx>>8-1, sx&255
			i, j := 4*max(x0, 0), 4*min(x0+1, small.W-1)
			p := c.Pix[4*(y*c.W+x):]
			for k := range 3 {
				top := int(a[i+k])*(256-tx) + int(a[j+k])*tx
				low := int(b[i+k])*(256-tx) + int(b[j+k])*tx
				p[k] = uint8((top*(256-ty) + low*ty) >> 16)
			}
		}
	}
}

// Gradient goes from one colour at height y0 to another at y1.
func Gradient(y0, y1 float64, top, low RGB) Ink {
	return func(x, y float64) RGB { return top.Mix(low, ramp(y, y0, y1)) }
}

// rough makes an ink uneven: freq hills a unit, k of brightness.
func rough(ink Ink, freq, k, seed float64) Ink {
	return func(x, y float64) RGB {
		n := float64(0.6*Noise(float64(x*freq)+seed, y*freq*1.6)) +
			float64(0.4*Noise(float64(x*freq*4)+seed, y*freq*6))
		return ink(x, y).Times(1 + float64(k*(n-0.5)))
	}
}

func box(x0, y0, x1, y1, round float64) Path {
	k := round * 0.3
	return Polygon(x0+round, y0, x1-round, y0, x1-k, y0+k, x1, y0+round, x1, y1-round, x1-k, y1-k,
		x1-round, y1, x0+round, y1, x0+k, y1-k, x0, y1-round, x0, y0+round, x0+k, y0+k)
}

func (c *Canvas) blades(r Rand, n int, w, y0, y1, long float64, colour RGB) {
	for range n {
		x, y := r.Range(-0.05, w+0.05), r.Range(y0, y1)
		l, lean := long*r.Range(0.5, 1.2), r.Around(0.7)*long
		t := math.Max(l*0.09, 1/c.Unit())
		c.Fill(Polygon(x-t, y, x+lean*0.4-t*0.6, y-l*0.6, x+lean, y-l, x+lean*0.4+t*0.6, y-l*0.6,
			x+t, y), colour.Vary(r, 0.35))
	}
}
