package images

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"gopets/pets/spec"
)

// Bad is an image that cannot be read, and why.
type Bad = spec.Bad

// VerifyOptions of [Verify]; the zero value is right.
type VerifyOptions struct {
	Decode   Options
	Workers  int                   // 0: one for each processor
	Progress func(done, total int) // called from one goroutine at a time
}

// Verify decodes every file and returns those that fail, in the order given. If ctx ends it returns
// what it has found so far.
func Verify(ctx context.Context, files []string, o VerifyOptions) []Bad {
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	reasons := make([]string, len(files))
	var next, done atomic.Int64
	var report sync.Mutex
	var group sync.WaitGroup
	for range min(workers, len(files)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)) &&
				ctx.Err() == nil; i = next.Add(1) - 1 {
				if _, err := DecodeFile(files[i], o.Decode); err != nil {
					reasons[i] = reason(err)
				}
				if o.Progress != nil {
					report.Lock()
					o.Progress(int(done.Add(1)), len(files))
					report.Unlock()
				}
			}
		})
	}
	group.Wait()
	var bad []Bad
	for i, r := range reasons {
		if r != "" {
			bad = append(bad, Bad{Path: files[i], Reason: r})
		}
	}
	return bad
}

func reason(err error) string {
	var imageErr *Error
	if errors.As(err, &imageErr) {
		err = imageErr.Err
	}
	return err.Error()
}
