package train

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// state is all that training changes: weights and optimizer. Slices run parallel to the network's
// Params; moments are nil where a parameter does not train.
type state struct {
	params, m, v []*tensors.Tensor
	step         int     // of the optimizer
	beta1        float64 // what the next step without a schedule uses
}

// clone shares the tensors.
func (s *state) clone() state {
	c := *s
	c.params = append([]*tensors.Tensor(nil), s.params...)
	c.m = append([]*tensors.Tensor(nil), s.m...)
	c.v = append([]*tensors.Tensor(nil), s.v...)
	return c
}

// free releases the tensors that keep does not hold.
func (s *state) free(keep *state) {
	drop := func(old []*tensors.Tensor, kept func(k *state) []*tensors.Tensor) {
		for i, t := range old {
			release(t, i, keep, kept)
		}
	}
	drop(s.params, paramsOf)
	drop(s.m, firstMoments)
	drop(s.v, secondMoments)
}

func paramsOf(s *state) []*tensors.Tensor      { return s.params }
func firstMoments(s *state) []*tensors.Tensor  { return s.m }
func secondMoments(s *state) []*tensors.Tensor { return s.v }

// release frees a tensor unless keep holds the same one in the same place.
func release(t *tensors.Tensor, i int, keep *state, of func(*state) []*tensors.Tensor) {
	if t == nil {
		return
	}
	if keep != nil {
		if kept := of(keep); i < len(kept) && kept[i] == t {
			return
		}
	}
	t.MustFinalizeAll()
}

// put replaces one tensor, freeing the old one unless held.
func put(list []*tensors.Tensor, i int, value *tensors.Tensor, held *state, of func(*state) []*tensors.Tensor) {
	release(list[i], i, held, of)
	list[i] = value
}

// newOptimizer forgets the moments: zeros for what trains now.
func (l *Learner) newOptimizer() error {
	n := len(l.now.params)
	(&state{m: l.now.m, v: l.now.v}).free(l.held)
	l.now.m, l.now.v = make([]*tensors.Tensor, n), make([]*tensors.Tensor, n)
	l.now.step, l.now.beta1 = 0, newBeta1
	for i, p := range l.net.Params {
		if l.plan.trains[i] {
			shape := shapes.Make(dtypes.Float32, p.Shape...)
			l.now.m[i], l.now.v[i] = tensors.FromShape(shape), tensors.FromShape(shape)
		}
	}
	return nil
}

// rollBack brings the held state back.
func (l *Learner) rollBack() {
	spoiled := l.now
	l.now = l.held.clone()
	spoiled.free(l.held)
}

// hold keeps the present state until the next hold or letGo, and frees what only the one held
// before had.
func (l *Learner) hold() {
	h := l.now.clone()
	if l.held != nil {
		l.held.free(&h)
	}
	l.held = &h
}

func (l *Learner) letGo() {
	if l.held != nil {
		l.held.free(&l.now)
		l.held = nil
	}
}

// flat copies a float32 tensor's values to the host without keeping a second copy inside the
// tensor.
func flat(t *tensors.Tensor) ([]float32, error) {
	wasLocal := t.HasLocal()
	values, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, fmt.Errorf("reading a tensor of shape %v back: %w", t.Shape(), err)
	}
	if !wasLocal && !t.IsShared() && t.IsOnAnyDevice() {
		t.FinalizeLocal()
	}
	return values, nil
}
