package pets

import (
	"sync"

	"gopets/kernelext/session"
	"gopets/pets/wire"
)

// ShowEngine prints what does the arithmetic, and what would make it faster.
func ShowEngine() { must(wire.ShowEngine, wire.None{}, nil) }

// Pick returns fast if XLA computes, slow on the pure Go backend or without a session.
func Pick[T any](fast, slow T) T {
	xla, err := hasXLA()
	if session.HasCode(err, session.CodeCancelled) {
		fail(err) // an interrupt is no reason to go on; the next cell asks again
	}
	if err == nil && xla {
		return fast
	}
	return slow
}

// hasXLA asks the session once in a kernel, and once in a program; later cells read a note.
var hasXLA = sync.OnceValues(func() (xla bool, err error) {
	if readNote("engine", &xla) {
		return xla, nil
	}
	if xla, err = ask(wire.HasXLA, wire.None{}, nil); err == nil {
		setNote("engine", xla)
	}
	return xla, err
})
