package engine_test

import (
	"errors"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// allocate asks a backend for more memory than any machine has.
func allocate(t *testing.T, eng *engine.Engine, values int) error {
	t.Helper()
	var inner error
	err := engine.Call("allocating", func() {
		var exec *graph.Exec
		exec, inner = graph.NewExec(eng.Backend, func(x *graph.Node) *graph.Node {
			return graph.BroadcastToShape(x, shapes.Make(dtypes.Float32, values))
		})
		if inner == nil {
			_, inner = exec.Call(float32(1))
		}
	})
	return errors.Join(err, inner)
}

// Each backend says in its own words that there is no memory left.
func TestOutOfMemory(t *testing.T) {
	t.Run("go", func(t *testing.T) {
		if err := allocate(t, enginetest.Go(t), 1<<47); !engine.OutOfMemory(err) {
			t.Errorf("not recognised: %v", err)
		}
	})
	t.Run("xla on the CPU", func(t *testing.T) {
		if err := allocate(t, enginetest.XLA(t), 1<<44); !engine.OutOfMemory(err) {
			t.Errorf("not recognised: %v", err)
		}
	})
	t.Run("xla on a GPU", func(t *testing.T) { // XLA's words there
		err := errors.New(
			"training step: RESOURCE_EXHAUSTED: Out of memory while trying to allocate " +
				"85899345920 bytes.")
		if !engine.OutOfMemory(err) {
			t.Errorf("not recognised: %v", err)
		}
	})
	for _, other := range []error{nil, errors.New("training step: bad shape"),
		errors.New("loss is NaN")} {
		if engine.OutOfMemory(other) {
			t.Errorf("%v is not about memory", other)
		}
	}
}
