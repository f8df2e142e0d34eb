package train

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// executor calls the compiled functions of a network on an engine.
type executor struct {
	eng    *engine.Engine
	net    *model.Net
	graphs *Graphs
	own    bool // graphs are closed with the executor
	shape  planShape
	plan   *plan // what trains
	inner  int   // images on the device at once; shrinks when memory runs out
	lacks  string
}

func newExecutor(eng *engine.Engine, net *model.Net, c Config) *executor {
	e := &executor{eng: eng, net: net, graphs: c.Graphs, inner: c.InnerBatch,
		shape: planShape{stats: c.Stats, smoothing: c.LabelSmoothing}}
	if e.graphs == nil {
		e.graphs, e.own = &Graphs{}, true
	}
	if c.BFloat16 {
		e.shape.compute = dtypes.BFloat16
		if !eng.Backend.Capabilities().DTypes[dtypes.BFloat16] {
			e.shape.compute = dtypes.InvalidDType
			e.lacks = fmt.Sprintf("%s does not compute in bfloat16: float32 is used", eng.Name)
		}
	}
	e.plan = newPlan(net, e.shape, 0)
	return e
}

func (e *executor) close() {
	if e.own {
		e.graphs.Close()
	}
}

// freezeTo makes the layer groups from n on train wholly; negative n counts from the end.
func (e *executor) freezeTo(n int) error {
	groups := e.net.Groups()
	from := n
	if n < 0 {
		from += groups
	}
	if from < 0 || from > groups {
		return fmt.Errorf("freeze to %d: %s has %d layer groups, so between %d and %d", n,
			e.net.Name, groups, -groups, groups)
	}
	e.plan = newPlan(e.net, e.shape, from)
	return nil
}

// call runs a function; panics of the engine come back as errors with the stage.
func (e *executor) call(stage, kind string, ev Events, inputs ...any) (out []*tensors.Tensor,
	err error) {
	var inner error
	err = engine.Call(stage, func() {
		var exec *graph.Exec
		if exec, inner = e.graphs.get(e.eng, e.plan, kind); inner != nil {
			return
		}
		if !e.graphs.compiled(e.eng, e.plan, kind, shapeOf(inputs)) {
			ev.compile()
		}
		out, inner = exec.Call(inputs...)
	})
	if err == nil && inner != nil {
		err = fmt.Errorf("%s: %w", stage, inner)
	}
	return out, err
}

// shapeOf names what of a function's inputs changes from call to call: the batch and the
// hyper-parameters come first.
func shapeOf[T any](inputs []T) string {
	var text strings.Builder
	for _, in := range inputs[:min(4, len(inputs))] {
		fmt.Fprint(&text, any(in).(shapes.HasShape).Shape())
	}
	return text.String()
}

// withinMemory tries, and when memory runs out halves the inner batch, says so and tries again.
func (e *executor) withinMemory(batch int, ev Events, try func() error) error {
	for {
		err := try()
		if !engine.OutOfMemory(err) {
			return err
		}
		next := divisor(batch, max(2, e.inner/2))
		if next == 0 || next == e.inner {
			return fmt.Errorf("%w (%w)", &spec.OptionError{Option: "Size",
				Got:  fmt.Sprintf("out of memory with an inner batch of %d images", e.inner),
				Hint: "use a smaller {} or network, or free the device"}, err)
		}
		ev.note(
			"out of memory: inner batches of %d instead of %d; gradients are added up over the batch of %d, batch norms see the inner batch",
			next, e.inner, batch)
		e.inner = next
	}
}

func anys(lists ...[]*tensors.Tensor) []any {
	var out []any
	for _, list := range lists {
		for _, t := range list {
			out = append(out, t)
		}
	}
	return out
}
