package live

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/go/types/typeutil"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

// placeholder is inserted at the cursor, so that the text before it can be parsed.
const placeholder = mark + "cursor"

// Complete implements [eval.Engine]. It checks the unfinished cell with all declarations, also
// while a cell runs.
func (e *Engine) Complete(ctx context.Context, code string, cursor int) (c eval.Completion,
	err error) {
	defer e.catch(&err)
	at := byteOffset(code, cursor)
	from := cellsrc.WordStart(code, at)
	word := code[from:at]
	c = eval.Completion{Start: cursor - utf8.RuneCountInString(word), End: cursor}
	if matches, start, ok := completeCommand(code, at); ok {
		c.Matches, c.Start = matches, cursor-utf8.RuneCountInString(code[start:at])
		return c, nil
	}
	member := strings.HasSuffix(strings.TrimRight(code[:from], " \t\n"), ".")
	k, file := e.sketch(ctx, code[:at]+placeholder, code[at:])
	if k == nil {
		return c, nil
	}
	var found []eval.Match
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if strings.HasSuffix(n.Sel.Name, placeholder) {
				found = k.members(n.X)
				return false
			}
		case *ast.Ident:
			if strings.HasSuffix(n.Name, placeholder) && !member {
				found = e.names(ctx, k, n.Pos())
			}
		}
		return true
	})
	lower := strings.ToLower(word)
	for _, m := range found {
		if strings.HasPrefix(strings.ToLower(m.Text), lower) && !strings.Contains(m.Text, mark) {
			c.Matches = append(c.Matches, m)
		}
	}
	slices.SortFunc(c.Matches, func(a, b eval.Match) int { return strings.Compare(a.Text, b.Text) })
	c.Matches = slices.CompactFunc(c.Matches,
		func(a, b eval.Match) bool { return a.Text == b.Text })
	return c, nil
}

func completeCommand(code string, at int) (found []eval.Match, start int, ok bool) {
	start = strings.LastIndexByte(code[:at], '\n') + 1
	line := code[start:at]
	if !strings.HasPrefix(line, "%") || strings.ContainsAny(line, " \t") {
		return nil, 0, false
	}
	for _, h := range cellsrc.Commands {
		if strings.HasPrefix("%"+h.Name, line) {
			found = append(found, eval.Match{Text: "%" + h.Name, Kind: "magic", Detail: h.Help})
		}
	}
	for _, name := range cellsrc.Foreign {
		if start == 0 && strings.HasPrefix(name, line) {
			found = append(found, eval.Match{Text: name, Kind: "magic"})
		}
	}
	return found, start, true
}

// sketch checks an unfinished cell: with what follows the cursor, or with open brackets closed.
func (e *Engine) sketch(ctx context.Context, before, after string) (*checked, *ast.File) {
	// Copies of the program and the engine: completion fetches nothing, and waits for no cell.
	e.state.Lock()
	p := e.program.clone()
	e.state.Unlock()
	sketched := &Engine{o: e.o, tool: e.tool, program: p, noGet: true, listing: e.listing,
		listed: e.listed}
	for _, code := range []string{before + after, before + cellsrc.Closers(before)} {
		source := cellsrc.Parse(code)
		if source.Foreign != "" {
			return nil, nil
		}
		c, failure := parseCell(p.fset, sketchCell, &script{source: source}, nil)
		if failure != nil {
			continue
		}
		if failure, err := sketched.resolve(ctx, c); failure != nil || err != nil {
			e.o.Logf("completion: %v %v", failure, err)
		}
		return p.sketch(c), c.file
	}
	return nil, nil
}

// sketchCell is the number of a cell that is being written.
const sketchCell = 1<<31 - 1

// sketch checks a cell and ignores errors.
func (p *program) sketch(c *cell) *checked {
	k := &checked{program: p, cell: c, cgo: p.cgo, vars: maps.Clone(p.vars)}
	k.findDefines()
	names := p.replaced(c, nil)
	k.cells = without(p.cells, names)
	for n := range names {
		delete(k.vars, n)
	}
	k.types()
	return k
}

func (p *program) clone() *program {
	other := *p
	other.vars, other.imports = maps.Clone(p.vars), maps.Clone(p.imports)
	other.dots = slices.Clone(p.dots)
	other.cells = nil
	for _, c := range p.cells {
		copied := *c
		copied.decls = nil
		for _, d := range c.decls {
			one := *d
			one.cell = &copied
			copied.decls = append(copied.decls, &one)
		}
		other.cells = append(other.cells, &copied)
	}
	return &other
}

func (k *checked) members(x ast.Expr) (found []eval.Match) {
	if id, ok := x.(*ast.Ident); ok {
		if p, ok := k.info.Uses[id].(*types.PkgName); ok {
			scope := p.Imported().Scope()
			for _, name := range scope.Names() {
				if ast.IsExported(name) {
					found = append(found, k.match(scope.Lookup(name)))
				}
			}
			return found
		}
	}
	tv, ok := k.info.Types[x]
	if !ok || tv.Type == nil {
		return nil
	}
	seen := map[string]bool{}
	k.fields(tv.Type, seen, &found, 0)
	for _, m := range typeutil.IntuitiveMethodSet(tv.Type, nil) {
		if obj := m.Obj(); (obj.Exported() || obj.Pkg() == k.pkg) && !seen[obj.Name()] {
			seen[obj.Name()] = true
			match := k.match(obj)
			match.Kind = "method"
			found = append(found, match)
		}
	}
	return found
}

func (k *checked) fields(t types.Type, seen map[string]bool, found *[]eval.Match, depth int) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || depth > 5 {
		return
	}
	for i := range s.NumFields() {
		f := s.Field(i)
		if !seen[f.Name()] && (f.Exported() || f.Pkg() == k.pkg) {
			seen[f.Name()] = true
			*found = append(*found, k.match(f))
		}
	}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Embedded() {
			k.fields(f.Type(), seen, found, depth+1)
		}
	}
}

func (e *Engine) names(ctx context.Context, k *checked, pos token.Pos) (found []eval.Match) {
	scope := k.pkg.Scope().Innermost(pos)
	for s := scope; s != nil; s = s.Parent() {
		for _, name := range s.Names() {
			obj := s.Lookup(name)
			if local := s != k.pkg.Scope() && s != types.Universe; local && obj.Pos() > pos {
				continue
			}
			found = append(found, k.match(obj))
		}
	}
	for name := range k.program.imports {
		found = append(found, eval.Match{Text: name, Kind: "module",
			Detail: k.program.imports[name]})
	}
	for _, path := range e.available(ctx, "std") {
		found = append(found, eval.Match{Text: lastElement(path), Kind: "module", Detail: path})
	}
	for t := token.BREAK; t <= token.VAR; t++ {
		found = append(found, eval.Match{Text: t.String(), Kind: "keyword"})
	}
	return found
}

func (k *checked) match(obj types.Object) eval.Match {
	m := eval.Match{Text: obj.Name(), Detail: k.words(types.TypeString(obj.Type(), k.qualify))}
	switch obj := obj.(type) {
	case *types.Func, *types.Builtin:
		m.Kind = "function"
	case *types.Const:
		m.Kind = "constant"
	case *types.TypeName:
		m.Kind = "class"
		if types.IsInterface(obj.Type()) {
			m.Kind = "interface"
		}
	case *types.PkgName:
		m.Kind, m.Detail = "module", obj.Imported().Path()
	case *types.Var:
		m.Kind = "variable"
		if obj.IsField() {
			m.Kind = "field"
		}
	}
	return m
}

func (k *checked) qualify(p *types.Package) string {
	if p == k.pkg {
		return ""
	}
	return p.Name()
}

func byteOffset(code string, runes int) int {
	for i := range code {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(code)
}
