package kernel

import (
	"fmt"
	"testing"
)

func TestDeclarations(t *testing.T) {
	for code, want := range map[string]string{
		"import \"fmt\"\nvar x = 1\n%%\nfmt.Println(x)": "import \"fmt\"\nvar x = 1",
		"%%\nx := 1":             "",
		"x := 1\nfmt.Println(x)": "",
		"var a = 1\nfmt.Println(a)\nfunc f() int {\n\treturn a\n}": "var a = 1\nfunc f() int {\n\treturn a\n}",
		"// main runs.\nfunc main() { f() }\nfunc mainly() {}":     "func mainly() {}",
		"func (t T) main() {}":      "func (t T) main() {}",
		"package main\nconst c = 2": "const c = 2",
		"!ls\n!*go get example.com/x \\\n  example.com/y\n%env A=b\n%ls\n%rm x\n%args -v\ntype T struct{}": "!*go get example.com/x \\\n  example.com/y\n%env A=b\n%rm x\ntype T struct{}",
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
			t.Errorf("%q: got %q, wanted %q", code, got, want)
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

// What stays of a cell when its kernel is gone and it shall not run again.
func ExampleDeclarations() {
	fmt.Println(Declarations("var rate = 1e-3\n%%\ntrain(rate)"))
	// Output: var rate = 1e-3
}
