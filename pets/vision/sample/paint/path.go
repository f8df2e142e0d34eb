package paint

import "math"

// Pt is a point, x to the right, y down.
type Pt struct{ X, Y float64 }

func (p Pt) add(q Pt) Pt             { return Pt{p.X + q.X, p.Y + q.Y} }
func (p Pt) sub(q Pt) Pt             { return Pt{p.X - q.X, p.Y - q.Y} }
func (p Pt) times(f float64) Pt      { return Pt{p.X * f, p.Y * f} }
func (p Pt) length() float64         { return math.Sqrt(float64(p.X*p.X) + float64(p.Y*p.Y)) }
func (p Pt) lerp(q Pt, t float64) Pt { return p.add(q.sub(p).times(t)) }
func (p Pt) normal() Pt              { l := p.length() + 1e-9; return Pt{p.Y / l, -p.X / l} }

// Path is a closed polygon; curves are many short sides.
type Path []Pt

func Ellipse(x, y, rx, ry float64) Path {
	const n = 40
	p := make(Path, n)
	for i := range p {
		s, c := math.Sincos(2 * math.Pi * float64(i) / n)
		p[i] = Pt{x + float64(rx*c), y + float64(ry*s)}
	}
	return p
}

// Smooth is the closed curve through the points given as x, y, x, y, … (Catmull-Rom).
func Smooth(xy ...float64) Path {
	knots := Polygon(xy...)
	n := len(knots)
	p := make(Path, 0, n*smoothness)
	for i := range knots {
		p = spline(p, knots[(i+n-1)%n], knots[i], knots[(i+1)%n], knots[(i+2)%n])
	}
	return p
}

const smoothness = 7 // sides between two knots

func spline(p Path, a, b, c, d Pt) Path {
	for k := range smoothness {
		t := float64(k) / smoothness
		t2, t3 := t*t, t*t*t
		wa, wb, wc, wd := float64(t2-t3/2)-t/2, 1-float64(2.5*t2)+float64(1.5*t3),
			t/2+float64(2*t2)-float64(1.5*t3), t3/2-t2/2
		p = append(p, a.times(wa).add(b.times(wb)).add(c.times(wc)).add(d.times(wd)))
	}
	return p
}

func Polygon(xy ...float64) Path {
	p := make(Path, len(xy)/2)
	for i := range p {
		p[i] = Pt{xy[2*i], xy[2*i+1]}
	}
	return p
}

// Mirror returns a symmetric curve from its right half, from top to bottom.
func Mirror(xy ...float64) Path {
	half := Polygon(xy...)
	all := append([]float64{}, xy...)
	for i := len(half) - 1; i >= 0; i-- {
		if half[i].X != 0 {
			all = append(all, -half[i].X, half[i].Y)
		}
	}
	return Smooth(all...)
}

// Stroke is a brush stroke along the smooth curve, w0 to w1 wide.
func Stroke(w0, w1 float64, xy ...float64) Path {
	knots := Polygon(xy...)
	n := len(knots)
	line := make(Path, 0, n*smoothness)
	for i := range n - 1 {
		line = spline(line, knots[max(0, i-1)], knots[i], knots[i+1], knots[min(n-1, i+2)])
	}
	line = append(line, knots[n-1])
	sides := make(Path, 2*len(line))
	for i, p := range line {
		along := line[min(i+1, len(line)-1)].sub(line[max(0, i-1)])
		t := float64(i) / float64(len(line)-1)
		off := along.normal().times((w0 + float64((w1-w0)*t)) / 2)
		sides[i] = p.add(off)
		sides[len(sides)-1-i] = p.sub(off)
	}
	return sides
}

func (p Path) Moved(m Affine) Path {
	q := make(Path, len(p))
	for i := range p {
		q[i] = m.Apply(p[i])
	}
	return q
}

// Furry puts tufts on an outline: depth long, one every step, leaning by parts of their length.
func (p Path) Furry(r Rand, depth, step, leanX, leanY float64) Path {
	if depth <= 0 || len(p) < 3 {
		return p
	}
	area := 0.0
	for i, a := range p {
		b := p[(i+1)%len(p)]
		area += float64(a.X*b.Y) - float64(a.Y*b.X)
	}
	side := 1.0
	if area < 0 {
		side = -1
	}
	out := make(Path, 0, len(p)*2)
	left := 0.0
	for i, a := range p {
		b := p[(i+1)%len(p)]
		d := b.sub(a)
		l := d.length()
		if l < 1e-9 {
			continue
		}
		n := d.normal().times(side)
		for left < l {
			at := a.lerp(b, left/l)
			long := depth * r.Range(0.45, 1.15)
			out = append(out, at.sub(n.times(depth*0.25)))
			tip := Pt{n.X*long + float64(leanX*long), n.Y*long + float64(leanY*long)}
			out = append(out, at.add(d.times(step*0.4/l)).add(tip))
			left += step * r.Range(0.7, 1.3)
		}
		left -= l
	}
	return out
}
