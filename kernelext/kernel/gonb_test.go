package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	const cell = "import \"gopets/kernelext/cell\"\n"
	for _, c := range []struct{ name, code, want string }{
		{"text", "fmt.Println(\"häß\")", "stdout: häß\n"},
		{"a value", "6*7", `execute_result: {"text/plain":"42"}`},
		{"declarations and statements", "x := double(21)\nfunc double(n int) int { return 2*n }\nx", `execute_result: {"text/plain":"42"}`},
		{"a local is gone", "\nx", "error: CompileError: Cell[4]: Line 2: undefined: x (x was a local variable of cell [3]; to keep it for later cells, write there: var x = double(21))"},
		{"a function stays", "%%\nfmt.Println(double(4))", "stdout: 8\n"},
		{"rich value", "type T struct{}\nfunc (T) HTML() string { return \"<i>t</i>\" }\nT{}", `execute_result: {"text/html":"\u003ci\u003et\u003c/i\u003e","text/plain":"{}"}`},
		{"no value", "func quiet() {}\nquiet()", ""},
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
		{"shell", "!echo häß\n!false\n!echo no\nfmt.Println(\"no\")", "stdout: häß\n\nerror: ShellError: a shell command failed with exit status 1"},
		{"foreign", "%%bash\nexit 2", "error: ShellError: a command of the cell failed: exit status 2"},
		{"syntax", "x := (", "error: CompileError"},
	} {
		a := k.run(c.code)
		got := a.text()
		if strings.HasPrefix(c.want, "error: Panic") {
			got = a.lines[len(a.lines)-1]
			if trace := fmt.Sprint(a.reply["traceback"]); !strings.Contains(trace, "Line 3") || !strings.Contains(a.text(), "Line 3 ]]") {
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

func TestInputOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
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
