package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gopets/kernelext/eval/live/wire"
)

// The table of a package is a plugin with its exported functions, variables and types by name, for
// cells without a build.

func (e *Engine) loadTables(ctx context.Context, p *process, k *checked, paths []string) error {
	var wanted []string
	for _, path := range paths {
		usable, known := p.tables[path]
		if known && !usable {
			return errCompile
		}
		if !known {
			wanted = append(wanted, path)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	e.program.packages.use(k.cell.number, e.program.packages.deps(wanted...))
	files, failures := make([]string, len(wanted)), make([]error, len(wanted))
	var wg sync.WaitGroup
	for i, path := range wanted {
		wg.Go(func() { files[i], failures[i] = e.table(ctx, path) })
	}
	wg.Wait()
	failed := false
	for i, path := range wanted {
		err := failures[i]
		if err == nil {
			err = e.loadTable(ctx, p, files[i])
		}
		if ctx.Err() != nil || errors.Is(err, errEnded) {
			return err
		}
		if p.tables[path] = err == nil; err != nil {
			e.o.Logf("live: the table of package %s: %v", path, err)
			failed = true
		}
	}
	if failed {
		return errCompile
	}
	return nil
}

func (e *Engine) loadTable(ctx context.Context, p *process, file string) error {
	c, err := p.send(wire.Request{Op: wire.Table, Plugin: file})
	if err != nil {
		return err
	}
	reply, err := e.wait(ctx, p, c)
	if err == nil && reply.Failure != "" {
		err = errors.New(reply.Text)
	}
	return err
}

const tablesDir = "live-tables"

// table returns the file of a package's table, from the cache or built.
func (e *Engine) table(ctx context.Context, path string) (string, error) {
	needed := append([]string{path}, pluginPackages...)
	if err := e.program.packages.load(ctx, needed...); err != nil {
		return "", err
	}
	all := e.program.packages.deps(needed...)
	sum := sha256.New()
	fmt.Fprintln(sum, e.support.rt, path, e.gonbuiLink(path))
	for _, k := range all {
		fmt.Fprintln(sum, k.ImportPath, k.Export)
	}
	name := hex.EncodeToString(sum.Sum(nil)[:12])
	dir := filepath.Join(e.o.Cache, tablesDir)
	file := filepath.Join(dir, name+".so")
	if now := time.Now(); exists(file) {
		return file, os.Chtimes(file, now, now)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	pkg, err := e.program.packages.Import(path)
	if err != nil {
		return "", err
	}
	if len(pkg.Scope().Names()) == 0 {
		return "", errors.New("it has no names")
	}
	tmp, err := os.MkdirTemp(dir, ".table-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	config := &importConfig{}
	config.packages(all)
	config.file(rtPath, e.support.rt)
	main, archive := filepath.Join(tmp, "main.go"), filepath.Join(tmp, "main.a")
	text := tableText(pkg, e.gonbuiLink(path))
	if err := os.WriteFile(main, []byte(text), 0o600); err != nil {
		return "", err
	}
	pluginPath := "nb/table/" + name
	if err := e.builder.compile(ctx, compilation{path: pluginPath, dir: tmp, config: config,
		files: []string{main}, out: archive}); err != nil {
		return "", err
	}
	out := filepath.Join(tmp, "table.so")
	if err := e.builder.link(ctx, linking{config: config, dir: tmp, main: archive, out: out,
		args: []string{"-buildmode=plugin", "-pluginpath=" + pluginPath}}); err != nil {
		return "", err
	}
	return file, os.Rename(out, file)
}

func tableText(pkg *types.Package, gonbui string) string {
	var b, derived strings.Builder
	add := func(name, value string) { fmt.Fprintf(&b, "\t{Name: %q, Value: %s},\n", name, value) }
	for _, name := range pkg.Scope().Names() {
		if !token.IsExported(name) {
			continue
		}
		switch obj := pkg.Scope().Lookup(name).(type) {
		case *types.Func:
			if obj.Signature().TypeParams().Len() == 0 {
				add(name, "p."+name)
			}
		case *types.Var:
			add(name, "&p."+name)
		case *types.TypeName:
			if isPlainType(obj) {
				add(name, "(*p."+name+")(nil)")
				fmt.Fprintf(&derived, "\t[]p.%[1]s(nil), []*p.%[1]s(nil),\n", name)
			}
		}
	}
	return fmt.Sprintf(tableSource, pkg.Path(), rtPath, gonbui, b.String(), derived.String())
}

const tableSource = `package main

import (
	p %[1]q
	nb %[2]q
)
%[3]s
func main() {}

func init() { nb.Package(%[1]q, table, derived) }

var table = []nb.Symbol{
%[4]s}

// Types that cells may use without a build.
var derived = []any{
%[5]s}
`

// isPlainType reports whether a type can be used without arguments and outside of constraints.
func isPlainType(obj *types.TypeName) bool {
	switch t := obj.Type().(type) {
	case *types.Named:
		if t.TypeParams().Len() > 0 {
			return false
		}
	case *types.Alias:
		if t.TypeParams().Len() > 0 {
			return false
		}
	}
	i, ok := obj.Type().Underlying().(*types.Interface)
	return !ok || i.IsMethodSet()
}
