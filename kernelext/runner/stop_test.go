package runner_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// Of a panic, GoNB reports only that the program ended.
func TestReasonOfAnEnd(t *testing.T) {
	for code, want := range map[string]string{
		"err panic: oh no\nerr goroutine 1:\nfail ERROR exit status 2": "failed: " +
			"panic: oh no",
		"err some log\nerr no such file\nerr exit status 1\nfail E exit status 1": "failed: " +
			"no such file (exit status 1)",
		"err the session ended\nerr 2026/01/02 03:04:05 its log\nfail E exit status 1": "failed: " +
			"the session ended (exit status 1)",
		"err 2026/01/02 03:04:05 fatal\nfail E exit status 1": "failed: " +
			"2026/01/02 03:04:05 fatal (exit status 1)",
		"err warn\nfail E its reason": "failed: " +
			"E: its reason",
		"fail E exit status 3": "failed: " +
			"E: exit status 3",
	} {
		if _, err := run(t, book(t, code), runner.Options{}); err == nil ||
			!strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: error %v, wanted %q", code, err, want)
		}
	}
}

func TestTimeout(t *testing.T) {
	for _, c := range []struct {
		code   string
		killed bool
	}{{"print a\nsleep 1h", false}, {"print a\ndeaf 1h", true}} {
		nb := book(t, c.code, "print b")
		_, err := run(t, nb, runner.Options{CellTimeout: 50 * time.Millisecond,
			Grace: 200 * time.Millisecond})
		var slow *runner.TimeoutError
		if !errors.As(err, &slow) || slow.Killed != c.killed {
			t.Errorf("%q: error %v", c.code, err)
		}
		if got := outputs(nb.Cells()[0]); !strings.HasPrefix(got, "stdout:a\n|") ||
			!strings.Contains(got, "CellTimeout") {
			t.Errorf("%q: the cell shows %q", c.code, got)
		}
	}
}

func TestGoOnAfterATimeout(t *testing.T) {
	nb := book(t, "sleep 1h", "print b")
	report, err := run(t, nb, runner.Options{CellTimeout: 300 * time.Millisecond,
		AllowErrors: true})
	if err != nil || report.Count(runner.OK) != 1 {
		t.Errorf("error %v, %d cells ok", err, report.Count(runner.OK))
	}
}

func TestWholeTimeout(t *testing.T) {
	nb := book(t, "print a", "sleep 1h")
	if _, err := run(t, nb, runner.Options{Timeout: time.Second}); !errors.Is(err,
		runner.ErrRunTimeout) {
		t.Errorf("error %v", err)
	}
	if got := outputs(nb.Cells()[0]); got != "stdout:a\n" {
		t.Errorf("the first cell shows %q", got)
	}
}

func TestDeadKernel(t *testing.T) {
	nb := book(t, "print a", "print b\ndie", "print c")
	_, err := run(t, nb, runner.Options{})
	var dead *runner.DeadKernelError
	if !errors.As(err, &dead) || dead.Number != 2 || !strings.Contains(err.Error(),
		"exiting on request") {
		t.Errorf("error %v", err)
	}
	if got := outputs(nb.Cells()[1]); !strings.Contains(got, "error:DeadKernel") {
		t.Errorf("the cell shows %q", got)
	}
}

func TestKernelThatDoesNotStart(t *testing.T) {
	nb := book(t, "print a")
	spec := jupyter.Spec{Name: "broken", Argv: []string{"sh", "-c",
		"echo no such library >&2; exit 3"}}
	_, err := runner.Run(context.Background(), nb, runner.Options{Spec: spec})
	var dead *runner.DeadKernelError
	if !errors.As(err, &dead) || !strings.Contains(err.Error(), "no such library") {
		t.Errorf("error %v", err)
	}
}

// A kernel that seems to understand Unix sockets and does not is started over TCP.
func TestFallsBackToTCP(t *testing.T) {
	spec := kerneltest.Spec("go")
	spec.Argv = []string{"sh", "-c",
		`grep -q '"ipc"' "$1" && { echo no ipc >&2; exit 1; }; exec "$0" "$1"`, spec.Argv[0],
		"{connection_file}", "ipykernel"}
	transport := ""
	_, err := runner.Run(t.Context(), book(t, "print a"), runner.Options{Spec: spec,
		Events: func(e runner.Event) {
			if ready, ok := e.(runner.KernelReady); ok {
				transport = ready.Kernel.Connection.Transport
			}
		}})
	if err != nil || transport != "tcp" {
		t.Errorf("transport %q, error %v", transport, err)
	}
}

// Kernels that listen on Unix sockets are known by their command or by a script in it; of a Python
// module that is assumed.
func TestUnixSockets(t *testing.T) {
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	kernel := kerneltest.Spec("go").Argv[0]
	plain := script("plain", `exec `+kernel+` "$1"`)
	wrapper := script("wrapper", `exec `+kernel+` "$1" # -m ipykernel_launcher`)
	python := script("python3", `exec `+kernel+` "$3"`)
	tcpOnly := script("python3.9", `grep -q '"ipc"' "$3" && exec sleep 1000; exec `+kernel+` "$3"`)
	if err := os.Mkdir(filepath.Join(dir, "xeus"), 0o755); err != nil {
		t.Fatal(err)
	}
	other := script("xeus/other", `grep -q '"ipc"' "$1" && exec sleep 1000; exec `+kernel+` "$1"`)
	for _, c := range []struct {
		argv []string
		want string
	}{
		{[]string{plain}, "tcp"},
		{[]string{other}, "tcp"},
		{[]string{wrapper}, "ipc"},
		{[]string{"sh", wrapper}, "ipc"},
		{[]string{python, "-m", "my_kernel"}, "ipc"},
		{[]string{tcpOnly, "-m", "my_kernel"}, "tcp"},
	} {
		spec := kerneltest.Spec("go")
		spec.Argv = append(c.argv, "{connection_file}")
		o := runner.Options{Spec: spec}
		if c.argv[0] == tcpOnly || c.argv[0] == other {
			o.StartTimeout = 15 * time.Second
		}
		transport := ""
		o.Events = func(e runner.Event) {
			if ready, ok := e.(runner.KernelReady); ok {
				transport = ready.Kernel.Connection.Transport
			}
		}
		_, err := runner.Run(t.Context(), book(t, "print a"), o)
		if err != nil || transport != c.want {
			t.Errorf("%v: transport %q, error %v", c.argv, transport, err)
		}
	}
}

// Saved before the kernel is asked to stop, as the run may be killed meanwhile.
func TestInterruptedIsSavedFirst(t *testing.T) {
	nb := book(t, "print a\ndeaf 1h")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var saved []string
	_, err := runner.Run(ctx, nb, runner.Options{
		Spec: kerneltest.Spec("go"), Grace: 200 * time.Millisecond,
		Save: func() error { saved = append(saved, outputs(nb.Cells()[0])); return nil },
		Events: func(e runner.Event) {
			if _, ok := e.(runner.Shown); ok {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || len(saved) < 3 || saved[1] != "stdout:a\n" {
		t.Errorf("saved %q, error %v", saved, err)
	}
}

func TestInterruptedWhileStarting(t *testing.T) {
	why := errors.New("no more")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	spec := jupyter.Spec{Name: "silent", Argv: []string{"sleep", "1000"}}
	_, err := runner.Run(ctx, book(t, "print a"), runner.Options{Spec: spec})
	var dead *runner.DeadKernelError
	if !errors.Is(err, why) || errors.As(err, &dead) {
		t.Errorf("error %v", err)
	}
	_, err = runner.Run(context.Background(), book(t, "print a"),
		runner.Options{Spec: spec, Timeout: 100 * time.Millisecond})
	if !errors.Is(err, runner.ErrRunTimeout) {
		t.Errorf("error %v", err)
	}
}

func TestInterrupted(t *testing.T) {
	nb := book(t, "print a\nsleep 1h", "print b")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out.ipynb")
	_, err := runner.Run(ctx, nb, runner.Options{
		Spec: kerneltest.Spec("go"),
		Save: func() error { return nb.WriteFile(path) },
		Events: func(e runner.Event) {
			if _, ok := e.(runner.Shown); ok {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	saved, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := outputs(saved.Cells()[0]); !strings.Contains(got, "stdout:a\n") ||
		!strings.Contains(got, "Interrupted") {
		t.Errorf("the saved cell shows %q", got)
	}
}
