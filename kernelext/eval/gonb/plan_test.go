package gonb

import (
	"fmt"
	"strings"
	"testing"

	"gopets/kernelext/cellsrc"
)

func TestPlan(t *testing.T) {
	for _, c := range []struct{ name, cell, want, lines string }{
		{"declarations stay", "import \"fmt\"\nvar x = 1\nfunc f() {}",
			"import \"fmt\"\nvar x = 1\nfunc f() {}", "0 1 2"},
		{"an expression", "6*7", "%%\nnbǃ.Values(6*7)", "- 0"},
		{"gonb's main is left alone", "%%\nfmt.Println(1)", "%%\nfmt.Println(1)", "0 1"},
		{"a call is a statement behind %%", "%%\nf()", "%%\nf()", "0 1"},
		{"a bare name is not, for Go would refuse it", "%%\n\nx // the value",
			"%%\n\nnbǃ.Values(x) // the value", "0 1 2"},
		{"a call has a value elsewhere", "f(1,\n 2)", "%%\nnbǃ.Results(f(1,\n 2))", "- 0 1"},
		{"printing has none", "fmt.Println(1)", "%%\nfmt.Println(1)", "- 0"},
		{"known to have none", "quiet()", "%%\nquiet()", "- 0"},
		{"locals are used", "x := 1\ny, err := g()",
			"%%\nx := 1\n\ny, err := g()\n_ = x; _ = y; _ = err", "- 0 0 1 -"},
		{"sorted out", "x := f()\nfunc f() int { return 1 }\nvar y = 2\nx + y",
			"\nfunc f() int { return 1 }\n\nvar y = 2\n%%\nx := f()\n\nnbǃ.Values(x + y)\n_ = x",
			"0 1 1 2 - 0 2 3 -"},
		{"a function literal is a statement", "func() { g() }()", "%%\nfunc() { g() }()", "- 0"},
		{"a method is a declaration", "func (t T) M() {}", "func (t T) M() {}", "0"},
		{"magics come first", "x := 1\n%args a b", "%args a b\n%% a b\nx := 1\n_ = x", "1 - 0 -"},
		{"one line", "a := 1; a + 1", "%%\na := 1\n nbǃ.Values(a + 1)\n_ = a", "- 0 0 -"},
		{"comment only", "// nothing", "// nothing", "0"},
		{"bad syntax goes to GoNB", "x := (", "%%\nx := (", "- 0"},
		{"foreign", "%%bash\nls", "%%bash\nls", "0 1"},
		{"times", "%time x := f()\n%timeit g(x)\nx",
			"%%\nnbǃt0 := nbǃ.Timed()\n x := f()\n nbǃt0()\n\nnbǃ.TimeIt(func() { g(x) })\n\n" +
				"nbǃ.Values(x)\n_ = x", "- 0 0 0 0 1 1 2 -"},
		{"a pasted program", "package main\nfunc main() { f() }\nmain()", "\nfunc main() { f() }",
			"0 1"},
		{"a for of three parts", "for i := 0; i < 3; i++ {\n\tf(i)\n}",
			"%%\nfor i := 0; i < 3; i++ {\n\tf(i)\n}", "- 0 1 2"},
		{"if with parts", "if x {\n\tf()\n} else {\n\tg()\n}",
			"%%\nif x {\n\tf()\n} else {\n\tg()\n}", "- 0 1 2 3 4"},
	} {
		p := newPlan(cellsrc.Parse(c.cell), newMemory(),
			func(f string) bool { return f == "quiet" })
		if got := p.code; got != c.want {
			t.Errorf("%s: got\n%s\nwanted\n%s", c.name, got, c.want)
		}
		var lines []string
		for _, l := range p.lines {
			if l < 0 {
				lines = append(lines, "-")
			} else {
				lines = append(lines, string(rune('0'+l)))
			}
		}
		if got := strings.Join(lines, " "); got != c.lines {
			t.Errorf("%s: lines %s, wanted %s", c.name, got, c.lines)
		}
	}
}

func TestShellLines(t *testing.T) {
	p := newPlan(cellsrc.Parse("!ls\n!*go version \\\n  -m x\n//gonb:!pwd"), newMemory(),
		func(string) bool { return false })
	lines := strings.Split(p.code, "\n")
	head := func(line int) string { return fmt.Sprintf(shellHead, line) }
	if lines[0] != "!"+head(1)+"ls" || lines[1] != "!*"+head(2)+`go version \` ||
		lines[3] != cellsrc.Prefix+"!"+head(4)+"pwd" {
		t.Errorf("got %q", lines)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add("x := 1\nfunc f() {}\nf()")
	f.Add("%%\nx\n!ls\\\n")
	f.Fuzz(func(t *testing.T, cell string) {
		p := newPlan(cellsrc.Parse(cell), newMemory(), func(string) bool { return false })
		if n := strings.Count(p.code, "\n") + 1; n != len(p.lines) {
			t.Errorf("%d lines of code, %d numbers", n, len(p.lines))
		}
		for _, l := range p.lines {
			if l >= strings.Count(cell, "\n")+1 {
				t.Errorf("line %d is not in the cell", l)
			}
		}
	})
}
