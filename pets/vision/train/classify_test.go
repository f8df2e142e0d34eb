package train

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/interpret"
)

// A path, the same file's bytes and the same decoded image give the same answer.
func TestPredictPathBytesImage(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	ctx := context.Background()
	p, _ := fixtureImage(fixtureSplit().Valid[1])
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
	if top := a.TopK(9); len(top) != 3 || top[0].Class != a.Class ||
		top[0].Probability != a.Probability || top[2].Probability > top[1].Probability ||
		len(a.TopK(-1)) != 0 {
		t.Errorf("%+v", a)
	}
	if _, err := l.PredictFile(ctx, path+".no"); err == nil ||
		!strings.Contains(err.Error(), "cat.jpg.no") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := l.PredictBytes(ctx, []byte("<html>")); err == nil ||
		!strings.Contains(err.Error(), "a web page") {
		t.Errorf("no image: %v", err)
	}
	if _, err := l.PredictImage(ctx, images.New(0, 0).Image()); err == nil {
		t.Error("an empty image passed")
	}
}

// The passes of fastai's TTA: zoomed into each corner, cropped there, mirrored from the fourth on,
// warp, rotation and light as in training.
func TestTTAViews(t *testing.T) {
	c := fixtureConfig()
	c.Transforms.PAffine, c.Transforms.PLighting = spec.Some(1.), spec.Some(1.)
	l := newLearner(t, enginetest.Go(t), c)
	seen := map[string]bool{}
	for pass := range ttaPasses {
		p := l.load.view(1.35, pass, 3)
		seen[fmt.Sprint(p.ZoomRow, p.ZoomCol, p.Flip)] = true
		if p.Zoom != 1.35 || p.CropRow != p.ZoomRow || p.CropCol != p.ZoomCol ||
			p.Warp == [4]float64{} || p.Degrees == 0 || p.Brightness == 0 || p.Contrast == 0 {
			t.Errorf("pass %d: %+v", pass, p)
		}
		if !reflect.DeepEqual(p, l.load.view(1.35, pass, 3)) ||
			p.Degrees == l.load.view(1.35, pass, 4).Degrees {
			t.Errorf("pass %d is not repeatable, or the same for all images", pass)
		}
	}
	if len(seen) != ttaPasses {
		t.Errorf("corners and mirrorings %v", seen)
	}
	if p := l.load.view(1.35, 1, 0); p.CropRow != 1 || p.CropCol != 0 {
		t.Errorf("pass 1 looks at %v, %v, want the bottom left", p.CropRow, p.CropCol)
	}
}

func TestTTA(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	l := newLearner(t, eng, fixtureConfig())
	fit(t, l, 1, spec.Fit{})
	plain, err := l.ValidProbs(ctx, Events{})
	if err != nil {
		t.Fatal(err)
	}
	only, err := l.TTA(ctx, spec.TTA{Beta: spec.Some(1.)}, Events{})
	if err != nil {
		t.Fatal(err)
	}
	none, err := l.TTA(ctx, spec.TTA{Beta: spec.Some(0.)}, Events{})
	if err != nil {
		t.Fatal(err)
	}
	batches := 0
	mixed, err := l.TTA(ctx, spec.TTA{}, Events{Batch: func(b BatchInfo) {
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
			near(t, "β=1 is the plain prediction", float64(only.Probs[i][k]),
				float64(plain.Probs[i][k]), 1e-6)
			near(t, "0.4 plain + 0.6 augmented", float64(p), .4*float64(plain.Probs[i][k])+
				.6*float64(none.Probs[i][k]), 1e-5)
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
	p, _ := fixtureImage(fixtureSplit().Valid[0])
	single, err := l.PredictTTA(ctx, []*images.RGB{p}, spec.TTA{})
	if err != nil || len(single) != 1 {
		t.Fatal(single, err)
	}
	near(t, "one image alone", float64(single[0][0]), float64(mixed.Probs[0][0]), 1e-4)
	if _, err := l.TTA(ctx, spec.TTA{Scale: .5}, Events{}); err == nil {
		t.Error("a scale below 1 passed")
	}
}
