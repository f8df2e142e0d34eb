package train

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
)

// copies are the counterparts of tensors on further devices, by the tensor on the first device.
// They are equal to it, or the other parts of a divided tensor.
type copies struct {
	mu sync.Mutex
	of map[*tensors.Tensor][]*tensors.Tensor // on devices 1, 2, …
}

func (c *copies) on(b compute.Backend, t *tensors.Tensor, device int) (*tensors.Tensor, error) {
	if device == 0 {
		return t, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for have := len(c.of[t]); have < device; have++ {
		onHost := t.HasLocal()
		copied, err := t.OnDeviceClone(b, compute.DeviceNum(have+1))
		if err != nil {
			return nil, fmt.Errorf("copying a tensor of shape %v to device %d: %w", t.Shape(),
				have+1, err)
		}
		if !onHost && !t.IsShared() && t.IsOnAnyDevice() {
			t.FinalizeLocal() // copying made a local one
		}
		c.put(t, append(c.of[t], copied))
	}
	return c.of[t][device-1], nil
}

func (c *copies) keep(t *tensors.Tensor, others []*tensors.Tensor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(t, others)
}

func (c *copies) put(t *tensors.Tensor, others []*tensors.Tensor) {
	if c.of == nil {
		c.of = map[*tensors.Tensor][]*tensors.Tensor{}
	}
	c.of[t] = others
}

func (c *copies) take(t *tensors.Tensor) []*tensors.Tensor {
	c.mu.Lock()
	defer c.mu.Unlock()
	others := c.of[t]
	delete(c.of, t)
	return append([]*tensors.Tensor{t}, others...)
}

func (c *copies) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t, others := range c.of {
		if !t.Ok() {
			for _, o := range others {
				o.MustFinalizeAll()
			}
			delete(c.of, t)
		}
	}
}
