package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
)

// step runs one forward and backward pass: loss, logits, gradients of the trained parameters, running statistics.
func step(t testing.TB, e *engine.Engine, n *model.Net, x *tensors.Tensor, m model.Mode, trainFrom int) func() [][]float64 {
	t.Helper()
	args := []any{x}
	for _, v := range n.Init(3) {
		if x.DType() == dtypes.Float64 {
			v = float64s(v)
		}
		args = append(args, v)
	}
	trains := n.Frozen(trainFrom, true)
	build := func(in []*graph.Node) []*graph.Node {
		pass := n.Forward(in[0], in[1:], m)
		var trained []*graph.Node
		for i, yes := range trains {
			if yes {
				trained = append(trained, in[1+i])
			}
		}
		loss := graph.ReduceAllMean(graph.Square(graph.AddScalar(pass.Logits, -1)))
		out := append([]*graph.Node{loss, pass.Logits}, graph.Gradient(loss, trained...)...)
		for i := range n.Params {
			if u := pass.Updates[i]; u != nil {
				out = append(out, u)
			}
		}
		return out
	}
	var exec *graph.Exec
	return func() [][]float64 {
		var all [][]float64
		err := engine.Call("test step", func() {
			if exec == nil {
				exec = graph.MustNewExec(e.Backend, build)
			}
			out, err := exec.Call(args...)
			if err != nil {
				panic(err)
			}
			for _, o := range out {
				all = append(all, numbers(o))
				o.MustFinalizeAll()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
}

func numbers(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	var v []float64
	for _, x := range tensors.MustCopyFlatData[float32](t) {
		v = append(v, float64(x))
	}
	return v
}

func float64s(t *tensors.Tensor) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(numbers(t), t.Shape().Dimensions...)
}

func pictures(b, side int) *tensors.Tensor {
	r := rand.New(rand.NewPCG(5, 5))
	v := make([]float32, b*side*side*3)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(v, b, side, side, 3)
}

func TestBackendsAgree(t *testing.T) {
	g, x := enginetest.Go(t), enginetest.XLA(t)
	for _, arch := range []string{"petnet10", "resnet18", "resnet50", "mobilenet_v2"} {
		n, err := model.New(arch, 4, model.HeadOptions{Hidden: []int{16}})
		if err != nil {
			t.Fatal(err)
		}
		a, b := step(t, g, n, pictures(2, 32), model.Mode{}, 2)(), step(t, x, n, pictures(2, 32), model.Mode{}, 2)()
		if d := distance(a[1], b[1]); !(d < 1e-4) {
			t.Errorf("%s: logits differ by %.1e", arch, d)
		}
	}
}

// A whole training pass in float32 against the same in float64. Batches are not too small, on purpose: batch norm divides by their spread,
// and where rounding moves a single activation of a nearly dead channel across ReLU's kink, all gradients below jump by per cents.
func TestTrainingPassAgainstFloat64(t *testing.T) {
	n, err := model.New("petnet10", 4, model.HeadOptions{Hidden: []int{16}})
	if err != nil {
		t.Fatal(err)
	}
	m := model.Mode{Train: true}
	precise := step(t, enginetest.Go(t), n, float64s(pictures(16, 48)), m, 0)()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		got := step(t, e, n, pictures(16, 48), m, 0)()
		for i := range got {
			if d := distance(got[i], precise[i]); !(d < 1e-4) {
				t.Errorf("on %s output %d (loss, logits, gradients, statistics) is off by %.1e", e.Name, i, d)
			}
		}
	})
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

func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		arch        string
		batch, side int
		trainFrom   int
		xlaOnly     bool
	}{{"petnet10", 16, 64, 2, false}, {"petnet10", 16, 64, 0, false}, {"petnet10", 32, 96, 2, true}, {"petnet10", 32, 96, 0, true}, {"petnet18", 32, 96, 0, true}, {"petnet18", 32, 128, 2, true},
		{"mobilenet_v2", 8, 224, 0, true}, {"resnet34", 8, 224, 0, true}, {"resnet50", 8, 224, 0, true}} {
		for _, name := range []string{"go", "xla"} {
			if name == "go" && c.xlaOnly {
				continue
			}
			kind := "full"
			if c.trainFrom > 0 {
				kind = "frozen"
			}
			b.Run(c.arch+"-"+kind+"-"+name, func(b *testing.B) {
				e := enginetest.Go(b)
				if name == "xla" {
					e = enginetest.XLA(b)
				}
				n, err := model.New(c.arch, 37, model.HeadOptions{})
				if err != nil {
					b.Fatal(err)
				}
				run := step(b, e, n, pictures(c.batch, c.side), model.Mode{Train: true}, c.trainFrom)
				run()
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(c.batch*b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}

func TestComputeDType(t *testing.T) {
	e := enginetest.XLA(t)
	n, _ := model.New("petnet10", 4, model.HeadOptions{})
	in := pictures(4, 32)
	a, b := step(t, e, n, in, model.Mode{}, 0)(), step(t, e, n, in, model.Mode{ComputeDType: dtypes.BFloat16}, 0)()
	if d := distance(b[1], a[1]); !(d < 5e-2) || d == 0 {
		t.Errorf("bfloat16 logits differ from float32's by %.1e; a few per mille are expected, none would mean that nothing was converted", d)
	}
}
