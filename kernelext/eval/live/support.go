package live

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"gopets/kernelext"
)

// The process's packages are compiled from this source, under paths of their own. They import the
// standard library only, so no package of a user's module is needed in two versions.
//
//go:embed rt/*.go interp/*.go host/*.go wire/*.go
var source embed.FS

const (
	prefix  = "gopets/kernelext/" // of the import paths in the source
	private = "nb/"               // of those that they are compiled under
	rtPath  = "nb/eval/live/rt"   // what cells are linked with
	hostMod = "gopets/kernelext/eval/live/host"
)

var parts = []string{"eval/live/wire", "eval/live/rt", "eval/live/interp", "cell", "cell/show",
	"eval/live/host"}

var linked = []string{"runtime", "runtime/cgo", "unsafe"}

func imports(files map[string][]byte) (paths []string, err error) {
	for _, name := range sorted(files) {
		f, err := parser.ParseFile(token.NewFileSet(), name, files[name], parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, spec := range f.Imports {
			if importPath, err := strconv.Unquote(spec.Path.Value); err == nil &&
				!strings.HasPrefix(importPath, prefix) {
				paths = append(paths, importPath)
			}
		}
	}
	return paths, nil
}

func (b *builder) partFiles(part string) (map[string][]byte, error) {
	from, dir := fs.FS(source), strings.TrimPrefix(part, "eval/live/")
	if strings.HasPrefix(part, "cell") {
		from, dir = kernelext.CellSource, part
	}
	names, err := fs.Glob(from, dir+"/*.go")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		if b.fits(path.Base(name), text) {
			files[path.Base(name)] = text
		}
	}
	return files, nil
}

type support struct {
	program string   // the process's executable
	rt      string   // the archive of package rt
	paths   []string // of the packages in the program
}

// buildSupport compiles the process into the cache, once for each Go and version of this package.
func buildSupport(ctx context.Context, b *builder, cache string) (*support, *flock.Flock, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, b.tool.version, b.tool.cc, b.tool.flags)
	wanted := slices.Clone(linked)
	sources := map[string]map[string][]byte{}
	for _, part := range parts {
		files, err := b.partFiles(part)
		if err != nil {
			return nil, nil, err
		}
		needs, err := imports(files)
		if err != nil {
			return nil, nil, err
		}
		sources[part], wanted = files, append(wanted, needs...)
		for _, name := range sorted(files) {
			fmt.Fprintf(sum, "%s %s %d\n%s", part, name, len(files[name]), files[name])
		}
	}
	if err := b.packages.load(ctx, wanted...); err != nil {
		return nil, nil, err
	}
	needed := b.packages.deps(wanted...)
	for _, k := range needed {
		fmt.Fprintln(sum, k.ImportPath, k.Export)
	}
	dir := filepath.Join(cache, "live-"+hex.EncodeToString(sum.Sum(nil)[:8]))
	s := &support{program: filepath.Join(dir, "host"), rt: filepath.Join(dir, "rt.a"),
		paths: []string{rtPath}}
	for _, k := range needed {
		s.paths = append(s.paths, k.ImportPath)
	}
	lock, err := hold(dir, func() error {
		if err := os.MkdirAll(cache, 0o755); err != nil {
			return err
		}
		tmp, err := os.MkdirTemp(cache, ".live-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		if err := b.compileSupport(ctx, tmp, sources, needed); err != nil {
			return fmt.Errorf("building the process for live cells: %w", err)
		}
		if err := os.Rename(tmp, dir); err != nil && !exists(s.program) {
			return err
		}
		return nil
	})
	return s, lock, err
}

func (b *builder) compileSupport(ctx context.Context, dir string,
	sources map[string]map[string][]byte, needed []*pkg) error {
	config := &importConfig{}
	config.packages(needed)
	for _, part := range parts {
		config.mapped(prefix+part, private+part)
	}
	archive := func(part string) string { return filepath.Join(dir, path.Base(part)+".a") }
	for _, part := range parts {
		var names []string
		for _, name := range sorted(sources[part]) {
			file := filepath.Join(dir, strings.ReplaceAll(part, "/", "_")+"_"+name)
			if err := os.WriteFile(file, sources[part][name], 0o600); err != nil {
				return err
			}
			names = append(names, file)
		}
		if err := b.compile(ctx, compilation{path: private + part, dir: dir, config: config,
			files: names, out: archive(part), loose: part == "eval/live/host" ||
				part == "eval/live/interp"}); err != nil {
			return err
		}
		config.file(private+part, archive(part))
	}
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, []byte("package main\n\nimport \""+hostMod+
		"\"\n\nfunc main() { host.Main() }\n"), 0o600); err != nil {
		return err
	}
	if err := b.compile(ctx, compilation{path: "main", dir: dir, config: config,
		files: []string{main}, out: filepath.Join(dir, "main.a")}); err != nil {
		return err
	}
	// The packages are compiled position independent, for plugins: so is the program.
	return b.link(ctx, linking{config: config, dir: dir, main: filepath.Join(dir, "main.a"),
		out: filepath.Join(dir, "host"), args: []string{"-buildmode=pie", "-linkmode=external",
			"-checklinkname=0"}})
}
