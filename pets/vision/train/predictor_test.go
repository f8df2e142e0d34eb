package train

import (
	"context"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// Concurrent predictions are those of single calls.
func TestPredictorIsConcurrent(t *testing.T) { enginetest.Each(t, predictorIsConcurrent) }

func predictorIsConcurrent(t *testing.T, eng *engine.Engine) {
	path := filepath.Join(t.TempDir(), "pets.safetensors")
	if err := newLearner(t, eng, fixtureConfig()).Export(path); err != nil {
		t.Fatal(err)
	}
	p, err := LoadLearner(eng, path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx := context.Background()
	img, _ := fixtureImage(fixtureSplit().Valid[0])
	list := []*images.RGB{img}
	probs, err := p.Predict(ctx, list)
	if err != nil {
		t.Fatal(err)
	}
	views, err := p.PredictTTA(ctx, list, spec.TTA{})
	if err != nil {
		t.Fatal(err)
	}
	maps, err := p.GradCAM(ctx, list, []int{1})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 3 {
				if got, err := p.Predict(ctx, list); err != nil || !reflect.DeepEqual(got, probs) {
					t.Errorf("predict: %v, %v, alone %v", got, err, probs)
				}
				if got, err := p.PredictImage(ctx, img.Image()); err != nil ||
					got.State != "before any fit" {
					t.Errorf("predict an image: %+v, %v", got, err)
				}
				if got, err := p.GradCAM(ctx, list, []int{1}); err != nil ||
					!reflect.DeepEqual(got, maps) {
					t.Errorf("grad-cam: %v, %v", got, err)
				}
			}
			if got, err := p.PredictTTA(ctx, list, spec.TTA{}); err != nil ||
				!reflect.DeepEqual(got, views) {
				t.Errorf("TTA: %v, %v, alone %v", got, err, views)
			}
		})
	}
	all.Wait()
}
