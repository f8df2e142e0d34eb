package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/jupyter"
)

const (
	plain  = "plain-gonb"
	python = "ipykernel"
)

// spec returns a kernel; one for Go is installed into a folder of this run.
func (b *bench) spec(name string) (jupyter.Spec, error) {
	if name == python && b.python != "" {
		return jupyter.Spec{Argv: []string{b.python, "-m", "ipykernel_launcher", "-f",
			"{connection_file}"}, Name: name, Language: "python"}, nil
	}
	if name == python {
		return jupyter.FindSpec("python3")
	}
	prefix := filepath.Join(filepath.Dir(b.nb), "prefix")
	installed := name
	if name == plain {
		installed = "gonb"
	}
	if text, err := exec.Command(b.nb, "install", "--prefix", prefix, "--name",
		installed).CombinedOutput(); err != nil {
		return jupyter.Spec{}, fmt.Errorf("nb install: %w\n%s", err, text)
	}
	spec, err := jupyter.ReadSpec(filepath.Join(prefix, "share", "jupyter", "kernels", installed))
	if err != nil || name != plain {
		return spec, err
	}
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return spec, fmt.Errorf("go list -m: %w", err)
	}
	spec.Argv = []string{filepath.Join(filepath.Dir(spec.Argv[0]), "gonb"), "-kernel",
		"{connection_file}", "-raw_error", "-go_work=" + strings.TrimSpace(string(module))}
	return spec, nil
}

type session struct {
	ctx    context.Context
	kernel *jupyter.Kernel
	client *jupyter.Client
	plain  bool
	cells  int
	first  int // memory after the tenth cell
}

type result struct {
	start       time.Duration // from the kernel's start to the end of its first cells
	times       []time.Duration
	cells       int
	first, last int // memory after the tenth cell and at the end
}

func (r result) median() string {
	if len(r.times) == 0 {
		return "-"
	}
	slices.Sort(r.times)
	return fmt.Sprintf("%.3f", r.times[len(r.times)/2].Seconds())
}

func (r result) cold() string {
	if r.start == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", r.start.Seconds())
}

func (r result) memory() string {
	if r.first == 0 || r.cells <= 10 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%d)", float64(r.last-r.first)/float64(r.cells-10)/(1<<20), r.last>>20)
}

func (b *bench) measure(name string, k kind) (r result, err error) {
	before, cell := k.before, k.cell
	if name == python {
		before, cell = k.pythonBefore, k.python
	}
	if cell == nil || name == plain && k.plainNot {
		return r, nil
	}
	spec, err := b.spec(name)
	if err != nil {
		return r, err
	}
	begun := time.Now()
	kernel, err := jupyter.Start(spec, jupyter.StartOptions{IPC: true,
		Env: []string{"GOWORK=", "NB_HISTORY=" + filepath.Join(filepath.Dir(b.nb), "history")}})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, kernel.Close()) }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	client, _, err := kernel.Connect(ctx)
	if err != nil {
		return r, err
	}
	defer client.Close()
	s := &session{ctx: ctx, kernel: kernel, client: client, plain: name == plain}
	warm := before(b.next)
	b.next += len(warm)
	warm = append(warm, cell(b.number()))
	for _, code := range warm {
		if _, _, err := s.execute(code); err != nil {
			return r, err
		}
	}
	if len(warm) <= 2 { // an import may be in a cell of its own
		r.start = time.Since(begun)
	}
	for range b.n {
		code := cell(b.number())
		took, printed, err := s.execute(code)
		if err == nil && !printed {
			err = fmt.Errorf("cell %d, %q: no output", s.cells, code)
		}
		if err != nil {
			return r, err
		}
		r.times = append(r.times, took)
	}
	r.cells, r.first, r.last = s.cells, s.first, memory(kernel.Pid())
	return r, nil
}

func (b *bench) number() int {
	b.next++
	return b.next
}

func (s *session) execute(code string) (took time.Duration, printed bool, err error) {
	if s.cells++; s.cells == 11 {
		s.first = memory(s.kernel.Pid())
	}
	if s.plain && !strings.HasPrefix(code, "import") && !strings.HasPrefix(code, "func ") {
		code = "%%\n" + code
	}
	begun := time.Now()
	id, err := s.client.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: code,
		StoreHistory: true})
	if err != nil {
		return 0, false, err
	}
	for replied, idle := false, false; !replied || !idle; {
		m, err := s.client.Recv(s.ctx)
		if err != nil {
			return 0, false, err
		}
		if m.Parent.ID != id {
			continue
		}
		switch m.Header.Type {
		case "execute_reply":
			var reply jupyter.ExecuteReply
			if err := m.Decode(&reply); err != nil {
				return 0, false, err
			}
			if reply.Status != "ok" {
				return 0, false, fmt.Errorf("cell %d, %q: %s: %s", s.cells, code, reply.EName,
					reply.EValue)
			}
			replied = true
		case "stream", "execute_result", "display_data":
			printed = true
		case "status":
			var status jupyter.StatusContent
			idle = idle || m.Decode(&status) == nil && status.ExecutionState == "idle"
		}
	}
	return time.Since(begun), printed, nil
}
