package train

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
)

// call runs a compiled function; panics of the engine come back as errors with the stage.
func (l *Learner) call(stage, kind string, inputs ...any) (out []*tensors.Tensor, err error) {
	var inner error
	err = engine.Call(stage, func() {
		var e *graph.Exec
		if e, inner = l.graphs.get(l.eng, l.plan, kind); inner == nil {
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
	trained, running := l.plan.trained, l.plan.running
	piece := b.pieces(l.inner)[0]
	inputs := append([]any{piece.x, piece.labels, piece.rng, vector}, anys(l.now.params, pick(l.now.m, trained), pick(l.now.v, trained))...)
	out, err := l.call("training step", kindStep, inputs...)
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

// splitStep adds the gradients of the inner batches up. Nothing of the learner changes before all
// of them are there.
func (l *Learner) splitStep(b *batch, vector *tensors.Tensor) (float64, error) {
	trained, running := l.plan.trained, l.plan.running
	// with the running statistics as they move
	params := append([]*tensors.Tensor(nil), l.now.params...)
	sums := make([]*tensors.Tensor, len(trained))
	for k, i := range trained {
		sums[k] = tensors.FromShape(l.now.params[i].Shape())
	}
	mine := &state{params: params, m: sums}
	pieces := b.pieces(l.inner)
	total := 0.0
	for _, piece := range pieces {
		out, err := l.call("training step", kindGrads, append([]any{piece.x, piece.labels, piece.rng}, anys(params, sums)...)...)
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
	out, err := l.call("training step", kindApply,
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
