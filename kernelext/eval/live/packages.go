package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// packages are the packages that cells can import, as built by the go command.
type packages struct {
	tool *toolchain

	mu    sync.Mutex
	known map[string]*pkg

	importing sync.Mutex
	fset      *token.FileSet
	importer  types.Importer
}

type pkg struct {
	ImportPath string
	Name       string
	Dir        string
	Export     string // the file with its compiled code and its export data
	Standard   bool
	Imports    []string
	ImportMap  map[string]string
	GoFiles    []string
	CgoFiles   []string
	EmbedFiles []string
	Module     *struct {
		Path, Version string
		Main          bool
		Replace       *struct{ Path string }
	}
	Error *struct{ Err string }

	changed  time.Time // the newest file, if the package may change on disk
	loaded   int       // the cell that has loaded it into the process; 0 if none
	reported bool      // a change was reported
}

func newPackages(tool *toolchain, fset *token.FileSet) *packages {
	p := &packages{tool: tool, known: map[string]*pkg{}, fset: fset}
	p.forget()
	return p
}

func (p *packages) forget() {
	p.importer = importer.ForCompiler(p.fset, "gc", p.open)
}

func (p *packages) open(path string) (io.ReadCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.known[path]
	if k == nil || k.Export == "" {
		return nil, fmt.Errorf("package %s is not loaded", path)
	}
	return os.Open(k.Export)
}

type missingError struct{ path, reason string }

func (e *missingError) Error() string { return e.reason }

func (p *packages) load(ctx context.Context, paths ...string) error {
	var wanted []string
	p.mu.Lock()
	for _, path := range paths {
		if k := p.known[path]; (k == nil || k.Export == "") && path != "unsafe" && path != "C" {
			wanted = append(wanted, path)
		}
	}
	p.mu.Unlock()
	if len(wanted) == 0 {
		return nil
	}
	args := append([]string{"list", "-export", "-deps", "-e", "-buildmode=plugin",
		flagsOfAll(),
		"-json=ImportPath,Name,Dir,Export,Standard,Imports," +
			"ImportMap,GoFiles,CgoFiles,EmbedFiles,Module,Error"}, p.tool.flags...)
	out, err := p.tool.run(ctx, append(append(args, "--"), wanted...)...)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var failed error
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		k := &pkg{}
		if err := in.Decode(k); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("go list: %w", err)
		}
		if k.Error != nil {
			if failed == nil {
				failed = &missingError{k.ImportPath, reason(k.ImportPath, k.Error.Err)}
			}
			continue
		}
		if err := p.add(k); err != nil && failed == nil {
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	for _, path := range wanted {
		if k := p.known[path]; k != nil && k.Name == "main" {
			delete(p.known, path)
			return &missingError{path,
				fmt.Sprintf("import %q is a program, not an importable package", path)}
		}
	}
	return nil
}

// add adds a package, unless another version of it is in the process.
func (p *packages) add(k *pkg) error {
	old := p.known[k.ImportPath]
	if old != nil && old.loaded > 0 {
		if old.Export != k.Export && k.Export != "" {
			return fmt.Errorf(
				"package %s is loaded in another version since cell %d; %%restart to use this one",
				k.ImportPath, old.loaded)
		}
		return nil
	}
	if k.mayChange() {
		k.changed = k.newest()
	}
	p.known[k.ImportPath] = k
	return nil
}

// mayChange reports whether the package is not from the module cache or the standard library.
func (k *pkg) mayChange() bool {
	return !k.Standard && (k.Module == nil || k.Module.Main || k.Module.Version == "" ||
		k.Module.Replace != nil)
}

func (k *pkg) newest() (last time.Time) {
	for _, names := range [][]string{k.GoFiles, k.CgoFiles, k.EmbedFiles} {
		for _, name := range names {
			if info, err := os.Stat(filepath.Join(k.Dir, name)); err == nil &&
				info.ModTime().After(last) {
				last = info.ModTime()
			}
		}
	}
	if info, err := os.Stat(k.Dir); err == nil && info.ModTime().After(last) {
		last = info.ModTime()
	}
	return last
}

// refresh forgets packages that have changed on disk and are not loaded. It returns a line, once,
// for each that is loaded.
func (p *packages) refresh() (changes []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	stale := map[string]bool{}
	for _, k := range p.known {
		if !k.mayChange() || k.newest().Equal(k.changed) {
			continue
		}
		if k.loaded == 0 {
			stale[k.ImportPath] = true
		} else if !k.reported {
			k.reported = true
			changes = append(changes,
				fmt.Sprintf("package %s changed on disk since cell %d; %%restart to use it",
					k.ImportPath, k.loaded))
		}
	}
	for len(stale) > 0 {
		more := false
		for path, k := range p.known {
			if k.loaded == 0 && !stale[path] &&
				slices.ContainsFunc(k.Imports, func(i string) bool { return stale[i] }) {
				stale[path], more = true, true
			}
		}
		if !more {
			break
		}
	}
	for path := range stale {
		delete(p.known, path)
	}
	if len(stale) > 0 {
		p.forget()
	}
	slices.Sort(changes)
	return changes
}

func (p *packages) deps(paths ...string) []*pkg {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[string]*pkg{}
	var visit func(path string)
	visit = func(path string) {
		k := p.known[path]
		if k == nil || seen[path] != nil {
			return
		}
		seen[path] = k
		for _, i := range k.Imports {
			visit(i)
		}
	}
	for _, path := range paths {
		visit(path)
	}
	var all []*pkg
	for _, k := range seen {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *pkg) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return all
}

func (p *packages) use(cell int, all []*pkg) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range all {
		if k.loaded == 0 {
			k.loaded = cell
		}
	}
}

func (p *packages) unload() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, k := range p.known {
		k.loaded = 0
		if k.reported {
			delete(p.known, path)
		}
	}
	p.forget()
}

// Import implements types.Importer.
func (p *packages) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p.importing.Lock()
	defer p.importing.Unlock()
	return p.importer.Import(path)
}

func reason(path, text string) string {
	text = strings.TrimSpace(text)
	if before, _, ok := strings.Cut(text, "; to add it:"); ok {
		return before + ": to add it, run !*go get " + path
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func (p *packages) get(path string) pkg {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.known[path]; k != nil {
		return *k
	}
	return pkg{}
}

func (p *packages) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, k := range p.known {
		k.loaded = 0
		if !k.Standard || len(p.tool.flags) > 0 {
			delete(p.known, path)
		}
	}
	p.forget()
}

// reload forgets packages that are not loaded, and returns a line for each loaded one that would be
// built in another version now.
func (p *packages) reload(ctx context.Context) (changes []string) {
	p.mu.Lock()
	loaded := map[string]*pkg{}
	for path, k := range p.known {
		if k.Standard {
			continue
		}
		if k.loaded > 0 {
			loaded[path] = k
		} else {
			delete(p.known, path)
		}
	}
	p.forget()
	p.mu.Unlock()
	if len(loaded) == 0 {
		return nil
	}
	args := append([]string{"list", "-export", "-e", "-buildmode=plugin", flagsOfAll(), "-f",
		"{{.ImportPath}}\t{{.Export}}"}, p.tool.flags...)
	out, err := p.tool.run(ctx, append(append(args, "--"), sorted(loaded)...)...)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(out)) {
		path, export, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if k := loaded[path]; k != nil && export != "" && export != k.Export && !k.reported {
			k.reported = true
			changes = append(changes,
				fmt.Sprintf(
					"package %s is loaded in another version since cell %d; %%restart to use the "+
						"new one", path, k.loaded))
		}
	}
	return changes
}
