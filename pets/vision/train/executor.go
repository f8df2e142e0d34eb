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

type executor struct {
	eng    *engine.Engine
	net    *model.Net
	graphs *Graphs
	own    bool // graphs are closed with the executor
	shape  planShape
	plan   *plan // what trains
	inner  int   // images on the devices at once; shrinks when memory runs out

	devices int // that batches are divided among
	copies  copies
	lacks   string // what the engine cannot do
}

func newExecutor(eng *engine.Engine, net *model.Net, c Config) *executor {
	e := &executor{eng: eng, net: net, graphs: c.Graphs, inner: c.InnerBatch,
		devices: max(1, c.Devices),
		shape:   planShape{stats: c.Stats, smoothing: c.LabelSmoothing}}
	if e.graphs == nil {
		e.graphs, e.own = &Graphs{}, true
	}
	switch can := eng.Backend.Capabilities().DTypes[dtypes.BFloat16]; {
	case c.Precision == spec.BFloat16 && !can:
		e.lacks = fmt.Sprintf("%s does not compute in bfloat16: float32 is used", eng.Name)
	case c.Precision == spec.BFloat16, c.Precision == "" && can && eng.FastBFloat16():
		e.shape.compute = dtypes.BFloat16
	}
	e.plan = newPlan(net, e.shape, 0)
	return e
}

func (e *executor) close() {
	if e.own {
		e.graphs.Close()
	}
}

func (e *executor) lossGroup() int {
	if e.eng.Name == engine.CUDA {
		return 16
	}
	return 1
}

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

// devicesFor is the number of devices that so many images are divided among: one where they cannot
// be divided evenly.
func (e *executor) devicesFor(rows int) int {
	if rows%e.devices != 0 {
		return 1
	}
	return e.devices
}

// call runs a function; the engine's panics become errors with the stage. Inputs are shards, or
// tensors, which are the same on all devices. The outputs are those on the first device; e.copies
// has their counterparts.
func (e *executor) call(stage, kind string, ev Events, inputs ...any) (out []*tensors.Tensor,
	err error) {
	devices := 1
	if parts, ok := inputs[0].(shards); ok {
		devices = len(parts)
	} else if kind == kindApply {
		devices = e.devices
	}
	var inner error
	err = engine.Call(stage, func() {
		var exec *graph.Exec
		if exec, inner = e.graphs.get(e.eng, e.plan, kind, devices); inner != nil {
			return
		}
		var args []any
		if args, inner = e.args(inputs, devices); inner != nil {
			return
		}
		if !e.graphs.compiled(e.eng, e.plan, kind, devices, shapeOf(args)) {
			ev.compile()
			if inner = compile(exec, args); inner != nil {
				return
			}
		}
		if out, inner = exec.Call(args...); inner != nil || devices == 1 {
			return
		}
		n := len(out) / devices
		for i, t := range out[:n] {
			var others []*tensors.Tensor
			for k := 1; k < devices; k++ {
				others = append(others, out[k*n+i])
			}
			e.copies.keep(t, others)
		}
		out = out[:n]
	})
	if err == nil && inner != nil {
		err = fmt.Errorf("%s: %w", stage, inner)
	}
	return out, err
}

// args returns the inputs of all devices, one device after the other.
func (e *executor) args(inputs []any, devices int) ([]any, error) {
	args := make([]any, 0, devices*len(inputs))
	for k := range devices {
		for _, in := range inputs {
			if parts, ok := in.(shards); ok {
				args = append(args, parts[k])
				continue
			}
			t, err := e.copies.on(e.eng.Backend, in.(*tensors.Tensor), k)
			if err != nil {
				return nil, err
			}
			args = append(args, t)
		}
	}
	return args, nil
}

// compile compiles a function, and returns the compiler's memory to the system before the function
// takes its own.
func compile[T any](f *graph.Exec, inputs []T) error {
	var all []shapes.Shape
	for _, in := range inputs {
		all = append(all, any(in).(shapes.HasShape).Shape())
	}
	_, err := f.Compile(all...)
	engine.ReturnMemory()
	return err
}

// shapeOf names what of a function's inputs differs between calls: the batch and the
// hyper-parameters come first.
func shapeOf[T any](inputs []T) string {
	var text strings.Builder
	for _, in := range inputs[:min(4, len(inputs))] {
		fmt.Fprint(&text, any(in).(shapes.HasShape).Shape())
	}
	return text.String()
}

// withinMemory calls try, with half the inner batch again while memory runs out.
func (e *executor) withinMemory(batch int, ev Events, try func() error) error {
	for {
		err := try()
		if !engine.OutOfMemory(err) {
			return err
		}
		next := divisor(batch, max(2, e.inner/2), e.devices)
		if next == 0 || next == e.inner {
			return fmt.Errorf("%w (%w)", &spec.OptionError{Option: "Size",
				Got:  fmt.Sprintf("out of memory with an inner batch of %d images", e.inner),
				Hint: "use a smaller {} or network, or free the device"}, err)
		}
		ev.note(
			"out of memory: inner batches of %d instead of %d; gradients are added up over the "+
				"batch of %d, batch norms see the inner batch",
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
