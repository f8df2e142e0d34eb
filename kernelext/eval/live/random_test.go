package live_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

// A writer writes expressions at random, of which none is constant.
type writer struct{ *rand.Rand }

var randomVariables = map[string][]string{
	"int":     {"i", "j", "k", "len(s)", "len(list)", "st.X", "p.X", "cap(list)", "held.(int)"},
	"int8":    {"i8", "st.Small"},
	"uint8":   {"u8"},
	"int64":   {"i64"},
	"uint64":  {"u64"},
	"uint16":  {"u16"},
	"float64": {"f", "g", "p.Y"},
	"float32": {"f32"},
	"string":  {"s", "t"},
	"bool":    {"yes", "no"},
}

var numbers = []string{"int", "int8", "uint8", "int64", "uint64", "uint16", "float64", "float32"}

func pick[T any](w writer, list ...T) T { return list[w.IntN(len(list))] }

// expr writes an expression of a type.
func (w writer) expr(typ string, depth int) string {
	if depth == 0 {
		return pick(w, randomVariables[typ]...)
	}
	sub := func(t string) string { return w.expr(t, depth-1) }
	two := func(t string, ops ...string) string {
		return "(" + sub(t) + " " + pick(w, ops...) + " " + sub(t) + ")"
	}
	number := pick(w, numbers...)
	switch typ {
	case "bool":
		switch w.IntN(4) {
		case 0:
			return two("bool", "&&", "||", "==", "!=")
		case 1:
			return "!" + sub("bool")
		case 2:
			return two("string", "==", "<", ">=")
		}
		return two(number, "==", "!=", "<", "<=", ">", ">=")
	case "string":
		switch w.IntN(4) {
		case 0:
			return two("string", "+")
		case 1:
			return sub("string") + "[" + sub("int") + ":]"
		case 2:
			return "string(rune(" + sub(pick(w, "int", "uint8", "int64")) + "))"
		}
		return "string([]byte(" + sub("string") + "))"
	case "float64", "float32":
		switch w.IntN(4) {
		case 0:
			return typ + "(" + sub(number) + ")"
		case 1:
			return "-(" + sub(typ) + ")"
		case 2:
			return pick(w, "min(", "max(") + sub(typ) + ", " + sub(typ) + ")"
		}
		return two(typ, "/", "/", "+", "-")
	}
	switch w.IntN(8) {
	case 0:
		return typ + "(" + sub(number) + ")"
	case 1:
		return pick(w, "-", "^", "+") + "(" + sub(typ) + ")"
	case 2:
		return two(typ, "/", "%")
	case 3:
		return "(" + sub(typ) + pick(w, "<<", ">>") + sub(pick(w, "int", "uint8", "uint64")) + ")"
	case 4:
		return pick(w, "min(", "max(") + sub(typ) + ", " + sub(typ) + ")"
	case 5:
		if typ == "int" {
			return pick(w, "list["+sub("int")+"]", "m["+sub("string")+"]",
				"int("+sub("string")+"["+sub("int")+"])")
		}
	}
	return two(typ, "+", "-", "*", "&", "|", "^", "&^")
}

// Expressions at random have the values, and the panics, that the compiler's code gives them.
func TestRandomExpressions(t *testing.T) {
	t.Parallel()
	count := 100
	if os.Getenv("GOPETS_TEST_LONG") != "" {
		count = 1000
	}
	w := writer{rand.New(rand.NewPCG(1, 2))}
	var all []string
	for range count {
		all = append(all, w.expr(pick(w, append(numbers, "string", "bool")...), 1+w.IntN(3)))
	}
	var why []string
	n := open(t, live.Options{Logf: func(format string, args ...any) {
		why = append(why, fmt.Sprintf(format, args...))
	}})
	n.want("type rec struct { X int; Small int8; Y float64 }\n"+
		"i, j, k, i8, u8, i64, u64, u16 := 7, -3, 0, int8(-128), uint8(200), int64(-1)<<63, uint64(1)<<63, uint16(65535)\n"+
		"f, g, f32, s, t, yes, no := 2.5, -1e300, float32(0.1), \"héllo\", \"z\", true, false\n"+
		"list, m := []int{1, 2, 3}, map[string]int{\"z\": 5}\n"+
		"st, p := rec{4, 5, 6.5}, &rec{-1, 2, -0.5}\nvar held any = 12", "")
	var program strings.Builder
	for _, x := range all {
		fmt.Fprintf(&program, "func() { defer func() { if r := recover(); r != nil { "+
			"fmt.Println(\"panic:\", r) } }(); fmt.Printf(\"%%T %%v\\n\", %s) }()\n", x)
	}
	_, out, err := n.run(program.String())
	if err != nil {
		t.Fatal(describe(err))
	}
	want := strings.Split(out, "\n")
	builds := 0
	for i, x := range all {
		why = nil
		_, got, err := n.run(fmt.Sprintf("fmt.Printf(\"%%T %%v\\n\", %s)", x))
		var failure *eval.Error
		if errors.As(err, &failure) {
			got = "panic: " + failure.Value
		}
		if strings.TrimSuffix(got, "\n") != want[i] {
			t.Errorf("%s\ngives %q, want %q", x, got, want[i])
		}
		builds += len(why)
	}
	if builds > count/10 {
		t.Errorf("%d of %d cells were compiled, as %v", builds, count, why)
	}
}
