package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
)

// measureSelf runs a hidden command of this program with an argument.
func measureSelf[T any](ctx context.Context, command string, argument any) (result T, err error) {
	self, err := os.Executable()
	if err != nil {
		return result, err
	}
	text, err := json.Marshal(argument)
	if err != nil {
		return result, err
	}
	return measure[T](ctx, exec.CommandContext(ctx, self, command, string(text)))
}

// measure runs a process that prints its result as JSON, in the environment that our engine needs,
// and adds its peak memory.
func measure[T any](ctx context.Context, cmd *exec.Cmd) (result T, err error) {
	cmd.Env = os.Environ()
	if env, _ := engine.Environ(engine.Options{}); env != nil {
		cmd.Env = env
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	if err != nil {
		return result, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return result, fmt.Errorf("it printed %.100q instead of JSON", out)
	}
	if s, ok := any(&result).(*speed); ok {
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			s.Memory = usage.Maxrss * 1024
		}
	}
	return result, nil
}

//go:embed peer.py
var peerSource []byte

// peer is a Python with PyTorch; the zero value is none.
type peer struct{ python, script, dir, version string }

func newPeer(ctx context.Context, python string) (*peer, error) {
	p := &peer{python: python, version: "without PyTorch"}
	if python == "" {
		return p, nil
	}
	var err error
	if p.dir, err = os.MkdirTemp("", "speed-*"); err != nil {
		return nil, err
	}
	p.script = filepath.Join(p.dir, "peer.py")
	if err := os.WriteFile(p.script, peerSource, 0o600); err != nil {
		p.close()
		return nil, err
	}
	if p.version, err = measure[string](ctx, p.command("version", nil)); err != nil {
		p.close()
		return nil, fmt.Errorf("%s: PyTorch cannot be used: %w", python, err)
	}
	return p, nil
}

func (p *peer) command(command string, argument any, more ...string) *exec.Cmd {
	text, err := json.Marshal(argument)
	if err != nil {
		panic(err) // plain structs only
	}
	return exec.Command(p.python, append([]string{p.script, command, string(text)}, more...)...)
}

func (p *peer) close() {
	if p.dir != "" {
		os.RemoveAll(p.dir)
	}
}

// machine returns the processor and its vector instructions.
func machine() string {
	name, vectors := runtime.GOARCH, ""
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "model name":
			name = strings.TrimSpace(value)
		case "flags":
			for _, flag := range []string{"avx2", "avx512f", "avx512_bf16", "amx_bf16"} {
				if strings.Contains(value+" ", " "+flag+" ") {
					vectors = flag
				}
			}
		}
	}
	return strings.TrimSuffix(fmt.Sprintf("%d cores, %s, %s", runtime.NumCPU(), name, vectors),
		", ")
}

func noise(side int) *images.RGB {
	p, r := images.New(side, side), rand.New(rand.NewPCG(1, 2))
	for i := range p.Pix {
		p.Pix[i] = uint8(r.IntN(256))
	}
	return p
}
