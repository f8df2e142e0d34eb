package train

import (
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
)

// store has a learner's images where the engine transforms them: the pixels of all, as bytes, in
// each device's memory. Where they do not fit, batches bring their own images ("streaming").
type store struct {
	exec   *executor
	cfg    Config
	limit  int64 // bytes that all pixels may take; 0: half of what is free
	budget int64 // the limit, in numbers; below 0 once it is exceeded

	mu       sync.Mutex
	expected int                          // images
	pixels   []uint8                      // until they are on the devices
	versions map[string][]augment.Version // by path
	sizes    []int                        // pixels of each image, largest first once they are known
	tensor   *tensors.Tensor              // nil: streaming
}

// unknownMemory is the budget where free memory is not known.
const unknownMemory = 1 << 30

func newStore(exec *executor, c Config) *store {
	return &store{exec: exec, cfg: c, limit: int64(c.ImageMemory) << 20}
}

// open replaces all images by n others, to be added.
func (s *store) open(n int) {
	s.close()
	s.expected = n
	s.budget = s.limit
	if s.budget > 0 {
		return
	}
	s.budget = unknownMemory
	if free, known := s.exec.eng.FreeMemory(); known {
		s.budget = free / 2
	}
}

// add takes an image's pixels, as far as the transforms need them.
func (s *store) add(path string, img *images.RGB) error {
	list, err := s.cfg.augment().Versions(img, s.cfg.Size)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.versions == nil {
		s.versions = map[string][]augment.Version{}
	}
	if s.versions[path] != nil {
		return nil
	}
	versions, size := placed(list, len(s.pixels)/3)
	s.versions[path], s.sizes = versions, append(s.sizes, size)
	if s.budget < 0 {
		return nil
	}
	if int64(len(s.pixels)+3*size) > s.budget {
		s.pixels, s.budget = nil, -1
		return nil
	}
	if need := len(s.pixels) + 3*size; need > cap(s.pixels) { // few moves of gigabytes
		rest := need / len(s.sizes) * (s.expected - len(s.sizes))
		most := int(s.budget) - len(s.pixels)
		s.pixels = slices.Grow(s.pixels, min(most, 3*size+max(0, rest+rest/16)))
	}
	for _, v := range list {
		s.pixels = append(s.pixels, v.Pix...)
	}
	return nil
}

// placed returns where images lie one after the other from a pixel on, and their number of pixels.
func placed(list []*images.RGB, start int) (versions []augment.Version, size int) {
	for _, img := range list {
		w, h := img.Full()
		versions = append(versions, augment.Version{Start: start + size, W: img.W, H: img.H,
			FullW: w, FullH: h})
		size += img.W * img.H
	}
	return versions, size
}

func (s *store) upload(ev Events) error {
	slices.SortFunc(s.sizes, func(a, b int) int { return b - a })
	if s.budget < 0 {
		ev.note("images do not fit into the device's memory: they are sent batch by batch")
		return nil
	}
	list := make([]*tensors.Tensor, s.exec.devices)
	for k := range list {
		t, err := s.exec.toDevice(s.pixels, k)
		if err != nil {
			return fmt.Errorf("images to device %d: %w", k, err)
		}
		list[k] = t
	}
	s.pixels, s.tensor = nil, list[0]
	if len(list) > 1 {
		s.exec.copies.keep(s.tensor, list[1:])
	}
	return nil
}

func (s *store) streams() bool { return s.tensor == nil }

// room is how many pixels n images have at most.
func (s *store) room(n int) int {
	sum := 0
	for _, size := range s.sizes[:min(n, len(s.sizes))] {
		sum += size
	}
	return sum
}

func (s *store) close() {
	if s.tensor != nil {
		s.tensor.MustFinalizeAll()
		s.exec.copies.sweep()
	}
	s.pixels, s.versions, s.sizes, s.tensor = nil, nil, nil, nil
}

// toDevice makes a tensor of pixels, three bytes each, on a device alone.
func (e *executor) toDevice(pixels []uint8, device int) (t *tensors.Tensor, err error) {
	var inner error
	err = engine.Call("sending images", func() {
		shape := shapes.Make(dtypes.Uint8, len(pixels)/3, 3)
		var buffer compute.Buffer
		buffer, inner = e.eng.Backend.BufferFromFlatData(compute.DeviceNum(device), pixels, shape)
		if inner == nil {
			t, inner = tensors.FromBuffer(buffer)
		}
	})
	if err == nil {
		err = inner
	}
	return t, err
}

// transform runs the transforms on a device: pixels and rows of numbers → images in [0,1].
func (e *executor) transform(size spec.Size, pixels *tensors.Tensor, views []float64, rows,
	device int) (x *tensors.Tensor, err error) {
	numbers := tensors.FromFlatDataAndDimensions(views, rows, len(views)/rows)
	defer numbers.MustFinalizeAll()
	var inner error
	err = engine.Call("transforms", func() {
		var exec *graph.Exec
		if exec, inner = e.graphs.transforms(e.eng, size); inner != nil {
			return
		}
		var out []*tensors.Tensor
		if out, _, inner = exec.CallWithGraphOnDevice(compute.DeviceNum(device),
			pixels, numbers); inner == nil {
			x = out[0]
		}
	})
	if err == nil && inner != nil {
		err = fmt.Errorf("transforms: %w", inner)
	}
	return x, err
}
