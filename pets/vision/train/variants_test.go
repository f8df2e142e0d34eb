package train

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// One row of logits 1, 2, 3 with label 2: −log p is 0.4076060, the mean over the classes 1.4076060.
func TestLabelSmoothing(t *testing.T) {
	exec, err := graph.NewExec(enginetest.Go(t).Backend,
		func(logits, labels *graph.Node) (*graph.Node, *graph.Node) {
			return crossEntropy(logits, labels, planShape{}),
				crossEntropy(logits, labels, planShape{smoothing: .1})
		})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call([][]float32{{1, 2, 3}, {3, 2, 1}}, []int32{2, 0})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "plain", float64(tensors.ToScalar[float32](out[0])), .4076060, 1e-6)
	near(t, "smoothed", float64(tensors.ToScalar[float32](out[1])), .9*.4076060+.1*1.4076060, 1e-6)

	c := fixtureConfig()
	c.LabelSmoothing = .2
	a, b := newLearner(t, enginetest.Go(t), c), newLearner(t, enginetest.Go(t), fixtureConfig())
	x, y := fit(t, a, 1, spec.Fit{}), fit(t, b, 1, spec.Fit{})
	if x[0].TrainLoss == y[0].TrainLoss {
		t.Error("smoothing changed nothing")
	}
	if err := a.Snapshot(filepath.Join(t.TempDir(), "s")); err != nil {
		t.Fatal(err)
	}
	if a.identity() == b.identity() {
		t.Error("a snapshot with smoothing fits a learner without")
	}
	c.LabelSmoothing = 1
	if _, err := c.withDefaults(); err == nil {
		t.Error("smoothing of 1 passed")
	}
}

// Gradients 3, 4 and 12 have norm 13. torch.nn.utils.clip_grad_norm_ multiplies them by
// 6.5/(13+1e-6), or leaves them as they are.
func TestGradClip(t *testing.T) {
	eng := enginetest.Go(t)
	clip := func(h hyper) []float64 {
		exec, err := graph.NewExec(eng.Backend, func(in []*graph.Node) []*graph.Node {
			return hyperNodes{in[0], 1}.clip(in[1:])
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Call(h.vector(1), []float32{3, 4}, [][]float32{{12}})
		if err != nil {
			t.Fatal(err)
		}
		return float64s(append(tensors.MustCopyFlatData[float32](out[0]),
			tensors.MustCopyFlatData[float32](out[1])...))
	}
	for largest, want := range map[float64][]float64{0: {3, 4, 12}, 100: {3, 4, 12},
		6.5: {1.49999988, 1.99999985, 5.99999954}, .013: {.00299999977, .00399999969,
			.0119999991}} {
		for i, got := range clip(hyper{lrs: []float64{.1}, beta1: .9, clip: largest}) {
			near(t, fmt.Sprintf("gradient %d clipped to %v", i, largest), got, want[i], 1e-7)
		}
	}

	var tables [][]spec.Row
	for _, norm := range []float64{0, 1e9, 1e-3} {
		l := newLearner(t, eng, fixtureConfig())
		tables = append(tables, fit(t, l, 1, spec.Fit{GradClip: norm}))
	}
	same(t, "rows with a norm that nothing exceeds", tables[1], tables[0])
	if reflect.DeepEqual(tables[2], tables[0]) {
		t.Error("clipping to 0.001 changed nothing")
	}
}

// In bfloat16 a fit works and predictions are those of float32, to bfloat16's precision; an engine
// without it says so.
func TestBFloat16(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		c := fixtureConfig()
		full := newLearner(t, eng, c)
		c.Precision = spec.BFloat16
		half := newLearner(t, eng, c)
		p, _ := fixtureImage(fixtureSplit().Valid[0])
		a, err := full.Predict(context.Background(), []*images.RGB{p})
		if err != nil {
			t.Fatal(err)
		}
		b, err := half.Predict(context.Background(), []*images.RGB{p})
		if err != nil {
			t.Fatal(err)
		}
		for k := range a[0] {
			near(t, "probability", float64(b[0][k]), float64(a[0][k]), 5e-2)
		}
		can := half.exec.shape.compute == dtypes.BFloat16
		if can == reflect.DeepEqual(a, b) {
			t.Errorf("bfloat16 %v, probabilities %v and %v", can, a, b)
		}
		if eng.Name != engine.Go {
			enginetest.Long(t)
		}
		var lines []string
		if err := half.FitOneCycle(context.Background(), 1, spec.Fit{}, notes(&lines)); err != nil {
			t.Fatal(err)
		}
		if can != (len(lines) == 0) {
			t.Errorf("bfloat16 %v, notes %v", can, lines)
		}
		if _, err := half.GradCAM(context.Background(), []*images.RGB{p}, []int{0}); err != nil {
			t.Error(err)
		}
	})
}

// The weights of Grad-CAM's channels, computed in another way: the features are made positive by a
// large offset of the last batch norm, so that its gradient is the sum of the features' gradients.
func TestGradCAMValues(t *testing.T) {
	eng := enginetest.Go(t)
	c := fixtureConfig()
	c.Size = spec.Square(64) // features of 2×2
	l := newLearner(t, eng, c)
	const offset = "layer4.0.bn2.bias"
	at := slices.IndexFunc(l.exec.net.Params, func(p model.Param) bool { return p.Name == offset })
	high := make([]float32, l.exec.net.Params[at].Size())
	for i := range high {
		high[i] = 30
	}
	changed := slices.Clone(l.exec.net.Init(1))
	changed[at] = tensors.FromFlatDataAndDimensions(high, len(high))
	if err := l.SetWeights(changed); err != nil {
		t.Fatal(err)
	}
	p, _ := fixtureImage(fixtureSplit().Valid[2])
	const class = 1
	maps, err := l.GradCAM(context.Background(), []*images.RGB{p}, []int{class})
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]float32, 64*64*3)
	if err := c.augment().Apply(pixels, p, c.Size, c.augment().Valid()); err != nil {
		t.Fatal(err)
	}
	exec, err := graph.NewExec(eng.Backend, func(in []*graph.Node) []*graph.Node {
		pass := l.exec.plan.forward(in[0], in[1:], nil)
		score := graph.ReduceAllSum(graph.Slice(pass.Logits, graph.AxisRange(),
			graph.AxisElem(class)))
		return append(graph.Gradient(score, in[1+at]), pass.Features)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(append([]any{tensors.FromFlatDataAndDimensions(pixels, 1, 64, 64, 3)},
		anys(l.Weights())...)...)
	if err != nil {
		t.Fatal(err)
	}
	sums, features := tensors.MustCopyFlatData[float32](out[0]),
		tensors.MustCopyFlatData[float32](out[1])
	if len(maps[0].Values) != 4 || len(features) != 4*len(sums) || slices.Min(features) <= 0 {
		t.Fatalf("%d cells, %d features from %v", len(maps[0].Values), len(features),
			slices.Min(features))
	}
	for cell, got := range maps[0].Values {
		want := 0.0
		for k, sum := range sums {
			want += float64(sum) / 4 * float64(features[cell*len(sums)+k])
		}
		near(t, "cell", float64(got), max(0, want), 1e-4)
	}
	if slices.Max(maps[0].Values) == 0 {
		t.Error("an empty map shows nothing: choose another class")
	}
}

// One seed fixes everything, whatever the number of workers; another seed does not.
func TestOneSeed(t *testing.T) {
	run := func(seed, workers int) ([]spec.Row, [][]float32) {
		c := fixtureConfig()
		c.Seed, c.Workers = seed, workers
		l := newLearner(t, enginetest.Go(t), c)
		return fit(t, l, 1, spec.Fit{}), values(t, l)
	}
	a, x := run(7, 1)
	b, y := run(7, 5)
	same(t, "tables", b, a)
	same(t, "weights", y, x)
	if other, _ := run(8, 1); reflect.DeepEqual(other, a) {
		t.Error("another seed gives the same table")
	}
}

// cnn_learner: pretrained body, frozen, new head.
func TestCNNLearner(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	c := fixtureConfig()
	o := CNN{Head: spec.Head{Hidden: []int{16}}, Weights: weights.Options{Offline: true,
		CacheDir: t.TempDir()}}
	l, err := CNNLearner(ctx, eng, fixtureSplit(), "petnet10", c, o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, _, err := weights.Load(ctx, "petnet10", o.Weights)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := file.Get("bn1.weight")
	got := values(t, l)
	for i, p := range l.Net().Params {
		if p.Name == "bn1.weight" {
			same(t, p.Name, got[i], want.Data)
		}
	}
	if !l.Frozen() {
		t.Error("the body is not frozen")
	}
	o.Scratch = true
	scratch, err := CNNLearner(ctx, eng, fixtureSplit(), "petnet10", c, o)
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	if scratch.Frozen() || reflect.DeepEqual(values(t, scratch), got) {
		t.Error("from scratch: frozen, or with pretrained weights")
	}
	file.Tensors = file.Tensors[1:]
	if _, err := scratch.SetBody(file); err == nil || !strings.Contains(err.Error(), "lacks") {
		t.Errorf("an incomplete body: %v", err)
	}
	o.Scratch = false
	if _, err := CNNLearner(ctx, eng, fixtureSplit(), "resnet34", c, o); err == nil {
		t.Error("resnet34 without its file passed")
	}
}
