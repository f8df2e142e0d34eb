package train

import (
	"context"
	"fmt"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
)

// What a service's single images cost, and the gain of predicting waiting images together.
func BenchmarkPredict(b *testing.B) {
	for _, c := range []struct {
		arch   string
		side   int
		engine func(testing.TB) *engine.Engine
	}{{"petnet10", 128, enginetest.Go}, {"petnet10", 128, enginetest.XLA},
		{"mobilenet_v2", 224, enginetest.XLA}} {
		for _, n := range []int{1, 2, 4, 8} {
			name := fmt.Sprintf("%s/%d/n=%d", c.arch, c.side, n)
			b.Run(name, func(b *testing.B) {
				eng := c.engine(b)
				net, err := model.New(c.arch, 2, spec.Head{})
				if err != nil {
					b.Fatal(err)
				}
				data := &dataset.Split{Classes: []string{"cat", "dog"},
					Train: make([]dataset.Item, 8)}
				l, err := New(eng, net, data,
					Config{Batches: spec.Batches{Size: spec.Square(c.side), Batch: 8}})
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				pictures := make([]*images.RGB, n)
				for i := range pictures {
					pictures[i] = images.New(320, 240)
				}
				predict := func() {
					if _, err := l.Predict(context.Background(), pictures); err != nil {
						b.Fatal(err)
					}
				}
				predict() // compiles
				for b.Loop() {
					predict()
				}
				b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*n), "ms/image")
				b.Logf("on %s", eng.Name)
			})
		}
	}
}
