package host

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"gopets/kernelext/eval/live/wire"
)

// goroutineID returns the number that stack traces give the running goroutine. It is not quick, and
// only asked for where a cell begins and where one is stopped.
func goroutineID() int {
	var b [64]byte
	text := strings.TrimPrefix(string(b[:runtime.Stack(b[:], false)]), "goroutine ")
	number, _, _ := strings.Cut(text, " ")
	id, _ := strconv.Atoi(number)
	return id
}

// frames returns the calls that led to the panic which is being recovered from.
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
			found = nil // what comes before belongs to the recovery
		case strings.HasSuffix(f.Function, ".(*host).goroutine"):
			return found
		default:
			found = append(found, wire.Frame{Func: f.Function, File: f.File, Line: f.Line})
		}
		if !more {
			return found
		}
	}
}

// panicText is what the runtime would print.
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
