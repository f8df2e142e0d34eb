package train

import (
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
)

// batch is images for the network: n real ones, then padding. With a store they are still to be
// transformed.
type batch struct {
	size   spec.Size
	data   []float32 // [rows,H,W,3] in [0,1]; nil with a store
	labels []int32
	seed   *rand.Rand // of dropout, one draw per batch
	n      int
	ready  []piece
	inner  int

	store *store
	views []float64       // a row of numbers for each image
	own   [][]*images.RGB // where the store streams: each image's versions
}

func newBatch(size spec.Size, rows, n int) *batch {
	return &batch{size: size, labels: make([]int32, rows), n: n}
}

// pad repeats the first image's row of numbers for the padding.
func (b *batch) pad() {
	if b.store == nil || b.n == 0 {
		return
	}
	width := len(b.views) / len(b.labels)
	for row := b.n; row < len(b.labels); row++ {
		copy(b.views[row*width:(row+1)*width], b.views[:width])
		b.own[row] = b.own[0]
	}
}

// piece is a part of a batch: images [inner,H,W,3] in [0,1] and labels.
type piece struct {
	x, labels shards
	rng       *tensors.Tensor
}

// shards is a tensor divided among devices along its first axis.
type shards []*tensors.Tensor

func (s shards) free() {
	for _, t := range s {
		t.MustFinalizeAll()
	}
}

// pieces cuts the batch into tensors of inner rows, once per size, for e's devices.
func (b *batch) pieces(e *executor, inner int) ([]piece, error) {
	if b.inner == inner {
		return b.ready, nil
	}
	b.free()
	rng := [3]uint64{b.seed.Uint64(), b.seed.Uint64(), b.seed.Uint64()}
	devices := e.devicesFor(inner)
	rows := inner / devices
	for at := 0; at < len(b.labels); at += inner {
		rng[2] += uint64(at) // each piece drops other units
		p := piece{rng: tensors.FromFlatDataAndDimensions(rng[:], 3)}
		b.ready = append(b.ready, p)
		this := &b.ready[len(b.ready)-1]
		for k := range devices {
			from := at + k*rows
			this.labels = append(this.labels,
				tensors.FromFlatDataAndDimensions(b.labels[from:from+rows], rows))
			x, err := b.images(e, from, rows, k)
			if err != nil {
				b.free()
				return nil, err
			}
			this.x = append(this.x, x)
		}
	}
	b.inner = inner
	return b.ready, nil
}

// send makes the batch's tensors and copies them to the devices, ahead of the call.
func (b *batch) send(e *executor, inner int) error {
	pieces, err := b.pieces(e, inner)
	if err != nil {
		return err
	}
	return engine.Call("sending a batch", func() {
		for _, p := range pieces {
			for k := range p.x {
				p.x[k].MustMaterializeOnDevice(e.eng.Backend, true, compute.DeviceNum(k))
				p.labels[k].MustMaterializeOnDevice(e.eng.Backend, true, compute.DeviceNum(k))
			}
		}
	})
}

func (b *batch) images(e *executor, from, rows, device int) (*tensors.Tensor, error) {
	if b.store == nil {
		px := len(b.data) / len(b.labels)
		return tensors.FromFlatDataAndDimensions(b.data[from*px:(from+rows)*px], rows, b.size.H,
			b.size.W, 3), nil
	}
	width := len(b.views) / len(b.labels)
	views := b.views[from*width : (from+rows)*width]
	if !b.store.streams() {
		pixels, err := e.copies.on(e.eng.Backend, b.store.tensor, device)
		if err != nil {
			return nil, err
		}
		return e.transform(b.size, pixels, views, rows, device)
	}
	views = append([]float64(nil), views...)
	pixels := make([]uint8, 0, 3*b.store.room(rows))
	for i := range rows {
		augment.Move(views[i*width:(i+1)*width], len(pixels)/3)
		for _, img := range b.own[from+i] {
			pixels = append(pixels, img.Pix...)
		}
	}
	// batches of different shapes would compile the transforms again
	pixels = pixels[:max(len(pixels), 3*b.store.room(rows))]
	sent, err := e.toDevice(pixels, device)
	if err != nil {
		return nil, err
	}
	defer sent.MustFinalizeAll()
	return e.transform(b.size, sent, views, rows, device)
}

func (b *batch) free() {
	for _, p := range b.ready {
		p.x.free()
		p.labels.free()
		p.rng.MustFinalizeAll()
	}
	b.ready, b.inner = nil, 0
}
