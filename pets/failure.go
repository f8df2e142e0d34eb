package pets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"gopets/kernelext/cell"
	"gopets/kernelext/session"
	"gopets/pets/spec"
)

// fail shows what went wrong and ends the cell.
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

// report shows an error as a box, and as text on standard error.
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

// inKernel reports whether this program is a cell of a GoNB kernel, so that its variables are
// evaluated again and again.
func inKernel() bool { return os.Getenv("GONB_TMP_DIR") != "" }

// declaring reports whether a variable's declaration is being evaluated, rather than the cell's own
// lines.
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

// broken are the paths that are not available in this program, and why.
var broken = struct {
	sync.Mutex
	why map[Path]error
}{why: map[Path]error{}}

func breakPath(p Path, err error) {
	broken.Lock()
	defer broken.Unlock()
	broken.why[p] = err
}

// explain says why a path, or a folder above it, is not available; nil if that is not known.
func explain(p Path) error {
	broken.Lock()
	defer broken.Unlock()
	for {
		parent := p.Parent()
		if err := broken.why[p]; err != nil || parent == p || p == "" {
			return err
		}
		p = parent
	}
}

// because returns the deeper reason, if there is one.
func because(p Path, err error) error { return cmp.Or(explain(p), err) }

// value returns what get returns. What is not available makes p a path that is not, and is returned
// as unusable; see the package's comment.
func value[T any](key string, p Path, unusable T, get func() (T, error)) T {
	if quiet(key, p) {
		return unusable
	}
	v, err := get()
	if err != nil {
		failValue(key, p, err)
		return unusable
	}
	succeeded(key)
	return v
}

// failValue ends the cell that evaluates a failed value first. Later ones it lets go on.
func failValue(key string, p Path, err error) {
	deeper := explain(p)
	if deeper == nil {
		breakPath(p, err)
	}
	if !inKernel() || !declaring() {
		fail(cmp.Or(deeper, err))
	}
	if deeper != nil {
		return // reported where it belongs
	}
	first := failureOf(key) == nil
	interrupted := session.HasCode(err, session.CodeCancelled)
	if interrupted {
		err = fmt.Errorf("%w. pets.Retry() lets the next cell try again", err)
	}
	text, _ := json.Marshal(failureNote{err.Error(), time.Now(), interrupted})
	setNote("failed "+key, string(text))
	if first && note("failed "+key) != "" {
		fail(err)
	}
	report(err)
}

// failureNote is what later cells know about a value that is not available.
type failureNote struct {
	Message     string
	When        time.Time
	Interrupted bool
}

func failureOf(key string) *failureNote {
	f := new(failureNote)
	if json.Unmarshal([]byte(note("failed "+key)), f) != nil {
		return nil
	}
	return f
}

// quietTime is how long a value that is not available is not tried again by later cells.
const quietTime = 15 * time.Second

// quiet reports whether a value is not available just now, in an earlier cell, and is not to be
// tried again in this one.
func quiet(key string, p Path) bool {
	if !inKernel() || !declaring() {
		return false
	}
	f := failureOf(key)
	if f == nil || !f.Interrupted && time.Since(f.When) > quietTime {
		return false
	}
	breakPath(p, errors.New(f.Message))
	return true
}

func succeeded(key string) { setNote("failed "+key, "") }

// Retry lets the next cell try again what is not available: after the network came back, or after
// an interrupt.
func Retry() {
	dir, err := worker.Dir()
	failIf(err)
	notes, _ := filepath.Glob(filepath.Join(dir, "note-*"))
	for _, path := range notes {
		os.Remove(path)
	}
}

// note returns a small fact that setNote kept for later cells, in the session's folder, or "".
// Without a kernel there are no later cells.
func note(key string) string {
	text, _ := os.ReadFile(notePath(key))
	return string(text)
}

func setNote(key, value string) {
	switch path := notePath(key); {
	case path == "":
	case value == "":
		os.Remove(path)
	default:
		session.WriteFile(path, []byte(value)) // a note that cannot be kept is asked for again
	}
}

func notePath(key string) string {
	if !inKernel() {
		return ""
	}
	dir, err := worker.Dir()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(dir, "note-"+hex.EncodeToString(sum[:8]))
}
