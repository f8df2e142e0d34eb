package session

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"gopets/kernelext/session/internal/discovery"
)

type source struct {
	// folders of packages outside the module cache
	Dirs  []string `json:"dirs"`
	Files []string `json:"files"` // go.mod, go.sum and embedded files
	Hash  string   `json:"hash"`
}

// hash returns a hash of names, sizes and times.
func (s source) hash() string {
	h := sha256.New()
	add := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(h, "%s\x00%d\x00%d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	for _, dir := range s.Dirs {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			name := e.Name()
			switch filepath.Ext(name) {
			case ".go", ".s", ".c", ".h":
				if !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, ".") {
					add(filepath.Join(dir, name))
				}
			}
		}
	}
	for _, path := range s.Files {
		add(path)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func listSource(ctx context.Context, workspace, pkg string) (source, error) {
	out, err := goCommand(ctx, workspace, "list", "-deps", "-f",
		`{{if not .Standard}}{{if not (and .Module .Module.Version (not .Module.Replace))}}{{.Dir}}{{range .EmbedFiles}}{{"\t"}}{{.}}{{end}}{{end}}{{end}}`, pkg)
	if err != nil {
		return source{}, err
	}
	var s source
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if fields[0] == "" {
			continue
		}
		s.Dirs = append(s.Dirs, fields[0])
		for _, embedded := range fields[1:] {
			s.Files = append(s.Files, filepath.Join(fields[0], embedded))
		}
	}
	sort.Strings(s.Dirs)
	s.Files = append(s.Files, filepath.Join(workspace, "go.mod"),
		filepath.Join(workspace, "go.sum"))
	return s, nil
}

func readSource(path string) (source, error) {
	var s source
	data, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

// workspace returns the worker's module, or one that requires it: $NB_WORKSPACE, else around the
// source file.
func workspace(sourceFile string) (string, error) {
	if dir := os.Getenv("NB_WORKSPACE"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			return "",
				fmt.Errorf(
					"session: NB_WORKSPACE is %s, which holds no go.mod: set it to the module's "+
						"folder", dir)
		}
		return dir, nil
	}
	if filepath.IsAbs(sourceFile) {
		for dir := filepath.Dir(sourceFile); ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				return dir, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "",
		fmt.Errorf(
			"session: the module to build the worker from was not found (seen from %q): set "+
				"NB_WORKSPACE to the module's folder", sourceFile)
}

// Program returns the path of the built program, in [CacheDir], one for each workspace.
func (w Worker) Program() (string, error) {
	dir, err := workspace(w.Source)
	if err != nil {
		return "", err
	}
	return w.program(dir), nil
}

func (w Worker) program(workspace string) string {
	return filepath.Join(CacheDir(), "bin", fmt.Sprintf("%s-worker-%s", w.Name,
		discovery.ShortHash(workspace)))
}

// Build builds the program, quickly if nothing has changed. [Worker.Open] calls it.
func (w Worker) Build(ctx context.Context) (program string, err error) {
	program, _, err = w.build(ctx)
	return program, err
}

// build returns the program and its source. Source that changes during the build is built again.
func (w Worker) build(ctx context.Context) (string, source, error) {
	dir, err := workspace(w.Source)
	if err != nil {
		return "", source{}, err
	}
	program := w.program(dir)
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return "", source{}, fmt.Errorf("session: folder for the worker's program: %w", err)
	}
	lock, err := discovery.LockFile(program+".lock", true)
	if err != nil {
		return "", source{}, fmt.Errorf("session: waiting for another build: %w", err)
	}
	defer lock.Unlock()
	for {
		src, err := listSource(ctx, dir, w.Package)
		if err != nil {
			return "", source{}, err
		}
		src.Hash = src.hash()
		// go build takes a quarter of a second for an up-to-date program, and -n as long.
		done := w.noticeLater(fmt.Sprintf(
			"building the %s session's program from %s (once; half a minute on a slow machine)",
			w.Name, dir))
		_, err = goCommand(ctx, dir, "build", "-o", program, w.Package)
		done()
		if err != nil {
			return "", source{}, err
		}
		if src.hash() == src.Hash {
			return program, src, nil
		}
	}
}

// goCommand runs go with vector instructions for Go code, as far as this Go has them: GoMLX's Go
// backend then multiplies matrices several times as fast, on a processor that has AVX2.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	const experiment = "GOEXPERIMENT"
	env := os.Environ()
	if runtime.GOARCH == "amd64" && os.Getenv(experiment) == "" {
		env = append(env, experiment+"=simd")
	}
	out, complaint, err := runGo(ctx, dir, env, args)
	if err != nil && strings.Contains(complaint, "unknown "+experiment) {
		out, complaint, err = runGo(ctx, dir, os.Environ(), args)
	}
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("session: go %s in %s: %w\n%s", args[0], dir, err, complaint)
}

func runGo(ctx context.Context, dir string, env, args []string) (out []byte, complaint string,
	err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.Bytes(), strings.TrimSpace(stderr.String()), err
}
