package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
)

// One run to the end; then the same run cancelled in its third epoch, and a new learner that
// restores the snapshot and goes on: same rows, same weights. The uninterrupted run uses one
// worker, the others two.
func TestResumeGivesTheSameRows(t *testing.T) {
	t.Run("go", func(t *testing.T) { resumeGivesTheSameRows(t, enginetest.Go(t)) })
	t.Run("xla", func(t *testing.T) {
		enginetest.Long(t)
		resumeGivesTheSameRows(t, enginetest.XLA(t))
	})
}

func resumeGivesTheSameRows(t *testing.T, eng *engine.Engine) {
	one := fixtureConfig()
	one.Workers = 1
	whole := newLearner(t, eng, one)
	want := fit(t, whole, 4, spec.Fit{})
	if len(want) != 4 || want[3].Epoch != 3 || whole.State() != "after fit 1, epoch 4" {
		t.Fatalf("rows %v, state %q", want, whole.State())
	}
	if want[3].ValidLoss >= want[0].ValidLoss {
		t.Errorf("training does not learn: %v", want)
	}

	two := fixtureConfig()
	two.Workers = 2
	path := filepath.Join(t.TempDir(), "run.snapshot")
	cut := newLearner(t, eng, two)
	ctx, cancel := context.WithCancel(context.Background())
	before := values(t, cut)
	err := cut.FitOneCycle(ctx, 4, spec.Fit{Snapshot: path}, Events{Batch: func(b BatchInfo) {
		if b.Phase == PhaseTrain && b.Epoch == 2 && b.Batch == 1 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled fit returned %v", err)
	}
	if cut.State() != "after fit 1, epoch 2 and 2 batches" ||
		reflect.DeepEqual(before, values(t, cut)) {
		t.Errorf("cancelling must keep the weights: state %q", cut.State())
	}
	if err := cut.FitOneCycle(context.Background(), 4, spec.Fit{Resume: true},
		Events{}); err == nil || !strings.Contains(err.Error(), "restore its snapshot") {
		t.Errorf("resuming in the middle of an epoch: %v", err)
	}

	next := newLearner(t, eng, two)
	if err := next.Restore(path); err != nil {
		t.Fatal(err)
	}
	if err := next.FitOneCycle(context.Background(), 5, spec.Fit{Resume: true},
		Events{}); err == nil || !strings.Contains(err.Error(), "epochs: 4 → 5") {
		t.Errorf("resuming another run: %v", err)
	}
	var lines []int
	err = next.FitOneCycle(context.Background(), 4, spec.Fit{Resume: true, Snapshot: path},
		Events{Epoch: func(r spec.Row) { lines = append(lines, r.Epoch) }})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rows", rows(next), want)
	same(t, "reported epochs", lines, []int{0, 1, 2, 3})
	same(t, "weights", values(t, next), values(t, whole))
	same(t, "recorded losses", next.Recorder().Last().Losses, whole.Recorder().Last().Losses)
	if err := next.FitOneCycle(context.Background(), 4, spec.Fit{Resume: true},
		Events{}); err != nil || next.State() != "after fit 1, epoch 4" {
		t.Errorf("resuming a finished run must do nothing: %v, %s", err, next.State())
	}

	other := two
	other.Batch = 3
	if err := newLearner(t, eng, other).Restore(path); err == nil ||
		!strings.Contains(err.Error(), "batch size: 5 → 3") {
		t.Errorf("restoring under another configuration: %v", err)
	}
}

// Reading does not change: prediction, heat maps, a finder run, a batch to show and a benchmark
// between two fits change neither the weights nor the next rows.
func TestReadingChangesNothing(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	plain, looked := newLearner(t, eng, fixtureConfig()), newLearner(t, eng, fixtureConfig())
	for _, l := range []*Learner{plain, looked} {
		if err := l.Freeze(); err != nil {
			t.Fatal(err)
		}
		fit(t, l, 1, spec.Fit{})
	}
	before := values(t, looked)
	p, _ := fixtureImage(fixtureSplit().Valid[0])
	first, err := looked.Predict(ctx, []*images.RGB{p, p})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, v := range first[0] {
		sum += float64(v)
	}
	if len(first) != 2 || math.Abs(sum-1) > 1e-6 {
		t.Errorf("probabilities %v", first)
	}
	for i, v := range first[0] { // where a row is in a batch may decide its last bit
		near(t, "the same picture in another row", float64(first[1][i]), float64(v), 1e-5)
	}
	maps, err := looked.GradCAM(ctx, []*images.RGB{p}, []int{2})
	if err != nil {
		t.Fatal(err)
	}
	if len(maps) != 1 || maps[0].W*maps[0].H != len(maps[0].Values) {
		t.Errorf("heat maps %+v", maps)
	}
	curve, err := looked.LRFind(ctx, spec.Find{Steps: 5, NoStop: true}, Events{})
	if err != nil {
		t.Fatal(err)
	}
	if len(curve.LR) != 5 || math.Abs(curve.LR[0]-1e-7) > 1e-20 {
		t.Errorf("curve %+v", curve)
	}
	shown, err := looked.Batch(ctx, 4, true)
	if err != nil || len(shown) != 4 || shown[0].Image.W != 32 {
		t.Errorf("batch %v %v", shown, err)
	}
	if _, err := looked.Benchmark(ctx, 1, true); err != nil {
		t.Error(err)
	}
	probs, err := looked.ValidProbs(ctx, Events{})
	if err != nil {
		t.Fatal(err)
	}
	if probs.State != "after fit 1, epoch 1" || len(probs.Probs) != fixtureValid ||
		probs.Paths[0] != fixtureSplit().Valid[0].Path {
		t.Errorf("predictions %+v", probs)
	}
	// the padded last validation batch and the small prediction batch agree
	for i, v := range first[0] {
		if math.Abs(float64(v-probs.Probs[0][i])) > 1e-5 {
			t.Errorf("predict says %v, validation %v", first[0], probs.Probs[0])
		}
	}
	same(t, "weights after looking", values(t, looked), before)
	same(t, "rows of the next fit", fit(t, looked, 1, spec.Fit{}), fit(t, plain, 1, spec.Fit{}))
}

// With the body frozen its convolutions stay, its batch norms and the head move (fastai §6.2);
// unfreezing starts a new optimizer.
func TestFreezing(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	if err := l.Freeze(); err != nil {
		t.Fatal(err)
	}
	before := values(t, l)
	fit(t, l, 1, spec.Fit{})
	after := values(t, l)
	for i, p := range l.Net().Params {
		moved := !reflect.DeepEqual(before[i], after[i])
		still := p.Group < 2 && p.Role == model.Weight
		if moved == still {
			t.Errorf("%s: moved %v", p.Name, moved)
		}
	}
	if l.weights.now.step != 3 {
		t.Errorf("optimizer counts %d steps, want 3", l.weights.now.step)
	}
	if err := l.Unfreeze(); err != nil {
		t.Fatal(err)
	}
	if l.weights.now.step != 0 || l.Frozen() {
		t.Error("unfreezing must start a new optimizer")
	}
	if err := l.FreezeTo(7); err == nil {
		t.Error("freezing to group 7 of 3 passed")
	}
}

func TestSaveAndLoad(t *testing.T) {
	eng := enginetest.Go(t)
	path := filepath.Join(t.TempDir(), "stage-1.safetensors")
	a := newLearner(t, eng, fixtureConfig())
	fit(t, a, 1, spec.Fit{})
	if err := a.Save(path); err != nil {
		t.Fatal(err)
	}
	b := newLearner(t, eng, fixtureConfig())
	warnings, err := b.Load(path)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("load: %v %v", warnings, err)
	}
	same(t, "weights", values(t, b), values(t, a))
	if b.weights.now.step != a.weights.now.step || b.State() != a.State() {
		t.Errorf("step %d, state %q", b.weights.now.step, b.State())
	}
	if err := b.Freeze(); err != nil {
		t.Fatal(err)
	}
	warnings, err = b.Load(path)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "starts anew") ||
		!b.Frozen() {
		t.Errorf("loading into a frozen learner: %v %v", warnings, err)
	}
	if err := b.Restore(path); err == nil || !strings.Contains(err.Error(), "no snapshot") {
		t.Errorf("restoring saved weights: %v", err)
	}

	net, _ := model.New("petnet10", 2, spec.Head{Hidden: []int{16}})
	split := fixtureSplit()
	split.Classes = split.Classes[:2]
	split.Train, split.Valid = split.Train[:0], nil
	for i := range 6 {
		split.Train = append(split.Train, dataset.Item{Path: fmt.Sprintf("x_%d.jpg", i),
			Label: i % 2})
	}
	c, err := New(eng, net, split, fixtureConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Load(path); err == nil || !strings.Contains(err.Error(), "3 classes") {
		t.Errorf("loading another class count: %v", err)
	}
	if _, err := c.Load(path + ".missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("loading a missing file: %v", err)
	}
}

// A learning rate at which the weights explode ends with a clear error and the earlier weights.
func TestNaNKeepsTheLastEpoch(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	before := values(t, l)
	err := l.FitOneCycle(context.Background(), 2, spec.Fit{MaxLR: spec.Const(1e30), DivFactor: 1},
		Events{})
	if err == nil || !strings.Contains(err.Error(), "smaller MaxLR") {
		t.Fatalf("got %v", err)
	}
	same(t, "weights", values(t, l), before)
	if l.State() != "before any fit" {
		t.Errorf("state %q", l.State())
	}
}

// A batch that holds the same three images twice, trained on in two pieces, moves the weights
// exactly as the three do alone: gradients are averaged, and the batch norms see the same. Dropout
// is off, since its random numbers differ between pieces.
func TestInnerBatchesAverageGradients(t *testing.T) {
	eng := enginetest.Go(t)
	c := fixtureConfig()
	c.Batch = 3
	whole := learnerWith(t, eng, c, noDropout)
	c.Batch, c.InnerBatch = 6, 3
	split := learnerWith(t, eng, c, noDropout)
	pixels := make([]float32, 6*32*32*3)
	for i := range pixels {
		pixels[i] = float32(i%(len(pixels)/2)*7%101) / 101
	}
	labels := []int32{0, 1, 2, 0, 1, 2}
	h := hyper{lrs: []float64{1e-3, 1e-3, 1e-2}, beta1: .9, wd: .01}
	rng := whole.load.stream(forDropout, 0, 0)
	for range 2 {
		a, err := whole.opt.step(&batch{size: whole.load.cfg.Size, data: pixels[:len(pixels)/2],
			labels: labels[:3], n: 3, seed: rng}, h, Events{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := split.opt.step(&batch{size: split.load.cfg.Size, data: pixels, labels: labels,
			n: 6, seed: rng}, h, Events{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "loss", lossRead(t, b), lossRead(t, a), 1e-6)
	}
	want := values(t, whole)
	for i, got := range values(t, split) {
		for k := range got {
			if p := split.exec.net.Params[i]; p.Trainable() &&
				math.Abs(float64(got[k]-want[i][k])) > 1e-6 {
				t.Fatalf("%s[%d]: %v in pieces, %v whole", p.Name, k, got[k], want[i][k])
			}
		}
	}
	if split.weights.now.step != 2 {
		t.Errorf("%d steps, want one per batch", split.weights.now.step)
	}
}

// Memory that holds two images only: the inner batch goes from 6 to 3 to 2, and no further.
func TestOutOfMemoryShrinksTheInnerBatch(t *testing.T) {
	c := fixtureConfig()
	c.Batch = 6
	l := newLearner(t, enginetest.Go(t), c)
	notes := 0
	ev := Events{Note: func(string) { notes++ }}
	room := 2
	try := func() error {
		if l.InnerBatch() > room {
			return errText("RESOURCE_EXHAUSTED: Out of memory allocating 1 byte")
		}
		return nil
	}
	if err := l.exec.withinMemory(c.Batch, ev, try); err != nil || l.InnerBatch() != 2 ||
		notes != 2 {
		t.Errorf("inner batch %d after %d notes, %v", l.InnerBatch(), notes, err)
	}
	room = 1
	if err := l.exec.withinMemory(c.Batch, ev, try); !engine.OutOfMemory(err) ||
		!strings.Contains(err.Error(), "use a smaller Size") {
		t.Errorf("got %v", err)
	}
	fit(t, l, 1, spec.Fit{}) // and training goes on in pieces
}

func TestNewRefuses(t *testing.T) {
	eng := enginetest.Go(t)
	net, err := model.New("petnet10", 4, spec.Head{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(eng, net, fixtureSplit(), fixtureConfig()); err == nil ||
		!strings.Contains(err.Error(), "4 outputs, the data 3 classes") {
		t.Errorf("class mismatch: %v", err)
	}
	net, _ = model.New("petnet10", 3, spec.Head{})
	c := fixtureConfig()
	c.Batch = 16
	if _, err := New(eng, net, fixtureSplit(), c); err == nil ||
		!strings.Contains(err.Error(), "Batch is 16, want at most 15") {
		t.Errorf("large batch: %v", err)
	}
}
