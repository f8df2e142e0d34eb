package train

import (
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// The two backends agree on a whole fit to what float32 allows; random numbers are each engine's
// own, so without dropout.
func TestBackendsAgree(t *testing.T) {
	x := learnerWith(t, enginetest.XLA(t), fixtureConfig(), noDropout)
	g := learnerWith(t, enginetest.Go(t), fixtureConfig(), noDropout)
	a, b := fit(t, x, 1, spec.Fit{}), fit(t, g, 1, spec.Fit{})
	near(t, "training loss", a[0].TrainLoss, b[0].TrainLoss, 2e-3)
	near(t, "validation loss", a[0].ValidLoss, b[0].ValidLoss, 2e-3)
}

// What Compile compiles is what fits call: no other shape, no other function.
func TestCompileAhead(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		for _, inner := range []int{0, 5} {
			if inner > 0 && eng.Name != engine.Go {
				continue // another compilation, of what the Go backend shows
			}
			c := fixtureConfig()
			c.Batch, c.InnerBatch = 15, inner
			ownGraphs(t, &c)
			l := newLearner(t, eng, c)
			kinds := []string{kindStep, kindEval}
			if inner > 0 {
				kinds[0] = kindGrads
			}
			l.Compile()
			for _, kind := range kinds {
				f, err := l.exec.graphs.get(eng, l.exec.plan, kind, 1)
				if err != nil {
					t.Fatal(err)
				}
				f.SetMaxCache(1) // a second shape is an error
			}
			if err := l.Fit(t.Context(), 1, spec.Fit{}, Events{}); err != nil {
				t.Errorf("inner batch %d: %v", inner, err)
			}
		}
	})
}
