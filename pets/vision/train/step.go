package train

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// execKey names a compiled function; shapes are told apart inside graph.Exec.
type execKey struct {
	kind      string
	trainFrom int
}

// exec returns the compiled function of that kind for what trains now.
func (l *Learner) exec(kind string, build func([]*graph.Node) []*graph.Node) (*graph.Exec, error) {
	key := execKey{kind, l.trainFrom}
	if kind == kindEval || kind == kindGradCAM {
		key.trainFrom = 0
	}
	if e := l.execs[key]; e != nil {
		return e, nil
	}
	e, err := graph.NewExec(l.eng.Backend, build)
	if err != nil {
		return nil, err
	}
	l.execs[key] = e
	return e, nil
}

const (
	kindStep    = "step"     // a whole training step
	kindGrads   = "grads"    // gradients of one inner batch, added to those before
	kindApply   = "apply"    // the optimizer's part, after the last inner batch
	kindEval    = "eval"     // logits
	kindGradCAM = "grad-cam" // logits and heat maps
)

// split takes the next parts of a function's inputs.
func split(in []*graph.Node, lengths ...int) [][]*graph.Node {
	parts := make([][]*graph.Node, len(lengths))
	for i, n := range lengths {
		parts[i], in = in[:n], in[n:]
	}
	return parts
}

// normalised turns pictures in [0,1] into what the network wants.
func (l *Learner) normalised(x *graph.Node) *graph.Node {
	g, stats := x.Graph(), l.cfg.Stats
	mean := graph.Reshape(graph.Const(g, stats.Mean[:]), 1, 1, 1, 3)
	std := graph.Reshape(graph.Const(g, stats.Std[:]), 1, 1, 1, 3)
	return graph.Div(graph.Sub(x, mean), std)
}

// crossEntropy is the mean over the batch of −log softmax(logits)[label] (fastai §6.1).
func crossEntropy(logits, labels *graph.Node) *graph.Node {
	logits = graph.ConvertDType(logits, dtypes.Float32)
	picked := graph.Mul(graph.LogSoftmax(logits), graph.OneHot(labels, logits.Shape().Dimensions[1], dtypes.Float32))
	return graph.Neg(graph.DivScalar(graph.ReduceAllSum(picked), float64(logits.Shape().Dimensions[0])))
}

// trained and running list the indices of what the optimizer changes and of the running statistics.
func (l *Learner) trained() (indices []int) {
	for i, t := range l.trains {
		if t {
			indices = append(indices, i)
		}
	}
	return indices
}

func (l *Learner) running() (indices []int) {
	for i, p := range l.net.Params {
		if !p.Trainable() {
			indices = append(indices, i)
		}
	}
	return indices
}

// gradients builds loss, gradients of what trains, and the running statistics after the batch.
func (l *Learner) gradients(x, labels, rng *graph.Node, params []*graph.Node) (loss *graph.Node, grads, stats []*graph.Node) {
	pass := l.net.Forward(l.normalised(x), params, l.mode(rng))
	loss = crossEntropy(pass.Logits, labels)
	var wrt []*graph.Node
	for _, i := range l.trained() {
		wrt = append(wrt, params[i])
	}
	for _, i := range l.running() {
		stat := params[i]
		if u := pass.Updates[i]; u != nil {
			stat = u
		}
		stats = append(stats, stat)
	}
	return loss, graph.Gradient(loss, wrt...), stats
}

// optimize builds the next parameters and moments of what trains: three lists in one.
func (l *Learner) optimize(vector *graph.Node, params, grads, m, v []*graph.Node) []*graph.Node {
	h := hyperNodes{vector, l.net.Groups()}
	n := len(grads)
	out := make([]*graph.Node, 3*n)
	for k, i := range l.trained() {
		out[k], out[n+k], out[2*n+k] = h.update(l.net.Params[i].Group, params[k], grads[k], m[k], v[k])
	}
	return out
}

// buildStep: x, labels, rng, hyper, all params, moments → loss, running statistics, trained params, moments.
func (l *Learner) buildStep(in []*graph.Node) []*graph.Node {
	trained := l.trained()
	p := split(in, 4, len(l.net.Params), len(trained), len(trained))
	loss, grads, stats := l.gradients(p[0][0], p[0][1], p[0][2], p[1])
	out := append([]*graph.Node{loss}, stats...)
	return append(out, l.optimize(p[0][3], pick(p[1], trained), grads, p[2], p[3])...)
}

// buildGrads: x, labels, rng, all params, gradient sums → loss, running statistics, gradient sums.
func (l *Learner) buildGrads(in []*graph.Node) []*graph.Node {
	p := split(in, 3, len(l.net.Params), len(l.trained()))
	loss, grads, stats := l.gradients(p[0][0], p[0][1], p[0][2], p[1])
	out := append([]*graph.Node{loss}, stats...)
	for k, g := range grads {
		out = append(out, graph.Add(p[2][k], g))
	}
	return out
}

// buildApply: hyper, 1/(number of inner batches), trained params, gradient sums, moments → trained params, moments.
func (l *Learner) buildApply(in []*graph.Node) []*graph.Node {
	n := len(l.trained())
	p := split(in, 2, n, n, n, n)
	grads := make([]*graph.Node, n)
	for k, sum := range p[2] {
		grads[k] = graph.Mul(sum, p[0][1])
	}
	return l.optimize(p[0][0], p[1], grads, p[3], p[4])
}

// buildEval: x, all params → logits.
func (l *Learner) buildEval(in []*graph.Node) []*graph.Node {
	return []*graph.Node{graph.ConvertDType(l.net.Forward(l.normalised(in[0]), in[1:], l.mode(nil)).Logits, dtypes.Float32)}
}

// mode is training with dropout from rng, or evaluation without one.
func (l *Learner) mode(rng *graph.Node) model.Mode {
	return model.Mode{Train: rng != nil, RNG: rng}
}

func pick[T any](list []T, indices []int) []T {
	out := make([]T, len(indices))
	for k, i := range indices {
		out[k] = list[i]
	}
	return out
}

// call runs a compiled function; panics of the engine come back as errors with the stage.
func (l *Learner) call(stage, kind string, build func([]*graph.Node) []*graph.Node, inputs ...any) (out []*tensors.Tensor, err error) {
	var inner error
	err = engine.Call(stage, func() {
		var e *graph.Exec
		if e, inner = l.exec(kind, build); inner == nil {
			out, inner = e.Call(inputs...)
		}
	})
	if err == nil && inner != nil {
		err = fmt.Errorf("%s: %w", stage, inner)
	}
	return out, err
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

// errNoMemory is for when not even the smallest inner batch fits.
var errNoMemory = errors.New("out of memory")

// outOfMemory recognises what XLA says when an allocation fails.
func outOfMemory(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	for _, sign := range []string{"resource_exhausted", "resource exhausted", "out of memory", "failed to allocate", "bad_alloc"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// withinMemory tries, and when memory runs out halves the inner batch, says so and tries again.
func (l *Learner) withinMemory(ev Events, try func() error) error {
	for {
		err := try()
		if !outOfMemory(err) {
			return err
		}
		next := divisor(l.cfg.Batch, max(2, l.inner/2))
		if next == 0 || next == l.inner {
			return fmt.Errorf("%w with an inner batch of %d pictures of %v: choose a smaller Size or network, or free the device (%w)",
				errNoMemory, l.inner, l.cfg.Size, err)
		}
		ev.note("out of memory: going on with inner batches of %d instead of %d; gradients are added up over the batch of %d, batch norms see the inner batch",
			next, l.inner, l.cfg.Batch)
		l.inner = next
	}
}

// step trains on one batch and returns its loss.
func (l *Learner) step(b *batch, h hyper, ev Events) (loss float64, err error) {
	err = l.withinMemory(ev, func() error {
		loss, err = l.tryStep(b, h)
		return err
	})
	return loss, err
}

func (l *Learner) tryStep(b *batch, h hyper) (float64, error) {
	vector := tensors.FromValue(h.vector(l.now.step + 1))
	defer vector.MustFinalizeAll()
	if l.inner == l.cfg.Batch {
		return l.wholeStep(b, vector)
	}
	return l.splitStep(b, vector)
}

func (l *Learner) wholeStep(b *batch, vector *tensors.Tensor) (float64, error) {
	trained, running := l.trained(), l.running()
	piece := b.pieces(l.inner)[0]
	inputs := append([]any{piece.x, piece.labels, piece.rng, vector}, anys(l.now.params, pick(l.now.m, trained), pick(l.now.v, trained))...)
	out, err := l.call("training step", kindStep, l.buildStep, inputs...)
	if err != nil {
		return 0, err
	}
	loss := float64(tensors.ToScalar[float32](out[0]))
	out[0].MustFinalizeAll()
	l.accept(l.now.params, running, out[1:], paramsOf)
	l.acceptOptimized(trained, out[1+len(running):])
	return loss, nil
}

// accept puts outputs in the places of their predecessors.
func (l *Learner) accept(list []*tensors.Tensor, indices []int, values []*tensors.Tensor, of func(*state) []*tensors.Tensor) {
	for k, i := range indices {
		put(list, i, values[k], l.held, of)
	}
}

func (l *Learner) acceptOptimized(trained []int, out []*tensors.Tensor) {
	n := len(trained)
	l.accept(l.now.params, trained, out[:n], paramsOf)
	l.accept(l.now.m, trained, out[n:2*n], firstMoments)
	l.accept(l.now.v, trained, out[2*n:], secondMoments)
	l.now.step++
}

// splitStep adds the gradients of the inner batches up. Nothing of the learner changes before all of them are there.
func (l *Learner) splitStep(b *batch, vector *tensors.Tensor) (float64, error) {
	trained, running := l.trained(), l.running()
	params := append([]*tensors.Tensor(nil), l.now.params...) // with the running statistics as they move
	sums := make([]*tensors.Tensor, len(trained))
	for k, i := range trained {
		sums[k] = tensors.FromShape(l.now.params[i].Shape())
	}
	mine := &state{params: params, m: sums}
	pieces := b.pieces(l.inner)
	total := 0.0
	for _, piece := range pieces {
		out, err := l.call("training step", kindGrads, l.buildGrads, append([]any{piece.x, piece.labels, piece.rng}, anys(params, sums)...)...)
		if err != nil {
			mine.free(&l.now)
			return 0, err
		}
		total += float64(tensors.ToScalar[float32](out[0]))
		out[0].MustFinalizeAll()
		for k, i := range running {
			put(params, i, out[1+k], &l.now, paramsOf)
		}
		for k := range sums {
			put(sums, k, out[1+len(running)+k], nil, nil)
		}
	}
	share := tensors.FromScalar(1 / float32(len(pieces)))
	defer share.MustFinalizeAll()
	out, err := l.call("training step", kindApply, l.buildApply,
		append([]any{vector, share}, anys(pick(l.now.params, trained), sums, pick(l.now.m, trained), pick(l.now.v, trained))...)...)
	if err != nil {
		mine.free(&l.now)
		return 0, err
	}
	(&state{m: sums}).free(nil)
	l.accept(l.now.params, running, pick(params, running), paramsOf)
	l.acceptOptimized(trained, out)
	return total / float64(len(pieces)), nil
}
