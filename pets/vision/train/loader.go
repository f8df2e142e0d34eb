package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
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

// loader opens images and makes batches. It is safe for concurrent use.
type loader struct {
	cfg   Config
	cache *images.Cache // nil: none
}

func newLoader(c Config) (*loader, error) {
	l := &loader{cfg: c}
	if c.CacheDir == "" || c.Images != nil {
		return l, nil
	}
	var err error
	if l.cache, err = images.OpenCache(c.CacheDir, 2*min(c.Size.H, c.Size.W)); err != nil {
		return nil, fmt.Errorf("learner: cache of decoded images: %w", err)
	}
	l.cache.Decode = c.Decode()
	return l, nil
}

func (l *loader) close() {
	if l.cache != nil {
		l.cache.Close()
	}
}

// stream is the random stream of one image (or batch) of one epoch, from its arguments and the seed
// alone.
func (l *loader) stream(p purpose, epoch, index int) *rand.Rand {
	return rand.New(rand.NewPCG(scramble(uint64(l.cfg.Seed)+scramble(uint64(p))),
		scramble(uint64(epoch)<<32+uint64(index))))
}

// scramble is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// job describes a pass over images.
type job struct {
	items   []dataset.Item
	order   []int                          // indices into items, batch after batch
	rows    int                            // of a batch; the last is padded
	params  func(index int) augment.Params // of the image items[index]
	dropout func(batch int) *rand.Rand     // may be nil
	open    func(int) (*images.RGB, error) // nil: items[index] from the loader's source
	// that transforms the items' images; nil: done on the host
	store *store
	ahead func(*batch) error // done with each batch before its turn; may be nil
}

func (j job) batches() int { return (len(j.order) + j.rows - 1) / j.rows }

func (l *loader) trainJob(items []dataset.Item, order, transforms, dropout purpose, epoch int) job {
	n := len(items)
	r := l.stream(order, epoch, 0)
	indices := r.Perm(n)
	if l.cfg.Balance == spec.BalanceSampler {
		indices = balanced(items, r)
	}
	return job{
		items: items,
		order: indices[:n/l.cfg.Batch*l.cfg.Batch], // whole batches (fastai §3.1)
		rows:  l.cfg.Batch,
		params: func(i int) augment.Params {
			return l.cfg.augment().Draw(l.stream(transforms,
				epoch, i))
		},
		dropout: func(k int) *rand.Rand { return l.stream(dropout, epoch, k) },
	}
}

// validJob is a pass in order without random transforms.
func (l *loader) validJob(items []dataset.Item, rows int) job {
	plain := l.cfg.augment().Valid()
	return job{items: items, order: inOrder(len(items)), rows: rows,
		params: func(int) augment.Params { return plain }}
}

func (l *loader) imagesJob(list []*images.RGB, rows int) job {
	j := l.validJob(nil, rows)
	j.order = inOrder(len(list))
	j.open = func(i int) (*images.RGB, error) { return list[i], nil }
	return j
}

// inOrder is 0..n−1.
func inOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// ahead is how many finished batches wait for the step.
const ahead = 2

// batches prepares batches ahead of their use. It ends after the first error, the context's
// included.
func (l *loader) batches(ctx context.Context, j job) iter.Seq2[*batch, error] {
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
					if b != nil {
						b.free()
					}
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

func (l *loader) load(ctx context.Context, j job, k int) (*batch, error) {
	part := j.order[k*j.rows : min((k+1)*j.rows, len(j.order))]
	b := newBatch(l.cfg.Size, j.rows, len(part))
	b.seed = l.stream(forDropout, 0, 0)
	if j.dropout != nil {
		b.seed = j.dropout(k)
	}
	prepare := l.onHost(b, j)
	if j.store != nil {
		prepare = l.onDevice(b, j)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(l.cfg.Workers)
	for row, index := range part {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if j.items != nil {
				b.labels[row] = int32(j.items[index].Label)
			}
			return prepare(row, index)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	b.pad()
	if j.ahead != nil {
		if err := j.ahead(b); err != nil && !engine.OutOfMemory(err) { // then the step handles it
			return nil, err
		}
	}
	return b, nil
}

// onHost returns a function that transforms the image items[index] into a row of a batch.
func (l *loader) onHost(b *batch, j job) func(row, index int) error {
	px := l.cfg.Size.H * l.cfg.Size.W * 3
	b.data = make([]float32, j.rows*px)
	return func(row, index int) error {
		img, err := l.image(j, index)
		if err == nil {
			err = l.cfg.augment().Apply(b.data[row*px:(row+1)*px], img, l.cfg.Size, j.params(index))
			err = atImage(index, err)
		}
		return err
	}
}

// onDevice returns a function that notes how the store transforms the image items[index].
func (l *loader) onDevice(b *batch, j job) func(row, index int) error {
	c := l.cfg.augment()
	width := c.RowLen()
	b.store, b.views = j.store, make([]float64, j.rows*width)
	b.own = make([][]*images.RGB, j.rows)
	return func(row, index int) error {
		versions := j.store.versions[j.items[index].Path]
		if j.store.streams() {
			img, err := l.image(j, index)
			if err != nil {
				return err
			}
			if b.own[row], err = c.Versions(img, l.cfg.Size); err != nil {
				return atImage(index, err)
			}
			versions, _ = placed(b.own[row], 0)
		}
		return atImage(index, c.Row(b.views[row*width:(row+1)*width], versions, l.cfg.Size,
			j.params(index)))
	}
}

func atImage(index int, err error) error {
	if err != nil {
		return fmt.Errorf("transforms of image %d: %w", index, err)
	}
	return nil
}

func (l *loader) image(j job, index int) (*images.RGB, error) {
	if j.open != nil {
		return j.open(index)
	}
	return l.open(j.items[index])
}

// open returns an item's image from Config.Images, the cache or the file; an error is an
// [images.Error].
func (l *loader) open(item dataset.Item) (img *images.RGB, err error) {
	switch {
	case l.cfg.Images != nil:
		img, err = l.cfg.Images(item)
	case l.cache != nil:
		img, err = l.cache.Get(item.Path)
	default:
		img, err = images.DecodeFile(item.Path, l.cfg.Decode())
	}
	var named *images.Error
	if err != nil && !errors.As(err, &named) {
		err = &images.Error{Path: item.Path, Err: err}
	}
	return img, err
}

// openAll opens every item once, in parallel, calls use, which may be nil, with those that can be
// read, and returns the others, in order.
func (l *loader) openAll(ctx context.Context, items []dataset.Item,
	use func(path string, img *images.RGB) error, ev Events) ([]images.Bad, error) {
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
				img, err := l.open(items[i])
				if err == nil && use != nil {
					err = use(items[i].Path, img)
				}
				if errors.As(err, &named) {
					reasons[i] = named.Err.Error()
				} else if err != nil {
					return err
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

// display returns an image as validation sees it: resized and cropped, not normalised.
func (l *loader) display(img *images.RGB) (*images.RGB, error) {
	data := make([]float32, 3*l.cfg.Size.H*l.cfg.Size.W)
	if err := l.cfg.augment().Apply(data, img, l.cfg.Size, l.cfg.augment().Valid()); err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	return augment.Image(data, l.cfg.Size), nil
}
