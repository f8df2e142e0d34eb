package gonb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/cellsrc"
)

func TestHide(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"!ls\nx := `a\n%b`[1:]", "!ls\nx := (`a\n`+`%b`)[1:]"},
		{"/* a\n!b */ `c` /*\npackage d*/", "/* a\n !b */ `c` /*\n package d*/"},
		{"s := \"`\"\n!ls `pwd`\nt := '`' // `\n%ls", "s := \"`\"\n!ls `pwd`\nt := '`' // `\n%ls"},
		{"package main\npackages()", "package main\n packages()"},
		{"x := `open\n%ls", "x := (`open\n`+`%ls)"},
	} {
		s := cellsrc.Parse(c.cell)
		if got := strings.Join(hide(s.Lines, commandLines(s)), "\n"); got != c.want {
			t.Errorf("%q became\n%s\nwanted\n%s", c.cell, got, c.want)
		}
	}
}

// Positions in a program composed by GoNB.
func TestTracer(t *testing.T) {
	dir := t.TempDir()
	program := "package main\n\nvar (\n\tv int = func() int {\n\t\treturn 1\n\t}()\n)\n\n" +
		"func f() {\n\tpanic(1)\n}\n\nfunc init() {\n\tf()\n}\n\nfunc main() {\n\tflag.Parse()\n" +
		"a()\nb()\n\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := func(text string) (found []goLine) {
		for i, l := range strings.Split(text, "\n") {
			found = append(found, goLine{l, i})
		}
		return found
	}
	cells := []sent{{count: 7, golang: lines("a()\nb()")},
		{count: 5, golang: lines("func init_f() {\n\tf()\n}")},
		{count: 4,
			golang: lines(
				"// f\nfunc f() {\n\tpanic(1)\n}\nvar v int = func() int {\n\t\treturn 1\n\t}()")}}
	tr := &tracer{dir: dir, files: map[string]*traceFile{}, cells: func(each func(sent) bool) {
		for _, s := range cells {
			if !each(s) {
				return
			}
		}
	}}
	for line, want := range map[int]string{5: "Cell [4] Line 6", 10: "Cell [4] Line 3",
		14: "Cell [5] Line 2", 19: "Cell [7] Line 1", 20: "Cell [7] Line 2", 17: "", 99: ""} {
		text := fmt.Sprintf("\t%s/main.go:%d +0x1\n", dir, line)
		got := tr.annotate(text)
		if want == "" && got != text || !strings.Contains(got, want) {
			t.Errorf("line %d: %q, wanted %q", line, got, want)
		}
	}
	if text := "\t/elsewhere/main.go:10"; tr.annotate(text) != text {
		t.Error("another program's line was taken for a cell's")
	}
}

func commandLines(s *cellsrc.Source) []bool {
	special := make([]bool, len(s.Lines))
	for i, k := range s.Kinds {
		special[i] = k != cellsrc.Go
	}
	return special
}

func FuzzHide(f *testing.F) {
	f.Add("x := `a\n%b`\n/*\n!c*/")
	f.Add("`\n!")
	f.Fuzz(func(t *testing.T, cell string) {
		s := cellsrc.Parse(cell)
		if got := hide(s.Lines, commandLines(s)); len(got) != len(s.Lines) {
			t.Errorf("%d lines became %d", len(s.Lines), len(got))
		}
	})
}
