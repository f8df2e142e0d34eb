package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// What fastai v1 has not, or has broken.

func notes(into *[]string) Events { return Events{Note: func(s string) { *into = append(*into, s) }} }

// The loaded learner knows all that the exported one knew, predicts bit for bit the same, and refuses what needs pictures.
func TestExport(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	c := fixtureConfig()
	c.Size, c.Decode.IgnoreEXIF = augment.Size{H: 32, W: 40}, true
	c.Stats = augment.Stats{Mean: [3]float32{.4, .5, .6}, Std: [3]float32{.2, .3, .4}}
	l := newLearner(t, eng, c)
	fit(t, l, 1, OneCycle{})
	path := filepath.Join(t.TempDir(), "pets.safetensors")
	if err := l.Export(path); err != nil {
		t.Fatal(err)
	}
	back, err := LoadLearner(eng, path)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	p, _ := fixturePicture(fixtureSplit().Valid[0])
	want, err := l.Predict(ctx, []*dataset.Picture{p})
	if err != nil {
		t.Fatal(err)
	}
	got, err := back.Predict(ctx, []*dataset.Picture{p})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "predictions", got, want)
	same(t, "classes", back.Split().Classes, fixtureClasses)
	same(t, "split", back.Split(), l.Split())
	if back.Config().Size != c.Size || back.Config().Stats != c.Stats || back.Config().Transforms != c.Transforms || !back.Config().Decode.IgnoreEXIF || back.State() != l.State() {
		t.Errorf("configuration %+v, state %q", back.Config(), back.State())
	}
	for what, err := range map[string]error{
		"fit":     back.FitOneCycle(ctx, 1, OneCycle{}, Events{}),
		"batch":   second(back.Batch(ctx, 1, true)),
		"speed":   second(back.Benchmark(ctx, 1, true)),
		"valid":   second(back.ValidProbs(ctx, Events{})),
		"lr find": second(back.LRFind(ctx, LRFind{}, Events{})),
	} {
		if err == nil || !strings.Contains(err.Error(), "exported file") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// It is a file of weights too.
	other := newLearner(t, eng, c)
	if warnings, err := other.Load(path); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "no optimizer") {
		t.Errorf("load: %v %v", warnings, err)
	}
	same(t, "weights", values(t, other), values(t, l))
}

func second[T any](_ T, err error) error { return err }

func TestLoadLearnerRefuses(t *testing.T) {
	eng := enginetest.Go(t)
	l := newLearner(t, eng, fixtureConfig())
	path := filepath.Join(t.TempDir(), "pets.safetensors")
	if err := l.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadLearner(eng, path); err == nil || !strings.Contains(err.Error(), "not written by Export") {
		t.Errorf("a saved file: %v", err)
	}
	for want, spoil := range map[string]func(f *weights.File){
		"description":   func(f *weights.File) { f.Meta[metaExport] = "{" },
		"a size of":     func(f *weights.File) { edit(f, `"h":32`, `"h":100000`) },
		"at least 32":   func(f *weights.File) { edit(f, `"h":32`, `"h":8`) },
		"normalisation": func(f *weights.File) { edit(f, `"std":[0.229`, `"std":[0`) },
		"hidden":        func(f *weights.File) { edit(f, `"hidden":[16]`, `"hidden":[99999999999]`) },
		"values":        func(f *weights.File) { edit(f, `"hidden":[16]`, `"hidden":[1000000]`) },
		"classes":       func(f *weights.File) { f.Meta[metaClasses] = `"pug"` },
		"unknown name":  func(f *weights.File) { f.Meta[metaArch] = "vgg" },
		"label 2 of 2":  func(f *weights.File) { f.Meta[metaClasses] = `["a","b"]` },
		"gopets.split":  func(f *weights.File) { f.Tensors = f.Tensors[:len(f.Tensors)-1] },
	} {
		if err := l.Export(path); err != nil {
			t.Fatal(err)
		}
		f, err := weights.ReadSafetensors(path)
		if err != nil {
			t.Fatal(err)
		}
		spoil(f)
		if err := weights.WriteSafetensors(path, f); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadLearner(eng, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Whatever a file says, reading its description ends with an error or with labels inside the classes.
func FuzzExport(f *testing.F) {
	f.Add(`{"size":{"h":32,"w":32},"stats":{"mean":[0,0,0],"std":[1,1,1]},"hidden":[16]}`, `["pug","boxer"]`, []byte(`{"train":[{"file":"a","label":1}]}`))
	f.Add(`{}`, `null`, []byte(`[]`))
	f.Fuzz(func(t *testing.T, text, classes string, list []byte) {
		file := &weights.File{Meta: map[string]string{metaExport: text, metaClasses: classes}, Tensors: []weights.Tensor{{Name: splitTensor, DType: "U8"}}}
		for _, b := range list {
			file.Tensors[0].Ints = append(file.Tensors[0].Ints, int64(b))
		}
		e, data, err := readExport(file)
		if err != nil {
			return
		}
		for _, it := range append(data.Train, data.Valid...) {
			if it.Label < 0 || it.Label >= len(data.Classes) {
				t.Errorf("label %d of %d classes", it.Label, len(data.Classes))
			}
		}
		if e.Size.H > 4096 || e.Stats.Std[0] <= 0 {
			t.Errorf("%+v passed", e)
		}
	})
}

func edit(f *weights.File, old, new string) {
	if !strings.Contains(f.Meta[metaExport], old) {
		panic(old + " is not in " + f.Meta[metaExport])
	}
	f.Meta[metaExport] = strings.Replace(f.Meta[metaExport], old, new, 1)
}

// A path, the same file's bytes and the same decoded picture give the same answer.
func TestPredictPathBytesImage(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	ctx := context.Background()
	p, _ := fixturePicture(fixtureSplit().Valid[1])
	var data bytes.Buffer
	if err := png.Encode(&data, p.Image()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cat.jpg") // read by content
	if err := os.WriteFile(path, data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := l.PredictFile(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.PredictBytes(ctx, data.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.PredictImage(ctx, p.Image())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "path and bytes", a, b)
	same(t, "path and image", a, c)
	if top := a.Top(9); len(top) != 3 || top[0].Class != a.Class || top[0].Probability != a.Probabilities[a.Index] || top[2].Probability > top[1].Probability || len(a.Top(-1)) != 0 {
		t.Errorf("%+v", a)
	}
	if _, err := l.PredictFile(ctx, path+".no"); err == nil || !strings.Contains(err.Error(), "cat.jpg.no") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := l.PredictBytes(ctx, []byte("<html>")); err == nil || !strings.Contains(err.Error(), "not a picture") {
		t.Errorf("no picture: %v", err)
	}
	if _, err := l.PredictImage(ctx, dataset.NewPicture(0, 0).Image()); err == nil {
		t.Error("an empty image passed")
	}
}

// The passes of fastai's TTA: zoomed into each corner, cropped there, mirrored from the fourth on, warp, rotation and light as in training.
func TestTTALooks(t *testing.T) {
	c := fixtureConfig()
	c.Transforms.PAffine, c.Transforms.PLighting = 1, 1
	l := newLearner(t, enginetest.Go(t), c)
	seen := map[string]bool{}
	for pass := range ttaPasses {
		p := l.look(1.35, pass, 3)
		seen[fmt.Sprint(p.ZoomRow, p.ZoomCol, p.Flip)] = true
		if p.Zoom != 1.35 || p.CropRow != p.ZoomRow || p.CropCol != p.ZoomCol || p.Warp == [4]float64{} || p.Degrees == 0 || p.Brightness == 0 || p.Contrast == 0 {
			t.Errorf("pass %d: %+v", pass, p)
		}
		if !reflect.DeepEqual(p, l.look(1.35, pass, 3)) || p.Degrees == l.look(1.35, pass, 4).Degrees {
			t.Errorf("pass %d is not repeatable, or the same for all pictures", pass)
		}
	}
	if len(seen) != ttaPasses {
		t.Errorf("corners and mirrorings %v", seen)
	}
	if p := l.look(1.35, 1, 0); p.CropRow != 1 || p.CropCol != 0 {
		t.Errorf("pass 1 looks at %v, %v, want the bottom left", p.CropRow, p.CropCol)
	}
}

func TestTTA(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	l := newLearner(t, eng, fixtureConfig())
	fit(t, l, 1, OneCycle{})
	plain, err := l.ValidProbs(ctx, Events{})
	if err != nil {
		t.Fatal(err)
	}
	only, err := l.TTA(ctx, TTA{Beta: 1}, Events{})
	if err != nil {
		t.Fatal(err)
	}
	none, err := l.TTA(ctx, TTA{Beta: -1}, Events{})
	if err != nil {
		t.Fatal(err)
	}
	batches := 0
	mixed, err := l.TTA(ctx, TTA{}, Events{Batch: func(b BatchInfo) {
		if b.Batch != batches || b.Batches != 18 {
			t.Errorf("progress %+v at %d", b, batches)
		}
		batches++
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range mixed.Probs {
		for k, p := range row {
			near(t, "β=1 is the plain prediction", float64(only.Probs[i][k]), float64(plain.Probs[i][k]), 1e-6)
			near(t, "0.4 plain + 0.6 augmented", float64(p), .4*float64(plain.Probs[i][k])+.6*float64(none.Probs[i][k]), 1e-5)
		}
		near(t, "loss", mixed.Losses[i], -math.Log(float64(row[mixed.Labels[i]])), 1e-6)
	}
	if reflect.DeepEqual(none.Probs, plain.Probs) {
		t.Error("the augmented passes are the plain one")
	}
	if batches != 18 || mixed.State != "after fit 1, epoch 1, TTA" {
		t.Errorf("%d batches, state %q", batches, mixed.State)
	}
	if _, err := interpret.From(mixed); err != nil {
		t.Error(err)
	}
	p, _ := fixturePicture(fixtureSplit().Valid[0])
	single, err := l.PredictTTA(ctx, []*dataset.Picture{p}, TTA{})
	if err != nil || len(single) != 1 {
		t.Fatal(single, err)
	}
	near(t, "one picture alone", float64(single[0][0]), float64(mixed.Probs[0][0]), 1e-4)
	if _, err := l.TTA(ctx, TTA{Scale: .5}, Events{}); err == nil {
		t.Error("a scale below 1 passed")
	}
}

// fit at constant lr: every batch the same rate and β1; two fits go on with the moments.
func TestFitAtConstantRate(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	path := filepath.Join(t.TempDir(), "run.snapshot")
	ctx := context.Background()
	if err := l.Fit(ctx, 2, Constant{LR: Const(1e-3), Snapshot: path}, Events{}); err != nil {
		t.Fatal(err)
	}
	run := l.Recorder().Last()
	if run.Name != "fit(2, 0.001, wd=0.01)" || len(run.Rows) != 2 {
		t.Errorf("%+v", run)
	}
	for i := range run.LRs {
		if run.LRs[i] != 1e-3 || run.Momentums[i] != .9 {
			t.Errorf("batch %d: rate %v, β1 %v", i, run.LRs[i], run.Momentums[i])
		}
	}
	steps := l.now.step
	if err := l.Fit(ctx, 1, Constant{}, Events{}); err != nil || l.now.step != steps+3 {
		t.Errorf("%d steps after %d, %v", l.now.step, steps, err)
	}
	back := newLearner(t, l.eng, fixtureConfig())
	if err := back.Restore(path); err != nil {
		t.Fatal(err)
	}
	if err := back.Fit(ctx, 2, Constant{LR: Const(1e-3), Resume: true}, Events{}); err != nil || back.now.step != steps {
		t.Errorf("resuming what is done: %v", err)
	}
	if err := back.FitOneCycle(ctx, 2, OneCycle{MaxLR: Const(1e-3), Resume: true}, Events{}); err == nil {
		t.Error("a constant fit was gone on with as a one-cycle")
	}
}

func TestWatchVerdict(t *testing.T) {
	rows := func(losses ...float64) (list []Row) {
		for i, v := range losses {
			list = append(list, Row{Epoch: i, ValidLoss: v, ErrorRate: -v})
		}
		return list
	}
	for _, c := range []struct {
		w    Watch
		rows []Row
		best int
		stop bool
	}{
		{Watch{}, nil, -1, false},
		{Watch{Patience: 1}, nil, -1, false},
		{Watch{}, rows(3, 2, 4, 5, 6), 1, false},
		{Watch{Patience: 2}, rows(3, 2, 4), 1, false},
		{Watch{Patience: 2}, rows(3, 2, 4, 2), 1, true},
		{Watch{Patience: 2, MinDelta: .5}, rows(3, 2.6, 2.7), 0, true},
		{Watch{Patience: 2, MinDelta: .3}, rows(3, 2.6, 2.7), 1, false},
		{Watch{Metric: ErrorRate}, rows(3, 2, 4), 2, false},
	} {
		if best, stop := c.w.verdict(c.rows); best != c.best || stop != c.stop {
			t.Errorf("%+v: best %d, stop %v", c, best, stop)
		}
	}
	for _, w := range []Watch{{Metric: "speed"}, {Patience: -1}, {MinDelta: math.NaN()}} {
		if w.check() == nil {
			t.Errorf("%+v passed", w)
		}
	}
}

// No epoch can be better than the first by so much: the fit stops after two more and ends with the first's weights; cut off after any epoch and restored in
// a new learner, it ends the same.
func TestStopEarlyAndKeepTheBest(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	var graphs Graphs
	t.Cleanup(graphs.Close)
	net, err := model.New("petnet10", 3, model.HeadOptions{Hidden: []int{16}})
	if err != nil {
		t.Fatal(err)
	}
	c := fixtureConfig()
	c.Graphs = &graphs
	const most, best = 9, 0
	o := Constant{Watch: Watch{Patience: 2, MinDelta: 1e9, KeepBest: true}}
	whole := learnerOf(t, eng, c, net)
	var told []string
	if err := whole.Fit(ctx, most, o, notes(&told)); err != nil {
		t.Fatal(err)
	}
	run := whole.Recorder().Last()
	if len(run.Rows) != 3 || run.Best() != best || !run.Finished() || len(told) != 2 || !strings.Contains(told[0], "stopped early") {
		t.Fatalf("%d epochs, best %d, notes %v", len(run.Rows), run.Best(), told)
	}
	if want := fmt.Sprintf("after fit 1, epoch %d", best+1); whole.State() != want {
		t.Errorf("state %q, want %q", whole.State(), want)
	}
	v, err := whole.ValidProbs(ctx, Events{})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, loss := range v.Losses {
		sum += loss / float64(len(v.Losses))
	}
	near(t, "loss of the kept weights", sum, run.Rows[best].ValidLoss, 1e-9)

	for after := 1; after <= 2; after++ { // with the best epoch the last, and not
		path := filepath.Join(t.TempDir(), "run.snapshot")
		cut := learnerOf(t, eng, c, net)
		stop, cancel := context.WithCancel(ctx)
		o.Snapshot = path
		err := cut.Fit(stop, most, o, Events{Epoch: func(r Row) {
			if r.Epoch == after-1 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cut off after %d: %v", after, err)
		}
		next := learnerOf(t, eng, c, net)
		if err := next.Restore(path); err != nil {
			t.Fatal(err)
		}
		again := o
		again.Resume = true
		if err := next.Fit(ctx, most, again, Events{}); err != nil {
			t.Fatal(err)
		}
		same(t, "rows after a cut", rows(next), rows(whole))
		same(t, "weights after a cut", values(t, next), values(t, whole))
		if next.State() != whole.State() || next.now.step != whole.now.step {
			t.Errorf("state %q, step %d, want %q, %d", next.State(), next.now.step, whole.State(), whole.now.step)
		}
	}
	empty := fixtureSplit()
	empty.Valid = nil
	blind, err := New(eng, net, empty, c)
	if err != nil {
		t.Fatal(err)
	}
	defer blind.Close()
	if err := blind.Fit(ctx, 1, o, Events{}); err == nil || !strings.Contains(err.Error(), "no validation set to watch") {
		t.Errorf("nothing to watch: %v", err)
	}
}

// fine_tune's two runs have fastai v2's schedules; cut off in either, it goes on to the same end.
func TestFineTune(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	var graphs Graphs
	t.Cleanup(graphs.Close)
	net, err := model.New("petnet10", 3, model.HeadOptions{Hidden: []int{16}})
	if err != nil {
		t.Fatal(err)
	}
	c := fixtureConfig()
	c.Graphs = &graphs
	whole := learnerOf(t, eng, c, net)
	if err := whole.FineTune(ctx, 2, FineTune{}, Events{}); err != nil {
		t.Fatal(err)
	}
	r := whole.Recorder()
	if len(r.Runs) != 2 || whole.Frozen() {
		t.Fatalf("%d runs", len(r.Runs))
	}
	frozen, thawed := r.Runs[0], r.Runs[1]
	if frozen.Cycle.MaxLR != Slice1(2e-3) || frozen.Cycle.PctStart != .99 || frozen.Cycle.DivFactor != 25 || frozen.Cycle.FinalDiv != 1e5 || frozen.Epochs != 1 {
		t.Errorf("frozen: %+v", frozen.Cycle)
	}
	if thawed.Cycle.MaxLR != Slice(1e-5, 1e-3) || thawed.Cycle.PctStart != .3 || thawed.Cycle.DivFactor != 5 || thawed.Cycle.FinalDiv != 1e5 || thawed.Epochs != 2 {
		t.Errorf("thawed: %+v", thawed.Cycle)
	}
	near(t, "first rate", frozen.LRs[0], 2e-3/25, 1e-12)
	near(t, "first rate, thawed", thawed.LRs[0], 1e-3/5, 1e-12)

	for after := 1; after <= 2; after++ { // at the end of the first part, and in the second
		path := filepath.Join(t.TempDir(), "run.snapshot")
		cut := learnerOf(t, eng, c, net)
		stop, cancel := context.WithCancel(ctx)
		done := 0
		o := FineTune{Snapshot: path}
		err := cut.FineTune(stop, 2, o, Events{Epoch: func(Row) {
			if done++; done == after {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cut off after %d: %v", after, err)
		}
		next := learnerOf(t, eng, c, net)
		if err := next.Restore(path); err != nil {
			t.Fatal(err)
		}
		o.Resume = true
		if err := next.FineTune(ctx, 2, o, Events{}); err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("rows after a cut at %d", after), rows(next), rows(whole))
		same(t, "weights after a cut", values(t, next), values(t, whole))
	}
	if err := whole.FineTune(ctx, 1, FineTune{LRMult: .5}, Events{}); err == nil {
		t.Error("LRMult below 1 passed")
	}
}

// One row of logits 1, 2, 3 with label 2: −log p is 0.4076060, the mean over the classes 1.4076060.
func TestLabelSmoothing(t *testing.T) {
	exec, err := graph.NewExec(enginetest.Go(t).Backend, func(logits, labels *graph.Node) (*graph.Node, *graph.Node) {
		return crossEntropy(logits, labels, 0), crossEntropy(logits, labels, .1)
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
	x, y := fit(t, a, 1, OneCycle{}), fit(t, b, 1, OneCycle{})
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

// In bfloat16 a fit works and predictions are those of float32, to bfloat16's precision; an engine without it says so.
func TestBFloat16(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		c := fixtureConfig()
		full := newLearner(t, eng, c)
		c.BFloat16 = true
		half := newLearner(t, eng, c)
		p, _ := fixturePicture(fixtureSplit().Valid[0])
		a, err := full.Predict(context.Background(), []*dataset.Picture{p})
		if err != nil {
			t.Fatal(err)
		}
		b, err := half.Predict(context.Background(), []*dataset.Picture{p})
		if err != nil {
			t.Fatal(err)
		}
		for k := range a[0] {
			near(t, "probability", float64(b[0][k]), float64(a[0][k]), 5e-2)
		}
		var told []string
		if err := half.FitOneCycle(context.Background(), 1, OneCycle{}, notes(&told)); err != nil {
			t.Fatal(err)
		}
		if half.Config().BFloat16 != (len(told) == 0) || half.Config().BFloat16 == reflect.DeepEqual(a, b) {
			t.Errorf("bfloat16 %v, notes %v, probabilities %v and %v", half.Config().BFloat16, told, a, b)
		}
		if _, err := half.GradCAM(context.Background(), []*dataset.Picture{p}, []int{0}); err != nil {
			t.Error(err)
		}
	})
}

// The weights of Grad-CAM's channels, come by in another way: the features are made positive by a large offset of the last batch norm, so that its gradient is the
// sum of the features' gradients.
func TestGradCAMValues(t *testing.T) {
	eng := enginetest.Go(t)
	c := fixtureConfig()
	c.Size = augment.Square(64) // features of 2×2
	l := newLearner(t, eng, c)
	const offset = "layer4.0.bn2.bias"
	at := slices.IndexFunc(l.net.Params, func(p model.Param) bool { return p.Name == offset })
	high := make([]float32, l.net.Params[at].Size())
	for i := range high {
		high[i] = 30
	}
	changed := slices.Clone(l.net.Init(1))
	changed[at] = tensors.FromFlatDataAndDimensions(high, len(high))
	if err := l.SetWeights(changed); err != nil {
		t.Fatal(err)
	}
	p, _ := fixturePicture(fixtureSplit().Valid[2])
	const class = 1
	maps, err := l.GradCAM(context.Background(), []*dataset.Picture{p}, []int{class})
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]float32, 64*64*3)
	if err := c.Transforms.Apply(pixels, p, c.Size, c.Transforms.Valid()); err != nil {
		t.Fatal(err)
	}
	exec, err := graph.NewExec(eng.Backend, func(in []*graph.Node) []*graph.Node {
		pass := l.plan.forward(in[0], in[1:], nil)
		score := graph.ReduceAllSum(graph.Slice(pass.Logits, graph.AxisRange(), graph.AxisElem(class)))
		return append(graph.Gradient(score, in[1+at]), pass.Features)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(append([]any{tensors.FromFlatDataAndDimensions(pixels, 1, 64, 64, 3)}, anys(l.Weights())...)...)
	if err != nil {
		t.Fatal(err)
	}
	sums, features := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
	if len(maps[0].Values) != 4 || len(features) != 4*len(sums) || slices.Min(features) <= 0 {
		t.Fatalf("%d cells, %d features from %v", len(maps[0].Values), len(features), slices.Min(features))
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
	run := func(seed uint64, workers int) ([]Row, [][]float32) {
		c := fixtureConfig()
		c.Seed, c.Workers = seed, workers
		l := newLearner(t, enginetest.Go(t), c)
		return fit(t, l, 1, OneCycle{}), values(t, l)
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
	o := CNN{Head: model.HeadOptions{Hidden: []int{16}}, Weights: weights.Options{Offline: true, CacheDir: t.TempDir()}}
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
