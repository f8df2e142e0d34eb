package model

import (
	"fmt"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// BenchmarkStep reports images/s of forward pass and gradients, and for "frozen" of those for the
// head and batch norms alone. The Go backend is given only what it can do in a reasonable time.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		arch        string
		batch, side int
		onGo        bool
	}{
		{"petnet10", 16, 64, true},
		{"petnet10", 32, 96, false},
		{"petnet18", 32, 96, false},
		{"mobilenet_v2", 8, 224, false},
		{"resnet34", 8, 224, false},
		{"resnet50", 8, 224, false},
	} {
		for _, trainFrom := range []int{0, 2} {
			kind := map[int]string{0: "full", 2: "frozen"}[trainFrom]
			name := fmt.Sprintf("%s/%dpx/b%d/%s", c.arch, c.side, c.batch, kind)
			b.Run(name+"/xla", func(b *testing.B) {
				benchmarkStep(b, enginetest.XLA(b), c.arch,
					c.batch, c.side, trainFrom)
			})
			if c.onGo {
				b.Run(name+"/go", func(b *testing.B) {
					benchmarkStep(b, enginetest.Go(b), c.arch,
						c.batch, c.side, trainFrom)
				})
			}
		}
	}
}

func benchmarkStep(b *testing.B, e *engine.Engine, arch string, batch, side, trainFrom int) {
	n := network(b, arch, HeadOptions{})
	var args []any
	for _, v := range noiseImages(n, 5, batch, side) {
		args = append(args, v)
	}
	exec := graph.MustNewExec(e.Backend, step(n, Mode{Train: true}, n.Frozen(trainFrom, true)))
	run := func() {
		out, err := exec.Call(args...)
		if err != nil {
			b.Fatal(err)
		}
		for _, o := range out {
			o.MustFinalizeAll()
		}
	}
	run()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "images/s")
}
