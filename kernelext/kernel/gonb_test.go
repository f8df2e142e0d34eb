package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/jupyter"
)

// realGoNB builds GoNB and what it needs, and puts that on the PATH, where $GOPETS_TEST_LONG is
// set, as in CI: package eval/gonb runs cells on the real GoNB in any case.
func realGoNB(t testing.TB) testOptions {
	t.Helper()
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("builds GoNB and compiles cells: set GOPETS_TEST_LONG")
	}
	workspace, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return testOptions{Workspace: workspace,
		GoNB: kerneltest.UseGoNB(t, "golang.org/x/tools/cmd/goimports")}
}

// A workspace outside of this module, whose go.mod does not require it.
func TestForeignWorkspace(t *testing.T) {
	o := realGoNB(t)
	o.Workspace = t.TempDir()
	if err := os.WriteFile(filepath.Join(o.Workspace, "go.mod"),
		[]byte("module example.com/other\n\ngo 1.25\n"), 0o644); err != nil {
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
	k.send(jupyter.Control, "interrupt_request", map[string]any{})
	if a := k.collect(cell); a.reply["ename"] != "Interrupted" {
		t.Errorf("a program: %v", a.reply)
	}
	// A build: the import is one that has to be compiled first.
	cell = k.request(
		"import \"github.com/gomlx/gomlx/core/graph\"\nvar _ = graph.Add\n%%\nfmt.Println(\"ran\")")
	for k.next(cell).Header.Type != "execute_input" {
	}
	k.send(jupyter.Control, "interrupt_request", map[string]any{})
	if a := k.collect(cell); a.reply["ename"] != "Interrupted" ||
		strings.Contains(a.text(), "ran") {
		t.Errorf("a build: %q %v", a.lines, a.reply)
	}
	k.expect("1+1", `execute_result: {"text/plain":"2"}`)
}

func TestExpressions(t *testing.T) {
	k := start(t, realGoNB(t), false)
	a := k.collect(k.send(jupyter.Shell, "execute_request",
		map[string]any{"code": "var kept = 20\nlocal := 1",
			"user_expressions": map[string]any{"sum": "kept + 1", "gone": "local",
				"none": "var x int", "number": 7}}))
	if a.status() != "ok" || len(a.lines) > 0 {
		t.Fatalf("%q %v", a.lines, a.reply)
	}
	answers := a.reply["user_expressions"].(map[string]any)
	for name, want := range map[string]string{"sum": "status:ok",
		"gone": "local was a local variable of cell [1]", "none": "NoValue",
		"number": "BadRequest"} {
		if got := fmt.Sprint(answers[name]); !strings.Contains(got, want) {
			t.Errorf("%s: %s, wanted %s", name, got, want)
		}
	}
	if got := fmt.Sprint(answers["sum"]); !strings.Contains(got, "text/plain:21") {
		t.Errorf("the sum is %s", got)
	}
}

// A cell that reads its standard input without a request makes the kernel ask the client, where
// that can be detected; without an answer the input is empty.
func TestStandardInputOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	const scan = "fmt.Print(\"who? \")\nvar name string\nn, err := fmt.Scanln(&name)\n" +
		"fmt.Println(n, err, name)"
	if runtime.GOOS == "linux" {
		if _, err := os.ReadFile("/proc/self/task/" + fmt.Sprint(os.Getpid()) +
			"/syscall"); err != nil {
			t.Logf("what a process waits for cannot be seen here: %v", err)
		} else {
			k.expect("!read x; echo got $x", "input_request: \nstdout: got an answer\n")
			k.expect(strings.Replace(scan, "fmt.Scanln(&name)", "fmt.Scanf(\"an %s\\n\", &name)",
				1), "stdout: who? \ninput_request: \nstdout: 1 <nil> answer\n")
		}
	}
	a := k.collect(k.send(jupyter.Shell, "execute_request",
		map[string]any{"code": scan, "allow_stdin": false}))
	if a.text() != "stdout: who? 0 EOF \n" {
		t.Errorf("without input: %q %v", a.lines, a.reply)
	}
	a = k.collect(k.send(jupyter.Shell, "execute_request", map[string]any{"code": "!cat; echo end",
		"allow_stdin": false}))
	if a.text() != "stdout: end\n" {
		t.Errorf("a command without input: %q %v", a.lines, a.reply)
	}
}

func TestInputOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	a := k.collect(k.send(jupyter.Shell, "execute_request",
		map[string]any{
			"code": "import \"github.com/janpfeifer/gonb/gonbui\"\n%%\n" +
				"gonbui.RequestInput(\"name? \", false)\n" +
				"time.Sleep(time.Hour)", "allow_stdin": false}))
	if a.reply["ename"] != "InputRefused" {
		t.Errorf("%v", a.reply)
	}
	k.expect(
		"import \"github.com/janpfeifer/gonb/gonbui\"\n%%\ngonbui.RequestInput(\"name? \", "+
			"false)\nvar a, b string\nfmt.Scan(&a, &b)\nfmt.Println(a, b)", "input_request: "+
			"name? \nstdout: an answer\n")
}

func TestFloodOfRealCells(t *testing.T) {
	k := start(t, realGoNB(t), false)
	id := k.request(
		"%%\nline := strings.Repeat(\"é\", 499) + \"\\n\"\nfor range 50_000 { fmt.Print(line) }")
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
