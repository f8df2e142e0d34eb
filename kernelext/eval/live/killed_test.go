package live_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	return "", errors.New("nobody to ask")
}

func (printer) Comm(string, map[string]any) {}

// An engine that is killed leaves neither a process nor its folder.
func TestKilledEngine(t *testing.T) {
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
	var pid int
	var dir string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "skip") {
			_ = cmd.Wait()
			t.Skip(lines.Text())
		}
		if n, _ := fmt.Sscanf(lines.Text(), "process %d %s", &pid, &dir); n == 2 {
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if pid == 0 || !strings.HasPrefix(filepath.Base(dir), "nb-live-") {
		t.Fatalf("the cell has said process %d, folder %q", pid, dir)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, err := os.Stat(dir)
		if syscall.Kill(pid, 0) != nil && os.IsNotExist(err) {
			return
		}
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d or folder %s is left (%v)", pid, dir, err)
		}
	}
}
