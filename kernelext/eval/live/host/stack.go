package host

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/eval/live/wire"
)

// goroutineID returns the running goroutine's number in stack traces. It is slow.
func goroutineID() int {
	var b [64]byte
	text := strings.TrimPrefix(string(b[:runtime.Stack(b[:], false)]), "goroutine ")
	number, _, _ := strings.Cut(text, " ")
	id, _ := strconv.Atoi(number)
	return id
}

// frames returns the calls that led to the panic being recovered, without the runtime's.
func frames() []wire.Frame {
	var pcs [200]uintptr
	all := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var found []wire.Frame
	for {
		f, more := all.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime.gopanic"), strings.HasPrefix(f.Function,
			"runtime.panic"), strings.HasPrefix(f.Function, "runtime.sigpanic"),
			strings.HasPrefix(f.Function, "runtime.goPanic"):
			found = nil // what came before belongs to the recovery
		case strings.HasSuffix(f.Function, ".(*host).goroutine"):
			return found
		case len(found) == 0 && (strings.HasPrefix(f.Function, "runtime.") ||
			strings.HasPrefix(f.Function, "internal/runtime/")):
			// of a map or a channel
		default:
			found = append(found, wire.Frame{Func: f.Function, File: f.File, Line: f.Line})
		}
		if !more {
			return found
		}
	}
}

// callFrames is how many frames of package reflect lie between package interp and what it calls.
const callFrames = 2

// frames returns the calls that led to the panic being recovered, as in a compiled cell.
func (e *execution) frames() []wire.Frame {
	found := frames()
	if e.tree == nil {
		return found
	}
	n := len(found)
	for n > 0 && strings.Contains(found[n-1].Func, "eval/live/interp.") {
		n--
	}
	if foreign := func(f wire.Frame) bool {
		return !strings.HasPrefix(f.Func,
			"reflect.")
	}; !slices.
		ContainsFunc(found[:n], foreign) {
		n = 0 // an operation, no call
	} else {
		n -= callFrames
	}
	return append(found[:n:n], wire.Frame{Func: e.request.Program.Func,
		File: fmt.Sprintf("cell[%d]", e.request.Number), Line: e.tree.Line})
}

func panicText(p any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("(%T), whose own text panics", p)
		}
	}()
	switch p := p.(type) {
	case error:
		return p.Error()
	case fmt.Stringer:
		return p.String()
	case string:
		return p
	}
	return fmt.Sprintf("%T(%+v)", p, p)
}
