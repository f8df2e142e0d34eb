package kernel

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopets/kernelext"
	"gopets/kernelext/jupyter"
)

// child is a running GoNB: a kernel of its own, over Unix sockets in a private folder, with the
// kernel as its only client.
type child struct {
	kernel *jupyter.Kernel
	client *jupyter.Client
	dir    string // where it compiles
	cell   string // the import path of the cell package there
	count  int    // of the cells that it was sent, as it counts them
	end    func()

	mu      sync.Mutex
	parents map[string]*request // which client's request a message to GoNB stands for
	replies chan *jupyter.Message
}

const gonbModule = "github.com/janpfeifer/gonb"

// shim stands before the go command of cells. It spares them the `go get` that GoNB runs for each,
// unless something is missing.
const shim = `#!/bin/sh
PATH=${PATH#*:}
next=$(command -v go)
case "$*" in
get | "get -t")
  exit 0
  ;;
"build -o "*/gonb_* | "test -c -o "*/gonb_*)
  verb=$1
  shift
  out=$("$next" $verb "$@" 2>&1) && { printf '%s' "$out"; exit 0; }
  case $out in
  *"no required module provides package"* | *"cannot find module providing package"* | *"missing go.sum entry"*)
    if [ $verb = test ]; then got=$("$next" get -t 2>&1); else got=$("$next" get 2>&1); fi || printf '%s\n' "$got"
    exec "$next" $verb "$@"
    ;;
  esac
  printf '%s\n' "$out"
  exit 1
  ;;
esac
exec "$next" "$@"
`

// prepare writes what a child needs into the kernel's folder: the stand-in for go, and the copy of
// gonbui. Without that displays go GoNB's way.
func (k *Kernel) prepare(ctx context.Context) error {
	if out, err := k.goOutput(ctx, "list", "-m", "-f", "{{.Dir}}", gonbModule); err != nil {
		k.logf("displays are not put in order with text: %v", err)
	} else if k.gonbui, err = copyGonbui(cmp.Or(k.o.Cache, k.dir), strings.TrimSpace(out)); err != nil {
		k.logf("displays are not put in order with text: %v", err)
	}
	_, err := k.goOutput(ctx, "list", "-find", cellPackage)
	k.hasCell = err == nil
	// GoNB may be looking for go at this moment: it has to find all of it or nothing.
	file := filepath.Join(k.bin(), "go")
	if err := os.WriteFile(file+".new", []byte(shim), 0o700); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// bin holds what comes first on the PATH of GoNB and of cells.
func (k *Kernel) bin() string { return filepath.Join(k.dir, "bin") }

// hideGopls keeps GoNB from starting any gopls that it finds, in a process group that nobody ends:
// the kernel has its own.
func (k *Kernel) hideGopls() error {
	if err := os.MkdirAll(k.bin(), 0o700); err != nil {
		return err
	}
	if _, err := exec.LookPath("gopls"); err != nil {
		return nil
	}
	return os.WriteFile(filepath.Join(k.bin(), "gopls"), []byte("#!/bin/sh\nexit 1\n"), 0o700)
}

// goOutput runs the go command in the workspace.
func (k *Kernel) goOutput(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = k.o.Workspace
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("go %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// startChild starts a GoNB and waits until it answers.
func (k *Kernel) startChild(ctx context.Context) (*child, error) {
	spec := jupyter.Spec{Argv: []string{k.o.GoNB, "-kernel", "{connection_file}", "-raw_error", "-go_work=" + k.o.Workspace}, Name: "gonb"}
	kernel, err := jupyter.Start(spec, jupyter.StartOptions{IPC: true, Env: []string{
		"NB_CELL=" + k.dir, "GOWORK=", "PATH=" + k.bin() + string(filepath.ListSeparator) + os.Getenv("PATH"),
	}})
	if err != nil {
		return nil, err
	}
	k.guard.watch(kernel.Pid(), kernel.TempDir)
	client, _, err := kernel.Connect(ctx)
	if err != nil {
		kernel.Close()
		return nil, err
	}
	c := &child{kernel: kernel, client: client, parents: map[string]*request{}, replies: make(chan *jupyter.Message, 16)}
	found, _ := filepath.Glob(filepath.Join(kernel.TempDir, "gonb_*"))
	for _, dir := range found {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			c.dir = dir
		}
	}
	if c.dir == "" {
		client.Close()
		kernel.Close()
		return nil, fmt.Errorf("GoNB has made no folder to compile in, under %s", kernel.TempDir)
	}
	life, cancel := kernel.Context(context.Background())
	c.end = cancel
	go k.pump(life, c)
	return c, nil
}

// replaceGonbui has cells built with the copy of gonbui.
func (k *Kernel) replaceGonbui(ctx context.Context, c *child) error {
	cmd := exec.CommandContext(ctx, "go", "work", "edit", "-replace", gonbModule+"="+k.gonbui)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GOWORK=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go work edit: %w: %s", err, out)
	}
	return nil
}

// closeChild ends GoNB with all of its processes.
func (k *Kernel) closeChild(c *child) {
	c.end()
	c.client.Close()
	if c.kernel.Close() == nil {
		k.guard.say("over %d", c.kernel.Pid())
	}
}

// send passes a client's request on.
func (c *child) send(r *request, ch jupyter.Channel, kind string, content any) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, err := c.client.Send(ch, kind, content)
	if err == nil {
		if len(c.parents) > 1000 {
			c.parents = map[string]*request{}
		}
		c.parents[id] = r
	}
	return id, err
}

func (c *child) parent(id string) *request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parents[id]
}

// A file beside GoNB's main.go links a cell's program with the cell package.
const (
	cellPackage = "gopets/kernelext/cell"
	programFile = "nb_cell.go"
	quietCell   = "//go:build unix\n\npackage main\n\nimport _ %q\n"
	showingCell = "//go:build unix\n\npackage main\n\nimport %q\n\nfunc " + showName + "(values ...any) { show.Values(values...) }\n\nfunc " + resultsName + "(values ...any) { show.Results(values...) }\n"
)

// writeProgram puts the right file beside the cell's program.
func (k *Kernel) writeProgram(c *child, shows bool) error {
	text := fmt.Sprintf(quietCell, c.cell)
	if shows {
		text = fmt.Sprintf(showingCell, c.cell+"/show")
	}
	path := filepath.Join(c.dir, programFile)
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// placeCell sees to it that cells can be linked with the cell package: it is the workspace's, or a
// copy beside the cells.
func (k *Kernel) placeCell(c *child) error {
	c.cell = cellPackage
	if k.hasCell {
		return nil
	}
	c.cell = filepath.Base(c.dir) + "/nbcell"
	return fs.WalkDir(kernelext.CellSource, "cell", func(path string, d fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, "_test.go") {
			return err
		}
		target := filepath.Join(c.dir, "nb"+path)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		text, err := kernelext.CellSource.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, bytes.ReplaceAll(text, []byte(`"`+cellPackage+`"`), []byte(`"`+c.cell+`"`)), 0o600)
	})
}

// killAfter is how long an interrupted program may take to end. (GoNB would kill it a little later,
// but not what it has started.)
const killAfter = 4500 * time.Millisecond

// interrupt stops what GoNB is doing for a cell, and goes on until done: a build is ended, which
// GoNB itself does not do; a program gets the signal once, and is killed with all that it has
// started if that does not help.
func (k *Kernel) interrupt(c *child, done <-chan struct{}) {
	told, alone := false, 0
	begin := time.Now()
	for {
		building := false
		children := childrenOf(c.kernel.Pid())
		if alone++; len(children) > 0 {
			alone = 0
		}
		if alone == 3 {
			// it is GoNB itself that is busy
			_, _ = c.client.Send(jupyter.Control, "interrupt_request", struct{}{})
		}
		for _, p := range children {
			switch {
			case p.name == "go" || p.name == "goimports":
				building = true
				signalTree(p.pid, syscall.SIGINT)
			case !told && p.name != "gopls":
				told = true
				for _, grandchild := range childrenOf(p.pid) {
					if p.name == "bash" || p.name == "sh" {
						signalTree(grandchild.pid, syscall.SIGINT)
					}
				}
				// if GoNB is gone, so is the cell
				_, _ = c.client.Send(jupyter.Control, "interrupt_request", struct{}{})
			case time.Since(begin) > killAfter:
				signalTree(p.pid, syscall.SIGKILL)
			}
		}
		wait := 50 * time.Millisecond
		if building {
			wait = 300 * time.Millisecond
		}
		select {
		case <-done:
			return
		case <-time.After(wait):
		}
	}
}
