package train

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/vision/engine/enginetest"
)

// Many files have the probabilities of one and of validation, in order; a broken one has its
// reason; progress counts every batch; what is done outlives an interruption.
func TestPredictFiles(t *testing.T) {
	dir := t.TempDir()
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	valid := fixtureSplit().Valid
	var files []string
	for i, it := range valid {
		p, err := fixtureImage(it)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		f, err := os.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, p.Image()), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	const broken = 3
	if err := os.WriteFile(filepath.Join(dir, "broken.jpg"), []byte("\xff\xd8 no image"),
		0o644); err != nil {
		t.Fatal(err)
	}
	files = append(files[:broken], append([]string{filepath.Join(dir, "broken.jpg")},
		files[broken:]...)...)

	ctx := context.Background()
	var progress []string
	ev := Events{Batch: func(b BatchInfo) {
		progress = append(progress,
			fmt.Sprintf("%d/%d", b.Batch+1, b.Batches))
	}}
	list, err := l.PredictFiles(ctx, files, ev)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(progress, " "); got != "1/2 2/2" { // batches of 5
		t.Errorf("progress %s", got)
	}
	all, err := l.ValidProbs(ctx, Events{})
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i, p := range list {
		if p.File != files[i] {
			t.Errorf("row %d is %s, want %s", i, p.File, files[i])
		}
		if i == broken {
			if p.Error == "" || p.Class != "" || strings.Contains(p.Error, dir) {
				t.Errorf("the broken file: %+v", p)
			}
			continue
		}
		one, err := l.PredictFile(ctx, files[i])
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range p.Probabilities {
			if w := float64(all.Probs[at][k]); math.Abs(v-w) > 1e-6 ||
				math.Abs(v-one.Probabilities[k]) > 1e-6 {
				t.Errorf("%s, class %d: %g, validation %g, alone %g", p.File, k, v, w,
					one.Probabilities[k])
			}
		}
		at++
	}
	if empty, err := l.PredictFiles(ctx, nil, Events{}); err != nil || len(empty) != 0 {
		t.Errorf("no files: %v, %v", empty, err)
	}
	ended, cancel := context.WithCancel(ctx)
	var long []string
	for range 30 {
		long = append(long, files...)
	}
	ev.Batch = func(b BatchInfo) {
		if b.Batch == 17 { // in the second part of 16 batches
			cancel()
		}
	}
	if part, err := l.PredictFiles(ended, long, ev); !errors.Is(err, context.Canceled) ||
		len(part) != 80 {
		t.Errorf("cancelled: %d rows, %v", len(part), err)
	}
}
