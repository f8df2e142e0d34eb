package live

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"gopets/kernelext/eval"
)

// A checked is a cell with its types, and the program as it will be when the cell has run.
type checked struct {
	program *program
	cell    *cell
	cells   []*cell // the cells before, without what this one declares anew
	vars    map[string]*variable
	defines []*define

	pkg     *types.Package
	info    *types.Info
	unused  map[token.Pos]bool // local variables that are not used
	last    ast.Expr           // the expression whose value is shown; nil without
	cgo     *ast.File          // the types of what cells take from C; nil if no cell does
	faults  map[*decl]string   // what does not compile as things are
	byName  map[string]*decl   // see table
	methods map[string][]*decl

	epochs  bool                       // there are several versions of the cells' types
	reached map[string]bool            // what the version holds
	tables  map[string]map[string]bool // see addTable; the packages that a call names, by its text
	made    map[string]map[string]bool // see addType; as tables
	shared  map[string]bool            // see sharedBy

	warnings []string
	drop     []string // keys of variables that are gone
}

// oldMark stands before the name of a variable in the statements that make another of its name.
const oldMark = mark + "old_"

// check checks a cell against all earlier declarations. It does not change the program.
func (p *program) check(c *cell, cgo *ast.File) (*checked, *eval.Error) {
	k := &checked{program: p, cell: c, cgo: cgo, vars: map[string]*variable{}}
	k.findDefines()
	if wrong := k.reservedNames(); len(wrong) > 0 {
		return nil, report(wrong, k.lines)
	}
	names := p.replaced(c, k.defines)
	k.cells = without(p.cells, names)
	for name, v := range p.vars {
		k.vars[name] = v
	}
	for _, d := range c.decls {
		for _, n := range d.names {
			if v := k.vars[n]; v != nil {
				delete(k.vars, n)
				k.drop = append(k.drop, v.key)
			}
		}
	}
	var first []types.Error
	if len(k.defines) > 0 {
		first = k.types()
		k.typeDefines()
	}
	if k.cell.run != nil {
		k.assignments()
	}
	k.findLast()
	found := k.types()
	problems := k.sort(k.asWritten(first, found))
	if len(problems) == 0 {
		problems = k.findUses()
	}
	if len(problems) == 0 {
		k.setAside()
	}
	if len(problems) > 0 {
		return nil, report(problems, k.lines)
	}
	k.warnings = append(k.warnings, k.skippedTests()...)
	k.shared = k.sharedBy()
	maps.Copy(k.shared, p.shared)
	return k, nil
}

func (k *checked) lines(cell int) []string {
	if l := k.cell.lines(cell); l != nil {
		return l
	}
	return k.program.lines(cell)
}

func (k *checked) types() (found []types.Error) {
	p := k.program
	k.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses:      map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{
		Importer: p.packages, GoVersion: p.goVersion(), DisableUnusedImportCheck: true,
		Sizes: types.SizesFor("gc", p.packages.tool.goarch),
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) && !strings.HasPrefix(e.Msg, "\t") {
				found = append(found, e)
			}
		},
	}
	files := []*ast.File{k.varFile()}
	if k.cgo != nil {
		if err := usesCgo(&config); err != nil {
			return []types.Error{{Fset: p.fset, Pos: k.cell.file.Package, Msg: err.Error()}}
		}
		files = append(files, k.cgo)
	}
	for _, c := range k.cells {
		files = append(files, c.syntax())
	}
	files = append(files, k.cell.syntax())
	k.pkg, _ = config.Check("main", p.fset, files, k.info)
	return found
}

func (c *cell) syntax() *ast.File {
	f := &ast.File{Package: c.file.Package, Name: c.file.Name, FileStart: c.file.FileStart,
		FileEnd: c.file.FileEnd}
	f.Decls = importDecls(c.imports, c.file.Package)
	if c.cgo {
		f.Decls = append(f.Decls, importC(c.file.Package))
	}
	for _, d := range c.decls {
		f.Decls = append(f.Decls, d.node)
	}
	for _, d := range []*ast.FuncDecl{c.run, c.body} {
		if d != nil {
			f.Decls = append(f.Decls, d)
		}
	}
	return f
}

func importDecls(imports map[string]string, pos token.Pos) (decls []ast.Decl) {
	for _, name := range sorted(imports) {
		decls = append(decls, &ast.GenDecl{Tok: token.IMPORT, TokPos: pos,
			Specs: []ast.Spec{&ast.ImportSpec{
				Name: &ast.Ident{Name: name, NamePos: pos},
				Path: &ast.BasicLit{Kind: token.STRING, Value: fmt.Sprintf("%q", imports[name]),
					ValuePos: pos},
			}}})
	}
	return decls
}

func (k *checked) varFile() *ast.File {
	file := k.program.fset.AddFile(mark+"variables", -1, 1)
	pos := file.Pos(0)
	f := &ast.File{Package: pos, Name: &ast.Ident{Name: "main", NamePos: pos}, FileStart: pos,
		FileEnd: pos + 1}
	imports := map[string]string{}
	add := func(name string, typ ast.Expr) {
		f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.VAR, TokPos: pos, Specs: []ast.Spec{
			&ast.ValueSpec{Names: []*ast.Ident{{Name: name, NamePos: pos}}, Type: typ},
		}})
	}
	for _, name := range sorted(k.vars) {
		v := k.vars[name]
		for path := range v.paths {
			imports[k.program.alias(path)] = path
		}
		add(name, v.expr)
	}
	for _, d := range k.defines {
		if d.failed {
			add(d.name, &ast.Ident{Name: mark + "invalid", NamePos: pos}) // no further errors
		}
	}
	f.Decls = append(importDecls(imports, pos), f.Decls...)
	return f
}

func (c *cell) has(pos token.Pos) bool {
	return pos >= c.file.FileStart && pos <= c.file.FileEnd
}

func (k *checked) findLast() {
	block := k.cell.run
	if k.cell.body != nil {
		block = k.cell.body
	}
	if block == nil || len(block.Body.List) == 0 {
		return
	}
	if s, ok := block.Body.List[len(block.Body.List)-1].(*ast.ExprStmt); ok {
		k.last = s.X
	}
}

// sort returns the cell's own errors, notes the earlier declarations that the cell breaks, and
// drops what is not an error in a notebook.
func (k *checked) sort(found []types.Error) (problems []problem) {
	k.unused = map[token.Pos]bool{}
	faults := map[*decl]string{}
	forward := k.cell.run == nil && k.cell.body == nil
	var waiting []*decl
	for _, e := range found {
		at := position(e.Fset.Position(e.Pos))
		text := k.words(e.Msg)
		switch {
		case strings.HasPrefix(e.Msg, "declared and not used"):
			k.unused[e.Pos] = true
		case strings.HasSuffix(e.Msg, "imported and not used"),
			strings.Contains(e.Msg, "already declared through"):
		case strings.Contains(e.Msg, " is not used") && k.last != nil && e.Pos >= k.last.Pos() &&
			e.Pos <= k.last.End():
		case k.cell.has(e.Pos):
			text += k.earlier(text)
			problems = append(problems, problem{at, text})
			d := k.cell.function(e.Pos)
			if forward = forward && d != nil && strings.HasPrefix(e.Msg, "undefined: ") &&
				!strings.Contains(e.Msg, "."); forward {
				faults[d] = at.String() + ": " + text
				waiting = append(waiting, d)
			}
		default:
			if d := k.before(e.Pos); d != nil && faults[d] == "" {
				faults[d] = at.String() + ": " + text
			}
		}
	}
	if forward {
		problems = nil
	} else {
		for _, d := range waiting {
			delete(faults, d)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	k.faults = faults
	return nil
}

func (k *checked) words(text string) string {
	text = strings.ReplaceAll(text, oldMark, "")
	if !strings.Contains(text, mark) {
		return text
	}
	for alias, path := range k.program.byAlias() {
		name := path[strings.LastIndexByte(path, '/')+1:]
		if k := k.program.packages.get(path).Name; k != "" {
			name = k
		}
		text = strings.ReplaceAll(text, alias+".", name+".")
	}
	return strings.ReplaceAll(text, mark, "")
}

func (c *cell) function(pos token.Pos) *decl {
	for _, d := range c.decls {
		if f, ok := d.node.(*ast.FuncDecl); ok && f.Body != nil && pos >= f.Body.Pos() &&
			pos < f.Body.End() {
			return d
		}
	}
	return nil
}

func (k *checked) before(pos token.Pos) *decl {
	for _, c := range k.cells {
		if !c.has(pos) {
			continue
		}
		for _, d := range c.decls {
			if pos >= d.node.Pos() && pos < d.node.End() {
				return d
			}
		}
	}
	return nil
}

// setAside notes which declarations do not compile now, and returns the new ones.
func (k *checked) setAside() {
	for _, c := range append(slices.Clone(k.cells), k.cell) {
		for _, d := range c.decls {
			fault := k.faults[d]
			if fault == d.fault {
				continue
			}
			changed := *d
			changed.fault = fault
			name := strings.ReplaceAll(strings.Join(d.names, ", "), mark, "")
			switch {
			case fault == "":
				k.warnings = append(k.warnings, fmt.Sprintf("%s (cell %d) is in use again", name,
					d.cell.number))
			case d.fault == "" && c == k.cell:
				k.warnings = append(k.warnings, fmt.Sprintf("%s cannot be used yet: %s", name,
					fault))
			case d.fault == "":
				k.warnings = append(k.warnings, fmt.Sprintf("%s (cell %d) is set aside: %s", name,
					d.cell.number, fault))
			}
			*d = changed
		}
	}
}

// asWritten returns the errors of the second check in the words of the first, in which variables
// are declared, not assigned. Only the first has errors of values without a type and of blanks;
// only the second lets a function literal use its own variable.
func (k *checked) asWritten(first, second []types.Error) []types.Error {
	is := map[token.Pos]types.Error{}
	var spans []ast.Node
	for _, d := range k.defines {
		spec, ok := d.spec.(*ast.ValueSpec)
		if d.failed || ok && slices.ContainsFunc(spec.Names, isBlank) {
			spans = append(spans, d.spec)
		}
	}
	all := slices.Clone(second)
	for _, e := range first {
		if !k.cell.has(e.Pos) || !k.inStatements(e.Pos) ||
			strings.HasPrefix(e.Msg, "declared and not used") {
			continue
		}
		is[e.Pos] = e
		if slices.ContainsFunc(spans,
			func(n ast.Node) bool { return e.Pos >= n.Pos() && e.Pos < n.End() }) {
			all = append(all, e)
		}
	}
	for i, e := range all {
		if as, ok := is[e.Pos]; ok && !strings.HasPrefix(as.Msg, "undefined: ") {
			all[i] = as
		}
	}
	return all
}

func isBlank(id *ast.Ident) bool { return id.Name == "_" }
