package gonb

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
	"gopets/kernelext/internal/kerneltest"
)

// realGoNB puts GoNB on the PATH.
func realGoNB(t *testing.T) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("builds GoNB and compiles cells")
	}
	return Options{GoNB: kerneltest.UseGoNB(t)}
}

// recorder is an output as lines.
type recorder struct {
	discard
	mu   sync.Mutex
	text strings.Builder
}

func (r *recorder) Stream(name, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.WriteString(text)
}

func (r *recorder) Display(d eval.Display) { r.Stream("", fmt.Sprint("display ", d.Data, "\n")) }

// session is an engine and the number of its last cell.
type session struct {
	t *testing.T
	e *Engine
	n int
}

func newSession(t *testing.T, o Options) *session {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return &session{t: t, e: e}
}

// run runs a cell and returns what it prints, its value and its error, a line each.
func (s *session) run(source string) string {
	s.n++
	var out recorder
	result, err := s.e.Eval(context.Background(), eval.Cell{Number: s.n, Source: source,
		NoInput: true}, &out)
	text := out.text.String()
	if result.Value != nil {
		text += fmt.Sprint("= ", result.Value["text/plain"], "\n")
	}
	var failure *eval.Error
	switch {
	case errors.As(err, &failure):
		text += "error: " + failure.Name + ": " + failure.Value + "\n"
	case err != nil:
		s.t.Fatal(err)
	}
	return text
}

// expect runs cells, and compares what the last one shows.
func (s *session) expect(want string, cells ...string) {
	s.t.Helper()
	got := ""
	for _, c := range cells {
		got = s.run(c)
	}
	if strings.TrimSuffix(got, "\n") != want {
		s.t.Errorf("%s\ngot  %q\nwant %q", strings.Join(cells, "\n---\n"), got, want)
	}
}

// What the kernel adds to a cell's program is nowhere in the user's scope, go.mod or go.work.
func TestScopeOfCells(t *testing.T) {
	s := newSession(t, realGoNB(t))
	s.expect("= 2", "func show() {}\nfunc cell() {}\nvar nbcell = 1", "1+1")
	s.expect("= 3", `!*rm -f go.work && go work init && go work use .`, "1+2")
	s.expect("= 4", "%reset", "2+2")
	dir := s.e.child.dir
	for _, name := range []string{"go.mod", "go.work"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || strings.Contains(string(text), "gopets") ||
			strings.Contains(string(text), "require") {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "nb*"))
	if len(files) > 0 {
		t.Errorf("GoNB's folder holds %q", files)
	}
}

func TestModulesBesideTheNotebook(t *testing.T) {
	o := realGoNB(t)
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"go.mod":         "module example.com/own\n\ngo 1.24\n",
		"own.go":         "package own\n\nfunc Hello() string { return \"own\" }\n",
		"lib/go.mod":     "module example.com/lib\n\ngo 1.24\n",
		"lib/lib.go":     "package lib\n\nfunc Hello() string { return \"lib\" }\n",
		"lib/sub/sub.go": "package subpackage\n\nconst X = 7\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o.Workspace = dir
	s := newSession(t, o)
	s.expect("= own lib",
		"import (\n\t\"example.com/own\"\n\t\"example.com/lib\"\n)\nown.Hello() + \" \" + "+
			"lib.Hello()")
	s.expect("= 7", "import \"example.com/lib/sub\"\nsubpackage.X")
	if text, err := os.ReadFile("go.mod"); err != nil ||
		string(text) != "module example.com/own\n\ngo 1.24\n" {
		t.Errorf("go.mod is %q, %v", text, err)
	}
}

func TestRedefinition(t *testing.T) {
	s := newSession(t, realGoNB(t))
	s.expect(
		"useA (cell [2]) is set aside: t.A undefined (type T has no field or method A); it is "+
			"tried again with each later cell",
		"type T struct{ A int }", "func useA(t T) int { return t.A }", "type T struct{ B int }")
	s.expect(
		"error: CompileError: Cell[4]: Line 1: undefined: useA (useA is set aside: t.A undefined "+
			"(type T has no field or method A))", "useA(T{})")
	s.expect("= 0", "func useA(t T) int { return t.B }", "useA(T{})")
	s.expect("= 6", "func viaLater() int { return later() }", "func later() int { return 6 }",
		"viaLater()")
	s.expect("= 12", "const (\n\tRed = iota\n\tGreen\n\tBlue\n)", "const Green = 10",
		"Green + Blue")
	s.expect("= 5", "var size = 3", "func size() int { return 5 }", "size()")
	s.expect("= 2", "func grow() int { return size() }", "type size struct{}", "1+1")
}

func TestBrokenDeclarations(t *testing.T) {
	s := newSession(t, realGoNB(t))
	s.expect("= 2", "import . \"strings\"\nToUpper(\"x\")", "1+1")
	if got := s.run("var first = []int{}[1]"); !strings.Contains(got,
		"error: Panic: runtime error: index out of range") {
		t.Errorf("%q", got)
	}
	s.expect("= 3", "1+2")
	if got := s.run("var gone = func() int { os.Exit(3); return 1 }()"); !strings.Contains(got,
		"ExitError: exit status 3") {
		t.Errorf("%q", got)
	}
	s.expect("= 4", "import \"encoding/json\"", "2+2")
	s.contains(`error: CompileError: Cell[8]: Line 1: package nosuchpkg is not in std`,
		"import \"nosuchpkg\"")
	s.expect("= 5", "2+3")
}

func TestUnsupportedIsReported(t *testing.T) {
	s := newSession(t, realGoNB(t))
	s.expect(
		"error: CompileError: Cell[1]: Line 2: //go:embed has no effect in a cell of this kernel",
		"import _ \"embed\"\n//go:embed x.txt\nvar x string")
	s.expect(
		"error: CompileError: Cell[2]: Line 2: GoNB keeps one func init of a cell: call them "+
			"init_a, init_b, which run the same way", "func init() {}\nfunc init() {}")
	s.expect(
		"error: CompileError: Cell[3]: Line 4: cgo is unsupported, because GoNB drops its "+
			"preamble: use the kernel \"Go\"", "/*\nint f() { return 1; }\n*/\n"+
			"import \"C\"")
	s.expect(
		"counts of cell [4] changes for this cell only: on this kernel it is made anew in each "+
			"cell; the kernel \"Go\" keeps variables",
		"var counts = map[string]int{}", "counts[\"a\"]++")
	s.contains("box of cell [6] changes",
		"type box_ struct{ n int }\nfunc (b *box_) add() { b.n++ }\nvar list []int\nvar box box_",
		"%%\nlist := []int{}\nlist = append(list, 1)\nbox.add()")
}

func TestWords(t *testing.T) {
	s := newSession(t, realGoNB(t))
	s.expect("= 18446744073709551615", "math.MaxUint64")
	s.expect("error: CompileError: Cell[2]: Line 1: undefined: fmt.Printn", "fmt.Printn(1)")
	s.expect("once",
		"package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"once\") }\n\nmain()")
	s.expect("0\n1", "for i := 0; i < 2; i++ {\n\tfmt.Println(i)\n}")
	for cell, want := range map[string]string{"%%time\nx := 1\nx": "= 1\n",
		"%time y := 2\ny": "= 2\n", "%timeit strings.Repeat(\"x\", 10)": "a run"} {
		if got := s.run(cell); !strings.Contains(got, want) || !strings.Contains(got, "took ") &&
			!strings.Contains(got, "runs)") {
			t.Errorf("%q: %q", cell, got)
		}
	}
	s.expect("v                int                      cell [8]", "var v int = 1", "%who")
}

// contains is expect for a part of what the last cell shows.
func (s *session) contains(want string, cells ...string) {
	s.t.Helper()
	got := ""
	for _, c := range cells {
		got = s.run(c)
	}
	if !strings.Contains(got, want) {
		s.t.Errorf("%s\ngot  %q\nwant %q in it", strings.Join(cells, "\n---\n"), got, want)
	}
}
