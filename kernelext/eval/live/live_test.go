package live_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

// A front collects what cells write.
type front struct {
	mu       sync.Mutex
	out, err strings.Builder
	displays []eval.Display
	inputs   []string
	onText   func(text string) // called with the standard output; may be nil
}

func (f *front) Stream(name, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == "stdout" {
		if f.onText != nil {
			f.onText(text)
		}
		f.out.WriteString(text)
	} else {
		f.err.WriteString(text)
	}
}

func (f *front) Display(d eval.Display) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.displays = append(f.displays, d)
	fmt.Fprintf(&f.out, "[%v]", d.Data["text/plain"])
}

func (f *front) Clear(bool) {}

func (f *front) Input(context.Context, string, bool) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.inputs) == 0 {
		return "", errors.New("no one answers")
	}
	line := f.inputs[0]
	f.inputs = f.inputs[1:]
	return line, nil
}

func (f *front) Comm(string, map[string]any) {}

// A notebook is an engine and the number of its cells.
type notebook struct {
	t      *testing.T
	engine *live.Engine
	count  int
	front  *front
}

func open(t *testing.T, o live.Options) *notebook {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	e, err := live.New(context.Background(), o)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return &notebook{t: t, engine: e}
}

// run runs a cell and returns its value's text, what it printed, and its error.
func (n *notebook) run(code string) (value, out string, err error) {
	n.t.Helper()
	n.count++
	n.front = &front{}
	r, err := n.engine.Eval(context.Background(), eval.Cell{Number: n.count, Source: code}, n.front)
	text, _ := r.Value["text/plain"].(string)
	return text, n.front.out.String(), err
}

// want runs a cell and compares its value, or else what it prints.
func (n *notebook) want(code, want string) {
	n.t.Helper()
	value, out, err := n.run(code)
	if err != nil {
		n.fail(code, err)
		return
	}
	got := out + value
	if got != want {
		n.t.Errorf("cell %d: %s\ngives %q, want %q\n%s", n.count, code, got, want,
			n.front.err.String())
	}
}

// wantError runs a cell that fails, with all of the words in its error.
func (n *notebook) wantError(code string, words ...string) {
	n.t.Helper()
	value, out, err := n.run(code)
	if err == nil {
		n.t.Errorf("cell %d: %s\ngives %q %q, want an error with %q", n.count, code, out, value,
			words)
		return
	}
	text := describe(err)
	for _, w := range words {
		if !strings.Contains(text, w) {
			n.t.Errorf("cell %d: %s\nfails with %s\nwant %q", n.count, code, text, w)
		}
	}
	if strings.Contains(text, "nbꞏ") {
		n.t.Errorf("cell %d: a generated name in the error:\n%s", n.count, text)
	}
}

func (n *notebook) fail(code string, err error) {
	n.t.Helper()
	n.t.Errorf("cell %d: %s\nfails: %s\n%s", n.count, code, describe(err), n.front.err.String())
}

func describe(err error) string {
	var e *eval.Error
	if errors.As(err, &e) {
		return e.Error() + "\n" + strings.Join(e.Traceback, "\n")
	}
	return "fault of the engine: " + err.Error()
}

// module returns a folder with files, by name.
func module(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestVariablesLive(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want(`m := map[string]int{"cat": 1}`, "")
	n.want(`m["dog"] = 2`, "")
	n.want(`len(m)`, "2")
}

// long skips a test that takes long, unless $GOPETS_TEST_LONG is set.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("GOPETS_TEST_LONG is not set")
	}
}
