package main

import (
	"fmt"
	"sync"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/wire"
)

// lists are the lists of files and labels that cells have sent, by digest. It is safe for
// concurrent use.
type lists struct{ byDigest sync.Map }

func (l *lists) take(_ *call, list wire.FileList) (none wire.None, err error) {
	if got := spec.ListOf(list.Paths).Digest; got != list.Digest {
		return none, fmt.Errorf("files: the list's digest is %s, not %s", got, list.Digest)
	}
	l.byDigest.Store(list.Digest, list.Paths)
	return none, nil
}

// get returns a list, or the error that makes the cell send it.
func (l *lists) get(f spec.List) ([]string, error) {
	list, ok := l.byDigest.Load(f.Digest)
	if !ok {
		return nil, session.Errorf(wire.CodeFiles, "the session has no list of files %s", f.Digest)
	}
	return list.([]string), nil
}
