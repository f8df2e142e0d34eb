package live

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"gopets/kernelext"
)

// The packages that the process is made of, and that cells are linked with, are compiled from this
// source under paths of their own. They import the standard library only: so whatever a user's
// module requires, no package is wanted in two versions.
//
//go:embed rt/*.go host/*.go wire/*.go
var source embed.FS

const (
	prefix  = "gopets/kernelext/" // of the import paths in the source
	private = "nb/"               // of those that they are compiled under
	rtPath  = "nb/eval/live/rt"   // what cells are linked with
	hostMod = "gopets/kernelext/eval/live/host"
)

// parts are the packages, each after those that it imports.
var parts = []string{"eval/live/wire", "eval/live/rt", "cell", "cell/show", "eval/live/host"}

// hostImports are the packages of the standard library that the parts import.
var hostImports = []string{"bytes", "encoding/binary", "encoding/gob", "encoding/json", "errors", "fmt", "image", "image/png", "io", "os", "path/filepath", "plugin", "reflect", "regexp", "runtime", "runtime/cgo", "runtime/debug", "slices", "strconv", "strings", "sync", "sync/atomic", "syscall", "time", "unsafe", "unicode", "unicode/utf8"}

// files returns the source of a part.
func partFiles(part string) (map[string][]byte, error) {
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
		if files[path.Base(name)], err = fs.ReadFile(from, name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// support is the compiled process.
type support struct {
	program string // the process's executable
	rt      string // the archive of package rt
}

// buildSupport compiles the process, once for each Go and each version of this package, into the
// cache.
func buildSupport(ctx context.Context, b *builder, cache string) (*support, error) {
	if err := b.packages.load(ctx, hostImports...); err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, b.tool.version, b.tool.cc, b.tool.flags)
	for _, k := range b.packages.deps(hostImports...) {
		fmt.Fprintln(sum, k.ImportPath, k.Export)
	}
	sources := map[string]map[string][]byte{}
	for _, part := range parts {
		files, err := partFiles(part)
		if err != nil {
			return nil, err
		}
		sources[part] = files
		for _, name := range sorted(files) {
			fmt.Fprintf(sum, "%s %s %d\n%s", part, name, len(files[name]), files[name])
		}
	}
	dir := filepath.Join(cache, "live-"+hex.EncodeToString(sum.Sum(nil)[:8]))
	s := &support{filepath.Join(dir, "host"), filepath.Join(dir, "rt.a")}
	if exists(s.program) {
		return s, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(cache, ".live-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	if err := b.compileSupport(ctx, tmp, sources); err != nil {
		return nil, fmt.Errorf("building the process for live cells: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil && !exists(s.program) {
		return nil, err
	}
	return s, nil
}

// compileSupport compiles and links the process in a folder.
func (b *builder) compileSupport(ctx context.Context, dir string, sources map[string]map[string][]byte) error {
	config := &importConfig{}
	config.packages(b.packages.deps(hostImports...))
	for _, part := range parts {
		config.mapped(prefix+part, private+part)
	}
	archive := func(part string) string { return filepath.Join(dir, path.Base(part)+".a") }
	for _, part := range parts {
		var names []string
		for _, name := range sorted(sources[part]) {
			if !b.fits(name, sources[part][name]) {
				continue
			}
			file := filepath.Join(dir, strings.ReplaceAll(part, "/", "_")+"_"+name)
			if err := os.WriteFile(file, sources[part][name], 0o600); err != nil {
				return err
			}
			names = append(names, file)
		}
		if err := b.compile(ctx, compilation{path: private + part, dir: dir, config: config, files: names, out: archive(part), loose: part == "eval/live/host"}); err != nil {
			return err
		}
		config.file(private+part, archive(part))
	}
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, []byte("package main\n\nimport \""+hostMod+"\"\n\nfunc main() { host.Main() }\n"), 0o600); err != nil {
		return err
	}
	if err := b.compile(ctx, compilation{path: "main", dir: dir, config: config, files: []string{main}, out: filepath.Join(dir, "main.a")}); err != nil {
		return err
	}
	// The packages are compiled for plugins, position independent: so is the program.
	return b.link(ctx, linking{config: config, dir: dir, main: filepath.Join(dir, "main.a"), out: filepath.Join(dir, "host"), args: []string{"-buildmode=pie", "-linkmode=external", "-checklinkname=0"}})
}
