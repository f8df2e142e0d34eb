package train

import (
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
)

// batch is images ready for the network: [rows,H,W,3] in [0,1], of which the first n are real and
// the rest padding.
type batch struct {
	size   spec.Size
	data   []float32
	labels []int32
	seed   *rand.Rand // of dropout, one draw per batch
	n      int
	ready  []piece
	inner  int
}

func newBatch(size spec.Size, rows, n int) *batch {
	return &batch{size: size, data: make([]float32, rows*size.H*size.W*3),
		labels: make([]int32, rows), n: n}
}

// piece is a part of a batch on its way to the device.
type piece struct{ x, labels, rng *tensors.Tensor }

// pieces cuts the batch into tensors of inner rows, once per size.
func (b *batch) pieces(inner int) []piece {
	if b.inner == inner {
		return b.ready
	}
	b.free()
	px := len(b.data) / len(b.labels)
	rng := [3]uint64{b.seed.Uint64(), b.seed.Uint64(), b.seed.Uint64()}
	for at := 0; at < len(b.labels); at += inner {
		rng[2] += uint64(at) // each piece drops other units
		b.ready = append(b.ready, piece{
			x: tensors.FromFlatDataAndDimensions(b.data[at*px:(at+inner)*px], inner, b.size.H,
				b.size.W, 3),
			labels: tensors.FromFlatDataAndDimensions(b.labels[at:at+inner], inner),
			rng:    tensors.FromFlatDataAndDimensions(rng[:], 3),
		})
	}
	b.inner = inner
	return b.ready
}

func (b *batch) free() {
	for _, p := range b.ready {
		p.x.MustFinalizeAll()
		p.labels.MustFinalizeAll()
		p.rng.MustFinalizeAll()
	}
	b.ready, b.inner = nil, 0
}
