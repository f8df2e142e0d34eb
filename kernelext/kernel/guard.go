package kernel

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gopets/kernelext/jupyter"
)

// A guard is a process that outlives the kernel for a moment, however the kernel ends, to end
// GoNB's processes and to remove the folders.
type guard struct{ pipe io.WriteCloser }

// startGuard starts the program whose main calls [Guard]. It is in a session of its own, for
// front-ends kill a kernel's whole process group.
func startGuard(argv []string) (*guard, error) {
	if len(argv) == 0 {
		return &guard{}, nil
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the kernel's guard: %w", err)
	}
	go cmd.Wait()
	return &guard{pipe}, nil
}

func (g *guard) say(what string, args ...any) {
	if g.pipe != nil {
		// without a guard the kernel still cleans up when it ends in order
		fmt.Fprintf(g.pipe, what+"\n", args...)
	}
}

// watch adds a process group to end and a folder to remove.
func (g *guard) watch(group int, dir string) {
	if group > 0 {
		g.say("group %d", group)
	}
	g.say("folder %s", dir)
}

// Watch starts a guard, whose main calls [Guard], for a kernel that this process has started: if
// the process is killed, the kernel's whole process group ends and its temporary folder goes.
// Release lets the guard go when the kernel has been closed.
func Watch(argv []string, k *jupyter.Kernel) (release func(), err error) {
	g, err := startGuard(argv)
	if err != nil {
		return nil, err
	}
	g.watch(k.Pid(), k.TempDir)
	return func() {
		g.say("over %d", k.Pid())
		g.close()
	}, nil
}

// close lets the guard go; it looks after what is left even when the kernel ends in order.
func (g *guard) close() {
	if g.pipe != nil {
		g.pipe.Close()
	}
}

// Guard is the guard's main: it reads from r until the kernel is gone.
func Guard(r io.Reader) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var groups []int
	var folders []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		what, value, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "group":
			if n, err := strconv.Atoi(value); err == nil && n > 1 {
				groups = append(groups, n)
			}
		case "over": // its number may become somebody else's
			groups = slices.DeleteFunc(groups, func(g int) bool { return strconv.Itoa(g) == value })
		case "folder":
			folders = append(folders, value)
		}
	}
	for range 20 { // a process that was just killed may still be writing
		for _, g := range groups {
			_ = syscall.Kill(-g, syscall.SIGKILL)
		}
		left := false
		for _, f := range folders {
			left = os.RemoveAll(f) != nil || left
		}
		if !left {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
