package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopets/kernelext/eval/live/wire"
)

type process struct {
	cmd  *exec.Cmd
	to   *os.File
	in   *json.Encoder
	done chan struct{} // closed when it has ended

	tables      map[string]bool // by package; false: unusable
	initialised map[string]bool // packages

	mu      sync.Mutex
	next    int
	waiting map[int]chan wire.Reply
	reason  string // why it has ended
}

var errEnded = errors.New("the process with the variables has ended")

func startProcess(program, dir string, env []string, out *output) (*process, error) {
	requestsRead, requests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer requestsRead.Close()
	replies, repliesWrite, err := os.Pipe()
	if err != nil {
		requests.Close()
		return nil, err
	}
	defer repliesWrite.Close()
	stdin, stdout, stderr, err := out.open()
	if err != nil {
		requests.Close()
		replies.Close()
		return nil, err
	}
	defer stdin.Close()
	defer stdout.Close()
	defer stderr.Close()
	p := &process{to: requests, in: json.NewEncoder(requests), done: make(chan struct{}),
		waiting: map[int]chan wire.Reply{}, tables: map[string]bool{},
		initialised: map[string]bool{}}
	p.cmd = exec.Command(program)
	p.cmd.Dir, p.cmd.Env = dir, env
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = stdin, stdout, stderr
	p.cmd.ExtraFiles = []*os.File{requestsRead, repliesWrite}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		requests.Close()
		replies.Close()
		return nil, fmt.Errorf("starting the process for live cells: %w", err)
	}
	go p.read(replies)
	return p, nil
}

func (p *process) read(replies *os.File) {
	in := json.NewDecoder(replies)
	for {
		var r wire.Reply
		if err := in.Decode(&r); err != nil {
			break
		}
		p.mu.Lock()
		c := p.waiting[r.ID]
		delete(p.waiting, r.ID)
		p.mu.Unlock()
		if c != nil {
			c <- r
		}
	}
	replies.Close()
	err := p.cmd.Wait()
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // the commands that cells have started
	p.mu.Lock()
	p.reason = ending(err)
	p.mu.Unlock()
	close(p.done)
}

func ending(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return "it ended"
	}
	if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		switch s.Signal() {
		case syscall.SIGKILL:
			return "it was killed, perhaps out of memory"
		default:
			return "signal: " + s.Signal().String()
		}
	}
	return exit.Error()
}

func (p *process) send(r wire.Request) (<-chan wire.Reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	r.ID = p.next
	c := make(chan wire.Reply, 1)
	p.waiting[r.ID] = c
	if err := p.in.Encode(r); err != nil {
		delete(p.waiting, r.ID)
		return nil, errEnded
	}
	return c, nil
}

func (p *process) call(r wire.Request, timeout time.Duration) (wire.Reply, error) {
	c, err := p.send(r)
	if err != nil {
		return wire.Reply{}, err
	}
	select {
	case reply := <-c:
		if reply.Failure != "" {
			return reply, errors.New(reply.Text)
		}
		return reply, nil
	case <-p.done:
		return wire.Reply{}, errEnded
	case <-time.After(timeout):
		return wire.Reply{}, fmt.Errorf("the process with the variables does not answer (%s)", r.Op)
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	p.to.Close()
	<-p.done
}

// crashReason returns the reason in what the runtime prints at a crash.
func crashReason(stderr string) (kind, value string) {
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "panic: "):
			kind, value = "panic", strings.TrimPrefix(line, "panic: ")
		case strings.HasPrefix(line, "fatal error: "):
			return "fatal error", strings.TrimPrefix(line, "fatal error: ")
		case strings.HasPrefix(line, "runtime: goroutine stack exceeds"):
			return "fatal error", "stack overflow"
		case strings.HasPrefix(line, "SIG") && strings.Contains(line, ": ") && kind == "":
			kind, value = "signal", line
		}
		if kind == "panic" {
			return kind, strings.TrimSuffix(value, " [recovered, repanicked]")
		}
	}
	return kind, value
}
