package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync/atomic"

	"github.com/gomlx/gomlx/core/tensors"
	"golang.org/x/sync/errgroup"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
)

// purpose keeps the random streams of different uses apart.
type purpose uint64

const (
	forOrder purpose = iota + 1
	forTransforms
	forDropout
	forFindOrder
	forFindTransforms
	forFindDropout
	forShow
	forTTA
)

// stream is the random stream of one picture (or batch) of one epoch: a function of nothing but its
// arguments and the seed.
func (l *Learner) stream(p purpose, epoch, index int) *rand.Rand {
	return rand.New(rand.NewPCG(scramble(l.cfg.Seed+scramble(uint64(p))), scramble(uint64(epoch)<<32+uint64(index))))
}

// scramble is the finaliser of SplitMix64 (Steele, Lea & Flood 2014): near numbers become unrelated
// ones.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// batch is pictures ready for the network: [rows,H,W,3] in [0,1], of which the first n are real and
// the rest padding.
type batch struct {
	l      *Learner
	data   []float32
	labels []int32
	seed   *rand.Rand // of dropout, one draw per batch
	n      int
	ready  []piece
	inner  int
}

// piece is a part of a batch on its way to the device.
type piece struct{ x, labels, rng *tensors.Tensor }

// pieces cuts the batch into tensors of inner rows, once per size.
func (b *batch) pieces(inner int) []piece {
	if b.inner == inner {
		return b.ready
	}
	b.free()
	size, px := b.l.cfg.Size, len(b.data)/len(b.labels)
	rng := [3]uint64{b.seed.Uint64(), b.seed.Uint64(), b.seed.Uint64()}
	for at := 0; at < len(b.labels); at += inner {
		rng[2] += uint64(at) // each piece drops other units
		b.ready = append(b.ready, piece{
			x:      tensors.FromFlatDataAndDimensions(b.data[at*px:(at+inner)*px], inner, size.H, size.W, 3),
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

// job describes a pass over pictures.
type job struct {
	items   []dataset.Item
	order   []int                          // indices into items, batch after batch
	rows    int                            // of a batch; the last is padded
	params  func(index int) augment.Params // of the picture items[index]
	dropout func(batch int) *rand.Rand     // may be nil
	open    func(int) (*images.RGB, error) // nil: items[index] from the learner's source
}

func (j job) batches() int { return (len(j.order) + j.rows - 1) / j.rows }

// ahead is how many finished batches wait for the step.
const ahead = 2

// batches prepares batches in the background, ahead of their use. It ends after the first error,
// the context's included.
func (l *Learner) batches(ctx context.Context, j job) iter.Seq2[*batch, error] {
	type result struct {
		b   *batch
		err error
	}
	return func(yield func(*batch, error) bool) {
		work, stop := context.WithCancel(ctx)
		out := make(chan result, ahead)
		go func() {
			defer close(out)
			for k := range j.batches() {
				b, err := l.load(work, j, k)
				select {
				case out <- result{b, err}:
				case <-work.Done():
					return
				}
				if err != nil {
					return
				}
			}
		}()
		defer func() {
			stop()
			for r := range out {
				if r.b != nil {
					r.b.free()
				}
			}
		}()
		for {
			select {
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			case r, more := <-out:
				if !more { // all prepared, or stopped by the context before this loop saw it
					if err := ctx.Err(); err != nil {
						yield(nil, err)
					}
					return
				}
				if r.err == nil {
					r.err = ctx.Err()
				}
				again := yield(r.b, r.err)
				if r.b != nil {
					r.b.free()
				}
				if !again || r.err != nil {
					return
				}
			}
		}
	}
}

// load prepares the k-th batch of a job, its pictures in parallel.
func (l *Learner) load(ctx context.Context, j job, k int) (*batch, error) {
	part := j.order[k*j.rows : min((k+1)*j.rows, len(j.order))]
	px := l.cfg.Size.H * l.cfg.Size.W * 3
	b := &batch{l: l, data: make([]float32, j.rows*px), labels: make([]int32, j.rows), n: len(part), seed: l.stream(forDropout, 0, 0)}
	if j.dropout != nil {
		b.seed = j.dropout(k)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(l.cfg.Workers)
	for row, index := range part {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			picture, err := j.picture(l, index)
			if err != nil {
				return err
			}
			if j.items != nil {
				b.labels[row] = int32(j.items[index].Label)
			}
			if err := l.cfg.Transforms.Apply(b.data[row*px:(row+1)*px], picture, l.cfg.Size, j.params(index)); err != nil {
				return fmt.Errorf("transforms of picture %d: %w", index, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return b, nil
}

func (j job) picture(l *Learner, index int) (*images.RGB, error) {
	if j.open != nil {
		return j.open(index)
	}
	return l.Open(j.items[index])
}

// Open gives an item's picture as the learner's source has it: from Config.Pictures, the cache or
// the file. An error is a [images.Error]. Pictures from the cache are read-only and end
// with the learner.
func (l *Learner) Open(item dataset.Item) (*images.RGB, error) {
	var p *images.RGB
	var err error
	switch {
	case l.cfg.Pictures != nil:
		p, err = l.cfg.Pictures(item)
	case l.cache != nil:
		p, err = l.cache.Get(item.Path)
	default:
		p, err = images.DecodeFile(item.Path, l.cfg.Decode)
	}
	var named *images.Error
	if err != nil && !errors.As(err, &named) {
		err = &images.Error{Path: item.Path, Err: err}
	}
	return p, err
}

// openAll opens every item once, in parallel, and lists those that fail, in the items' order.
func (l *Learner) openAll(ctx context.Context, items []dataset.Item, ev Events) ([]images.Bad, error) {
	reasons := make([]string, len(items))
	done := make(chan struct{}, len(items))
	var next atomic.Int64
	group, work := errgroup.WithContext(ctx)
	for range l.cfg.Workers {
		group.Go(func() error {
			for i := next.Add(1) - 1; i < int64(len(items)); i = next.Add(1) - 1 {
				if err := work.Err(); err != nil {
					return err
				}
				var named *images.Error
				if _, err := l.Open(items[i]); errors.As(err, &named) {
					reasons[i] = named.Err.Error()
				}
				done <- struct{}{}
			}
			return nil
		})
	}
	for i := range items {
		select {
		case <-done:
			ev.batch(BatchInfo{Phase: PhaseCheck, Batch: i, Batches: len(items)})
		case <-ctx.Done():
			return nil, group.Wait()
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var bad []images.Bad
	for i, reason := range reasons {
		if reason != "" {
			bad = append(bad, images.Bad{Path: items[i].Path, Reason: reason})
		}
	}
	return bad, nil
}

// shuffled is a fresh order of n pictures, cut to whole batches (fastai §3.1: drop last).
func (l *Learner) shuffled(p purpose, epoch, n int) []int {
	return l.stream(p, epoch, 0).Perm(n)[:n/l.cfg.Batch*l.cfg.Batch]
}

// inOrder is 0..n−1.
func inOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}
