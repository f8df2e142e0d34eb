// Package cleanup cleans up after a killed process: a second process, which outlives it briefly,
// ends process groups, removes folders and writes a notebook's journal into its file.
package cleanup

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
	"sync"
	"syscall"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// A Process cleans up after this one. A nil Process does nothing.
type Process struct {
	mu   sync.Mutex
	pipe io.WriteCloser
}

// Start starts the program whose main calls [Main], in a session of its own, as front ends kill a
// kernel's process group. Without argv it returns nil.
func Start(argv []string) (*Process, error) {
	if len(argv) == 0 {
		return nil, nil
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the clean-up process: %w", err)
	}
	go cmd.Wait()
	return &Process{pipe: pipe}, nil
}

// send writes to the process. Without one the process still cleans up at an orderly end.
func (p *Process) send(what string, args ...any) {
	if p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		fmt.Fprintf(p.pipe, what+"\n", args...)
	}
}

// Watch adds a process group to end, unless 0, and a folder to remove, unless "".
func (p *Process) Watch(group int, dir string) {
	if group > 0 {
		p.send("group %d", group)
	}
	if dir != "" {
		p.send("folder %s", dir)
	}
}

// Over removes a process group that has ended, as its number may be used again.
func (p *Process) Over(group int) { p.send("over %d", group) }

// Close ends the process, which removes what is left.
func (p *Process) Close() {
	if p != nil {
		p.pipe.Close()
	}
}

// WatchKernel starts a process for a kernel that this process has started, and for the notebook
// that it runs, unless path is "". Call release after closing the kernel.
func WatchKernel(argv []string, k *jupyter.Kernel, path string) (release func(), err error) {
	p, err := Start(argv)
	if err != nil {
		return nil, err
	}
	p.Watch(k.Pid(), k.TempDir)
	if path != "" && !strings.Contains(path, "\n") {
		p.send("notebook %s", path)
	}
	return func() {
		p.Over(k.Pid())
		p.send("saved")
		p.Close()
	}, nil
}

// Main reads from r, its standard input, until the other process is gone.
func Main(r io.Reader) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var groups []int
	var folders []string
	path := ""
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		what, value, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "group":
			if n, err := strconv.Atoi(value); err == nil && n > 1 {
				groups = append(groups, n)
			}
		case "over": // its number may be used again
			groups = slices.DeleteFunc(groups, func(g int) bool { return strconv.Itoa(g) == value })
		case "folder":
			folders = append(folders, value)
		case "notebook":
			path = value
		case "saved":
			path = ""
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
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if path != "" {
		_ = notebook.Recover(path) // if it fails, readers still read the journal
	}
}
