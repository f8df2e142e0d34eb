package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cellCase is a cell and its outcome. In it, [N] is the cell's number and [N-1] the one before.
type cellCase struct {
	name, code, want string
	// for what a stack trace precedes: the last line, and this place in the trace and in the error
	where string
}

func runCells(t *testing.T, cases []cellCase) *tester {
	t.Helper()
	k := start(t, realGoNB(t), false)
	for _, c := range cases {
		a := k.run(c.code)
		got := a.text()
		count, _ := a.reply["execution_count"].(float64)
		want := strings.NewReplacer("[N]", fmt.Sprintf("[%v]", count), "[N-1]",
			fmt.Sprintf("[%v]", count-1)).Replace(c.want)
		if c.where != "" && len(a.lines) > 0 {
			got = a.lines[len(a.lines)-1]
			if trace := fmt.Sprint(a.reply["traceback"]); !strings.Contains(trace, c.where) ||
				!strings.Contains(a.text(), c.where+" ]]") {
				t.Errorf("%s: the traceback %q does not say %s", c.name, trace, c.where)
			}
		}
		if got != want {
			t.Errorf("%s:\ngot    %q\nwanted %q", c.name, got, want)
		}
	}
	return k
}

const importCell = "import \"gopets/kernelext/cell\"\n"

func TestCells(t *testing.T) {
	k := runCells(t, []cellCase{
		{"text", "fmt.Println(\"häß\")", "stdout: häß\n", ""},
		{"a value", "6*7", `execute_result: {"text/plain":"42"}`, ""},
		{"declarations and statements", "x := double(21)\nfunc double(n int) int { return 2*n }\nx",
			`execute_result: {"text/plain":"42"}`, ""},
		{"a function stays", "%%\nfmt.Println(double(4))", "stdout: 8\n", ""},
		{"rich value", "type T struct{}\nfunc (T) HTML() string { return \"<i>t</i>\" }\nT{}",
			`execute_result: {"text/html":"\u003ci\u003et\u003c/i\u003e","text/plain":"{}"}`, ""},
		{"no value", "func quiet() {}\nquiet()", "", ""},
		{"a call that went well", "os.Chdir(\".\")", "", ""},
		{"an unset variable is reported", "var none error\nnone",
			`execute_result: {"text/plain":"\u003cnil\u003e"}`, ""},
		{"no value, found out", "rand.Shuffle(1, func(i, j int) {})", "", ""},
		{"what had no value may get one", "f := func() int { return 5 }\nf()",
			`execute_result: {"text/plain":"5"}`, ""},
		{"and lose it", "f := func() {}\nf()", "", ""},
		{"an error is a value", "fmt.Errorf(\"bad\")", `execute_result: {"text/plain":"bad"}`, ""},
		{"nil error beside a value", "strconv.Atoi(\"7\")", `execute_result: {"text/plain":"7"}`,
			""},
		{"cut characters",
			"%%\nos.Stdout.Write([]byte{0xe2, 0x98})\ntime.Sleep(30*time.Millisecond)\n" +
				"os.Stdout.Write([]byte{0x83})", "stdout: ☃", ""},
		{"errors keep their characters", "fmt.Fprint(os.Stderr, strings.Repeat(\"漢\", 50_000))",
			"stderr: " + strings.Repeat("漢", 50_000), ""},
		{"order", importCell +
			"fmt.Print(\"a\")\ncell.Display(\"d\", cell.Bundle{\"text/plain\": \"b\"})\n" +
			"fmt.Print(\"c\")\ncell.ClearOutput(true)\ncell.Update(\"d\", " +
			"cell.Bundle{\"text/plain\": \"e\"})\nfmt.Print(\"f\")",
			"stdout: a\ndisplay_data d: {\"text/plain\":\"b\"}\nstdout: c\nclear_output: true\n" +
				"update_display_data d: {\"text/plain\":\"e\"}\nstdout: f", ""},
		{"order with gonbui, and an id again", gonbuiCell, gonbuiWant, ""},
		{"the same again", gonbuiCell, gonbuiWant, ""},
	})
	a := k.run(importCell + "cell.Page(\"long text\")")
	if got := fmt.Sprint(a.reply["payload"]); !strings.Contains(got, "long text") {
		t.Errorf("the pager got %s", got)
	}
}

const gonbuiCell = "import \"github.com/janpfeifer/gonb/gonbui\"\n%%\nfor i := range 3 {\n" +
	"\tfmt.Print(i)\n\tgonbui.UpdateHTML(\"id\", fmt.Sprint(\"h\", i))\n}\nfmt.Print(\"end\")\n" +
	"gonbui.Sync()"
const gonbuiWant = "stdout: 0\ndisplay_data id: {\"text/html\":\"h0\"}\nstdout: 1\n" +
	"update_display_data id: {\"text/html\":\"h1\"}\nstdout: 2\nupdate_display_data id: " +
	"{\"text/html\":\"h2\"}\nstdout: end"

func TestRewrittenCells(t *testing.T) {
	k := runCells(t, []cellCase{
		{"commands within a string", "var raw = `a\n%ls\n!false\npackage b\n`[2:]\nraw + `\n%%`",
			`execute_result: {"text/plain":"%ls\n!false\npackage b\n\n%%"}`, ""},
		{"commands within a comment", "/*\n!false\n%%\n*/\n6*7",
			`execute_result: {"text/plain":"42"}`, ""},
		{"a name like package", "packages := 3\npackages", `execute_result: {"text/plain":"3"}`,
			""},
		{"arguments", "var n = flag.Int(\"n\", 1, \"\")\n%args -n=7\n*n",
			`execute_result: {"text/plain":"7"}`, ""},
		{"an import behind", "var shout = strings.ToUpper(\"x\")\nimport \"strings\"\nshout",
			`execute_result: {"text/plain":"X"}`, ""},
		{"only exec", "func hello() { fmt.Print(\"hello\") }\n%exec hello", "stdout: hello", ""},
		{"exec of an earlier cell's", "%exec hello", "stdout: hello", ""},
	})
	file := filepath.Join(t.TempDir(), "captured")
	k.run("%capture " + file + "\n%%\nfmt.Print(\"x\")")
	if text, err := os.ReadFile(file); err != nil || string(text) != "x" {
		t.Errorf("captured %q, %v", text, err)
	}
}

func TestFailingCells(t *testing.T) {
	runCells(t, []cellCase{
		{"a local", "x := 21", "", ""},
		{"is gone", "\nx",
			"error: CompileError: Cell[N]: Line 2: undefined: x (x was a local variable of cell " +
				"[N-1]; to keep it for later cells, write there: var x = 21)", ""},
		{"panic", "%%\nvar m map[int]int\nm[1] = 2", "error: Panic: assignment to entry in nil map",
			"Line 3"},
		{"exit", "%%\nos.Exit(3)", "error: ExitError: exit status 3", ""},
		{"two mains", "func main() {}\n6*7",
			"error: CompileError: Cell[N]: Line 1: func main beside statements outside of it: " +
				"only one of them can be what the cell does", ""},
		{"the end is missing", "var a = 5\nb := a +\n",
			"error: CompileError: Cell[N]: Line 2: expected operand, found the end of the cell",
			""},
		{"a local in a function", "x := 3\nfunc usesX() int { return x }\nusesX()",
			"error: CompileError: Cell[N]: Line 2: undefined: x (x is a local variable of this " +
				"cell's statements; for functions and later cells, write: var x = 3)", ""},
		{"a type", "type P struct{ A int }\nfunc (p P) M() int { return p.A }", "", ""},
		{"changed under its method", "type P struct{ B int }",
			"stderr: P~M (cell [N-1]) is set aside: p.A undefined (type P has no field or method " +
				"A); it is tried again with each later cell\n", ""},
		{"methods of generic types",
			"type S[T any] struct{}\nfunc (S[T]) L() int { return 1 }\ntype Q[T any] struct{}\n" +
				"func (Q[T]) L() int { return 2 }", "error: CompileError: GoNB can keep one " +
				"method L of generic types whose receiver is no pointer, and it has S's: give " +
				"(Q) a pointer", ""},
		{"a panic with a long way",
			"func deep(n int) {\n\tif n == 0 {\n\t\tpanic(\"deep\")\n\t}\n\tdeep(n - 1)\n}\n" +
				"for range 2 {\n\tdeep(3)\n}", "error: Panic: deep", "Line 3"},
		{"a signal", "syscall.Kill(os.Getpid(), syscall.SIGQUIT)\ntime.Sleep(time.Hour)",
			"error: SIGQUIT: quit", "Line 1"},
		{"a failing test", "%test\nfunc TestSum(t *testing.T) {\n\tt.Error(\"bad sum\")\n}",
			"stdout: === RUN   TestSum\n    Cell[N]: Line 3: bad sum\n--- FAIL: TestSum (0.00s)\n" +
				"FAIL\n\nerror: ExitError: exit status 1", ""},
		{"shell", "!echo häß\n!false\n!echo no\nfmt.Println(\"no\")",
			"stdout: häß\n\nerror: ShellError: a shell command failed with exit status 1", ""},
		{"foreign", "%%bash\nexit 2",
			"error: ShellError: a command of the cell failed: exit status 2", ""},
		{"syntax", "x := )", "error: CompileError: Cell[N]: Line 1: unexpected ')'", ""},
	})
}
