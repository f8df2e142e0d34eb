package live

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

type toolchain struct {
	command string // the go command
	dir     string // the module whose packages cells import
	env     *environment
	flags   []string // for the go command's builds, as %goflags sets them

	compiler, linker, cgo string
	cc                    string
	version               string // go1.26.5
	goos, goarch          string
}

// findToolchain asks the go command in a folder for its environment. It returns an error where the
// live engine cannot work.
func findToolchain(ctx context.Context, command, dir string, env []string) (*toolchain, error) {
	t := &toolchain{command: cmp.Or(command, "go"), dir: dir, env: &environment{list: env}}
	out, err := t.run(ctx, "env", "-json", "GOTOOLDIR", "GOVERSION", "GOOS", "GOARCH", "CC",
		"CGO_ENABLED")
	if err != nil {
		return nil, err
	}
	var vars map[string]string
	if err := json.Unmarshal(out, &vars); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	tool := func(name string) string { return filepath.Join(vars["GOTOOLDIR"], name) }
	t.compiler, t.linker, t.cgo = tool("compile"), tool("link"), tool("cgo")
	t.cc, t.version, t.goos, t.goarch = vars["CC"], vars["GOVERSION"], vars["GOOS"], vars["GOARCH"]
	switch t.goos {
	case "linux", "darwin", "freebsd":
	default:
		return nil, fmt.Errorf("live cells: Go has no plugins on %s", t.goos)
	}
	if vars["CGO_ENABLED"] != "1" {
		return nil, errors.New("live cells: CGO_ENABLED is 0, and plugins need cgo")
	}
	if fields := strings.Fields(t.cc); len(fields) == 0 {
		return nil, errors.New("live cells: no C compiler is set: plugins are linked by one")
	} else if _, err := exec.LookPath(fields[0]); err != nil {
		return nil, fmt.Errorf("live cells: no C compiler: %s is not on the PATH", fields[0])
	}
	return t, nil
}

// run runs the go command in the module; the error has its output.
func (t *toolchain) run(ctx context.Context, args ...string) ([]byte, error) {
	return t.tool(ctx, t.dir, t.command, args...)
}

type toolError struct {
	command, output string
	err             error
}

func (e *toolError) Error() string {
	return fmt.Sprintf("%s: %v: %s", e.command, e.err, strings.TrimSpace(e.output))
}

func (e *toolError) Unwrap() error { return e.err }

// build runs the compiler or the linker, with temporary files in a folder that is always removed.
func (t *toolchain) build(ctx context.Context, dir, command string, args ...string) error {
	_, err := t.start(ctx, dir, append(slices.Clone(t.env.all()), "TMPDIR="+dir), command, args)
	return err
}

func (t *toolchain) tool(ctx context.Context, dir, command string, args ...string) ([]byte, error) {
	return t.start(ctx, dir, t.env.all(), command, args)
}

func (t *toolchain) start(ctx context.Context, dir string, env []string, command string,
	args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Dir, cmd.Env = dir, env
	// The linker starts a C compiler, which must end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		name := filepath.Base(command)
		if len(args) > 0 && name == "go" {
			name += " " + args[0]
		}
		return nil, &toolError{name, stderr.String() + out.String(), err}
	}
	return out.Bytes(), nil
}

// An environment is that of commands, as set by %env. It is safe for concurrent use.
type environment struct {
	mu   sync.Mutex
	list []string // replaced, never changed
}

func (e *environment) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.list
}

func (e *environment) lookup(name string) string { return lookup(e.all(), name) }

func (e *environment) set(name, value string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	prefix := name + "="
	kept := make([]string, 0, len(e.list)+1)
	for _, v := range e.list {
		if !strings.HasPrefix(v, prefix) {
			kept = append(kept, v)
		}
	}
	e.list = append(kept, prefix+value)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
