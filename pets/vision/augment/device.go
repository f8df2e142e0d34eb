package augment

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

type Version struct {
	Start        int // its first pixel
	W, H         int
	FullW, FullH int // size before any reduction
}

// keepAbove is the reduction (fastai §4.2e) above which only the average is kept.
const keepAbove = 1.5

// Versions returns what the device needs of an image: itself and, where a view is reduced, its
// average (fastai §4.2e); from a reduction of three on, the average alone.
func (c Config) Versions(src *images.RGB, s spec.Size) ([]*images.RGB, error) {
	if err := c.fits(src, s); err != nil {
		return nil, err
	}
	var v view
	w, h := src.Full()
	if err := c.look(&v, w, h, s, c.Valid()); err != nil {
		return nil, err
	}
	if v.aw == 0 || src.W <= v.aw && src.H <= v.ah {
		return []*images.RGB{src}, nil
	}
	average := src.Reduced(min(v.aw, src.W), min(v.ah, src.H))
	if factor, _, _ := images.Reduction(w, h, v.w, v.h); factor > keepAbove {
		return []*images.RGB{average}, nil
	}
	return []*images.RGB{src, average}, nil
}

const (
	rowMatrix = 0 // 9 values: column and row of the resized image to the source's
	rowGridW  = 9 // last column of the resized image
	rowGridH  = 10
	rowLeft   = 11 // first column of the crop; negative where padded
	rowTop    = 12
	rowW      = 13 // last column of the source
	rowH      = 14
	rowLit    = 15 // 1 where light changes
	rowShift  = 16
	rowScale  = 17
	rowStart  = 18 // first pixel of the source
	rowHoles  = 19 // of each hole: first row, first after it, and the columns alike
)

// RowLen is the number of numbers for an image in [OnDevice].
func (c Config) RowLen() int { return rowHoles + 4*c.Cutout }

// Row writes an image's RowLen numbers for [OnDevice]; versions are those of [Config.Versions].
func (c Config) Row(row []float64, versions []Version, s spec.Size, p Params) error {
	if len(row) != c.RowLen() || len(versions) == 0 || len(p.Holes) > c.Cutout {
		return fmt.Errorf("transforms: %d numbers for %d versions of an image with %d holes: "+
			"want %d numbers", len(row), len(versions), len(p.Holes), c.RowLen())
	}
	var v view
	src := versions[0]
	if err := c.look(&v, src.FullW, src.FullH, s, p); err != nil {
		return err
	}
	if v.aw > 0 {
		src = versions[len(versions)-1]
	}
	t := v.pixels(src.W, src.H)
	if p.Flip {
		t = t.mul(matrix{-1, 0, float64(v.w - 1), 0, 1, 0, 0, 0, 1})
	}
	copy(row, t[:])
	row[rowGridW], row[rowGridH] = float64(v.w-1), float64(v.h-1)
	row[rowLeft], row[rowTop] = float64(first(s.W, v.w, p.CropCol)),
		float64(first(s.H, v.h, p.CropRow))
	row[rowW], row[rowH] = float64(src.W-1), float64(src.H-1)
	row[rowStart] = float64(src.Start)
	var l light
	row[rowLit], row[rowShift], row[rowScale] = 0, 0, 1
	if l.meaning(p.Brightness, p.Contrast) {
		row[rowLit], row[rowShift], row[rowScale] = 1, l.shift, l.scale
	}
	clear(row[rowHoles:])
	for i, hole := range p.Holes {
		at := row[rowHoles+4*i:]
		at[0], at[1] = hole.span(v.h, hole.Row)
		at[2], at[3] = hole.span(v.w, hole.Col)
	}
	return nil
}

// Move adds to the position of a row's image in the device's memory.
func Move(row []float64, pixels int) { row[rowStart] += float64(pixels) }

// OnDevice is [Config.Apply] for a batch as graph operations: pixels uint8 [P,3], rows float64
// [B,RowLen] from [Config.Row]; float32 [B,s.H,s.W,3] in [0,1]. It agrees with Apply to 1e-5, to
// 1/255 where an image is averaged. Coordinates are float64: float32 is off by 1e-4 pixel.
func OnDevice(pixels, rows *graph.Node, s spec.Size) *graph.Node {
	g := pixels.Graph()
	b := rows.Shape().Dimensions[0]
	at := func(i int) *graph.Node {
		return graph.Reshape(graph.Slice(rows, graph.AxisRange(), graph.AxisElem(i)), b, 1, 1)
	}
	places := shapes.Make(dtypes.Float64, b, s.H, s.W)
	col := reflected(graph.Add(graph.Iota(g, places, 2), at(rowLeft)), at(rowGridW))
	row := reflected(graph.Add(graph.Iota(g, places, 1), at(rowTop)), at(rowGridH))
	linear := func(i int) *graph.Node {
		return graph.Add(graph.Add(graph.Mul(at(i), col), graph.Mul(at(i+1), row)), at(i+2))
	}
	q := linear(rowMatrix + 6)
	u := reflected(graph.Div(linear(rowMatrix), q), at(rowW))
	v := reflected(graph.Div(linear(rowMatrix+3), q), at(rowH))
	x := bilinear(pixels, at(rowStart), graph.AddScalar(at(rowW), 1), u, v, at(rowW), at(rowH))
	x = lit(graph.MulScalar(x, 1.0/255), rows)
	for i := rowHoles; i < rows.Shape().Dimensions[1]; i += 4 {
		inside := graph.LogicalAnd(
			graph.LogicalAnd(graph.GreaterOrEqual(row, at(i)), graph.LessThan(row, at(i+1))),
			graph.LogicalAnd(graph.GreaterOrEqual(col, at(i+2)), graph.LessThan(col, at(i+3))))
		inside = graph.BroadcastToShape(graph.InsertAxes(inside, -1),
			shapes.Make(dtypes.Bool, x.Shape().Dimensions...))
		x = graph.Where(inside, graph.ZerosLike(x), x)
	}
	return x
}

// bilinear samples images that begin at pixel start, at columns u and rows v: float32 [B,H,W,3].
func bilinear(pixels, start, width, u, v, maxU, maxV *graph.Node) *graph.Node {
	index := dtypes.Int32
	if pixels.Shape().Dimensions[0] > math.MaxInt32 {
		index = dtypes.Int64
	}
	left, top := graph.Floor(u), graph.Floor(v)
	right, bottom := graph.Min(graph.AddScalar(left, 1), maxU),
		graph.Min(graph.AddScalar(top, 1), maxV)
	part := func(x, floor *graph.Node) *graph.Node {
		return graph.InsertAxes(graph.ConvertDType(graph.Sub(x, floor), dtypes.Float32), -1)
	}
	fu, fv := part(u, left), part(v, top)
	pixel := func(y, x *graph.Node) *graph.Node {
		at := graph.Add(start, graph.Add(graph.Mul(y, width), x))
		at = graph.InsertAxes(graph.ConvertDType(at, index), -1)
		return graph.ConvertDType(graph.Gather(pixels, at), dtypes.Float32)
	}
	between := func(a, b, f *graph.Node) *graph.Node {
		return graph.Add(a, graph.Mul(f, graph.Sub(b, a)))
	}
	upper := between(pixel(top, left), pixel(top, right), fu)
	lower := between(pixel(bottom, left), pixel(bottom, right), fu)
	return between(upper, lower, fv)
}

func lit(x, rows *graph.Node) *graph.Node {
	single := func(i int) *graph.Node {
		return graph.Reshape(graph.ConvertDType(graph.Slice(rows, graph.AxisRange(),
			graph.AxisElem(i)), dtypes.Float32), -1, 1, 1, 1)
	}
	clamped := graph.ClipScalar(x, float64(lowest), float64(highest))
	odds := graph.Sub(graph.Log(clamped), graph.Log(graph.OneMinus(clamped)))
	y := graph.Logistic(graph.Mul(single(rowScale), graph.Add(odds, single(rowShift))))
	changes := graph.GreaterThan(single(rowLit), graph.ZerosLike(single(rowLit)))
	return graph.Where(graph.BroadcastToShape(changes,
		shapes.Make(dtypes.Bool, x.Shape().Dimensions...)), y, x)
}

func reflected(u, limit *graph.Node) *graph.Node {
	one := graph.OnesLike(limit)
	period := graph.Max(graph.MulScalar(limit, 2), one)
	u = graph.Abs(u)
	u = graph.Sub(u, graph.Mul(graph.Floor(graph.Div(u, period)), period))
	u = graph.Sub(limit, graph.Abs(graph.Sub(u, limit)))
	return graph.Max(u, graph.ZerosLike(u))
}
