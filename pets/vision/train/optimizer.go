package train

import "github.com/gomlx/gomlx/core/tensors"

// optimizer trains the weights on batches. Nothing is overwritten, so a step that fails changes
// nothing.
type optimizer struct {
	*executor
	weights *versions
}

func (o optimizer) freezeTo(n int) error {
	if err := o.executor.freezeTo(n); err != nil {
		return err
	}
	o.weights.resetOptimizer(o.plan)
	return nil
}

// step trains on one batch and returns its loss.
func (o optimizer) step(b *batch, h hyper, ev Events) (loss stepLoss, err error) {
	defer o.copies.sweep()
	err = o.withinMemory(len(b.labels), ev, func() error {
		vector := tensors.FromValue(h.vector(o.weights.now.step + 1))
		defer vector.MustFinalizeAll()
		if o.inner == len(b.labels) {
			loss, err = o.wholeStep(b, vector, ev)
		} else {
			loss, err = o.splitStep(b, vector, ev)
		}
		return err
	})
	return loss, err
}

func (o optimizer) wholeStep(b *batch, vector *tensors.Tensor, ev Events) (stepLoss, error) {
	trained, running, now := o.plan.trained, o.plan.running, &o.weights.now
	pieces, err := b.pieces(o.executor, o.inner)
	if err != nil {
		return nil, err
	}
	piece := pieces[0]
	inputs := append([]any{piece.x, piece.labels, piece.rng, vector},
		anys(now.params, pick(now.m, trained), pick(now.v, trained))...)
	out, err := o.call("training step", kindStep, ev, inputs...)
	if err != nil {
		return nil, err
	}
	o.weights.accept(running, out[1:], paramsOf)
	o.weights.acceptOptimized(trained, out[1+len(running):])
	return lossOf(out[:1]), nil
}

// splitStep adds up the gradients of the inner batches; then the weights change.
func (o optimizer) splitStep(b *batch, vector *tensors.Tensor, ev Events) (stepLoss, error) {
	trained, running, now := o.plan.trained, o.plan.running, &o.weights.now
	// running statistics change with each inner batch
	params := append([]*tensors.Tensor(nil), now.params...)
	sums := make([]*tensors.Tensor, len(trained))
	for k, i := range trained {
		sums[k] = tensors.FromShape(now.params[i].Shape())
	}
	mine := &state{params: params, m: sums}
	pieces, err := b.pieces(o.executor, o.inner)
	if err != nil {
		mine.free(now)
		return nil, err
	}
	var losses []*tensors.Tensor
	fail := func(err error) (stepLoss, error) {
		mine.free(now)
		for _, t := range losses {
			t.MustFinalizeAll()
		}
		return nil, err
	}
	for _, piece := range pieces {
		out, err := o.call("training step", kindGrads, ev,
			append([]any{piece.x, piece.labels, piece.rng}, anys(params, sums)...)...)
		if err != nil {
			return fail(err)
		}
		losses = append(losses, out[0])
		for k, i := range running {
			put(params, i, out[1+k], now, paramsOf)
		}
		for k := range sums {
			put(sums, k, out[1+len(running)+k], nil, nil)
		}
	}
	share := tensors.FromScalar(1 / float32(len(pieces)))
	defer share.MustFinalizeAll()
	out, err := o.call("training step", kindApply, ev,
		append([]any{vector, share}, anys(pick(now.params, trained), sums, pick(now.m, trained),
			pick(now.v, trained))...)...)
	if err != nil {
		return fail(err)
	}
	(&state{m: sums}).free(nil)
	o.weights.accept(running, pick(params, running), paramsOf)
	o.weights.acceptOptimized(trained, out)
	return lossOf(losses), nil
}
