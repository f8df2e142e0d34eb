package main

import (
	"context"
	"fmt"
	"sync"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/wire"
)

// lists are the lists of files and labels that cells have sent, by digest. It is safe for
// concurrent use.
type lists struct {
	mu       sync.Mutex
	byDigest map[string][]string
}

// take keeps a list.
func (l *lists) take(ctx context.Context, c call, list wire.FileList) (none wire.None, err error) {
	if got := spec.ListOf(list.Paths).Digest; got != list.Digest {
		return none, fmt.Errorf("files: the list's digest is %s, not %s", got, list.Digest)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byDigest == nil {
		l.byDigest = map[string][]string{}
	}
	l.byDigest[list.Digest] = list.Paths
	return none, nil
}

// get returns a list, or the error that makes the cell send it.
func (l *lists) get(f spec.List) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, ok := l.byDigest[f.Digest]
	if !ok {
		return nil, &session.Error{Code: wire.CodeFiles,
			Message: "the session has not seen this list of files: " + f.Digest}
	}
	return list, nil
}
