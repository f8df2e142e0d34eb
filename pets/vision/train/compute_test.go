package train

import (
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// Two devices compute what one does: losses and error rates of fits with everything training and
// with the body frozen, dropout and batch norms' statistics included, in whole batches and pieces.
func TestTwoDevices(t *testing.T) {
	eng := enginetest.XLA(t)
	type result struct {
		losses []float64
		rows   []spec.Row
	}
	run := func(devices, inner int) result {
		c := fixtureConfig()
		c.Batch, c.InnerBatch, c.Devices, c.TransformsOn = 8, inner, devices, spec.OnDevice
		l := newLearner(t, eng, c)
		fit(t, l, 2, spec.Fit{MaxLR: spec.Const(1e-4)})
		if err := l.Freeze(); err != nil {
			t.Fatal(err)
		}
		rows := fit(t, l, 1, spec.Fit{MaxLR: spec.Const(1e-4)})
		l.exec.copies.sweep()
		if devices == 1 && len(l.exec.copies.of) > 0 {
			t.Error("one device has copies")
		}
		var losses []float64
		for _, r := range l.Recorder().Runs {
			losses = append(losses, r.Losses...)
		}
		return result{losses, rows}
	}
	for _, inner := range []int{8, 4} {
		one, two := run(1, inner), run(2, inner)
		for i := range one.losses {
			near(t, "loss", two.losses[i], one.losses[i], 2e-3)
		}
		near(t, "validation loss", two.rows[0].ValidLoss, one.rows[0].ValidLoss, 2e-3)
		near(t, "error rate", two.rows[0].ErrorRate, one.rows[0].ErrorRate, 1e-9)
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
