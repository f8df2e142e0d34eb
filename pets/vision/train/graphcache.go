package train

import (
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/gomlx/core/graph"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// Graphs keeps compiled functions. A learner has its own, unless Config.Graphs has one to share:
// then a later learner with the same *model.Net compiles nothing again (seconds to tens of seconds
// on XLA). The zero value is ready. It is safe for concurrent use; close it after its learners.
type Graphs struct {
	mu         sync.Mutex
	execs      map[execKey]*function
	builds     atomic.Int64
	background sync.WaitGroup // of what compiles ahead of its use
}

// execKey names a compiled function; graph.Exec distinguishes shapes.
type execKey struct {
	eng   *engine.Engine
	net   *model.Net
	shape planShape
	kind  string
	from  int

	devices int
	size    spec.Size // of the transforms
}

type function struct {
	exec   *graph.Exec
	shapes map[string]bool
}

func keyOf(eng *engine.Engine, p *plan, kind string, devices int) execKey {
	key := execKey{eng: eng, net: p.net, shape: p.shape, kind: kind, from: p.from, devices: devices}
	if kind == kindEval || kind == kindGradCAM {
		key.from, key.shape.smoothing, key.shape.weights = 0, 0, "" // the same whatever trains
	}
	return key
}

// get returns the function of a plan, or a new one, which compiles at its first call for a shape.
func (g *Graphs) get(eng *engine.Engine, p *plan, kind string, devices int) (*graph.Exec, error) {
	return g.make(keyOf(eng, p, kind, devices), p.builder(kind))
}

// transforms returns the function from stored images to a size: pixels, rows of numbers → images in
// [0,1].
func (g *Graphs) transforms(eng *engine.Engine, size spec.Size) (*graph.Exec, error) {
	return g.make(execKey{eng: eng, kind: kindTransforms, size: size},
		func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{augment.OnDevice(in[0], in[1], size)}
		})
}

func (g *Graphs) make(key execKey, build func([]*graph.Node) []*graph.Node) (*graph.Exec, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f := g.execs[key]; f != nil {
		return f.exec, nil
	}
	e, err := graph.NewExec(key.eng.Backend, func(in []*graph.Node) []*graph.Node {
		g.builds.Add(1)
		return build(in)
	})
	if err == nil && key.devices > 1 {
		e, err = divided(e, key.kind, key.devices)
	}
	if err != nil {
		return nil, err
	}
	if g.execs == nil {
		g.execs = map[execKey]*function{}
	}
	g.execs[key] = &function{e, map[string]bool{}}
	return e, nil
}

// compiled reports whether a function was called before with inputs of this shape, and notes the
// call.
func (g *Graphs) compiled(eng *engine.Engine, p *plan, kind string, devices int,
	shape string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.execs[keyOf(eng, p, kind, devices)]
	if f == nil {
		return false
	}
	was := f.shapes[shape]
	f.shapes[shape] = true
	return was
}

// Compiled returns how many functions were compiled, each for one shape of inputs.
func (g *Graphs) Compiled() int { return int(g.builds.Load()) }

// Close frees the compiled functions, after those that are being compiled.
func (g *Graphs) Close() {
	g.background.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.execs {
		f.exec.Finalize()
	}
	g.execs = nil
}

// divided makes a function one of several devices: images, labels and logits are divided along the
// first axis; all else is the same on each. XLA's partitioner adds the sums over devices that
// gradients and batch norms need.
func divided(e *graph.Exec, kind string, devices int) (*graph.Exec, error) {
	mesh, err := distributed.NewDeviceMesh([]int{devices}, []string{"batch"})
	if err != nil {
		return nil, err
	}
	part, err := distributed.BuildSpec(mesh).S("batch").Done()
	if err != nil {
		return nil, err
	}
	whole := distributed.NewReplicatedShardingSpec(mesh)
	in, out := []*distributed.ShardingSpec{part, part, whole}, whole
	switch kind { // the last one of in is for all further inputs
	case kindEval:
		in, out = in[1:], part
	case kindApply:
		in = in[2:]
	}
	return e.AutoSharding(mesh).WithInputShardingSpecs(in...).WithOutputShardingSpecs(out), nil
}
