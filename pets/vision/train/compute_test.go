package train

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// Two devices compute what one does: the losses of a fit, dropout and batch norms' statistics
// included, and the validation's. The longer test has a frozen body and inner batches too.
func TestTwoDevices(t *testing.T) {
	eng := enginetest.XLA(t)
	inner := []int{8}
	if os.Getenv("GOPETS_TEST_LONG") != "" {
		inner = []int{8, 4}
	}
	for _, inner := range inner {
		var losses [][]float64
		var rows [][]spec.Row
		for devices := 1; devices <= 2; devices++ {
			c := fixtureConfig()
			c.Batch, c.InnerBatch, c.Devices, c.TransformsOn = 8, inner, devices, spec.OnDevice
			l := newLearner(t, eng, c)
			if inner < 8 {
				if err := l.Freeze(); err != nil {
					t.Fatal(err)
				}
			}
			rows = append(rows, fit(t, l, 6, spec.Fit{MaxLR: spec.Const(1e-4)}))
			losses = append(losses, l.Recorder().Last().Losses)
			l.exec.copies.sweep()
			if n := len(l.exec.copies.of); (n > 0) != (devices == 2) {
				t.Errorf("%d devices: %d tensors have copies", devices, n)
			}
		}
		for i := range losses[0] {
			near(t, fmt.Sprint("loss ", i), losses[1][i], losses[0][i], 1e-4)
		}
		for i := range rows[0] {
			near(t, "validation loss", rows[1][i].ValidLoss, rows[0][i].ValidLoss, 1e-4)
			near(t, "error rate", rows[1][i].ErrorRate, rows[0][i].ErrorRate, 1e-9)
		}
	}
}

func TestDevicesRefused(t *testing.T) {
	c := fixtureConfig()
	c.Devices = 2
	for want, batch := range map[string]int{"a multiple of 2": 5, "at most 1": 6} {
		c.Batch = batch
		_, err := New(enginetest.Go(t), newLearner(t, enginetest.Go(t), fixtureConfig()).Net(),
			fixtureSplit(), c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("batch %d: %v does not say %q", batch, err, want)
		}
	}
}

// What is automatic: on a CPU, float32 on the host.
func TestAutomatic(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		l := newLearner(t, eng, fixtureConfig())
		if l.exec.shape.compute != dtypes.InvalidDType || l.set.store != nil ||
			l.exec.devices != 1 || l.exec.lossGroup() != 1 {
			t.Errorf("%+v, store %v", l.exec.shape, l.set.store)
		}
	})
}
