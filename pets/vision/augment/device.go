package augment

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

// RowLen is how many numbers say to [OnDevice] what happens to one image.
const RowLen = 18

// The places in a row.
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
)

// Row writes what [OnDevice] needs to do to an image what [Config.Apply] does: RowLen numbers. Two
// things are the host's alone and give an error: cutout, and averaging before a reduction of more
// than 2, for which the image must come reduced (see [Reduced]).
func (c Config) Row(row []float64, src *images.RGB, s spec.Size, p Params) error {
	if err := c.fits(src, s); err != nil {
		return err
	}
	if len(row) != RowLen {
		return fmt.Errorf("transforms: a row of %d numbers for the device: want %d", len(row),
			RowLen)
	}
	if len(p.Holes) > 0 {
		return errors.New(
			"transforms: cutout does not run on the device: use Apply, or set Cutout to 0")
	}
	var v view
	fullW, fullH := src.Full()
	if err := c.look(&v, fullW, fullH, s, p); err != nil {
		return err
	}
	if v.aw > 0 && (src.W > v.aw || src.H > v.ah) {
		return fmt.Errorf(
			"transforms: the image is %d×%d pixels, more than twice the size %v: reduce it (augment.Reduced) before it goes to the device", src.W, src.H, s)
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
	var l light
	row[rowLit], row[rowShift], row[rowScale] = 0, 0, 1
	if l.meaning(p.Brightness, p.Contrast) {
		row[rowLit], row[rowShift], row[rowScale] = 1, l.shift, l.scale
	}
	return nil
}

// Reduced returns the image for the device: averaged as fastai would (§4.2e) where it is more than
// twice the size, else itself. A view that zooms in then comes from the average, where Apply would
// take the original.
func (c Config) Reduced(src *images.RGB, s spec.Size) *images.RGB {
	var v view
	w, h := src.Full()
	if err := c.look(&v, w, h, s, c.Valid()); err != nil || v.aw == 0 || src.W <= v.aw &&
		src.H <= v.ah {
		return src
	}
	return src.Reduced(min(v.aw, src.W), min(v.ah, src.H))
}

// OnDevice is [Config.Apply] for a batch as graph operations: img is uint8 [B,H,W,3], each image
// at the top left of its place; rows is float64 [B,RowLen] from [Config.Row]. The result is float32
// [B,s.H,s.W,3] in [0,1]. It agrees with Apply to 1e-5.
//
// Coordinates are float64 as on the host: in float32 they are off by 1e-4 of a pixel and more, and
// there are few of them.
func OnDevice(img, rows *graph.Node, s spec.Size) *graph.Node {
	g, d := img.Graph(), img.Shape().Dimensions
	b, h, w := d[0], d[1], d[2]
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
	left, top := graph.Floor(u), graph.Floor(v)
	right, bottom := graph.Min(graph.AddScalar(left, 1), at(rowW)),
		graph.Min(graph.AddScalar(top, 1), at(rowH))
	part := func(x, floor *graph.Node) *graph.Node {
		return graph.InsertAxes(graph.ConvertDType(graph.Sub(x, floor), dtypes.Float32), -1)
	}
	fu, fv := part(u, left), part(v, top)

	flat := graph.Reshape(img, b*h*w, 3)
	start := graph.MulScalar(graph.Iota(g, shapes.Make(dtypes.Int32, b, s.H, s.W), 0), float64(h*w))
	pixel := func(y, x *graph.Node) *graph.Node {
		index := graph.Add(start, graph.ConvertDType(graph.Add(graph.MulScalar(y, float64(w)), x),
			dtypes.Int32))
		return graph.ConvertDType(graph.Gather(flat, graph.InsertAxes(index, -1)), dtypes.Float32)
	}
	between := func(a, b, f *graph.Node) *graph.Node {
		return graph.Add(a,
			graph.Mul(f, graph.Sub(b, a)))
	}
	upper := between(pixel(top, left), pixel(top, right), fu)
	lower := between(pixel(bottom, left), pixel(bottom, right), fu)
	x := graph.MulScalar(between(upper, lower, fv), 1.0/255)

	single := func(i int) *graph.Node {
		return graph.Reshape(graph.ConvertDType(at(i), dtypes.Float32), b, 1, 1, 1)
	}
	clamped := graph.ClipScalar(x, float64(lowest), float64(highest))
	odds := graph.Sub(graph.Log(clamped), graph.Log(graph.OneMinus(clamped)))
	lit := graph.Logistic(graph.Mul(single(rowScale), graph.Add(odds, single(rowShift))))
	return graph.Where(graph.BroadcastToShape(graph.GreaterThan(single(rowLit),
		graph.ZerosLike(single(rowLit))), shapes.Make(dtypes.Bool, x.Shape().Dimensions...)), lit,
		x)
}

// reflected is reflect on the device; whole numbers stay whole.
func reflected(u, limit *graph.Node) *graph.Node {
	one := graph.OnesLike(limit)
	period := graph.Max(graph.MulScalar(limit, 2), one)
	u = graph.Abs(u)
	u = graph.Sub(u, graph.Mul(graph.Floor(graph.Div(u, period)), period))
	u = graph.Sub(limit, graph.Abs(graph.Sub(u, limit)))
	return graph.Max(u, graph.ZerosLike(u))
}
