package train

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
)

// bigAndSmall are the fixture's images with some of another size, and some large enough to be
// averaged.
func bigAndSmall(item dataset.Item) (*images.RGB, error) {
	img, err := fixtureImage(item)
	if len(item.Path)%2 == 1 {
		return img, err
	}
	big := images.New(90, 70+10*item.Label)
	for i := range big.Pix {
		big.Pix[i] = img.Pix[i%len(img.Pix)]
	}
	return big, err
}

// placedOn makes a learner whose transforms run on the host, on the device, or on the device with
// images sent batch by batch.
func placedOn(t *testing.T, eng *engine.Engine, place string, c Config, net *model.Net) *Learner {
	t.Helper()
	if place != "host" {
		c.TransformsOn = spec.OnDevice
	}
	l := learnerOf(t, eng, c, net)
	if place == "streamed" {
		l.set.store.limit = 20_000
	}
	return l
}

// The host and the device make the same batches of the same random numbers: training's, in pieces
// too, and validation's, with its padding.
func TestDeviceMakesTheSameBatches(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		var want []float32
		c := fixtureConfig()
		c.Images, c.Transforms.Cutout, c.Transforms.CutoutLength = bigAndSmall, 1, 9
		net := newLearner(t, eng, c).Net()
		for _, place := range []string{"host", "resident", "streamed"} {
			l := placedOn(t, eng, place, c, net)
			var notes []string
			if _, _, err := l.Check(t.Context(), Events{Note: func(line string) {
				notes = append(notes, line)
			}}); err != nil {
				t.Fatal(err)
			}
			if streamed := strings.Contains(strings.Join(notes, ""), "batch by batch"); streamed !=
				(place == "streamed") {
				t.Errorf("%s: notes %q", place, notes)
			}
			train := l.load.trainJob(l.set.train, forOrder, forTransforms, forDropout, 3)
			got := jobValues(t, l, l.placed(train, 5), 5)
			got = append(got, jobValues(t, l, l.placed(l.load.validJob(l.set.valid, 5), 5), 5)...)
			if place == "host" {
				want = got
				continue
			}
			if len(got) != len(want) || len(got) < 20*32*32*3 {
				t.Fatalf("%s: %d values, want %d", place, len(got), len(want))
			}
			worst := 0.0
			for i := range got {
				worst = max(worst, float64(got[i]-want[i]), float64(want[i]-got[i]))
			}
			if !(worst < 1./255) {
				t.Errorf("%s: values differ from the host's by up to %v", place, worst)
			}
		}
	})
}

// jobValues are the images of a job's batches as the network gets them, without padding.
func jobValues(t *testing.T, l *Learner, j job, inner int) []float32 {
	t.Helper()
	var all []float32
	for b, err := range l.load.batches(t.Context(), j) {
		if err != nil {
			t.Fatal(err)
		}
		pieces, err := b.pieces(l.exec, inner)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pieces {
			values := tensors.MustCopyFlatData[float32](p.x[0])
			all = append(all, values[:len(values)/len(b.labels)*b.n]...)
		}
	}
	return all
}

// A fit is the same wherever images are transformed, but for rounding; changing learning rates,
// frozen groups' among them, and a last batch that is not full compile nothing.
func TestDeviceFits(t *testing.T) {
	eng := enginetest.XLA(t)
	var graphs Graphs
	t.Cleanup(graphs.Close)
	c := fixtureConfig()
	c.Graphs = &graphs
	net := newLearner(t, eng, c).Net()
	var want []spec.Row
	for _, place := range []string{"host", "resident", "streamed"} {
		l := placedOn(t, eng, place, c, net)
		before := graphs.Compiled()
		got := fit(t, l, 2, spec.Fit{MaxLR: spec.Slice(1e-6, 1e-4)})
		compiled := graphs.Compiled() - before
		if _, err := l.TTA(context.Background(), spec.TTA{}, Events{}); err != nil {
			t.Error(place, err)
		}
		if err := l.Fit(context.Background(), 1, spec.Fit{MaxLR: spec.Slice(1e-9, 1e-4)},
			Events{}); err != nil {
			t.Error(place, err)
		}
		if _, err := l.LRFind(context.Background(), spec.Find{Steps: 4}, Events{}); err != nil {
			t.Error(place, err)
		}
		again := graphs.Compiled() - before - compiled
		if new := map[string]int{"host": 2, "resident": 1, "streamed": 1}[place]; compiled != new ||
			again != 0 {
			t.Errorf("%s: %d functions were compiled for the fit, want %d, and %d after it", place,
				compiled, new, again)
		}
		if want == nil {
			want = got
			continue
		}
		for i, row := range got {
			near(t, place+": training loss", row.TrainLoss, want[i].TrainLoss, 1e-3)
			near(t, place+": validation loss", row.ValidLoss, want[i].ValidLoss, 1e-3)
		}
	}
}

// A learner compiles one step for each of what it trains, and one evaluation: none for freezing
// again, weights read from a file, or the learning-rate finder.
func TestCompiledOnce(t *testing.T) {
	c := fixtureConfig()
	ownGraphs(t, &c)
	l := newLearner(t, enginetest.XLA(t), c)
	file := filepath.Join(t.TempDir(), "weights.safetensors")
	for round := range 2 {
		for _, freezes := range []func() error{l.Freeze, l.Unfreeze} {
			if err := freezes(); err != nil {
				t.Fatal(err)
			}
			fit(t, l, 1, spec.Fit{MaxLR: spec.Const(1e-4 / float64(1+round))})
			if _, err := l.LRFind(context.Background(), spec.Find{Steps: 3}, Events{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Save(file); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Load(file); err != nil {
			t.Fatal(err)
		}
		if n := l.exec.graphs.Compiled(); n != 3 {
			t.Errorf("round %d: %d functions were compiled, want two steps and an evaluation",
				round, n)
		}
	}
}
