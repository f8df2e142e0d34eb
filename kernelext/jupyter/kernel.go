package jupyter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"gopets/kernelext/internal/tempdir"
)

// A Kernel is a running kernel process, in a process group and with a temporary folder of its own.
type Kernel struct {
	Connection Connection
	Spec       Spec
	TempDir    string // $TMPDIR of the kernel; removed by Close

	lock *flock.Flock // shows that TempDir is in use
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	exit error // valid once done is closed
	kill sync.Once
}

// StartOptions are options for starting a kernel. The zero value is right.
type StartOptions struct {
	Dir string   // working directory; "" is the current one
	Env []string // NAME=value, added to the environment; an empty value removes the name
	ID  string   // in the name of the connection file; "" is a new one
	IPC bool     // use Unix sockets in the private folder, if their path is not too long
}

// Start starts a kernel. It does not wait until the kernel listens.
func Start(spec Spec, o StartOptions) (k *Kernel, err error) {
	if len(spec.Argv) == 0 {
		return nil, fmt.Errorf("kernel %q: no command is given", spec.Name)
	}
	tmp, lock, err := tempdir.New("nb-")
	if err != nil {
		return nil, fmt.Errorf("starting kernel %q: making its temporary folder: %w", spec.Name,
			err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(tmp)
			lock.Close()
		}
	}()
	conn, fits := NewIPC(filepath.Join(tmp, "k"))
	if !o.IPC || !fits {
		if conn, err = newTCP(); err != nil {
			return nil, fmt.Errorf("starting kernel %q: %w", spec.Name, err)
		}
	}
	conn.KernelName = spec.Name
	file := filepath.Join(tmp, "kernel-"+cmp.Or(o.ID, newID())+".json")
	if err := conn.Write(file); err != nil {
		return nil, fmt.Errorf("starting kernel %q: %w", spec.Name, err)
	}
	k = &Kernel{Connection: conn, Spec: spec, TempDir: tmp, lock: lock,
		log: filepath.Join(tmp, "kernel.log"), done: make(chan struct{})}
	log, err := os.Create(k.log)
	if err != nil {
		return nil, fmt.Errorf("starting kernel %q: %w", spec.Name, err)
	}
	defer log.Close()

	fill := strings.NewReplacer("{connection_file}", file, "{resource_dir}", spec.Dir)
	args := make([]string, len(spec.Argv))
	for i, a := range spec.Argv {
		args[i] = fill.Replace(a)
	}
	k.cmd = exec.Command(args[0], args[1:]...)
	k.cmd.Dir = o.Dir
	k.cmd.Env = environ(spec, o.Env, tmp)
	k.cmd.Stdout, k.cmd.Stderr = log, log
	k.cmd.SysProcAttr = ownGroup()
	if err := startAndWait(k); err != nil {
		return nil, fmt.Errorf("starting kernel %q: %w", spec.Name, err)
	}
	return k, nil
}

func environ(spec Spec, extra []string, tmp string) []string {
	env := append(os.Environ(), "TMPDIR="+tmp)
	for name, value := range spec.Env {
		env = append(env, name+"="+os.Expand(value, os.Getenv))
	}
	removed := map[string]bool{}
	for _, e := range extra {
		if name, value, _ := strings.Cut(e, "="); value == "" {
			removed[name] = true
		}
	}
	env = append(env, extra...)
	kept := env[:0]
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !removed[name] {
			kept = append(kept, e)
		}
	}
	return kept
}

// Done is closed when the process has ended.
func (k *Kernel) Done() <-chan struct{} { return k.done }

// Pid returns the process id, which is also the id of the process group.
func (k *Kernel) Pid() int { return k.cmd.Process.Pid }

// Context returns a context that also ends with the kernel, with [Kernel.Death] as its cause.
func (k *Kernel) Context(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-k.done:
			cancel(k.Death())
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// Connect dials the kernel and waits until it is ready, it dies, or ctx ends.
func (k *Kernel) Connect(ctx context.Context) (*Client, KernelInfo, error) {
	ctx, cancel := k.Context(ctx)
	defer cancel()
	c, err := Dial(ctx, k.Connection)
	if err != nil {
		return nil, KernelInfo{}, err
	}
	info, err := c.Ready(ctx)
	if err != nil {
		c.Close()
		return nil, KernelInfo{}, err
	}
	return c, info, nil
}

// Interrupt sends a signal. If the kernel's InterruptMode is "message", send an interrupt_request
// instead.
func (k *Kernel) Interrupt() error {
	if err := k.cmd.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("interrupting the kernel: %w", err)
	}
	return nil
}

// Kill ends the kernel's process group.
func (k *Kernel) Kill() {
	k.kill.Do(func() { _ = killGroup(k.Pid()) }) // an error means that the group is empty
	<-k.done
}

// Death describes how the kernel ended, with the last lines of its log.
func (k *Kernel) Death() error {
	how := "with exit status 0"
	if k.exit != nil {
		how = k.exit.Error()
	}
	if tail := k.LogTail(12); tail != "" {
		return fmt.Errorf("kernel %q ended: %s; the end of its log:\n%s", k.Spec.Name, how, tail)
	}
	return fmt.Errorf("kernel %q ended: %s", k.Spec.Name, how)
}

const tcpWarning = "Kernel is running over TCP without encryption"

// LogTail returns the last lines of the kernel's standard output and error.
func (k *Kernel) LogTail(lines int) string {
	f, err := os.Open(k.log)
	if err != nil {
		return ""
	}
	defer f.Close()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, size-16<<10), io.SeekStart) // on failure the whole log is read
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return ""
	}
	all := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(text)), "\n"),
		func(line string) bool { return strings.Contains(line, tcpWarning) })
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Shutdown asks the kernel to end, by a signal after half of the grace, as jupyter_client does, and
// kills what is left at its end. (ipykernel 7 may wait ten seconds for its own output.)
func (k *Kernel) Shutdown(c *Client, grace time.Duration) {
	if _, err := c.Send(Control, "shutdown_request",
		map[string]bool{"restart": false}); err == nil && !k.ends(grace/2) {
		_ = k.cmd.Process.Signal(syscall.SIGTERM) // an error means that the process has ended
		k.ends(grace / 2)
	}
	k.Kill()
}

func (k *Kernel) ends(within time.Duration) bool {
	select {
	case <-k.done:
		return true
	case <-time.After(within):
		return false
	}
}

// Close kills the kernel's process group and removes its temporary folder.
func (k *Kernel) Close() error {
	k.Kill()
	defer k.lock.Close()
	// A process that was just killed may still be writing.
	var err error
	for range 20 {
		if err = os.RemoveAll(k.TempDir); err == nil || errors.Is(err, syscall.ENOENT) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("removing the kernel's temporary folder: %w", err)
}
