package pets

import (
	"fmt"
	"sync"

	"gopets/kernelext/session"
	"gopets/pets/wire"
)

// ShowEngine prints what does the arithmetic, and what would make it faster.
func ShowEngine() {
	e := must(wire.AskEngine, wire.EngineCall{Show: true}, nil)
	fmt.Println("engine:", e.Name)
	for _, n := range e.Notes {
		fmt.Println("  ", n)
	}
}

// Pick returns fast if XLA computes, slow on the pure Go backend or without a session.
func Pick[T any](fast, slow T) T {
	e, err := askEngine()
	if session.HasCode(err, session.CodeCancelled) {
		fail(err) // an interrupt is no reason to go on; the next cell asks again
	}
	if err == nil && e.Fast {
		return fast
	}
	return slow
}

// askEngine asks the session once in a kernel, and once in a program; later cells read a note.
var askEngine = sync.OnceValues(func() (wire.Engine, error) {
	var e wire.Engine
	if readNote("engine", &e) {
		return e, nil
	}
	e, err := ask(wire.AskEngine, wire.EngineCall{}, nil)
	if err == nil {
		setNote("engine", e)
	}
	return e, err
})
