package live

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

const (
	rtName   = mark + "rt"
	mainName = "nb.go" // the file of what is not of cells
)

// A version is what is compiled for a cell: the part of the program that it needs.
type version struct {
	number  int
	path    string            // of the package
	files   map[string]string // by name
	paths   map[string]bool   // the packages that it imports
	cgo     map[string]bool   // the files that import "C"
	loose   bool              // a function's body is elsewhere, by //go:linkname
	cell    *cell
	fresh   bool              // it begins an epoch
	digests map[string]string // of the types that it holds
	holds   map[string]string // the digests of the functions that it holds
}

func (k *checked) generate(number int) *version {
	p := k.program
	reached := k.reach(k.roots())
	v := &version{number: number, cell: k.cell, digests: k.digests(reached)}
	v.fresh = k.beginsEpoch(v.digests)
	if p.packages.tool.goos != "linux" && number > 1 {
		v.fresh = true // no linker script: see hidden
	}
	next := p.epoch
	if v.fresh {
		next.number++
		// The process may hold values of any type that it has loaded.
		roots := k.roots()
		for name := range p.epoch.loaded {
			if k.isUsable(name) {
				roots[name] = true
			}
		}
		reached = k.reach(roots)
		v.digests = k.digests(reached)
	}
	v.path = next.path()
	k.epochs = next.number > 1
	k.tables, k.made, k.reached = map[string]map[string]bool{}, map[string]map[string]bool{},
		reached
	v.files = map[string]string{}
	v.paths = map[string]bool{}
	v.cgo = map[string]bool{}
	for _, c := range k.cells {
		k.file(v, c, reached)
	}
	k.file(v, k.cell, reached)
	k.mainFile(v, reached)
	return v
}

func (k *checked) beginsEpoch(digests map[string]string) bool {
	for name, was := range k.program.epoch.types {
		digest := digests[name]
		if digest == "" && k.isUsable(name) {
			digest = k.digest(name) // a value of it may be alive
		}
		if digest != "" && digest != was {
			return true
		}
	}
	return false
}

func (k *checked) isUsable(name string) bool {
	byName, _ := k.table()
	d := byName[name]
	return d != nil && d.fault == ""
}

func (k *checked) digests(reached map[string]bool) map[string]string {
	found := map[string]string{}
	// The compiler numbers types of functions as it meets them.
	for _, c := range append(slices.Clone(k.cells), k.cell) {
		for _, d := range c.decls {
			if !slices.ContainsFunc(d.names, func(n string) bool { return reached[n] }) {
				continue
			}
			if g, ok := d.node.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				found[d.names[0]] = k.digest(d.names[0])
			}
			k.localTypes(d.cell, d.node, found)
		}
	}
	for _, f := range []*ast.FuncDecl{k.cell.run, k.cell.body} {
		if f != nil {
			k.localTypes(k.cell, f, found)
		}
	}
	return found
}

func (k *checked) localTypes(c *cell, node ast.Node, found map[string]string) {
	f, ok := node.(*ast.FuncDecl)
	if !ok || f.Body == nil {
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if t, ok := n.(*ast.TypeSpec); ok {
			text := c.text[c.offset(t.Pos()):c.offset(t.End())]
			for _, used := range slices.Sorted(keys(k.usesOf(t))) {
				text += " " + used + k.digest(used)
			}
			found["."+t.Name.Name] += text + "\n"
		}
		return true
	})
}

func (k *checked) file(v *version, c *cell, reached map[string]bool) {
	var b strings.Builder
	paths := map[string]bool{}
	for _, d := range c.decls {
		if d.fault != "" || !slices.ContainsFunc(d.names,
			func(n string) bool { return reached[n] }) {
			continue
		}
		k.declaration(&b, c, d, paths)
	}
	if c == k.cell {
		k.embedVars(&b, paths)
		if text := k.statements(paths); text != "" {
			fmt.Fprintf(&b, "func %s() {\n%s}\n", runName, text)
		}
		if c.body != nil {
			r := &rewriter{k: k, cell: c, paths: paths}
			ast.Inspect(c.body, r.visit)
			if n := len(c.body.Body.List); n > 0 {
				if s, ok := c.body.Body.List[n-1].(*ast.ExprStmt); ok && s.X == k.last {
					k.show(r, s)
				}
			}
			b.WriteString(r.apply(c.offset(c.body.Pos()), c.offset(c.body.End())) + "\n")
		}
	}
	if b.Len() == 0 && (c != k.cell || len(c.blank) == 0) {
		return
	}
	var head strings.Builder
	head.WriteString("package main\n")
	k.importLines(&head, b.String(), paths)
	fmt.Fprintf(&head, "import %s %q\n", rtName, rtPath)
	if c == k.cell {
		for _, path := range c.blank {
			if path != "C" {
				paths[path] = true
				fmt.Fprintf(&head, "import _ %q\n", path)
			}
		}
	}
	if c == k.cell && len(c.embeds) > 0 {
		paths["embed"] = true
		head.WriteString("import _ \"embed\"\n")
	}
	if strings.Contains(b.String(), "//go:linkname") {
		v.loose = true
		head.WriteString("import _ \"unsafe\"\n")
	}
	name := fmt.Sprintf("cell%d_%d.go", c.number, len(v.files))
	if c.cgo {
		v.importC(name, &head, c.preamble)
	}
	fmt.Fprintf(&head, "var _ = %s.Set\n", rtName)
	v.files[name] = head.String() + b.String()
	maps.Copy(v.paths, paths)
}

func (v *version) importC(name string, b *strings.Builder, preamble string) {
	v.cgo[name], v.loose = true, true
	for _, path := range []string{"syscall", "unsafe", "runtime/cgo"} {
		v.paths[path] = true
	}
	b.WriteString("\n" + preamble + "import \"C\"\n")
}

func (k *checked) cVariable(v *version, number int, line string) {
	for name := range v.cgo {
		if strings.HasPrefix(name, fmt.Sprintf("cell%d_", number)) {
			v.files[name] += line
			return
		}
	}
	for _, c := range append(slices.Clone(k.cells), k.cell) {
		if c.number == number && c.cgo {
			var head strings.Builder
			fmt.Fprintf(&head, "package main\nimport %s %q\n", rtName, rtPath)
			name := fmt.Sprintf("cell%d_c.go", number)
			v.importC(name, &head, c.preamble)
			v.files[name] = head.String() + line
		}
	}
}

func (k *checked) importLines(b *strings.Builder, text string, paths map[string]bool) {
	for _, path := range sorted(paths) {
		if alias := k.program.alias(path); strings.Contains(text, alias+".") {
			fmt.Fprintf(b, "import %s %q\n", alias, path)
		} else {
			delete(paths, path)
		}
	}
}

// declaration writes a declaration with its comments, which may hold directives.
func (k *checked) declaration(b *strings.Builder, c *cell, d *decl, paths map[string]bool) {
	switch node := d.node.(type) {
	case *ast.FuncDecl:
		k.directives(b, node.Doc)
		k.line(b, c, node.Pos())
		b.WriteString(k.rewritten(c, node, node.Pos(), paths))
	case *ast.GenDecl:
		if node.Tok == token.TYPE {
			k.line(b, c, node.Specs[0].Pos())
			b.WriteString("type " + k.rewritten(c, node.Specs[0], node.Specs[0].Pos(), paths))
			break
		}
		k.line(b, c, node.Pos())
		b.WriteString(k.rewritten(c, node, node.Pos(), paths))
	}
	b.WriteString("\n")
}

func (k *checked) directives(b *strings.Builder, doc *ast.CommentGroup) {
	if doc == nil {
		return
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:") {
			b.WriteString(c.Text + "\n")
		}
	}
}

func (k *checked) mainFile(v *version, reached map[string]bool) {
	var b strings.Builder
	paths := map[string]bool{}
	for _, name := range sorted(k.vars) {
		if x := k.vars[name]; reached[name] && (x.lost == "" || k.defines != nil &&
			x.cell == k.cell.number) {
			for path := range x.paths {
				paths[path] = true
			}
			line := fmt.Sprintf("var %s = %s.Var[%s](%q)\n", pointerName(name), rtName, x.text,
				x.key)
			if cTypes.MatchString(x.text) {
				k.cVariable(v, x.cell, cTypes.ReplaceAllString(line, "C.$1"))
				continue
			}
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "var %sstop %s.Flag\n", mark, rtName)
	var typeList, derived, names []string
	for _, name := range sorted(v.digests) {
		if !strings.HasPrefix(name, ".") && !k.isGeneric(name) {
			names = append(names, name)
			typeList = append(typeList, fmt.Sprintf("%sreflect.TypeFor[%s]()", mark, name))
			derived = append(derived,
				fmt.Sprintf(
					"[]%[1]s(nil), []*%[1]s(nil), map[string]%[1]s(nil), map[string]*%[1]s(nil)",
					name))
		}
	}
	k.typeTables(names)
	k.addInstances()
	for _, text := range sorted(k.made) {
		if !slices.Contains(names, text) {
			typeList = append(typeList, fmt.Sprintf("%sreflect.TypeFor[%s]()", mark, text))
			maps.Copy(paths, k.made[text])
		}
	}
	tables := ""
	for _, call := range sorted(k.tables) {
		tables += call + "\n"
		maps.Copy(paths, k.tables[call])
	}
	imports := ""
	list := "nil"
	if len(typeList) > 0 {
		imports = fmt.Sprintf("import %sreflect \"reflect\"\n", mark)
		list = fmt.Sprintf("[]%sreflect.Type{%s}", mark, strings.Join(typeList, ", "))
		v.paths["reflect"] = true
	}
	var calls []string
	if k.cell.run != nil {
		calls = append(calls, runName+"()")
	}
	calls = append(calls, k.startCalls()...)
	if k.cell.body != nil {
		calls = append(calls, bodyName+"()")
	}
	if k.cell.script.test {
		calls = append(calls, testName+"()")
		k.testFile(v)
	}
	fmt.Fprintf(&b,
		"func main() {}\nfunc init() {\n"+
			"%s.Register(&%s.Version{Number: %d, Path: %q, Stop: &%sstop, "+
			"Run: func() { %s }, Types: %s, Derived: []any{%s}, Functions: %s})\n%s}\n",
		rtName, rtName, v.number, v.path, mark, strings.Join(calls, "; "), list,
		strings.Join(derived, ", "), k.functions(v, reached), tables)
	var head strings.Builder
	fmt.Fprintf(&head, "package main\nimport %s %q\n%s", rtName, rtPath, imports)
	k.importLines(&head, b.String(), paths)
	v.files[mainName] = head.String() + b.String()
	maps.Copy(v.paths, paths)
}

// functions writes the list of the functions of a version, for cells without a build, and of the
// methods that reflection does not find.
func (k *checked) functions(v *version, reached map[string]bool) string {
	v.holds = map[string]string{}
	var b strings.Builder
	fmt.Fprintf(&b, "[]%s.Symbol{", rtName)
	for _, c := range append(slices.Clone(k.cells), k.cell) {
		for _, d := range c.decls {
			f, ok := d.node.(*ast.FuncDecl)
			name := d.names[0]
			if !ok || d.fault != "" || !reached[name] || f.Type.TypeParams != nil ||
				strings.HasPrefix(name, mark) {
				continue
			}
			text := name
			if typ, method, ok := strings.Cut(name, "~"); ok {
				if ast.IsExported(method) || method == "_" || k.isGeneric(typ) {
					continue
				}
				if text = typ + "." + method; f.Recv != nil {
					if _, ok := ast.Unparen(f.Recv.List[0].Type).(*ast.StarExpr); ok {
						text = "(*" + typ + ")." + method
					}
				}
			} else if renamed(name) {
				text = funcMark + name
			}
			v.holds[name] = k.digest(name)
			fmt.Fprintf(&b, "{Name: %q, Value: %s}, ", name, text)
		}
	}
	b.WriteString("}")
	return b.String()
}

func (k *checked) startCalls() (calls []string) {
	for _, d := range k.cell.decls {
		if strings.HasPrefix(d.names[0], mark+"init") {
			calls = append(calls, d.names[0]+"()")
		}
	}
	for _, d := range k.cell.decls {
		if d.names[0] == "main" && !k.cell.script.test && (k.cell.run == nil || k.cell.onlyVars) &&
			k.cell.body == nil {
			calls = append(calls, funcMark+"main()")
		}
	}
	return calls
}

// isGeneric reports whether a name is that of a generic type, a constraint, or an alias, whose type
// has another name.
func (k *checked) isGeneric(name string) bool {
	t, ok := k.pkg.Scope().Lookup(name).(*types.TypeName)
	return !ok || t.IsAlias() || !isPlainType(t)
}

func (k *checked) runs() bool {
	return k.cell.script.test || k.cell.run != nil || k.cell.body != nil || len(k.cell.blank) > 0 ||
		slices.ContainsFunc(k.cell.decls, (*decl).runs)
}
