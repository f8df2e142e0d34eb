package engine

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// A PanicError is what GoMLX panicked with, as an error. GoMLX reports mistakes in graphs, missing
// operations and failed executions by panicking; [Call] is the edge at which they become errors.
type PanicError struct {
	Stage string // what was being done: "building the training step"
	Value any    // what was thrown
	Stack string // where, for a log; not part of Error
}

// Error returns the stage and the first line of what was thrown.
func (e *PanicError) Error() string {
	text := strings.TrimSpace(fmt.Sprint(e.Value))
	text, _, _ = strings.Cut(text, "\n")
	return e.Stage + ": " + text
}

// Unwrap returns the error that was thrown, if it was one.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Call runs f and gives back what it panicked with as an error that names the stage. A nested
// Call's error passes through with its own stage.
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
