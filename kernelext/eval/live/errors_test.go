package live_test

import (
	"fmt"
	"strings"
	"testing"

	"gopets/kernelext/eval/live"
)

// A cell's errors are those of Go's compiler, all of them, and none that follow from others.
func TestErrors(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("alive := 1", "")
	for _, test := range []struct{ code, want string }{
		{"x := no + 1", "1:6: undefined: no"},
		{"x := no + 1\ny := x + 2\ny + \"a\"\nfmt.Println(x, y)", "1:6: undefined: no"},
		{"alive := no\nalive + 1", "1:10: undefined: no"},
		{"a, alive := no()\nalive + \"a\"", "1:13: undefined: no"},
		{"x := no\nfunc f() int { return x }\nf()", "1:6: undefined: no"},
		{"var x = no\nz := 1 + \"a\"\nx",
			"1:9: undefined: no|2:6: invalid operation: 1 + \"a\" (mismatched types untyped int " +
				"and untyped string)"},
		{"%%\nx := no\nfmt.Println(x + 1)\nother()", "2:6: undefined: no|4:1: undefined: other"},
		{"type t struct { a no }\nx := t{}\nx.a + 1", "1:19: undefined: no"},
		{"x := nil\nx == 1", "1:6: use of untyped nil in assignment"},
		{"x := nil\nz := other", "1:6: use of untyped nil in assignment|2:6: undefined: other"},
		{"var x = nil", "1:9: use of untyped nil in variable declaration"},
		{"var x int = \"s\"", "1:13: cannot use \"s\" (untyped string constant) as int value in " +
			"variable declaration"},
		{"var _ int = \"s\"", "1:13: cannot use \"s\" (untyped string constant) as int value in " +
			"variable declaration"},
		{"var (\n\ta = b\n\tb int8 = 300\n)",
			"3:11: cannot use 300 (untyped int constant) as int8 " +
				"value in variable declaration (overflows)"},
		{"var a, b = b, 2 + \"s\"",
			"1:15: invalid operation: 2 + \"s\" (mismatched types untyped " +
				"int and untyped string)"},
		{"alive = \"s\"", "1:9: cannot use \"s\" (untyped string constant) as int value in " +
			"assignment"},
		{"fib := func(n int) int { return fib(n-1) + \"a\" }",
			"1:33: invalid operation: fib(n - 1) + \"a\" " +
				"(mismatched types int and untyped string)"},
		{"int := 3\nint", "1:1: int is a type that all cells use: give the variable another name"},
		{"var a, string = 1, \"s\"",
			"1:8: string is a type that all cells use: give the variable another name"},
		{"alive.NewInt(1)",
			"1:7: alive.NewInt undefined (type int has no field or method NewInt); " +
				"alive is the variable of cell 1, which %rm alive removes"},
		{"alive := 1\nalive.NewInt(1)",
			"2:7: alive.NewInt undefined (type int has no field or method NewInt)"},
		{"var main = 1", "1:5: cannot declare main: it must be a function"},
	} {
		_, _, err := n.run(test.code)
		if err == nil {
			t.Errorf("%s\nhas no error, want %s", test.code, test.want)
			continue
		}
		var got []string
		for _, line := range strings.Split(describe(err), "\n") {
			line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[31m"), "\x1b[0m")
			if rest, ok := strings.CutPrefix(line, fmt.Sprintf("cell[%d]:", n.count)); ok {
				got = append(got, rest)
			}
		}
		if got := strings.Join(got, "|"); got != test.want {
			t.Errorf("%s\nhas the errors\n%s\nwant\n%s", test.code, got, test.want)
		}
	}
	n.want("alive", "1")
	n.wantError("x", "undefined: x")
}

// Variables of a cell are initialised in the order of a package's.
func TestOrderOfVariables(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("var (\n\tfirst = second + 1\n\tsecond = 2\n)\nfirst", "3")
	n.want("var a, b = b + 1, 2\nfmt.Println(a, b)", "3 2\n")
	n.want("var a, b = b, a\nfmt.Println(a, b)", "2 3\n") // they had values
	n.want("var a int = c\nfmt.Println(a, c)\nvar (\n\t// c is needed above\n\td, c = 1, f()\n)\n"+
		"func f() int { return d + 1 }", "2 2\n")
	n.want("var total = counter{}.get() + 1\nvar base = 5\ntype counter struct{}\n"+
		"func (counter) get() int { return base }\ntotal", "6")
	n.want("var (\n\taa = trace(\"aa\", cc, bb)\n\tbb = trace(\"bb\", dd)\n\tcc = trace(\"cc\")\n"+
		"\tdd = trace(\"dd\")\n\tee = trace(\"ee\")\n)\n"+
		"func trace(s string, _ ...int) int { fmt.Print(s, \" \"); return 1 }", "cc dd bb aa ee ")
	n.want("fmt.Println(late)\nvar other = trace(\"other\")\nvar late = trace(\"late\")",
		"late 1\nother ")
	n.want("x := 1\nx = 5\nvar y = x\ny", "5")
	n.want("var n = 1\nn++\nvar m = n\nn, m = 0, m+n\nm", "4")
	n.want("var (\n\ttext = `a\nb` + tail /* of\ntwo lines */\n\ttail = \"c\" // and one\n)\ntext",
		"a\nbc")
	n.want("func reads() int { return later + 1 }\ntype reader struct{}\n"+
		"func (reader) get() int { return latest }", "") // also by functions of earlier cells
	n.want("var sooner = reads()\nvar later = 5\nsooner", "6")
	n.want("var again = reads()\nvar later = 7\nagain", "8")
	n.want("var got = reader{}.get()\nvar latest = 3\ngot", "3")
	n.want("func reads() int { return 1 }\nvar alone = reads()\nvar later = 9\nalone", "1")
	n.wantError("var (\n\tone = two\n\ttwo = one\n)", "undefined: two")
	n.wantError("var (\n\tp = 1\n\tq = r\n\tr = s\n)", "4:6: undefined: s")
}
