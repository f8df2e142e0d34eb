package cellsrc

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	s := Parse(
		"!ls\n!*go version \\\n  -m x\n//gonb:!pwd\n%unheard of\nx := `\n%ls`\n/*\n!no */\n" +
			"%%time\n%% a b\npackage main\npackages()")
	want := []ShellAt{{"ls", false, 0, 0}, {"go version    -m x", true, 1, 2}, {"pwd", false, 3, 3}}
	if !slices.Equal(s.Shells, want) {
		t.Errorf("shells %+v, want %+v", s.Shells, want)
	}
	commands := []CommandAt{{"unheard", "of", 4, 4}, {"%time", "", 9, 9}, {"%", "a b", 10, 10}}
	if !slices.Equal(s.Commands, commands) || s.Main != 10 {
		t.Errorf("commands %+v, main %d", s.Commands, s.Main)
	}
	if c, ok := s.Unknown(); !ok || c.Name != "unheard" {
		t.Errorf("unknown %v", c)
	}
	if got, want := s.Go(), "\n\n\n\n\nx := `\n%ls`\n/*\n!no */\n\n\n\npackages()"; got != want {
		t.Errorf("Go is %q, want %q", got, want)
	}
	for _, code := range []string{"%%bash\n%ls", "\n \n%%bash -x\n%ls", "%%bash\r\n%ls"} {
		if s := Parse(code); s.Foreign != "%%bash" || len(s.Commands) > 0 || len(s.Lines) != 2 {
			t.Errorf("%q: %+v", code, s)
		}
	}
	if got := Parse("\ufeffx := 1\r\n!ls\r\ny").Go(); got != "x := 1\n\ny" {
		t.Errorf("Go is %q", got)
	}
}

func TestChunks(t *testing.T) {
	for text, want := range map[string]string{
		"import \"a\"\nvar x = 1; f()\nfunc main() {\n\tg()\n}": "I import \"a\"|D var x = 1;|S " +
			"f()|M func main() {\n\tg()\n}",
		"for i := 0; ; i++ {\n\tf()\n}; g()": "S for i := 0; ; i++ {\n\tf()\n" +
			"};|S g()",
		"for i := 0; i < 3; i++ {}": "S for i := 0; i < 3; i++ {}",
		"if x := f(); x > 0 {\n} else if y := g(); y {\n}\nz": "S if x := f(); x > 0 {\n" +
			"} else if y := g(); y {\n}|S z",
		"switch x := f(); x {\ncase 1:\n}\nvar z int": "S switch x := f(); x {\n" +
			"case 1:\n}|D var z int",
		"switch x := f(); x := x.(type) {\n}": "S switch x := f(); x := " +
			"x.(type) {\n}",
		"outer:\nfor a := 1; ; {\n\tbreak outer\n}": "S outer:\nfor a := 1; ; {\n" +
			"\tbreak outer\n}",
		"for range []T{{1}, {2}} {}; h()": "S for range []T{{1}, {2}} " +
			"{};|S h()",
		"func() { f() }()":  "S func() { f() }()",
		"func (t T) M() {}": "D func (t T) M() {}",
		"func f[T any](x T) {}\nfunc(int) int { return 1 }(2)": "D func f[T any](x T) {}|S " +
			"func(int) int { return 1 }(2)",
	} {
		var got []string
		for _, c := range Chunks(text) {
			kind := "S"
			switch {
			case c.Import:
				kind = "I"
			case c.Main:
				kind = "M"
			case c.Decl:
				kind = "D"
			}
			got = append(got, kind+" "+strings.TrimSpace(text[c.From:c.To]))
		}
		if got := strings.Join(got, "|"); got != want {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"x := 1\nfunc f() {}\nx", ""},
		{"%%bash\nif", ""},
		{"fmt.Println(1\nx", "1:14 missing ',' before newline in argument list"},
		{"x := 1\n\nfunc f( {", "3:9 expected ')', found '{'"},
		{"%%\nfor {\n\n", "2:6 expected '}', found the end of the cell"},
		{"import \"a\"\n%%\nx +", "3:4 expected operand, found the end of the cell"},
		{"var x = 1\nimport \"fmt\"", ""},
		{"%test\nfunc TestX(t *testing.T) {", "2:27 expected '}', found the end of the cell"},
		{"for i := 0; ; i++ {\n\tbreak\n}", ""},
		{"x := )", "1:6 unexpected ')'"},
		{"}", "1:1 unexpected '}'"},
		{"x := f()\n\tg())", "2:5 unexpected ')'"},
		{"x := (]", "1:7 expected operand, found ']'"},
	} {
		var got []string
		for _, m := range Parse(c.cell).Mistakes() {
			got = append(got, fmt.Sprintf("%d:%d %s", m.Line, m.Column, m.Text))
		}
		if got := strings.Join(got, "|"); got != c.want {
			t.Errorf("%q: %q, want %q", c.cell, got, c.want)
		}
	}
	for cell, want := range map[string]bool{"func main() {}\n6*7": true,
		"func main() {}\nmain()": false, "func main() {}": false, "%%\nmain()": false} {
		if _, two := Parse(cell).TwoMains(); two != want {
			t.Errorf("TwoMains(%q) is %v", cell, two)
		}
	}
}

func TestQuestion(t *testing.T) {
	for code, want := range map[string]string{"?fmt.Println": "fmt.Println", " x?\n": "x",
		"??T": "T", "x": "", "?": "", "a ? b": "", "x?\ny?": "", "!ls ?": ""} {
		if got := Question(code); got != want {
			t.Errorf("Question(%q) is %q, want %q", code, got, want)
		}
	}
}

func TestEnded(t *testing.T) {
	for code, want := range map[string]bool{
		"": true, "x := 1": true, "func f() {": false, "func f() {\n}": true, "x +": false,
		"f(1,": false, "x := )": true, "%ls": true, "%env A \\": false, "!ls": true, "?fmt": true,
		"// f does": false, "// f does\nfunc f() {}": true, "// only this\n": true,
		"%%": false, "%%\nx := 1": false, "%%\nfor {\n": false, "%%\nx := 1\n": true,
		"%%bash\nls": false, "%%bash\nls\n": true, "%%time\nf()": false, "%time f()": true,
		"outer:": false, "outer:\nfor {\n\tbreak outer\n}": true, "x := `a": false,
		"switch x {\ncase 1:\n": false, "/* a": false,
	} {
		if got := Ended(code); got != want {
			t.Errorf("Ended(%q) is %v", code, got)
		}
	}
}

func TestDeclarations(t *testing.T) {
	for code, want := range map[string]string{
		"import \"fmt\"\nvar x = 1\n%%\nfmt.Println(x)": "import \"fmt\"\nvar x = 1",
		"%%\nx := 1":             "",
		"x := 1\nfmt.Println(x)": "",
		"var a = 1\nfmt.Println(a)\nfunc f() int {\n\treturn a\n}": "var a = 1\nfunc f() int {\n" +
			"\treturn a\n}",
		"// main runs.\nfunc main() { f() }\nfunc mainly() {}": "func mainly() {}",
		"func (t T) main() {}":                                 "func (t T) main() {}",
		"package main\nconst c = 2":                            "const c = 2",
		"!ls\n!*go get example.com/x \\\n  example.com/y\n%env A=b\n%ls\n%rm x\n%args -v\n" +
			"type T struct{}": "!*go get example.com/x \\\n  example.com/y\n%env A=b\n%rm x\n" +
			"type T struct{}",
		"!echo \\\n  one\nvar x = 1":          "var x = 1",
		"!*go doc fmt.Println":                "",
		"%%bash\necho":                        "",
		"%%writefile x\nvar a = 1":            "",
		"%test\nfunc TestX(t *testing.T) {}":  "func TestX(t *testing.T) {}",
		"//gonb:%env A=b\nvar x = 1":          "//gonb:%env A=b\nvar x = 1",
		"var (\n\ta = 1\n\n\tb = `\n%%\n`\n)": "var (\n\ta = 1\n\n\tb = `\n%%\n`\n)",
		"":                                    "",
		"func () { f() }()":                   "",
	} {
		if got := Declarations(code); got != want {
			t.Errorf("%q: got %q, want %q", code, got, want)
		}
	}
}

func FuzzDeclarations(f *testing.F) {
	f.Add("var x = 1\n%%\nf()")
	f.Add("%\\\n!\\")
	f.Add("//gonb:")
	f.Fuzz(func(t *testing.T, code string) {
		if again := Declarations(Declarations(code)); again != Declarations(code) {
			t.Errorf("%q: the declarations of the declarations are %q", code, again)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("x := `a\n%b`\n/*\n!c*/")
	f.Add("for i := 0;;")
	f.Add("%%\n1 +")
	f.Fuzz(func(t *testing.T, code string) {
		s := Parse(code)
		s.Mistakes()
		s.TwoMains()
		at := 0
		for _, c := range s.Chunks() {
			if c.From < at || c.To < c.From {
				t.Errorf("chunk %+v behind %d", c, at)
			}
			at = c.To
		}
		switch state, _ := IsComplete(code); state {
		case Complete, Incomplete, Invalid:
		default:
			t.Error("no state")
		}
	})
}

// What remains of a cell whose kernel has ended and that is not run again.
func ExampleDeclarations() {
	fmt.Println(Declarations("var rate = 1e-3\n%%\ntrain(rate)"))
	// Output: var rate = 1e-3
}

func ExampleParse() {
	s := Parse("!ls\nx := double(21)\nfunc double(n int) int { return 2 * n }\nx + 1")
	fmt.Println("shell:", s.Shells[0].Text)
	for _, c := range s.Chunks() {
		fmt.Println(c.Decl, strings.TrimSpace(s.Go()[c.From:c.To]))
	}
	// Output:
	// shell: ls
	// false x := double(21)
	// true func double(n int) int { return 2 * n }
	// false x + 1
}
