package plots

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

type canvas struct {
	img        *image.RGBA
	scale      float64 // pixels of the image for one of the scene
	rasterizer vector.Rasterizer
	scene      *scene
}

func (s *scene) paint(scale float64) *image.RGBA {
	c := &canvas{scale: scale, scene: s,
		img: image.NewRGBA(image.Rect(0, 0, int(math.Round(s.w*scale)),
			int(math.Round(s.h*scale))))}
	for _, it := range s.items {
		it.paint(c)
	}
	return c.img
}

func (b box) paint(c *canvas) {
	r := image.Rect(c.pixel(b.x), c.pixel(b.y), c.pixel(b.x+b.w), c.pixel(b.y+b.h))
	draw.Draw(c.img, r, image.NewUniform(b.fill), image.Point{}, draw.Over)
}

func (c *canvas) pixel(v float64) int { return int(math.Round(v * c.scale)) }

func (p bitmap) paint(c *canvas) {
	r := image.Rect(c.pixel(p.x), c.pixel(p.y), c.pixel(p.right()), c.pixel(p.bottom()))
	xdraw.CatmullRom.Scale(c.img, r, p.img, p.img.Bounds(), draw.Src, nil)
}

func (d dot) paint(c *canvas) {
	at := []point{d.center}
	c.stroke(at, 2*d.radius+d.radius/4, white)
	c.stroke(at, 2*d.radius-d.radius/4, d.fill)
}

func (l line) paint(c *canvas) {
	if len(l.dash) == 0 {
		c.stroke(l.points, l.width, l.stroke)
		return
	}
	for _, piece := range dashes(l.points, l.dash) {
		c.stroke(piece, l.width, l.stroke)
	}
}

// stroke paints a polyline with round joins and ends. A pixel's coverage is its centre's distance
// from the nearest segment, so that segments do not add up where they meet.
func (c *canvas) stroke(points []point, width float64, col color.NRGBA) {
	if len(points) == 0 {
		return
	}
	radius := width * c.scale / 2
	scaled := make([]point, len(points))
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, p := range points {
		scaled[i] = point{p.x * c.scale, p.y * c.scale}
		x0, x1 = math.Min(x0, scaled[i].x), math.Max(x1, scaled[i].x)
		y0, y1 = math.Min(y0, scaled[i].y), math.Max(y1, scaled[i].y)
	}
	pad := radius + 1
	bounds := image.Rect(int(x0-pad), int(y0-pad), int(x1+pad)+1,
		int(y1+pad)+1).Intersect(c.img.Bounds())
	if bounds.Empty() {
		return
	}
	mask := image.NewAlpha(bounds)
	if len(scaled) == 1 {
		scaled = append(scaled, scaled[0])
	}
	for i := 1; i < len(scaled); i++ {
		cover(mask, scaled[i-1], scaled[i], radius)
	}
	draw.DrawMask(c.img, bounds, image.NewUniform(col), image.Point{}, mask, bounds.Min, draw.Over)
}

func cover(mask *image.Alpha, a, b point, radius float64) {
	dx, dy := b.x-a.x, b.y-a.y
	length := dx*dx + dy*dy
	reach := radius + 1
	// A line thinner than a pixel is painted fainter.
	strength := math.Min(1, 2*radius)
	y0 := max(int(math.Min(a.y, b.y)-reach), mask.Rect.Min.Y)
	y1 := min(int(math.Max(a.y, b.y)+reach)+1, mask.Rect.Max.Y)
	for y := y0; y < y1; y++ {
		cy := float64(y) + 0.5
		lo, hi := math.Min(a.x, b.x), math.Max(a.x, b.x)
		if math.Abs(dy) > 1e-9 {
			t0, t1 := (cy-reach-a.y)/dy, (cy+reach-a.y)/dy
			t0, t1 = math.Max(0, math.Min(t0, t1)), math.Min(1, math.Max(t0, t1))
			lo, hi = math.Min(a.x+t0*dx, a.x+t1*dx), math.Max(a.x+t0*dx, a.x+t1*dx)
		}
		x0 := max(int(lo-reach), mask.Rect.Min.X)
		x1 := min(int(hi+reach)+1, mask.Rect.Max.X)
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5-a.x, cy-a.y
			t := 0.0
			if length > 0 {
				t = math.Min(1, math.Max(0, (px*dx+py*dy)/length))
			}
			d := math.Hypot(px-t*dx, py-t*dy)
			v := uint8(255 * strength * math.Min(1, math.Max(0, math.Max(radius, 0.5)+0.5-d)))
			if at := mask.PixOffset(x, y); v > mask.Pix[at] {
				mask.Pix[at] = v
			}
		}
	}
}

func dashes(points []point, pattern []float64) [][]point {
	var out [][]point
	index, left := 0, pattern[0]
	var piece []point
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		for at := 0.0; at < length; {
			step := math.Min(left, length-at)
			p, q := along(a, b, at/length), along(a, b, (at+step)/length)
			if index%2 == 0 {
				if len(piece) == 0 {
					piece = append(piece, p)
				}
				piece = append(piece, q)
			}
			at, left = at+step, left-step
			if left <= 1e-9 {
				if len(piece) > 0 {
					out = append(out, piece)
				}
				piece = nil
				index++
				left = math.Max(pattern[index%len(pattern)], 1e-3)
			}
		}
	}
	if len(piece) > 0 {
		out = append(out, piece)
	}
	return out
}

func along(a, b point, t float64) point { return point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)} }

func (l label) paint(c *canvas) {
	face := c.scene.face(l.bold)
	size := l.size * c.scale
	left := 0.0
	switch l.anchor {
	case middle:
		left = -l.width / 2 * c.scale
	case end:
		left = -l.width * c.scale
	}
	sin, cos := math.Sincos(l.angle * math.Pi / 180)
	origin := point{l.x * c.scale, l.y * c.scale}
	if sin == 0 {
		origin.y = math.Round(origin.y) // a baseline between two pixels blurs the whole line
	}
	toCanvas := func(x, y float64) point {
		return point{origin.x + cos*x - sin*y, origin.y + sin*x + cos*y}
	}
	width := l.width * c.scale
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range []point{toCanvas(left-size, -1.2*size), toCanvas(left+width+size, -1.2*size),
		toCanvas(left-size, 0.5*size), toCanvas(left+width+size, 0.5*size)} {
		x0, x1, y0, y1 = math.Min(x0, p.x), math.Max(x1, p.x), math.Min(y0, p.y), math.Max(y1, p.y)
	}
	bounds := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)),
		int(math.Ceil(y1))).Intersect(c.img.Bounds())
	if bounds.Empty() {
		return
	}
	c.rasterizer.Reset(bounds.Dx(), bounds.Dy())
	pen := left
	for _, r := range visual(l.text) {
		g := face.glyph(r)
		c.outline(g.segments, func(p fixed.Point26_6) (float32, float32) {
			q := toCanvas(pen+float64(p.X)/float64(face.units)*size,
				float64(p.Y)/float64(face.units)*size)
			return float32(q.x - float64(bounds.Min.X)), float32(q.y - float64(bounds.Min.Y))
		})
		pen += g.advance * size
	}
	mask := image.NewAlpha(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	c.rasterizer.DrawOp = draw.Src
	c.rasterizer.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	draw.DrawMask(c.img, bounds, image.NewUniform(l.fill), image.Point{}, mask, image.Point{},
		draw.Over)
}

func (c *canvas) outline(segments sfnt.Segments, at func(fixed.Point26_6) (x, y float32)) {
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			c.rasterizer.ClosePath()
			c.rasterizer.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			c.rasterizer.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			bx, by := at(s.Args[1])
			c.rasterizer.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			bx, by := at(s.Args[1])
			cx, cy := at(s.Args[2])
			c.rasterizer.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	c.rasterizer.ClosePath()
}
