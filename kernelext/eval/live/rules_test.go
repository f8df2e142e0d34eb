package live_test

import (
	"testing"

	"gopets/kernelext/eval/live"
)

// All in one engine: what a cell leaves in it is part of the test.
func TestValuesOfEveryKindLive(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("var s []int\ns = append(s, 1, 2)", "")
	n.want("s = append(s, 3)\nlen(s)", "3")
	n.want("type point struct{ x, y int }\np := &point{1, 2}", "")
	n.want("p.x += 10\nfmt.Println(p.x, *p)", "11 {11 2}\n")
	n.want("c := make(chan point, 3)\nc <- *p", "")
	n.want("(<-c).x", "11")
	n.want("total := 0\nadd := func(n int) int { total += n; return total }", "")
	n.want("add(2); add(3)", "5")
	n.want("total", "5")
	n.want(
		"type pair[K comparable, V any] struct { k K; v V }\nfunc (p pair[K, V]) String() string "+
			"{ return fmt.Sprint(p.k, \"=\", p.v) }", "")
	n.want("q := pair[string, point]{\"a\", point{1, 2}}", "")
	n.want("q.v.y = 7\nfmt.Printf(\"%T %v\\n\", q, q)", "main.pair[string,main.point] a={1 7}\n")
	n.want(
		"type base struct{ n int }\nfunc (b *base) inc() int { b.n++; return b.n }\n"+
			"type outer struct { base; *point }", "")
	n.want("o := outer{point: p}\no.inc()", "1")
	n.want("o.inc() + o.x", "13")
	n.want("keys := map[point]string{{1, 2}: \"a\"}", "")
	n.want("keys[point{1, 2}]", `a`)
	n.want("x, err := strconv.Atoi(\"42\")", "")
	n.want("fmt.Println(x, err)", "42 <nil>\n")
	n.want("x, err = strconv.Atoi(\"z\")\nerr", `strconv.Atoi: parsing "z": invalid syntax`)
	n.want("var any1 any = point{5, 6}", "")
	n.want("any1.(point).y", "6")
	n.want("x := \"now a string\"", "")
	n.want("x", "now a string")
	n.want("x := len(x)", "")
	n.want("x := x + 1\nx", "13")
	n.want("a, b := 1, 2", "")
	n.want("a, b = b, a\nfmt.Println(a, b)", "2 1\n")
}

func TestStatementsOfEveryForm(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("for i := 0; ; i++ { if i > 2 { fmt.Println(i); break } }", "3\n")
	n.want("if v := 3; v > 2 { fmt.Println(v) } else { fmt.Println(0) }", "3\n")
	n.want("switch n := 2; n {\ncase 2:\n fmt.Println(\"two\")\n}", "two\n")
	n.want(
		"var wg sync.WaitGroup\nwg.Add(1)\ngo func() { defer wg.Done(); fmt.Println(\"go\") }()\n"+
			"wg.Wait()", "go\n")
	n.want("defer fmt.Println(\"last\")\nfmt.Println(\"first\")", "first\nlast\n")
	n.want(
		"outer:\nfor i := range 3 { for j := range 3 { if j == 1 { continue outer }; if i == 2 { "+
			"break outer }; fmt.Print(i, j, \" \") } }", "0 0 1 0 ")
	n.want("select { case <-time.After(time.Millisecond): fmt.Println(\"late\") }", "late\n")
	n.want("var e any = 3\nswitch e := e.(type) { case int: fmt.Println(\"int\", e) }", "int 3\n")
	n.want("i := 0\nloop:\ni++\nif i < 5 { goto loop }\ni", "5")
	n.want("x := 2\nx + 1", "3")
	n.want("{ y := 1; fmt.Println(y) }", "1\n")
	n.want("func() { fmt.Println(\"called\") }()", "called\n")
	n.want("const k = 1 << iota\nk", "1")
	n.want("%%\nz := 4\nfmt.Println(z)", "4\n")
	n.wantError("z", "undefined: z")
	n.want("unused := 1\n", "")
	n.want(
		"import \"os\"\nfunc f() int { a := 1; var b int; for i, v := range []int{1} { return v "+
			"}; if c := 2; true { }; return 7 }", "")
	n.want("f()", "1")
	n.want("math.MaxUint64", "18446744073709551615")
	n.want("1 << 100", "1267650600228229401496703205376")
	n.want("func show() {}", "")
	n.want("1+1", "2")
	n.want("len([]int{1, 2})", "2")
	n.want("float64(3) / 2", "1.5")
	n.want("fmt.Sprint(1)", "1")
	n.want(
		"package main\n\nimport \"fmt\"\n\nvar greeting = word()\n\nfunc word() string { return "+
			"\"hi\" }\n\nfunc init() { fmt.Println(\"init 1\") }\nfunc init() { "+
			"fmt.Println(\"init 2\") }\n\nfunc main() { fmt.Println(greeting) }", "init 1\n"+
			"init 2\nhi\n")
	n.want("main()", "hi\n")
	n.want("var late = early + 1\nvar early = 1\nlate", "2")
	n.want("var _ = func() int { fmt.Println(\"blank\"); return 1 }()", "blank\n")
	n.want(
		"var _, _ error = nil, io.EOF\nvar (\n\t_ = fmt.Sprint(1)\n\t_ fmt.Stringer = time.Second\n)", "")
	n.wantError("var _ error = 1", "cell[", "int does not implement error")
	n.want("const _ = 1", "")
	n.want("const (\n\t_ = iota\n)\nfor range 1 { fmt.Println(\"go on\") }", "go on\n")
	n.wantError("const _ uint = -1", "overflows")
}

func TestRedefinition(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("func f() int { return 1 }\nfunc g() int { return f() * 10 }", "")
	n.want("g()", "10")
	n.want("func f() int { return 2 }", "")
	n.want("g()", "20")
	n.want(
		"type shape interface { area() int }\ntype sq struct{ a int }\nfunc (s sq) area() int { "+
			"return s.a * s.a }", "")
	n.want(
		"var sh shape = sq{3}\nall := []shape{sq{1}, sq{2}}\nvar boxed any = &sq{5}\n"+
			"m := map[any]string{sq{1}: \"one\"}", "")
	n.want("sh.area()", "9")
	n.want("func (s sq) double() sq { return sq{s.a * 2} }", "")
	n.want("sh.(sq).double().a", "6")
	n.want("boxed.(*sq).double().a", "10")
	n.want("m[sq{1}]", "one")
	n.want("func (s sq) area() int { return 100 + s.a }", "")
	n.want("sh.area()", "103")
	n.want("all[1].area()", "102")
	n.want(
		"switch v := boxed.(type) { case *sq: fmt.Println(v.a); default: fmt.Println(\"other\") }",
		"5\n")
	n.want("any(sq{3}) == any(sh)", "true")
	n.want(
		"type myErr struct{ code int }\nfunc (e myErr) Error() string { return fmt.Sprint(\"code "+
			"\", e.code) }\nerr := fmt.Errorf(\"wrapped: %w\", myErr{7})", "")
	n.want("func (e myErr) Code() int { return e.code }", "")
	n.want("var target myErr\nfmt.Println(errors.As(err, &target), target.Code())", "true 7\n")
	n.want("type T struct{ A int }\nfunc useA(t T) int { return t.A }\ntv := T{1}", "")
	n.want("useA(tv)", "1")
	n.want("type T struct{ B int }", "")
	n.wantError("useA(T{})", "useA", "cannot be used", "t.A undefined")
	n.wantError("tv", "tv", "run cell 20 again")
	n.want("func useA(t T) int { return t.B }", "")
	n.want("useA(T{4})", "4")
	n.want("func even(n int) bool { return n == 0 || odd(n-1) }", "")
	n.wantError("even(2)", "even", "undefined: odd")
	n.want("func odd(n int) bool { return n != 0 && even(n-1) }", "")
	n.want("even(10)", "true")
	n.want("const (\n A = iota\n B\n C\n)", "")
	n.want("const B = 50", "")
	n.want("fmt.Println(A, B, C)", "0 50 2\n")
	n.want("var name = 1", "")
	n.want("func name() int { return 5 }", "")
	n.want("name()", "5")
	n.want("%rm name", ". removed func name\n")
	n.wantError("name()", "undefined: name")
}

func TestFailuresKeepState(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("x := 41", "")
	n.wantError("x = 42\nvar a []int\na[3] = 1", "Panic", "index out of range [3] with length 0",
		"cell[2]:3")
	n.want("x", "42")
	n.wantError("os.Exit(3)", "exit status 3")
	n.want("x", "42")
	n.wantError("log.Fatal(\"over\")", "exit status 1")
	n.want("x", "42")
	n.want("func quit() { os.Exit(0) }\nquit()\nfmt.Println(\"not here\")", "")
	n.wantError("y := mustFail()\nfunc mustFail() int { panic(\"no value\") }", "no value")
	n.wantError("y", "y has no value")
	n.want("x", "42")
	n.wantError("import . \"strings\"\nToUpperr(\"a\")", "undefined: ToUpperr")
	n.want("import . \"strings\"\nToUpper(\"a\")", "A")
	n.want("ToLower(\"B\")", "b")
	n.want("func Map() int { return 1 }\nMap()", "1")
	n.want("x", "42")
	n.wantError("fmt.Printn(1)", "undefined: fmt.Printn")
	n.wantError("var s string = 1\nvar t int = \"a\"", "cell[18]:1:16", "cell[18]:2:13")
	n.wantError("import \"nosuchpkg\"", "nosuchpkg is not in std")
	n.wantError("go func() { panic(\"elsewhere\") }()\ntime.Sleep(time.Second)", "Crash",
		"elsewhere", "lost", "x (cell 1)")
	n.wantError("x", "x has no value", "run cell 1 again")
	n.want("quit()", "")
	n.want("x := 1\nx", "1")
	n.wantError("func deep(n int) int { return deep(n+1) + 1 }\ndeep(0)", "stack overflow")
	n.wantError(
		"mm := map[int]int{}\nfor range 8 { go func() { for { mm[1] = 2 } }() }\n"+
			"time.Sleep(3*time.Second)", "concurrent map writes")
	n.want("1+1", "2")
}
