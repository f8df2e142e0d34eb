package paint

import "math"

// Strands draws n hairs inside the clip, away from the oval's middle and down.
func (c *Canvas) Strands(r Rand, n int, o Oval, long, down float64, colour RGB) {
	thick := math.Max(long*0.11, 1.1/c.Unit())
	for range n {
		u, v := r.Around(1.2), r.Around(1.2)
		px, py := o.X+float64(o.RX*u), o.Y+float64(o.RY*v)
		dx, dy := u*0.9+r.Around(0.35), v*0.7+down+r.Around(0.35)
		l := long * r.Range(0.6, 1.3) / math.Sqrt(float64(dx*dx)+float64(dy*dy)+0.05)
		bend := r.Around(0.25) * l
		k := colour.Lighter(0.3)
		if r.Chance(0.5) {
			k = colour.Darker(0.3)
		}
		c.FillSoft(Polygon(
			px-dy*thick, py+dx*thick, px+dx*l*0.5-dy*(bend+thick*0.4),
			py+dy*l*0.5+dx*(bend+thick*0.4), px+dx*l, py+dy*l,
			px+dx*l*0.5-dy*(bend-thick*0.6), py+dy*l*0.5+dx*(bend-thick*0.6), px+dy*thick,
			py-dx*thick), k, 0.42)
	}
}

// Whiskers draws n long hairs from (x, y) towards side.
func (c *Canvas) Whiskers(r Rand, n int, x, y, long, side float64, colour RGB) {
	w := math.Max(0.016*long, 0.9/c.Unit())
	for i := range n {
		t := float64(i)/float64(max(1, n-1)) - 0.5
		l := long * r.Range(0.8, 1.15)
		y0 := y + 0.12*long*t
		c.FillSoft(Stroke(w, w*0.3, x, y0, x+side*l*0.5, y0+l*(t*0.35-0.07), x+side*l,
			y0+l*(t*0.8+0.08)), colour, 0.75)
	}
}
