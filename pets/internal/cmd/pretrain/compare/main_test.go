package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/weights"
)

// The comparison in small: few images, one seed.
func TestPretrainedBeatsScratch(t *testing.T) {
	eng := enginetest.XLA(t)
	if testing.Short() || os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("trains for a minute: set GOPETS_TEST_LONG")
	}
	if _, _, err := weights.Load(context.Background(), "petnet10",
		weights.Options{Offline: true}); err != nil {
		t.Skip(err)
	}
	c := comparison{Nets: []string{"petnet10"}, PerBreed: 10, Size: 64, Batch: 16, Epochs: 3,
		Seeds: []uint64{1}, Rule: "valley"}
	results, err := c.run(context.Background(), eng)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(report(results))
	if pretrained, scratch := results[0].mean(), results[1].mean(); pretrained > .8*scratch {
		t.Errorf("error %.3f on the backbone, %.3f from scratch", pretrained, scratch)
	}
}

func TestReport(t *testing.T) {
	text := report([]result{{Net: "petnet10", Pretrained: true, LRs: []float64{1e-3, 2e-3},
		Errors: []float64{.1, .2}}})
	if !strings.Contains(text,
		"| petnet10 | pretrained | 1.0e-03, 2.0e-03 | 10.0 %, 20.0 % | **15.0 %** |") {
		t.Error(text)
	}
}

func TestLessonTable(t *testing.T) {
	text := table([]uint64{2, 3}, []figures{
		{Frozen: [2]float64{.1, .06}, AllFast: .2, Slow: [2]float64{.08, .05},
			Own: []string{"pomeranian 80 %", "pug 60 %", "pomeranian 50 %"}},
		{Frozen: [2]float64{.2, .10}, AllFast: .1, Slow: [2]float64{.12, .07},
			Own: []string{"pomeranian 80 %"}},
	})
	for _, line := range []string{"| 2 | 10.0 % | 20.0 % | 8.0 % | 6.0 % | 5.0 % | 2 |",
		"| mean | 15.0 % | 15.0 % | 10.0 % | 8.0 % | 6.0 % | 1.5 |"} {
		if !strings.Contains(text, line) {
			t.Errorf("no line %q in %s", line, text)
		}
	}
}
