package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The limits add up to less than ten minutes.
type part struct {
	name, about string
	limit       time.Duration
	env         []string
	run         func(options) error
}

var parts []part

func init() { // the functions use the list
	parts = []part{
		// CUDA's libraries must multiply float32 as float32: by default they round to TF32
		{"parity", "the engine's numbers against the pure Go backend's", 90 * time.Second,
			[]string{"NVIDIA_TF32_OVERRIDE=0"}, runParity},
		{"speed", "images a second", 150 * time.Second, nil, runSpeed},
		{"torch", "PyTorch's images a second", 115 * time.Second, nil, runTorch},
		{"lesson", "the lesson's whole schedule", 240 * time.Second, nil, runLesson},
	}
}

func (o options) limit(name string) time.Duration {
	if o.time > 0 {
		return o.time
	}
	for _, p := range parts {
		if p.name == name {
			return p.limit
		}
	}
	return 0
}

// inChild runs a part in a process group of its own and ends it at its limit.
func (p part) inChild(o options, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	limit := o.limit(p.name)
	fmt.Fprintf(out, "\n== %s: %s (at most %v)\n", p.name, p.about, limit)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, append(os.Args[1:], "-run-part="+p.name)...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	began := time.Now()
	err = cmd.Run()
	took := time.Since(began)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it was ended at its limit of %v", limit)
	}
	saved := o.save(result{Kind: "part", What: p.name, Seconds: took.Seconds(), Failed: err != nil,
		MemoryMB: maxRSS(cmd.ProcessState)})
	return errors.Join(err, saved)
}

func maxRSS(s *os.ProcessState) int {
	if s == nil {
		return 0
	}
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int(usage.Maxrss >> 10)
}

type result struct {
	Kind string `json:"kind"` // part, engine, parity, rate or stage
	What string `json:"what"`
	Who  string `json:"who,omitempty"` // gopets or PyTorch

	Arch  string `json:"arch,omitempty"`
	Size  int    `json:"size,omitempty"`
	Batch int    `json:"batch,omitempty"`
	Type  string `json:"type,omitempty"` // float32 or bfloat16
	Mode  string `json:"mode,omitempty"` // of PyTorch: eager or compiled

	Rate     float64 `json:"rate,omitempty"`    // images a second
	Compile  float64 `json:"compile,omitempty"` // seconds to the first result
	Seconds  float64 `json:"seconds,omitempty"`
	MemoryMB int     `json:"memory_mb,omitempty"`
	Failed   bool    `json:"failed,omitempty"`
}

func (o options) results() string { return filepath.Join(o.out, "results.jsonl") }

// save appends a result, which survives the part's end at its limit.
func (o options) save(r result) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(o.results(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

func (o options) saved() ([]result, error) {
	text, err := os.ReadFile(o.results())
	if err != nil {
		return nil, err
	}
	var list []result
	for line := range strings.Lines(string(text)) {
		var r result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, fmt.Errorf("results: %w in %q", err, line)
		}
		list = append(list, r)
	}
	return list, nil
}

func gpuMemory() int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	text, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=memory.used",
		"--format=csv,noheader,nounits").Output()
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	n, _ := strconv.Atoi(strings.TrimSpace(first))
	return n
}
