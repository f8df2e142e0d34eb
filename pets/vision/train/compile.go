package train

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/vision/engine"
)

// Compile starts to compile a training step and an evaluation in the background, for what trains
// now. A call that needs such a function waits for it, and returns its error. Fits and the
// learning-rate finder do this themselves, while the first images are decoded.
func (l *Learner) Compile() {
	kinds := []string{kindStep, kindEval}
	if l.exec.inner < l.load.cfg.Batch {
		kinds[0] = kindGrads
	}
	var work []func()
	for _, kind := range kinds {
		devices := l.exec.devicesFor(l.exec.inner)
		f, err := l.exec.graphs.get(l.exec.eng, l.exec.plan, kind, devices)
		if err != nil {
			continue
		}
		plan, inputs := l.exec.plan, l.opt.inputs(kind, l.load.cfg, devices)
		work = append(work, func() {
			var compiled error
			err := engine.Call("compiling", func() { compiled = compile(f, inputs) })
			if err == nil && compiled == nil {
				l.exec.graphs.compiled(l.exec.eng, plan, kind, devices, shapeOf(inputs))
			}
		})
	}
	l.exec.graphs.background.Go(func() {
		for _, compile := range work { // in the order of need
			compile()
		}
	})
}

// inputs are the shapes of a function's inputs on each device, in order.
func (o optimizer) inputs(kind string, c Config, devices int) []shapes.Shape {
	one := o.inputsOfOne(kind, c, o.inner/devices)
	var all []shapes.Shape
	for range devices {
		all = append(all, one...)
	}
	return all
}

func (o optimizer) inputsOfOne(kind string, c Config, rows int) []shapes.Shape {
	x := shapes.Make(dtypes.Float32, rows, c.Size.H, c.Size.W, 3)
	var params, trained []shapes.Shape
	for i, t := range o.weights.now.params {
		params = append(params, t.Shape())
		if o.plan.trains[i] {
			trained = append(trained, t.Shape())
		}
	}
	if kind == kindEval {
		return append([]shapes.Shape{x}, params...)
	}
	list := []shapes.Shape{x, shapes.Make(dtypes.Int32, rows), graph.RNGStateShape}
	if kind == kindGrads {
		return append(append(list, params...), trained...)
	}
	list = append(list, shapes.Make(dtypes.Float32, 2*o.net.Groups()+1))
	return append(append(append(list, params...), trained...), trained...)
}
