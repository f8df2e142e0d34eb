package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gopets/kernelext/jupyter"
)

// realGoNB builds GoNB and what it needs, and puts that on the PATH. It takes the go command's cache as it is, so that it is quick after the first time.
func realGoNB(t testing.TB) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("builds GoNB and compiles cells")
	}
	workspace, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	cmd := exec.Command("go", "build", "-o", bin+"/", "github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports")
	cmd.Dir = workspace
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("GoNB cannot be built here: %v\n%s", err, out)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("GOFLAGS", "'-ldflags=-s -w'")
	t.Setenv("GOPROXY", "off")
	return Options{GoNB: filepath.Join(bin, "gonb"), Workspace: workspace}
}

func TestCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	typeCell := "" // where the type P was declared
	const cell = "import \"gopets/kernelext/cell\"\n"
	for _, c := range []struct{ name, code, want string }{
		{"text", "fmt.Println(\"häß\")", "stdout: häß\n"},
		{"a value", "6*7", `execute_result: {"text/plain":"42"}`},
		{"declarations and statements", "x := double(21)\nfunc double(n int) int { return 2*n }\nx", `execute_result: {"text/plain":"42"}`},
		{"a local is gone", "\nx", "error: CompileError: Cell[4]: Line 2: undefined: x (x was a local variable of cell [3]; to keep it for later cells, write there: var x = double(21))"},
		{"a function stays", "%%\nfmt.Println(double(4))", "stdout: 8\n"},
		{"rich value", "type T struct{}\nfunc (T) HTML() string { return \"<i>t</i>\" }\nT{}", `execute_result: {"text/html":"\u003ci\u003et\u003c/i\u003e","text/plain":"{}"}`},
		{"no value", "func quiet() {}\nquiet()", ""},
		{"a call that went well", "os.Chdir(\".\")", ""},
		{"a variable is told of", "var none error\nnone", `execute_result: {"text/plain":"<nil>"}`},
		{"no value, found out", "rand.Shuffle(1, func(i, j int) {})", ""},
		{"an error is a value", "fmt.Errorf(\"bad\")", `execute_result: {"text/plain":"bad"}`},
		{"nil error beside a value", "strconv.Atoi(\"7\")", `execute_result: {"text/plain":"7"}`},
		{"cut characters", "%%\nos.Stdout.Write([]byte{0xe2, 0x98})\ntime.Sleep(30*time.Millisecond)\nos.Stdout.Write([]byte{0x83})", "stdout: ☃"},
		{"order", cell + "fmt.Print(\"a\")\ncell.Display(\"d\", cell.Bundle{\"text/plain\": \"b\"})\nfmt.Print(\"c\")\ncell.ClearOutput(true)\ncell.Update(\"d\", cell.Bundle{\"text/plain\": \"e\"})\nfmt.Print(\"f\")",
			"stdout: a\ndisplay_data d: {\"text/plain\":\"b\"}\nstdout: c\nclear_output: true\nupdate_display_data d: {\"text/plain\":\"e\"}\nstdout: f"},
		{"order with gonbui, and an id again", gonbuiCell, gonbuiWant},
		{"the same again", gonbuiCell, gonbuiWant},
		{"panic", "%%\nvar m map[int]int\nm[1] = 2", "error: Panic: assignment to entry in nil map"},
		{"exit", "%%\nos.Exit(3)", "error: ExitError: exit status 3"},
		{"commands within a string", "var raw = `a\n%ls\n!false\npackage b\n`[2:]\nraw + `\n%%`", `execute_result: {"text/plain":"%ls\n!false\npackage b\n\n%%"}`},
		{"commands within a comment", "/*\n!false\n%%\n*/\n6*7", `execute_result: {"text/plain":"42"}`},
		{"a name like package", "packages := 3\npackages", `execute_result: {"text/plain":"3"}`},
		{"arguments", "var n = flag.Int(\"n\", 1, \"\")\n%args -n=7\n*n", `execute_result: {"text/plain":"7"}`},
		{"an import behind", "var shout = strings.ToUpper(\"x\")\nimport \"strings\"\nshout", `execute_result: {"text/plain":"X"}`},
		{"two mains", "func main() {}\n6*7", "error: CompileError: Cell[%d]: Line 1: there is a func main, and there are statements outside of it: only one of them can be what the cell does"},
		{"the end is missing", "var a = 5\nb := a +\n", "error: CompileError: Cell[%d]: Line 2: expected operand, found the end of the cell"},
		{"only exec", "func hello() { fmt.Print(\"hello\") }\n%exec hello", "stdout: hello"},
		{"exec of an earlier cell's", "%exec hello", "stdout: hello"},
		{"a local in a function", "x := 3\nfunc usesX() int { return x }\nusesX()", "error: CompileError: Cell[%d]: Line 2: undefined: x (x is a local variable of this cell's statements; for functions and later cells, write: var x = 3)"},
		{"a type", "type P struct{ A int }\nfunc (p P) M() int { return p.A }", ""},
		{"changed under its method", "type P struct{ B int }", "error: CompileError: Cell[P]: Line 2: p.A undefined (type P has no field or method A) (this is what cell [P] declared; declare it anew, or have it forgotten: %rm P~M)"},
		{"methods of generic types", "type S[T any] struct{}\nfunc (S[T]) L() int { return 1 }\ntype Q[T any] struct{}\nfunc (Q[T]) L() int { return 2 }", "error: CompileError: GoNB can keep one method L of generic types whose receiver is no pointer, and it has S's: give (Q) a pointer"},
		{"what had no value may get one", "f := func() int { return 5 }\nf()", `execute_result: {"text/plain":"5"}`},
		{"and lose it", "f := func() {}\nf()", ""},
		{"a panic with a long way", "func deep(n int) {\n\tif n == 0 {\n\t\tpanic(\"deep\")\n\t}\n\tdeep(n - 1)\n}\nfor range 2 {\n\tdeep(3)\n}", "error: Panic: deep"},
		{"a signal", "syscall.Kill(os.Getpid(), syscall.SIGQUIT)\ntime.Sleep(time.Hour)", "error: SIGQUIT: quit"},
		{"errors keep their characters", "fmt.Fprint(os.Stderr, strings.Repeat(\"漢\", 50_000))", "stderr: " + strings.Repeat("漢", 50_000)},
		{"a failing test", "%test\nfunc TestSum(t *testing.T) {\n\tt.Error(\"bad sum\")\n}", "stdout: === RUN   TestSum\n    Cell[%d]: Line 3: bad sum\n--- FAIL: TestSum (0.00s)\nFAIL\n\nerror: ExitError: exit status 1"},
		{"shell", "!echo häß\n!false\n!echo no\nfmt.Println(\"no\")", "stdout: häß\n\nerror: ShellError: a shell command failed with exit status 1"},
		{"foreign", "%%bash\nexit 2", "error: ShellError: a command of the cell failed: exit status 2"},
		{"syntax", "x := (", "error: CompileError"},
	} {
		a := k.run(c.code)
		got := a.text()
		count := fmt.Sprint(a.reply["execution_count"])
		if c.name == "a type" {
			typeCell = count
		}
		c.want = strings.NewReplacer("[%d]", "["+count+"]", "[P]", "["+typeCell+"]").Replace(c.want)
		if strings.HasPrefix(c.want, "error: Panic") || strings.HasPrefix(c.want, "error: SIG") {
			got = a.lines[len(a.lines)-1]
			place := fmt.Sprintf("Line %d", 1+strings.Count(c.code[:max(0, strings.LastIndex(c.code, "m[1]"), strings.LastIndex(c.code, "panic("))], "\n"))
			if trace := fmt.Sprint(a.reply["traceback"]); !strings.Contains(trace, place) || !strings.Contains(a.text(), place+" ]]") {
				t.Errorf("%s: the traceback %q does not say where", c.name, trace)
			}
		}
		if c.name == "syntax" {
			got = got[:min(len(got), len(c.want))]
		}
		if got != c.want {
			t.Errorf("%s:\ngot    %q\nwanted %q", c.name, got, c.want)
		}
	}
	a := k.run(cell + "cell.Page(\"long text\")")
	if got := fmt.Sprint(a.reply["payload"]); !strings.Contains(got, "long text") {
		t.Errorf("the pager got %s", got)
	}
	file := filepath.Join(t.TempDir(), "captured")
	k.run("%capture " + file + "\n%%\nfmt.Print(\"x\")")
	if text, err := os.ReadFile(file); err != nil || string(text) != "x" {
		t.Errorf("captured %q, %v", text, err)
	}
}

const gonbuiCell = "import \"github.com/janpfeifer/gonb/gonbui\"\n%%\nfor i := range 3 {\n\tfmt.Print(i)\n\tgonbui.UpdateHTML(\"id\", fmt.Sprint(\"h\", i))\n}\nfmt.Print(\"end\")\ngonbui.Sync()"
const gonbuiWant = "stdout: 0\ndisplay_data id: {\"text/html\":\"h0\"}\nstdout: 1\nupdate_display_data id: {\"text/html\":\"h1\"}\nstdout: 2\nupdate_display_data id: {\"text/html\":\"h2\"}\nstdout: end"

// A workspace that knows nothing of this module: a module that only names GoNB.
func TestForeignWorkspace(t *testing.T) {
	o := realGoNB(t)
	o.Workspace = t.TempDir()
	if err := os.WriteFile(filepath.Join(o.Workspace, "go.mod"), []byte("module example.com/other\n\ngo 1.25\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	k := start(t, o, false)
	k.expect("x := 20\nx + 1", `execute_result: {"text/plain":"21"}`)
	k.expect("fmt.Print(\"é\")", "stdout: é")
}

func TestInterruptsOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	cell := k.request("%%\nfmt.Println(\"begun\")\ntime.Sleep(time.Hour)")
	for k.next(cell).Header.Type != "stream" {
	}
	k.send(jupyter.Control, "interrupt_request", object{})
	if a := k.collect(cell); a.reply["ename"] != "Interrupted" {
		t.Errorf("a program: %v", a.reply)
	}
	// A build: the import is one that has to be compiled first.
	cell = k.request("import \"github.com/gomlx/gomlx/core/graph\"\nvar _ = graph.Add\n%%\nfmt.Println(\"ran\")")
	for k.next(cell).Header.Type != "execute_input" {
	}
	k.send(jupyter.Control, "interrupt_request", object{})
	if a := k.collect(cell); a.reply["ename"] != "Interrupted" || strings.Contains(a.text(), "ran") {
		t.Errorf("a build: %q %v", a.lines, a.reply)
	}
	k.expect("1+1", `execute_result: {"text/plain":"2"}`)
}

func TestExpressions(t *testing.T) {
	k := start(t, realGoNB(t), false)
	a := k.collect(k.send(jupyter.Shell, "execute_request", object{"code": "var kept = 20\nlocal := 1", "user_expressions": object{"sum": "kept + 1", "gone": "local", "none": "var x int", "number": 7}}))
	if a.status() != "ok" || len(a.lines) > 0 {
		t.Fatalf("%q %v", a.lines, a.reply)
	}
	answers := a.reply["user_expressions"].(map[string]any)
	for name, want := range map[string]string{"sum": "status:ok", "gone": "local was a local variable of cell [1]", "none": "NoValue", "number": "BadRequest"} {
		if got := fmt.Sprint(answers[name]); !strings.Contains(got, want) {
			t.Errorf("%s: %s, wanted %s", name, got, want)
		}
	}
	if got := fmt.Sprint(answers["sum"]); !strings.Contains(got, "text/plain:21") {
		t.Errorf("the sum is %s", got)
	}
}

// A cell that reads its standard input without saying so has the client asked, where that can be seen; one that nobody answers finds it empty.
func TestStandardInputOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	const scan = "fmt.Print(\"who? \")\nvar name string\nn, err := fmt.Scanln(&name)\nfmt.Println(n, err, name)"
	if runtime.GOOS == "linux" {
		if _, err := os.ReadFile("/proc/self/task/" + fmt.Sprint(os.Getpid()) + "/syscall"); err != nil {
			t.Logf("what a process waits for cannot be seen here: %v", err)
		} else {
			k.expect("!read x; echo got $x", "input_request: \nstdout: got an answer\n")
			k.expect(strings.Replace(scan, "fmt.Scanln(&name)", "fmt.Scanf(\"an %s\\n\", &name)", 1), "stdout: who? \ninput_request: \nstdout: 1 <nil> answer\n")
		}
	}
	a := k.collect(k.send(jupyter.Shell, "execute_request", object{"code": scan, "allow_stdin": false}))
	if a.text() != "stdout: who? 0 EOF \n" {
		t.Errorf("with nobody to ask: %q %v", a.lines, a.reply)
	}
	a = k.collect(k.send(jupyter.Shell, "execute_request", object{"code": "!cat; echo end", "allow_stdin": false}))
	if a.text() != "stdout: end\n" {
		t.Errorf("a command with nobody to ask: %q %v", a.lines, a.reply)
	}
}

func TestInputOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	a := k.collect(k.send(jupyter.Shell, "execute_request", object{"code": "import \"github.com/janpfeifer/gonb/gonbui\"\n%%\ngonbui.RequestInput(\"name? \", false)\ntime.Sleep(time.Hour)", "allow_stdin": false}))
	if a.reply["ename"] != "InputRefused" {
		t.Errorf("%v", a.reply)
	}
	k.expect("import \"github.com/janpfeifer/gonb/gonbui\"\n%%\ngonbui.RequestInput(\"name? \", false)\nvar a, b string\nfmt.Scan(&a, &b)\nfmt.Println(a, b)", "input_request: name? \nstdout: an answer\n")
}

func TestFloodOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	id := k.request("%%\nline := strings.Repeat(\"é\", 499) + \"\\n\"\nfor range 50_000 { fmt.Print(line) }")
	total := 0
	for {
		m := k.next(id)
		if m.Header.Type == "execute_reply" {
			break
		}
		var s jupyter.StreamContent
		if m.Header.Type == "stream" && m.Decode(&s) == nil {
			total += len(s.Text)
			if strings.ContainsRune(s.Text, '\uFFFD') {
				t.Fatal("a character was cut")
			}
		}
	}
	// The reply comes on another socket: what is still on its way follows.
	for total < 50_000*999 {
		m := k.next(id)
		var s jupyter.StreamContent
		if m.Header.Type == "stream" && m.Decode(&s) == nil {
			total += len(s.Text)
		}
		if m.Header.Type == "status" {
			break
		}
	}
	if total != 50_000*999 {
		t.Errorf("%d bytes came", total)
	}
}
