package live_test

import (
	"testing"

	"gopets/kernelext/eval/live"
)

// Values whose method tables the runtime made before compiled code brought its own.
func TestMethodTables(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("var b any = &bytes.Buffer{}\nvar s io.ByteScanner = b.(io.ByteScanner)", "")
	n.want("if _, ok := s.(*bytes.Buffer); ok { fmt.Println(ok) }", "true\n")
	n.want("for range 1 { fmt.Println(s.(*bytes.Buffer) == b) }", "true\n")
	n.want(
		"switch v := s.(type) {\ncase *strings.Reader, *bytes.Reader:\n\tfmt.Println(v.UnreadByte())\n"+
			"case *bytes.Buffer:\n\tfmt.Println(v.Len())\n}", "0\n")
	n.want(
		"for range 1 { fmt.Println(s == io.ByteScanner(b.(*bytes.Buffer)), s == b.(*bytes.Buffer)) }",
		"true true\n")
	n.want("var u io.ByteScanner\nif true { u = b.(*bytes.Buffer) }\n"+
		"switch s {\ncase nil:\n\tfmt.Println(\"nil\")\ncase u:\n\tfmt.Println(\"u\")\n}", "u\n")
	n.wantError("for range 1 { _ = s.(*strings.Reader) }",
		"interface conversion: io.ByteScanner is *bytes.Buffer, not *strings.Reader")

	n.want("type T struct{ A int }\nfunc (t *T) Error() string { return \"T\" }\n"+
		"sentinel := &T{1}", "")
	n.want("var e any = sentinel\nerr := e.(error)", "")
	n.want("func fail() error { return sentinel }\nerrors.Is(fail(), err)", "true")
	n.want("for range 1 { fmt.Println(map[error]int{err: 1}[fail()]) }", "1\n")

	n.want("type shape interface{ area() int }\ntype sq struct{ a int }\n"+
		"func (s sq) area() int { return s.a }\ntype big struct{ a int }\nall := []shape{sq{2}}",
		"")
	n.want("type big struct{ a, b int }\nall", "[{a:2}]")
	n.want("for _, x := range all { switch x := x.(type) { case sq: fmt.Println(x.a) } }", "2\n")
	n.want("for range 1 { switch all[0] { case sq{2}: fmt.Println(\"two\") } }", "two\n")
	n.want("func is[S shape](x any) bool { _, ok := x.(S); return ok }\nis[sq](all[0])", "true")
	n.want("func has[S shape](x shape) bool { _, ok := x.(S); return ok }\nhas[sq](all[0])", "true")
	n.want(
		"for range 1 { type in struct{ sq }; var x shape = in{sq{1}}; _, ok := x.(in); fmt.Println(ok) }",
		"true\n")
}

// Values of types that are made of the cells' types get the types of a new epoch too.
func TestNewestOfMadeTypes(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("type box[T any] struct{ v T }\nfunc (b box[T]) get() T { return b.v }\n"+
		"type item struct{ n int }\nvar number, boxed any = box[int]{3}, box[item]{item{4}}\n"+
		"func five() box[int] { return box[int]{5} }\n"+
		"var getter interface{ get() int } = five()\n"+
		"list := []any{box[string]{\"s\"}, map[int][]item{1: {{1}}}, struct{ I item }{item{2}}, "+
		"func(i item) int { return i.n }, &box[item]{}, new(atomic.Pointer[item])}", "")
	n.want("nan := map[any]int{math.NaN(): 1, 2: 2}", "")
	n.want("func (i item) double() int { return i.n * 2 }", "")
	n.want("_, ok := number.(box[int])\nok", "true")
	n.want("boxed.(box[item]).get().double()", "8")
	n.want("for _, x := range list {\n\tswitch x := x.(type) {\n"+
		"\tcase box[string]: fmt.Print(x.get(), \" \")\n"+
		"\tcase map[int][]item: fmt.Print(x[1][0].double(), \" \")\n"+
		"\tcase struct{ I item }: fmt.Print(x.I.double(), \" \")\n"+
		"\tcase func(item) int: fmt.Print(x(item{3}), \" \")\n"+
		"\tcase *box[item]: fmt.Print(x.get().double(), \" \")\n"+
		"\tcase *atomic.Pointer[item]: fmt.Print(x.Load() == nil)\n"+
		"\tdefault: fmt.Printf(\"%T \", x)\n\t}\n}", "s 2 4 3 0 true")
	n.want("len(nan)", "2")
	n.want("func (b box[T]) get() T { var zero T; return zero }", "")
	n.want("getter.get()", "0")
}
