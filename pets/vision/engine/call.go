package engine

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// A PanicError is an error made of a panic. GoMLX panics on mistakes in graphs, missing operations
// and failed executions; [Call] recovers.
type PanicError struct {
	Stage string // what was being done: "building the training step"
	Value any    // the panic's value
	Stack string // for a log; not part of Error
}

// Error returns the stage and the first line of the panic.
func (e *PanicError) Error() string {
	text := strings.TrimSpace(fmt.Sprint(e.Value))
	text, _, _ = strings.Cut(text, "\n")
	return e.Stage + ": " + text
}

// Unwrap returns the panic's value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Call runs f and returns its panic as an error that names the stage. The error of a nested Call
// keeps its own stage.
func Call(stage string, f func()) (err error) {
	defer func() {
		thrown := recover()
		if thrown == nil {
			return
		}
		if inner, ok := thrown.(error); ok {
			var already *PanicError
			if errors.As(inner, &already) {
				err = fmt.Errorf("%s: %w", stage, inner)
				return
			}
		}
		stack := make([]byte, 64<<10)
		err = &PanicError{Stage: stage, Value: thrown,
			Stack: string(stack[:runtime.Stack(stack, false)])}
	}()
	f()
	return nil
}
