package pets

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"gopets/kernelext/cell"
	"gopets/kernelext/session"
	"gopets/pets/spec"
)

func fail(err error) {
	report(err)
	complain(cell.Flush()) // or the box is lost
	os.Exit(1)
}

func failIf(err error) {
	if err != nil {
		fail(err)
	}
}

func report(err error) {
	title, color := "This did not work", "#c62828"
	if session.HasCode(err, session.CodeCancelled) {
		title, color = "Interrupted", "#ef6c00"
	}
	text := strings.TrimSpace(spec.Message(err, spec.InCell))
	fmt.Fprintf(os.Stderr, "%s: %s\n", title, text)
	if cell.Notebook() {
		box := fmt.Sprintf(`<div style="border-left:4px solid %s;background:#fff;color:#222;`+
			`padding:.5em 1em;white-space:pre-wrap;overflow-wrap:anywhere"><b>%s</b><br>%s</div>`,
			color, title, html.EscapeString(text))
		_ = cell.Display("", cell.Bundle{"text/html": box}) // the standard error has it anyway
	}
}

// inKernel reports whether this is a cell of a GoNB kernel, which evaluates variables again.
func inKernel() bool { return os.Getenv("GONB_TMP_DIR") != "" }

// declaring reports whether the declaration of a variable is being evaluated.
func declaring() bool {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "runtime.doInit") {
			return true
		}
		if !more {
			return false
		}
	}
}

var broken sync.Map // Path → error: why it is not available

// explain says why a path, or a folder above it, is not available; nil if that is not known.
func explain(p Path) error {
	for {
		if err, ok := broken.Load(p); ok {
			return err.(error)
		}
		parent := p.Parent()
		if parent == p || p == "" {
			return nil
		}
		p = parent
	}
}

func because(p Path, err error) error { return cmp.Or(explain(p), err) }

// value returns get's value. A failure ends the first cell that evaluates it; later ones get
// unusable.
func value[T any](key string, p Path, unusable T, get func() (T, error)) T {
	key = "failed " + key
	declared := inKernel() && declaring()
	var earlier failure
	failedBefore := readNote(key, &earlier)
	if declared && (earlier.Interrupted || time.Since(earlier.When) < quietTime) {
		broken.Store(p, errors.New(earlier.Message))
		return unusable
	}
	v, err := get()
	if err == nil {
		setNote(key, nil)
		return v
	}
	deeper := explain(p)
	if deeper == nil {
		broken.Store(p, err)
	}
	switch {
	case !declared:
		fail(cmp.Or(deeper, err))
	case deeper == nil: // else it is reported where it belongs
		interrupted := session.HasCode(err, session.CodeCancelled)
		if interrupted {
			err = fmt.Errorf("%w. pets.Retry() lets the next cell try again", err)
		}
		if setNote(key, failure{err.Error(), time.Now(), interrupted}) && !failedBefore {
			fail(err)
		}
		report(err)
	}
	return unusable
}

type failure struct {
	Message     string
	When        time.Time
	Interrupted bool
}

// quietTime is how long a value that is not available is not tried again by later cells.
const quietTime = 15 * time.Second

// Retry lets the next cell try again what was not available or was interrupted.
func Retry() { failIf(worker.ForgetNotes()) }

// readNote and setNote are those of the session; without a kernel there are no later cells.
func readNote(key string, value any) bool { return inKernel() && worker.Note(key, value) }

func setNote(key string, value any) bool { return inKernel() && worker.SetNote(key, value) }
