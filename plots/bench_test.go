package plots_test

import (
	"testing"

	"gopets/plots"
)

func BenchmarkConfusionMatrix(b *testing.B) { benchmark(b, charts()["confusion"]) }

func BenchmarkImageGrid(b *testing.B) { benchmark(b, batch()) }

func BenchmarkTopLosses(b *testing.B) { benchmark(b, topLosses()) }

func BenchmarkLines(b *testing.B) { benchmark(b, losses()) }

// benchmark measures each of a chart's forms.
func benchmark(b *testing.B, c plots.Chart) {
	b.Run("PNG", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.PNG(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("HTML", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.HTML(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
