package live

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/internal/modules"
)

// findModule finds the module of the notebook's folder. Where there is none, cells get one of their
// own in the cache, which keeps fetched packages.
func (e *Engine) findModule(ctx context.Context) error {
	out, err := e.tool.run(ctx, "env", "GOMOD")
	if err != nil {
		return err
	}
	if mod := string(bytes.TrimSpace(out)); mod != "" && mod != os.DevNull {
		return nil
	}
	if e.o.Module != "" {
		e.tool.dir = e.o.Module
		return nil
	}
	sum := sha256.Sum256([]byte(e.o.Dir))
	dir := filepath.Join(e.o.Cache, "modules", hex.EncodeToString(sum[:8]))
	if !e.scratch {
		lock, err := hold(dir, func() error { return os.MkdirAll(dir, 0o755) })
		if err != nil {
			return err
		}
		e.locks = append(e.locks, lock)
	}
	e.tool.dir, e.scratch = dir, true
	if exists(filepath.Join(dir, "go.mod")) {
		return nil
	}
	text := fmt.Sprintf("module notebook\n\ngo %s\n", strings.TrimPrefix(e.tool.version, "go"))
	return os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644)
}

func (e *Engine) language(ctx context.Context) string {
	out, err := e.tool.run(ctx, "list", "-m", "-f", "{{.GoVersion}}")
	lines := strings.Fields(string(out))
	if err != nil || len(lines) == 0 {
		return ""
	}
	version := lines[0]
	if parts := strings.Split(version, "."); len(parts) > 2 {
		version = strings.Join(parts[:2], ".")
	}
	return "go" + version
}

// load loads a package. In the engine's own module missing ones are fetched.
func (e *Engine) load(ctx context.Context, path string) error {
	err := e.program.packages.load(ctx, path)
	var missing *missingError
	if !errors.As(err, &missing) || !strings.Contains(path, ".") {
		return err
	}
	if dir, ok := modules.Beside(e.folder, path); ok && e.useBeside(ctx, dir) {
		return e.program.packages.load(ctx, path)
	}
	if !e.scratch || e.noGet {
		return err
	}
	if _, got := e.tool.run(ctx, "get", path); got != nil {
		return &missingError{path, fmt.Sprintf(
			"go get %s: %s: check the path and the network, then run the cell again", path,
			getReason(got))}
	}
	return e.program.packages.load(ctx, path)
}

// getReason returns the line of go get's output that says why it failed.
func getReason(err error) string {
	var failed *toolError
	if !errors.As(err, &failed) {
		return err.Error()
	}
	for line := range strings.Lines(failed.output) {
		if !strings.HasPrefix(line, "go: downloading ") {
			return strings.TrimPrefix(strings.TrimSpace(line), "go: ")
		}
	}
	return failed.err.Error()
}

// useBeside makes builds use a module that lies beside the notebook, by a go.work of the engine's
// own; it reports whether that is possible. A go.work of the user's is not changed.
func (e *Engine) useBeside(ctx context.Context, dir string) bool {
	own := filepath.Join(e.dir, "go.work")
	out, err := e.tool.run(ctx, "env", "GOWORK")
	if now := strings.TrimSpace(string(out)); err != nil || now != "" && now != own {
		return false
	}
	args := []string{"work", "use", dir}
	if !exists(own) {
		args = []string{"work", "init", e.tool.dir, dir}
	}
	e.tool.env.set("GOWORK", own)
	_, err = e.tool.run(ctx, args...)
	e.relist()
	return err == nil
}
