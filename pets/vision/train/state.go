package train

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// state is all that training changes. Slices are parallel to the network's Params; moments are nil
// where a parameter does not train.
type state struct {
	params, m, v []*tensors.Tensor
	step         int     // of the optimizer
	beta1        float64 // for a step without a schedule
	name         string  // which weights these are: "after fit 1, epoch 4"
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
func put(list []*tensors.Tensor, i int, value *tensors.Tensor, held *state,
	of func(*state) []*tensors.Tensor) {
	release(list[i], i, held, of)
	list[i] = value
}

// versions are the present state and, while a call may have to go back, an earlier one. The two
// share unchanged tensors.
type versions struct {
	now  state
	held *state
}

// hold keeps the present state until the next hold or letGo, and frees the one held before.
func (v *versions) hold() {
	h := v.now.clone()
	if v.held != nil {
		v.held.free(&h)
	}
	v.held = &h
}

func (v *versions) rollBack() {
	spoiled := v.now
	v.now = v.held.clone()
	spoiled.free(v.held)
}

func (v *versions) letGo() {
	if v.held != nil {
		v.held.free(&v.now)
		v.held = nil
	}
}

func (v *versions) setParams(values []*tensors.Tensor, name string) {
	old := v.now
	v.now = state{params: values, name: name}
	old.free(&v.now)
}

func (v *versions) resetOptimizer(p *plan) {
	n := len(v.now.params)
	(&state{m: v.now.m, v: v.now.v}).free(v.held)
	v.now.m, v.now.v = make([]*tensors.Tensor, n), make([]*tensors.Tensor, n)
	v.now.step, v.now.beta1 = 0, newBeta1
	for _, i := range p.trained {
		shape := shapes.Make(dtypes.Float32, p.net.Params[i].Shape...)
		v.now.m[i], v.now.v[i] = tensors.FromShape(shape), tensors.FromShape(shape)
	}
}

func (v *versions) accept(indices []int, values []*tensors.Tensor,
	of func(*state) []*tensors.Tensor) {
	for k, i := range indices {
		put(of(&v.now), i, values[k], v.held, of)
	}
}

func (v *versions) acceptOptimized(trained []int, out []*tensors.Tensor) {
	n := len(trained)
	v.accept(trained, out[:n], paramsOf)
	v.accept(trained, out[n:2*n], firstMoments)
	v.accept(trained, out[2*n:], secondMoments)
	v.now.step++
}

func (v *versions) free() {
	v.letGo()
	v.now.free(nil)
	v.now = state{}
}

// flat copies a float32 tensor's values to the host, without a second copy in the tensor.
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
