package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

func normal(r *rand.Rand, scale, shift float64, dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(scale*r.NormFloat64() + shift)
	}
	return tensors.FromFlatDataAndDimensions(v, dims...)
}

type fn func(in []*graph.Node) *graph.Node

// withGradients returns y and the gradients of Σ y·v for all inputs, v being the last.
func withGradients(f fn) func([]*graph.Node) []*graph.Node {
	return func(in []*graph.Node) []*graph.Node {
		x, v := in[:len(in)-1], in[len(in)-1]
		y := f(x)
		return append([]*graph.Node{y}, graph.Gradient(graph.ReduceAllSum(graph.Mul(y, v)),
			x...)...)
	}
}

func values(t *testing.T, e *engine.Engine, f func([]*graph.Node) []*graph.Node,
	in ...*tensors.Tensor) [][]float64 {
	t.Helper()
	args := make([]any, len(in))
	for i := range in {
		own, err := in[i].LocalClone() // a tensor belongs to one backend
		if err != nil {
			t.Fatal(err)
		}
		args[i] = own
	}
	var all [][]float64
	err := engine.Call("test", func() {
		out, err := graph.MustNewExec(e.Backend, f).Call(args...)
		if err != nil {
			panic(err)
		}
		for _, o := range out {
			var v []float64
			if o.DType() == dtypes.Float64 {
				v = tensors.MustCopyFlatData[float64](o)
			} else {
				for _, x := range tensors.MustCopyFlatData[float32](o) {
					v = append(v, float64(x))
				}
			}
			all = append(all, v)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// distance is ‖a−b‖/‖b‖.
func distance(a, b []float64) float64 {
	var d, n float64
	for i := range a {
		d += (a[i] - b[i]) * (a[i] - b[i])
		n += b[i] * b[i]
	}
	return math.Sqrt(d / (n + 1e-30))
}

func compare(t *testing.T, e *engine.Engine, name string, tolerance float64, ours, reference fn,
	in ...*tensors.Tensor) {
	t.Helper()
	a, b := values(t, e, withGradients(ours), in...), values(t, e, withGradients(reference), in...)
	for i := range a {
		if d := distance(a[i], b[i]); !(d <= tolerance) {
			t.Errorf("%s on %s: output %d (0 the value, then gradients) is off by %.1e", name,
				e.Name, i, d)
		}
	}
}

func TestConvolutionsAgreeWithGoMLX(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, c := range [][5]int{{8, 6, 10, 1, 1}, {8, 6, 10, 1, 2}, {7, 6, 10, 1, 2},
			{8, 6, 10, 3, 1}, {8, 6, 10, 3, 2}, {9, 6, 10, 3, 2}, {16, 3, 8, 7, 2},
			{15, 3, 8, 7, 2}} {
			side, in, out, kernel, stride := c[0], c[1], c[2], c[3], c[4]
			native := func(in []*graph.Node) *graph.Node {
				p := kernel / 2
				return graph.Convolve(in[0], in[1]).Strides(stride).PaddingPerDim([][2]int{{p, p},
					{p, p}}).Done()
			}
			o := outSize(side, kernel, stride)
			x, w, v := normal(r, 1, 0, 2, side, side, in), normal(r, 1, 0, kernel, kernel, in, out),
				normal(r, 1, 0, 2, o, o, out)
			if kernel == 1 {
				compare(t, e, fmt.Sprint("pointwise ", c), 1e-5,
					func(in []*graph.Node) *graph.Node { return pointwise(in[0], in[1], stride) },
					native, x, w, v)
			}
			if e.Name != "go" { // no other takes this formulation, and XLA takes long to compile it
				continue
			}
			compare(t, e, fmt.Sprint("shifted ", c), 1e-5,
				func(in []*graph.Node) *graph.Node { return shifted(in[0], in[1], stride) }, native,
				x, w, v)
		}
		for _, c := range [][2]int{{8, 1}, {8, 2}, {7, 2}} {
			side, stride := c[0], c[1]
			o := outSize(side, 3, stride)
			compare(t, e, fmt.Sprint("depthwise ", c), 1e-5,
				func(in []*graph.Node) *graph.Node { return depthwise(in[0], in[1], stride) },
				func(in []*graph.Node) *graph.Node {
					return graph.Convolve(in[0],
						in[1]).ChannelGroupCount(6).Strides(stride).PaddingPerDim([][2]int{{1, 1},
						{1, 1}}).Done()
				}, normal(r, 1, 0, 2, side, side, 6), normal(r, 1, 0, 3, 3, 1, 6),
				normal(r, 1, 0, 2, o, o, 6))
		}
	})
}

// TestWinogradAgreesWithGoMLX has rows that fill fours and rows that do not.
func TestWinogradAgreesWithGoMLX(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, size := range [][2]int{{12, 9}, {13, 12}} {
			h, w := size[0], size[1]
			compare(t, e, fmt.Sprint("winograd ", size), 1e-5,
				func(in []*graph.Node) *graph.Node { return winograd(in[0], in[1]) },
				func(in []*graph.Node) *graph.Node {
					return graph.Convolve(in[0], in[1]).PadSame().Done()
				}, normal(r, 1, 0, 2, h, w, 6), normal(r, 1, 0, 3, 3, 6, 10),
				normal(r, 1, 0, 2, h, w, 10))
		}
	})
}

func TestWhereWinogradPays(t *testing.T) {
	onCPU, onGo := enginetest.XLA(t).Backend, enginetest.Go(t).Backend
	for _, c := range []struct {
		name                  string
		backend               compute.Backend
		train                 bool
		batch, side, channels int
		dtype                 dtypes.DType
		want                  bool
	}{
		{"training", onCPU, true, 16, 56, 64, dtypes.Float32, true},
		{"prediction", onCPU, false, 16, 56, 64, dtypes.Float32, false},
		{"bfloat16", onCPU, true, 16, 56, 64, dtypes.BFloat16, false},
		{"the Go backend", onGo, true, 16, 56, 64, dtypes.Float32, false},
		{"the fewest rows", onCPU, true, 16, 14, 256, dtypes.Float32, true},
		{"fewer rows", onCPU, true, 16, 7, 512, dtypes.Float32, false},
		{"petnet18 at 128 px", onCPU, true, 16, 16, 64, dtypes.Float32, false},
	} {
		g := graph.NewGraph(c.backend, t.Name())
		x := graph.Parameter(g, "x", shapes.Make(c.dtype, c.batch, c.side, c.side, c.channels))
		w := graph.Parameter(g, "w", shapes.Make(c.dtype, 3, 3, c.channels, c.channels))
		if got := winogradPays(&pass{mode: Mode{Train: c.train}}, x, w); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestGoBackendIsRecognised(t *testing.T) {
	if name := enginetest.Go(t).Backend.Name(); name != goBackend {
		t.Errorf("it calls itself %q now, not %q: it would run at a fifth of its speed", name,
			goBackend)
	}
}

func TestMaxPoolAgreesWithGoMLX(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		r := rand.New(rand.NewPCG(2, 1))
		for _, c := range [][2]int{{8, 12}, {7, 12}, {8, 5}, {9, 7}} {
			compare(t, e, fmt.Sprint("max pool ", c), 1e-6,
				func(in []*graph.Node) *graph.Node { return maxPool(in[0]) },
				func(in []*graph.Node) *graph.Node {
					return graph.MaxPool(in[0]).Window(3).Strides(2).PaddingPerDim([][2]int{{1, 1},
						{1, 1}}).Done()
				}, normal(r, 1, -5, 2, c[0], c[1], 3), normal(r, 1, 0, 2, outSize(c[0], 3, 2),
					outSize(c[1], 3, 2), 3))
		}
	})
}

// All values equal: torch assigns the gradient to the first of a window.
func TestMaxPoolTies(t *testing.T) {
	e := enginetest.Go(t)
	x := tensors.FromFlatDataAndDimensions(make([]float32, 16), 1, 4, 4, 1)
	v := tensors.FromFlatDataAndDimensions([]float32{1, 10, 100, 1000}, 1, 2, 2, 1)
	got := values(t, e, withGradients(func(in []*graph.Node) *graph.Node { return maxPool(in[0]) }),
		x, v)[1]
	// Windows start at (−1,−1), (−1,1), (1,−1), (1,1); padding is no candidate.
	want := []float64{1, 10, 0, 0, 100, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// plainNorm is the textbook's batch norm, for inputs that lose no digits by it.
func plainNorm(in []*graph.Node) *graph.Node {
	x := in[0]
	c := x.Shape().Dimensions[3]
	row := func(v *graph.Node) *graph.Node { return graph.Reshape(v, 1, 1, 1, c) }
	mean := row(graph.ReduceMean(x, 0, 1, 2))
	d := graph.Sub(x, mean)
	variance := row(graph.ReduceMean(graph.Square(d), 0, 1, 2))
	return graph.Add(graph.Mul(d, graph.Div(row(in[1]),
		graph.Sqrt(graph.AddScalar(variance, normEpsilon)))), row(in[2]))
}

func ourNorm(in []*graph.Node) *graph.Node {
	zero := graph.ZerosLike(in[1])
	p := &pass{params: []*graph.Node{in[1], in[2], zero, graph.OnesLike(zero)},
		mode: Mode{Train: true}, updates: map[int]*graph.Node{}}
	return norm{scale: 0, offset: 1, mean: 2, variance: 3}.forward(p, in[0])
}

func TestNormAgreesWithTextbook(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		r := rand.New(rand.NewPCG(3, 1))
		for _, shift := range []float64{0, 3} {
			compare(t, e, fmt.Sprint("batch norm around ", shift), 2e-6, ourNorm, plainNorm,
				normal(r, 2, shift, 4, 8, 8, 16), normal(r, 1, 0, 16), normal(r, 1, 0, 16),
				normal(r, 1, 0, 4, 8, 8, 16))
		}
	})
}

// 299 pixels and batches of 24 and more gave sums that ended the process on XLA.
func TestSumOfVeryManyValues(t *testing.T) {
	x := make([]float32, 24*150*150*64)
	for i := range x {
		x[i] = float32(i % 64)
	}
	sum := values(t, enginetest.XLA(t),
		func(in []*graph.Node) []*graph.Node { return []*graph.Node{sumRows(in[0])} },
		tensors.FromFlatDataAndDimensions(x, 24, 150, 150, 64))[0]
	for c, got := range sum {
		if want := float64(c * 24 * 150 * 150); math.Abs(got-want) > 1e-5*want {
			t.Fatalf("channel %d: sum %g, want %g", c, got, want)
		}
	}
}

// A mean a thousand times the spread must not cost the variance its digits: compared with float64
// on the Go backend.
func TestNormWithLargeMean(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	x, scale, offset, v := normal(r, 1, 1000, 4, 8, 8, 16), normal(r, 1, 0, 16),
		normal(r, 1, 0, 16), normal(r, 1, 0, 4, 8, 8, 16)
	precise := values(t, enginetest.Go(t), withGradients(plainNorm), float64s(x), float64s(scale),
		float64s(offset), float64s(v))
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		got := values(t, e, withGradients(ourNorm), x, scale, offset, v)
		for i := range got {
			// the input itself has only 6e-5 of its spread
			if d := distance(got[i], precise[i]); !(d < 2e-4) {
				t.Errorf("on %s output %d is off by %.1e", e.Name, i, d)
			}
		}
	})
}

func float64s(t *tensors.Tensor) *tensors.Tensor {
	var v []float64
	for _, x := range tensors.MustCopyFlatData[float32](t) {
		v = append(v, float64(x))
	}
	return tensors.FromFlatDataAndDimensions(v, t.Shape().Dimensions...)
}

func TestRunningStatisticsAreTorchs(t *testing.T) {
	x := tensors.FromFlatDataAndDimensions([]float32{1, 3, -1, 5}, 4, 1)
	out := values(t, enginetest.Go(t), func(in []*graph.Node) []*graph.Node {
		g := in[0].Graph()
		c := func(v float32) *graph.Node { return graph.Const(g, []float32{v}) }
		p := &pass{params: []*graph.Node{c(1), c(0), c(10), c(20)}, mode: Mode{Train: true},
			updates: map[int]*graph.Node{}}
		norm{scale: 0, offset: 1, mean: 2, variance: 3}.forward(p, in[0])
		return []*graph.Node{p.updates[2], p.updates[3]}
	}, x)
	// mean 2; squared deviations 1 1 9 9, unbiased variance 20/3.
	if math.Abs(out[0][0]-(9+0.2)) > 1e-6 || math.Abs(out[1][0]-(18+2.0/3)) > 1e-5 {
		t.Errorf("running mean %v, variance %v; want 9.2, 18.6667", out[0], out[1])
	}
}

func TestReluGradient(t *testing.T) {
	x := tensors.FromFlatDataAndDimensions([]float32{-1, 0, 2, 6, 7}, 5)
	v := tensors.FromFlatDataAndDimensions([]float32{1, 1, 1, 1, 1}, 5)
	for top, want := range map[float64][]float64{0: {0, 0, 1, 1, 1}, 6: {0, 0, 1, 0, 0}} {
		got := values(t, enginetest.Go(t),
			withGradients(func(in []*graph.Node) *graph.Node { return relu(in[0], top) }), x, v)[1]
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("top %g: gradient %v, want %v", top, got, want)
				break
			}
		}
	}
}
