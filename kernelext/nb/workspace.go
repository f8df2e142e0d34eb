package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"gopets/kernelext/session"
)

// A workspace is the module whose packages cells can import; the zero one is none.
type workspace struct {
	root    string   // absolute path
	module  string   // import path
	hasGoNB bool     // GoNB is among its tools, in the version of its go.mod
	workers []string // the module's own tools that are session workers: packages called worker
}

const (
	gonbPackage      = "github.com/janpfeifer/gonb"
	goimportsPackage = "golang.org/x/tools/cmd/goimports"
)

// findWorkspace finds a module: $NB_WORKSPACE, else around the folders in order.
func findWorkspace(ctx context.Context, folders ...string) (*workspace, error) {
	if dir := os.Getenv("NB_WORKSPACE"); dir != "" {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		w, err := readWorkspace(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("NB_WORKSPACE: %w", err)
		}
		return w, nil
	}
	for _, folder := range folders {
		if dir := moduleAround(folder); dir != "" {
			return readWorkspace(ctx, dir)
		}
	}
	return &workspace{}, nil
}

func moduleAround(folder string) string {
	dir, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil &&
			info.Mode().IsRegular() {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func readWorkspace(ctx context.Context, dir string) (*workspace, error) {
	out, err := goOutput(ctx, dir, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var mod struct {
		Module struct{ Path string }
		Tool   []struct{ Path string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "go.mod"), err)
	}
	w := &workspace{root: dir, module: mod.Module.Path}
	for _, t := range mod.Tool {
		switch {
		case strings.HasPrefix(t.Path, w.module+"/") && path.Base(t.Path) == "worker":
			w.workers = append(w.workers, t.Path)
		case t.Path == gonbPackage:
			w.hasGoNB = true
		}
	}
	return w, nil
}

// worker describes a session worker, named after its parent folder: pets/worker serves pets.
func (w *workspace) worker(pkg string) session.Worker {
	return session.Worker{Name: path.Base(path.Dir(pkg)), Package: pkg,
		Source: filepath.Join(w.root, "go.mod")}
}

func binDir() string { return filepath.Join(session.CacheDir(), "bin") }

// goTool finds the go command: on the PATH after nb's own script, or in this program's Go.
func goTool() (string, error) {
	//lint:ignore SA1019 nb is built where it runs, and a Jupyter started from a desktop may have no Go on its PATH
	own := filepath.Join(runtime.GOROOT(), "bin")
	dirs := append(filepath.SplitList(os.Getenv("PATH")), own)
	for _, dir := range dirs {
		p, err := filepath.Abs(filepath.Join(dir, "go"))
		if err != nil || dir == "" || filepath.Dir(p) == shimDir() {
			continue
		}
		if _, err := exec.LookPath(p); err == nil {
			return p, nil
		}
	}
	return "", errors.New("the go command is not on the PATH: install Go from https://go.dev/dl")
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func goOutput(ctx context.Context, dir string, args ...string) ([]byte, error) {
	tool, err := goTool()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir = dir
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("go %s, in %s: %w\n%s", strings.Join(args, " "), dir, err,
			bytes.TrimSpace(stderr.Bytes()))
	}
	return out.Bytes(), nil
}

// goFlags returns GOFLAGS for cells: without symbols, which saves a second of linking on a big one,
// and without -mod.
func goFlags(ctx context.Context) string {
	out, err := goOutput(ctx, ".", "env", "GOFLAGS")
	if err != nil {
		out = []byte(os.Getenv("GOFLAGS"))
	}
	var kept []string
	for _, f := range splitFlags(strings.TrimSpace(string(out))) {
		if !strings.HasPrefix(f, "-mod=") && !strings.HasPrefix(f, "-ldflags=") {
			kept = append(kept, quoteFlag(f))
		}
	}
	return strings.Join(append(kept, "'-ldflags=-s -w'"), " ")
}

func splitFlags(s string) []string {
	var flags []string
	for s = strings.TrimLeft(s, " \t\n\r"); s != ""; s = strings.TrimLeft(s, " \t\n\r") {
		end := strings.IndexAny(s, " \t\n\r")
		if s[0] == '\'' || s[0] == '"' {
			if quote := strings.IndexByte(s[1:], s[0]); quote >= 0 {
				flags = append(flags, s[1:quote+1])
				s = s[quote+2:]
				continue
			}
		}
		if end < 0 {
			end = len(s)
		}
		flags = append(flags, s[:end])
		s = s[end:]
	}
	return flags
}

func quoteFlag(f string) string {
	if strings.ContainsAny(f, " \t") {
		return "'" + f + "'"
	}
	return f
}

func kernelEnv(ctx context.Context) (map[string]string, error) {
	tool, err := goTool()
	if err != nil {
		return nil, err
	}
	env := map[string]string{
		"PATH": strings.Join([]string{shimDir(), binDir(), filepath.Dir(tool), "${PATH}"},
			string(filepath.ListSeparator)),
		"GOFLAGS": goFlags(ctx),
	}
	if os.Getenv("GOPETS_CACHE") != "" {
		env["GOPETS_CACHE"] = session.CacheDir()
	}
	if os.Getenv("GOPETS_DATA") != "" {
		env["GOPETS_DATA"] = session.DataDir()
	}
	return env, nil
}
