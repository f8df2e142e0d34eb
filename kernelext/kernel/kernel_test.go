package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/jupyter"
)

// The test binary is also the kernel, its clean-up process and, as kerneltest's kernel, a GoNB
// whose cells are commands for tests.
func TestMain(m *testing.M) {
	kerneltest.Main()
	switch os.Getenv("NB_KERNEL_TEST") {
	case "":
		os.Exit(m.Run())
	case "cleanup":
		cleanup.Main(os.Stdin)
		os.Exit(0)
	}
	var o testOptions
	conn, err := jupyter.ReadConnection(os.Args[1])
	if err == nil {
		err = json.Unmarshal([]byte(os.Getenv("NB_KERNEL_TEST")), &o)
	}
	if err == nil {
		err = Serve(context.Background(), conn, o.options())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestOutputsAndReplies(t *testing.T) {
	k := start(t, testOptions{}, false)
	k.expect("print hello", "stdout: hello\n")
	k.expect("err oh\ndisplay d shown\nupdate d again\nclear wait",
		"stderr: oh\n\ndisplay_data d: {\"text/plain\":\"shown\"}\nupdate_display_data d: "+
			"{\"text/plain\":\"again\"}\nclear_output: true")
	a := k.run("fail Bad worse")
	if a.status() != "error" || a.text() != "error: CellError: worse" ||
		a.reply["execution_count"] != 3.0 {
		t.Errorf("%q %v", a.lines, a.reply)
	}
	if a := k.run("%unheard of"); a.status() != "error" ||
		!strings.Contains(a.text(), "%unheard: unknown command") {
		t.Errorf("%q %v", a.lines, a.reply)
	}
	if a := k.run(""); a.status() != "ok" || a.reply["payload"] == nil {
		t.Errorf("%v", a.reply)
	}
	k.expect("input name?", "input_request: name?\nstdout: {\"value\":\"an answer\"}\n")
}

func TestSilentAndStore(t *testing.T) {
	k := start(t, testOptions{}, false)
	a := k.collect(k.send(jupyter.Shell, "execute_request", map[string]any{"code": "print x",
		"silent": true, "store_history": true}))
	if len(a.lines) > 0 || a.status() != "ok" || a.reply["execution_count"] != 0.0 {
		t.Errorf("silent: %q %v", a.lines, a.reply)
	}
	a = k.collect(k.send(jupyter.Shell, "execute_request", map[string]any{"code": "print x",
		"store_history": false}))
	if a.text() != "stdout: x\n" || a.reply["execution_count"] != 0.0 {
		t.Errorf("not stored: %q %v", a.lines, a.reply)
	}
	if a := k.run("print y"); a.reply["execution_count"] != 1.0 {
		t.Errorf("stored: %v", a.reply)
	}
	h := k.collect(k.send(jupyter.Shell, "history_request",
		map[string]any{"hist_access_type": "tail", "n": 10, "output": false, "raw": true}))
	if got := fmt.Sprint(h.reply["history"]); got != "[[1 1 print y]]" {
		t.Errorf("history %s", got)
	}
}

func TestAnErrorAbortsTheQueue(t *testing.T) {
	k := start(t, testOptions{}, false)
	first, second, third := k.request("sleep 200ms\nfail A b"), k.request("print no"),
		k.request("print no")
	for i, want := range []struct{ id, status string }{{first, "error"}, {second, "aborted"},
		{third, "aborted"}} {
		if a := k.collect(want.id); a.status() != want.status {
			t.Errorf("cell %d: %v", i+1, a.reply)
		}
	}
	go_on := k.send(jupyter.Shell, "execute_request",
		jupyter.ExecuteRequest{Code: "sleep 100ms\nfail A b"})
	next := k.request("print yes")
	k.collect(go_on)
	if a := k.collect(next); a.text() != "stdout: yes\n" {
		t.Errorf("without stop_on_error: %q %v", a.lines, a.reply)
	}
}

func TestInputRefused(t *testing.T) {
	k := start(t, testOptions{}, false)
	a := k.collect(k.send(jupyter.Shell, "execute_request", map[string]any{"code": "input name?",
		"allow_stdin": false}))
	if a.status() != "error" || !strings.Contains(a.text(), "InputRefused") {
		t.Errorf("%q %v", a.lines, a.reply)
	}
}

func TestAnswersWhileACellRuns(t *testing.T) {
	k := start(t, testOptions{}, false)
	cell := k.request("sleep 1h")
	for kind, want := range map[string]string{"kernel_info_request": "implementation:nb",
		"is_complete_request": "status:complete", "comm_info_request": "comms:map[]",
		"history_request": "history:[]"} {
		a := k.collect(k.send(jupyter.Shell, kind, map[string]any{"code": "x := 1",
			"hist_access_type": "tail", "n": 3}))
		if got := fmt.Sprint(a.reply); !strings.Contains(got, want) {
			t.Errorf("%s: %s", kind, got)
		}
	}
	if a := k.collect(k.send(jupyter.Control, "interrupt_request",
		map[string]any{})); a.status() != "ok" {
		t.Errorf("interrupt: %v", a.reply)
	}
	_ = cell
}

func TestInterrupt(t *testing.T) {
	k := start(t, testOptions{}, false)
	cell := k.request("print begun\nsleep 1h")
	for k.next(cell).Header.Type != "stream" {
	}
	if err := k.kernel.Interrupt(); err != nil {
		t.Fatal(err)
	}
	if a := k.collect(cell); a.status() != "error" || a.reply["ename"] != "Interrupted" {
		t.Errorf("%v", a.reply)
	}
	k.expect("print on", "stdout: on\n")
}

func TestGoNBDies(t *testing.T) {
	k := start(t, testOptions{}, false)
	if a := k.run("die now"); a.reply["ename"] != "KernelDied" {
		t.Errorf("%v", a.reply)
	}
	k.expect("print again", "stdout: again\n")
}

func TestShutdownAndRestart(t *testing.T) {
	k := start(t, testOptions{}, false)
	a := k.collect(k.send(jupyter.Control, "shutdown_request", map[string]any{"restart": true}))
	if a.status() != "ok" || a.reply["restart"] != true {
		t.Errorf("%v", a.reply)
	}
	select {
	case <-k.kernel.Done():
	case <-k.ctx.Done():
		t.Fatal("the kernel goes on")
	}
	k.nothingLeft()
}

// Files of the installation may be missing when the kernel starts.
func TestMissingFiles(t *testing.T) {
	for what, spoil := range map[string]func(o *testOptions) error{
		"run nb install again": func(o *testOptions) error {
			return os.Remove(filepath.Join(o.Workspace, "go.mod"))
		},
		"nb setup builds it": func(o *testOptions) error { return os.Remove(o.GoNB) },
	} {
		o := testOptions{GoNB: fakeGoNB(t), Workspace: t.TempDir()}
		if err := os.WriteFile(filepath.Join(o.Workspace, "go.mod"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := spoil(&o); err != nil {
			t.Fatal(err)
		}
		k := start(t, o, false)
		if a := k.run("print x"); a.reply["ename"] != "KernelError" ||
			!strings.Contains(a.text(), what) {
			t.Errorf("%q %v", a.lines, a.reply)
		}
	}
}

func TestADeepTemporaryFolder(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("d", 100))
	if err := os.Mkdir(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", deep)
	k := start(t, testOptions{}, false)
	k.expect("print x", "stdout: x\n")
}
