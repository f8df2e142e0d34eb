package live_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

const childEnv = "NB_LIVE_TEST_CHILD"

// TestKilledChild is the program that TestKilledEngine kills: an engine whose cell never ends.
func TestKilledChild(t *testing.T) {
	if os.Getenv(childEnv) == "" {
		t.Skip("it is run by TestKilledEngine")
	}
	e, err := live.New(context.Background(), live.Options{})
	if err != nil {
		fmt.Println("skip", err)
		return
	}
	const code = "fmt.Println(\"process\", os.Getpid(), os.Getenv(\"NB_CELL\"))\nfor {}"
	_, _ = e.Eval(context.Background(), eval.Cell{Number: 1, Source: code}, printer{})
}

type printer struct{}

func (printer) Stream(_, text string) { fmt.Print(text) }

func (printer) Display(eval.Display) {}

func (printer) Clear(bool) {}

func (printer) Input(context.Context, string, bool) (string, error) {
	return "", errors.New("no one answers")
}

func (printer) Comm(string, map[string]any) {}

// killedChild starts the program that is killed, and returns its cells' process and its folder.
func killedChild(t *testing.T) (child *exec.Cmd, pid int, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledChild$", "-test.v")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "skip") {
			_ = cmd.Wait()
			t.Skip(lines.Text())
		}
		if n, _ := fmt.Sscanf(lines.Text(), "process %d %s", &pid, &dir); n == 2 {
			break
		}
	}
	if pid == 0 || !strings.HasPrefix(filepath.Base(dir), "nb-live-") {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("the cell has printed process %d, folder %q", pid, dir)
	}
	return cmd, pid, dir
}

func gone(pid int) bool { return syscall.Kill(pid, 0) != nil }

func missing(dir string) bool {
	_, err := os.Stat(dir)
	return os.IsNotExist(err)
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within a minute: " + what)
		}
	}
}

// An engine that is killed leaves neither a process nor its folder.
func TestKilledEngine(t *testing.T) {
	t.Parallel()
	cmd, pid, dir := killedChild(t)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	eventually(t, fmt.Sprintf("process %d and folder %s are gone", pid, dir),
		func() bool { return gone(pid) && missing(dir) })
}

// Where the process of the cells is killed with its engine, the next engine removes the folder.
func TestKilledTogether(t *testing.T) {
	long(t)
	cmd, pid, dir := killedChild(t)
	_ = syscall.Kill(pid, syscall.SIGSTOP) // it cannot clean up
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	_ = syscall.Kill(pid, syscall.SIGKILL)
	if missing(dir) {
		t.Fatalf("folder %s is gone already", dir)
	}
	open(t, live.Options{})
	if !missing(dir) {
		t.Errorf("folder %s is left", dir)
	}
}

// If the compiler or the linker is killed, the cell that is built fails, and nothing else.
func TestKilledBuilder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("processes are found in /proc")
	}
	n := open(t, live.Options{Compile: true})
	n.want("x := 41", "")
	_, dir, err := n.run("fmt.Print(os.Getenv(\"NB_CELL\"))")
	if err != nil {
		t.Fatal(describe(err))
	}
	for try := 0; ; try++ {
		stop, done := make(chan struct{}), make(chan bool)
		go func() { done <- killBuilder(dir, stop) }()
		_, _, err := n.run(fmt.Sprintf("y := %d\n_ = y + x", try))
		close(stop)
		if killed := <-done; killed && err != nil {
			if text := describe(err); !strings.Contains(text, "signal: killed") ||
				!strings.Contains(text, "run the cell again") {
				t.Errorf("the cell fails with %s", text)
			}
			break
		}
		if try == 10 {
			t.Fatal("no compiler or linker was found to kill")
		}
	}
	n.want("x + 1", "42")
	if left, _ := filepath.Glob(filepath.Join(dir, "v*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// killBuilder kills the first compiler or linker that works below a folder.
func killBuilder(dir string, stop chan struct{}) bool {
	for {
		select {
		case <-stop:
			return false
		default:
		}
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, link := range links {
			if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, dir+"/v") {
				pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
				exe, _ := os.Readlink(filepath.Join(filepath.Dir(link), "exe"))
				if base := filepath.Base(exe); base == "compile" || base == "link" {
					return syscall.Kill(pid, syscall.SIGKILL) == nil
				}
			}
		}
	}
}

// A cell that needs more memory than there is fails with that reason, and the next cell works.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("x := 1", "")
	n.wantError("limit := syscall.Rlimit{Cur: 4 << 30, Max: 4 << 30}\n"+
		"syscall.Setrlimit(syscall.RLIMIT_AS, &limit)\nbig := make([]byte, 8<<30)", "Crash",
		"out of memory", "x (cell 1)")
	n.want("1 + 1", "2")
	n.wantError("x", "run cell 1 again")
}
