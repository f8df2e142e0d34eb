package gonb

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gopets/kernelext/eval"
)

// What -cover counts is the cell's own, and the kernel's part works.
func TestCover(t *testing.T) {
	s := newSession(t, realGoNB(t))
	dir := t.TempDir()
	s.run("%goflags -cover\n%env GOCOVERDIR " + dir)
	s.expect("= 42", "func A() int { return 42 }\nfunc B() int { return 1 }\nA()")
	out, err := exec.Command("go", "tool", "covdata", "func", "-i", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(string(out)), " ")
	if !strings.Contains(got, "A 100.0%") || !strings.Contains(got, "B 0.0%") ||
		strings.Contains(got, "nbcell") || !strings.Contains(got, "(statements) 75.0%") {
		t.Errorf("covered: %s", got)
	}
	s.expect("error: CompileError: Cell[4]: Line 2: undefined: nothing", "1 + 1", "\nnothing + 1")
}

func TestWasm(t *testing.T) {
	o := realGoNB(t)
	dir := t.TempDir()
	t.Chdir(dir) // Jupyter's root is where its process is
	t.Setenv("JPY_PARENT_PID", strconv.Itoa(os.Getpid()))
	s := newSession(t, o)
	got := s.run("%wasm\n%%\nfmt.Println(1)")
	files, _ := filepath.Glob(filepath.Join(dir, "jupyter_files", "*", "*"))
	if !strings.Contains(got, "wasm_exec.js") || strings.Contains(got, "error") ||
		len(files) != 2 {
		t.Errorf("%q, %v", got, files)
	}
	s.expect("= 3", "1 + 2")
}

// A go.work with GoNB's own module is the recipe of GoNB's notebooks.
func TestGoNBInGoWork(t *testing.T) {
	o := realGoNB(t)
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", gonbModule).Output()
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t, o)
	s.run("!*rm -f go.work && go work init && go work use . " + strings.TrimSpace(string(out)))
	got := s.run("import \"github.com/janpfeifer/gonb/gonbui\"\ngonbui.DisplayHTML(\"shown\")")
	if strings.Contains(got, "GOPROXY=off") {
		t.Skip("GoNB's own dependencies are not in the module cache")
	}
	if got != "display map[text/html:shown]\n" {
		t.Errorf("%q", got)
	}
}

// Names outside the standard library do not keep its packages from being imported.
func TestUnknownPackage(t *testing.T) {
	s := newSession(t, realGoNB(t))
	s.expect("error: CompileError: Cell[1]: Line 1: undefined: nosuchpackage",
		"fmt.Println(nosuchpackage.X)")
	// A main that calls itself would not end.
	s.expect("error: CompileError: Cell[2]: Line 1: the main of another cell is not kept: give "+
		"the function another name", "main()")
}

// Errors name the column, in the cell's line and not in the one that is compiled.
func TestColumns(t *testing.T) {
	s := newSession(t, realGoNB(t))
	for _, c := range []struct {
		cell         string
		line, column int
	}{
		{"len(\"a\") + nothing", 1, 12},
		{"x := 1\n\tx + undefinedName", 2, 6},
		{"func f() int {\n\treturn \"s\"\n}", 2, 9},
		{"%%\nfmt.Println(1, 2 + \"é\", unknown)", 2, 16},
		{"fmt.Println((1)", 1, 16},
	} {
		s.n++
		_, err := s.e.Eval(t.Context(), eval.Cell{Number: s.n, Source: c.cell}, &recorder{})
		var failure *eval.Error
		if !errors.As(err, &failure) || failure.Position != (eval.Position{Cell: s.n,
			Line: c.line, Column: c.column}) || !strings.Contains(failure.Traceback[0], "^") {
			t.Errorf("%q: %+v", c.cell, failure)
		}
	}
}
