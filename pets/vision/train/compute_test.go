package train

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/sample"
	"gopets/pets/vision/weights"
)

// A function that is divided among devices is that of the whole batch: statistics over it, and
// gradients, which come out the same on each.
func TestDivided(t *testing.T) {
	eng := enginetest.XLA(t)
	build := func(in []*graph.Node) []*graph.Node {
		x, labels, w := in[0], graph.ConvertDType(in[1], dtypes.Float32), in[2]
		x = graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, 0))
		y := graph.ReduceSum(graph.Mul(x, graph.InsertAxes(w, 0)), 1)
		loss := graph.ReduceAllMean(graph.Square(graph.Sub(y, labels)))
		return []*graph.Node{loss, graph.Gradient(loss, w)[0]}
	}
	x := [][]float32{{1, 2}, {3, 5}, {-4, 6}, {0, 9}}
	labels := []int32{1, 2, 3, 5}
	w := []float32{.5, -2}
	var want [][]float32
	for devices := 1; devices <= 2; devices++ {
		exec := graph.MustNewExec(eng.Backend, build)
		if devices > 1 {
			var err error
			if exec, err = divided(exec, kindGrads, devices); err != nil {
				t.Fatal(err)
			}
		}
		var args []any
		rows := len(x) / devices
		for k := range devices {
			args = append(args, x[k*rows:(k+1)*rows], labels[k*rows:(k+1)*rows], w)
		}
		for i, out := range exec.MustCall(args...) {
			got := tensors.MustCopyFlatData[float32](out)
			if devices == 1 {
				want = append(want, got)
				continue
			}
			for k := range got {
				near(t, "output", float64(got[k]), float64(want[i%len(want)][k]), 1e-5)
			}
		}
		exec.Finalize()
	}
}

// Two devices compute what one does: the losses of fits with everything training and with the body
// frozen, in whole batches and inner ones, dropout and batch norms' statistics included.
func TestTwoDevices(t *testing.T) {
	enginetest.Long(t)
	eng := enginetest.XLA(t)
	shared := fixtureConfig()
	ownGraphs(t, &shared)
	for _, test := range []struct {
		inner    int
		frozen   bool
		compiled [2]int // functions, with one device and with two
	}{
		{8, true, [2]int{3, 3}},  // step, evaluation, transforms
		{8, false, [2]int{1, 1}}, // step
		{inner: 4},
	} {
		var losses [][]float64
		var rows [][]spec.Row
		for devices := 1; devices <= 2; devices++ {
			c := shared
			c.Batch, c.InnerBatch, c.Devices = 8, test.inner, devices
			c.TransformsOn = spec.OnDevice
			before := c.Graphs.Compiled()
			l := newLearner(t, eng, c)
			if test.frozen {
				if err := l.Freeze(); err != nil {
					t.Fatal(err)
				}
			}
			rows = append(rows, fit(t, l, 6, spec.Fit{MaxLR: spec.Const(1e-4)}))
			losses = append(losses, l.Recorder().Last().Losses)
			want := test.compiled[devices-1]
			if n := c.Graphs.Compiled() - before; test.inner == 8 && n != want {
				t.Errorf("%d devices: %d functions were compiled, want %d", devices, n, want)
			}
			l.exec.copies.sweep()
			if n := len(l.exec.copies.of); (n > 0) != (devices == 2) {
				t.Errorf("%d devices: %d tensors have copies", devices, n)
			}
		}
		for i := range losses[0] {
			near(t, fmt.Sprint("loss ", i), losses[1][i], losses[0][i], 1e-4)
		}
		for i := range rows[0] {
			near(t, "validation loss", rows[1][i].ValidLoss, rows[0][i].ValidLoss, 1e-4)
			near(t, "error rate", rows[1][i].ErrorRate, rows[0][i].ErrorRate, 1e-9)
		}
	}
}

func TestDevicesRefused(t *testing.T) {
	c := fixtureConfig()
	c.Devices = 2
	for want, batch := range map[string]int{"a multiple of 2": 5, "at most 1": 6} {
		c.Batch = batch
		_, err := New(enginetest.Go(t), newLearner(t, enginetest.Go(t), fixtureConfig()).Net(),
			fixtureSplit(), c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("batch %d: %v does not say %q", batch, err, want)
		}
	}
}

// What is automatic: on a CPU, float32 on the host.
func TestAutomatic(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		l := newLearner(t, eng, fixtureConfig())
		if l.exec.shape.compute != dtypes.InvalidDType || l.set.store != nil ||
			l.exec.devices != 1 || l.exec.lossGroup() != 1 {
			t.Errorf("%+v, store %v", l.exec.shape, l.set.store)
		}
	})
}

// In bfloat16 a network learns as in float32: on the drawn sample the error rates of several seeds
// differ by no more than chance.
func TestBFloat16ErrorRates(t *testing.T) {
	enginetest.Long(t)
	eng, ctx := enginetest.XLA(t), t.Context()
	folder := filepath.Join(t.TempDir(), "sample")
	breeds := []string{"Birman", "Bombay", "Siamese", "Sphynx", "beagle", "boxer", "pug", "samoyed"}
	if err := sample.Generate(ctx, folder, sample.Options{PerBreed: 20, Folders: breeds},
		nil); err != nil {
		t.Fatal(err)
	}
	files, err := dataset.ImageFiles(folder, true)
	if err != nil {
		t.Fatal(err)
	}
	labelled, err := dataset.LabelByFolder(files)
	if err != nil {
		t.Fatal(err)
	}
	const seeds = 2
	var graphs Graphs
	defer graphs.Close()
	net, err := model.New("petnet10", len(breeds), spec.Head{})
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := weights.Load(ctx, "petnet10", weights.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	wrong, total := map[spec.Precision]float64{}, 0
	for seed := range seeds {
		data, err := dataset.NewSplit(labelled, dataset.Options{Seed: uint32(seed), ValidPct: .3})
		if err != nil {
			t.Fatal(err)
		}
		total += len(data.Valid)
		for _, precision := range []spec.Precision{spec.Float32, spec.BFloat16} {
			l, err := New(eng, net, data, Config{Graphs: &graphs, CacheDir: t.TempDir(),
				Batches: spec.Batches{Seed: seed, Size: spec.Square(48), Batch: 16,
					Transforms: spec.DefaultTransforms()},
				Training: spec.Training{Compute: spec.Compute{Precision: precision}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := l.SetBody(body); err != nil {
				t.Fatal(err)
			}
			rows := fit(t, l, 6, spec.Fit{MaxLR: spec.Const(3e-3)})
			wrong[precision] += rows[len(rows)-1].ErrorRate * float64(len(data.Valid))
			l.Close()
		}
	}
	rate := func(p spec.Precision) float64 { return wrong[p] / float64(total) }
	full, half := rate(spec.Float32), rate(spec.BFloat16)
	noise := math.Sqrt((full*(1-full) + half*(1-half)) / float64(total))
	t.Logf("error rates over %d seeds, %d images: float32 %.3f, bfloat16 %.3f, noise %.3f", seeds,
		total, full, half, noise)
	if full > .5 || math.Abs(full-half) > 2*noise {
		t.Errorf("float32 %.3f, bfloat16 %.3f, of %d images", full, half, total)
	}
}
