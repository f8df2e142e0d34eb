package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"gopets/kernelext/eval"
)

// resolve finds the packages of the cell's names: by its own import declarations, those of earlier
// cells, and else by guessing.
func (e *Engine) resolve(ctx context.Context, c *cell) (*eval.Error, error) {
	p := e.program
	for _, importPath := range slices.Concat(c.unnamed, slices.Collect(maps.Values(c.imports)),
		c.dots, c.blank) {
		if err := e.load(ctx, importPath); err != nil {
			var missing *missingError
			if !errors.As(err, &missing) {
				return nil, err
			}
			return report([]problem{{c.importPlace(p, importPath), missing.reason}}, c.lines), nil
		}
	}
	for _, importPath := range c.unnamed {
		c.imports[p.packages.get(importPath).Name] = importPath
	}
	declared := e.declaredNames(c)
	if err := e.resolveDots(c, declared); err != nil {
		return nil, err
	}
	var wanted []string
	selectors := map[string][]string{} // by package name, what is taken from it
	unresolved := map[*ast.Ident]bool{}
	for _, id := range c.file.Unresolved {
		unresolved[id] = true
	}
	ast.Inspect(c.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && unresolved[id] && !declared[id.Name] &&
				!(c.cgo && id.Name == "C") && c.imports[id.Name] == "" {
				if !slices.Contains(wanted, id.Name) {
					wanted = append(wanted, id.Name)
				}
				selectors[id.Name] = append(selectors[id.Name], s.Sel.Name)
			}
		}
		return true
	})
	for _, name := range wanted {
		if importPath := p.imports[name]; importPath != "" {
			c.imports[name] = importPath
		} else if importPath := e.guess(ctx, name, selectors[name]); importPath != "" {
			c.imports[name] = importPath
		}
	}
	return nil, p.packages.load(ctx, p.needed(c)...)
}

func (p *program) needed(c *cell) []string {
	paths := slices.Collect(maps.Values(c.imports))
	for _, other := range p.cells {
		paths = slices.AppendSeq(paths, maps.Values(other.imports))
	}
	for _, v := range p.vars {
		paths = slices.AppendSeq(paths, maps.Keys(v.paths))
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (c *cell) importPlace(p *program, importPath string) (at eval.Position) {
	for _, spec := range c.file.Imports {
		if spec.Path.Value == fmt.Sprintf("%q", importPath) ||
			spec.Path.Value == "`"+importPath+"`" {
			return position(p.fset.Position(spec.Pos()))
		}
	}
	return eval.Position{Cell: c.number}
}

func (e *Engine) declaredNames(c *cell) map[string]bool {
	names := map[string]bool{}
	for _, other := range append(slices.Clone(e.program.cells), c) {
		for _, d := range other.decls {
			for _, n := range d.names {
				names[n] = true
			}
		}
	}
	for name := range e.program.vars {
		names[name] = true
	}
	k := &checked{program: e.program, cell: c}
	k.findDefines()
	for _, d := range k.defines {
		names[d.name] = true
	}
	return names
}

// resolveDots qualifies what the cell takes from packages imported as . by it or an earlier cell;
// names of the cells' own come first.
func (e *Engine) resolveDots(c *cell, declared map[string]bool) error {
	from := map[string]string{} // import paths by name
	for _, importPath := range slices.Concat(e.program.dots, c.dots) {
		t, err := e.program.packages.Import(importPath)
		if err != nil {
			return err
		}
		for _, name := range t.Scope().Names() {
			if ast.IsExported(name) {
				from[name] = importPath
			}
		}
	}
	if len(from) == 0 {
		return nil
	}
	unresolved := map[*ast.Ident]bool{}
	for _, id := range c.file.Unresolved {
		unresolved[id] = true
	}
	replace := func(cur *astutil.Cursor) bool {
		id, ok := cur.Node().(*ast.Ident)
		if !ok || !unresolved[id] || declared[id.Name] || from[id.Name] == "" {
			return true
		}
		if kv, ok := cur.Parent().(*ast.KeyValueExpr); ok && kv.Key == id {
			return true
		}
		importPath := from[id.Name]
		name := e.program.alias(importPath)
		c.imports[name] = importPath
		cur.Replace(&ast.SelectorExpr{X: &ast.Ident{Name: name, NamePos: id.NamePos},
			Sel: &ast.Ident{Name: id.Name, NamePos: id.NamePos}})
		return false
	}
	for _, d := range c.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && len(g.Specs) > 0 {
			if _, ok := g.Specs[0].(*ast.ImportSpec); ok {
				continue
			}
		}
		astutil.Apply(d, replace, nil)
	}
	return nil
}

// preferred are the packages of the standard library for ambiguous names.
var preferred = map[string][]string{
	"rand":     {"math/rand/v2", "math/rand", "crypto/rand"},
	"template": {"text/template", "html/template"},
	"scanner":  {"text/scanner", "go/scanner"},
	"pprof":    {"runtime/pprof", "net/http/pprof"},
	"parse":    {"text/template/parse"},
	"json":     {"encoding/json"},
	"types":    {"go/types"},
	"jpeg":     {"image/jpeg"},
}

var major = regexp.MustCompile(`^v[0-9]+$`)

// guess finds a package that is not imported, by its name and by what the cell takes from it: in
// the standard library, else in the module and what it requires.
func (e *Engine) guess(ctx context.Context, name string, selectors []string) string {
	near := "" // has the name, but not all selectors, which may be misspelt
	for _, pattern := range []string{"std", "all"} {
		candidates := slices.Clone(preferred[name])
		for _, importPath := range e.available(ctx, pattern) {
			if lastElement(importPath) == name && !slices.Contains(candidates, importPath) {
				candidates = append(candidates, importPath)
			}
		}
		for _, importPath := range candidates {
			if e.program.packages.load(ctx, importPath) != nil {
				continue
			}
			t, err := e.program.packages.Import(importPath)
			if err != nil || t.Name() != name {
				continue
			}
			if hasAll(t, selectors) {
				return importPath
			}
			near = cmp.Or(near, importPath)
		}
	}
	return near
}

func hasAll(t *types.Package, names []string) bool {
	for _, n := range names {
		if obj := t.Scope().Lookup(n); obj == nil || !obj.Exported() {
			return false
		}
	}
	return true
}

func lastElement(p string) string {
	last := path.Base(p)
	if major.MatchString(last) && strings.Contains(p, "/") {
		last = path.Base(path.Dir(p))
	}
	if before, ok := strings.CutPrefix(last, "go-"); ok {
		last = before
	}
	return strings.NewReplacer(".go", "", "-", "").Replace(last)
}

// available returns the packages of a pattern (std, or all of the module and what it requires) that
// can be imported without go get. Each is listed once.
func (e *Engine) available(ctx context.Context, pattern string) []string {
	e.listing.Lock()
	defer e.listing.Unlock()
	if found, ok := e.listed[pattern]; ok {
		return found
	}
	out, err := e.tool.run(ctx, "list", "-e", "-f",
		"{{if ne .Name \"main\"}}{{.ImportPath}}{{end}}", pattern)
	if err != nil {
		return nil
	}
	found := []string{}
	for _, importPath := range strings.Fields(string(out)) {
		if !strings.Contains(importPath, "internal/") &&
			!strings.HasPrefix(importPath, "vendor/") &&
			!strings.HasSuffix(importPath, "/internal") {
			found = append(found, importPath)
		}
	}
	e.listed[pattern] = found
	return found
}

func (e *Engine) relist() {
	e.listing.Lock()
	defer e.listing.Unlock()
	clear(e.listed)
}
