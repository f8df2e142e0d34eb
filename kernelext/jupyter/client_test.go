package jupyter_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/jupyter"
)

func TestMain(m *testing.M) {
	kerneltest.Main()
	os.Exit(m.Run())
}

// connect starts a test kernel; patience only ends a hang.
func connect(t *testing.T, o jupyter.StartOptions) (context.Context, *jupyter.Kernel,
	*jupyter.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	k, err := jupyter.Start(kerneltest.Spec("go"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	c, info, err := k.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if info.Language() != "go" {
		t.Errorf("the kernel's language is %q", info.Language())
	}
	return ctx, k, c
}

// execute returns what a cell wrote to stdout, once its reply and idle have come.
func execute(t *testing.T, ctx context.Context, c *jupyter.Client, code string) string {
	t.Helper()
	id, err := c.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: code,
		StoreHistory: true})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for replied, idle := false, false; !replied || !idle; {
		m, err := c.Recv(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if m.Parent.ID != id {
			continue
		}
		var s jupyter.StreamContent
		var status jupyter.StatusContent
		switch m.Header.Type {
		case "stream":
			if m.Decode(&s) == nil {
				out.WriteString(s.Text)
			}
		case "status":
			if err := m.Decode(&status); err != nil {
				t.Fatal(err)
			}
			idle = status.ExecutionState == "idle"
		case "execute_reply":
			replied = true
		}
	}
	return out.String()
}

func TestExecute(t *testing.T) {
	for _, ipc := range []bool{false, true} {
		ctx, k, c := connect(t, jupyter.StartOptions{IPC: ipc})
		if k.Connection.Transport == "ipc" != ipc {
			t.Errorf("transport %q", k.Connection.Transport)
		}
		if got := execute(t, ctx, c, "print hello\nwrite world"); got != "hello\nworld" {
			t.Errorf("stdout is %q", got)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("NB_A", "outer")
	t.Setenv("NB_GONE", "x")
	ctx, k, c := connect(t, jupyter.StartOptions{IPC: true, Env: []string{"NB_B=b", "NB_GONE="}})
	got := execute(t, ctx, c, "env NB_A\nenv NB_B\nenv NB_GONE\nenv TMPDIR")
	if want := "outer\nb\n\n" + k.TempDir + "\n"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
}

func TestNothingIsLostInAFlood(t *testing.T) {
	ctx, _, c := connect(t, jupyter.StartOptions{IPC: true})
	const n = 3_000_000
	if got := len(execute(t, ctx, c, "flood 3000000")); got != n {
		t.Errorf("%d bytes came, wanted %d", got, n)
	}
}

func TestJunkIsDropped(t *testing.T) {
	ctx, _, c := connect(t, jupyter.StartOptions{IPC: true})
	if got := execute(t, ctx, c, "junk\nprint good"); got != "good\n" {
		t.Errorf("stdout is %q", got)
	}
	if c.Dropped() != 2 {
		t.Errorf("%d messages dropped, wanted 2", c.Dropped())
	}
}

func TestDeathIsReported(t *testing.T) {
	ctx, k, c := connect(t, jupyter.StartOptions{IPC: true})
	ctx, cancel := k.Context(ctx)
	defer cancel()
	if _, err := c.Send(jupyter.Shell, "execute_request",
		jupyter.ExecuteRequest{Code: "die"}); err != nil {
		t.Fatal(err)
	}
	for {
		_, err := c.Recv(ctx)
		if err == nil {
			continue
		}
		if errors.Is(err, jupyter.ErrClosed) {
			<-k.Done() // the sockets may close a moment before the process is gone
			err = k.Death()
		}
		if !strings.Contains(err.Error(), "exit status 7") ||
			!strings.Contains(err.Error(), "exiting on request") {
			t.Errorf("error %v", err)
		}
		return
	}
}

func TestAKernelThatNeverListens(t *testing.T) {
	k, err := jupyter.Start(jupyter.Spec{Name: "mute", Argv: []string{"sleep", "1000"}},
		jupyter.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := k.Connect(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestAKernelThatEndsAtOnce(t *testing.T) {
	k, err := jupyter.Start(jupyter.Spec{Name: "broken",
		Argv: []string{"sh", "-c", "echo no such library >&2; exit 3"}}, jupyter.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if _, _, err := k.Connect(context.Background()); err == nil ||
		!strings.Contains(err.Error(), "no such library") {
		t.Errorf("error %v", err)
	}
	if _, err := jupyter.Start(jupyter.Spec{Name: "absent", Argv: []string{"/no/such/program"}},
		jupyter.StartOptions{}); err == nil {
		t.Error("an absent program started")
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	ctx, k, c := connect(t, jupyter.StartOptions{IPC: true})
	pid := strings.TrimSpace(execute(t, ctx, c, "child"))
	c.Close()
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(k.TempDir); !os.IsNotExist(err) {
		t.Errorf("the temporary folder is still there: %v", err)
	}
	for range 200 { // the child is reaped by init, a moment later
		if gone(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s is still there", pid)
}

// gone also returns true for a zombie, whose parent has not waited for it.
func gone(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}
