package live

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

type edit struct {
	from, to int
	text     string
}

type rewriter struct {
	k     *checked
	cell  *cell
	edits []edit
	later []edit          // texts after expressions: the inner ones come first
	paths map[string]bool // the packages that the text names
	stack []ast.Node
}

func (k *checked) rewritten(c *cell, node ast.Node, from token.Pos, paths map[string]bool) string {
	r := &rewriter{k: k, cell: c, paths: paths}
	ast.Inspect(node, r.visit)
	return r.apply(c.offset(from), c.offset(node.End()))
}

func (r *rewriter) apply(from, to int) string {
	slices.Reverse(r.later)
	r.edits, r.later = append(r.later, r.edits...), nil
	slices.SortStableFunc(r.edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		if a.from == a.to || b.from == b.to {
			return a.to - b.to // insertions come first
		}
		return b.to - a.to // a whole before its parts
	})
	var b strings.Builder
	at := from
	for _, e := range r.edits {
		if e.from < at || e.to > to {
			continue // within a replaced piece
		}
		b.WriteString(r.cell.text[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.WriteString(r.cell.text[at:to])
	return b.String()
}

func (r *rewriter) replace(from, to token.Pos, text string) {
	r.edits = append(r.edits, edit{r.cell.offset(from), r.cell.offset(to), text})
}

func (r *rewriter) insert(at token.Pos, text string) { r.replace(at, at, text) }

const check = " " + mark + "stop.Check();"

func (r *rewriter) visit(n ast.Node) bool {
	if n == nil {
		r.stack = r.stack[:len(r.stack)-1]
		return true
	}
	r.stack = append(r.stack, n)
	switch n := n.(type) {
	case *ast.Ident:
		r.ident(n)
	case *ast.SelectorExpr:
		r.selector(n)
	case *ast.FuncDecl:
		if n.Body != nil {
			r.insert(n.Body.Lbrace+1, check)
		}
	case *ast.FuncLit:
		r.insert(n.Body.Lbrace+1, check)
	case *ast.ForStmt:
		r.insert(n.Body.Lbrace+1, check)
	case *ast.RangeStmt:
		r.insert(n.Body.Lbrace+1, check)
	case *ast.TypeAssertExpr:
		if n.Type != nil {
			r.operand(n.X, n.Type)
		}
	case *ast.TypeSwitchStmt:
		r.typeSwitch(n)
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			r.operand(n.X, n.Y)
			r.operand(n.Y, n.X)
		}
	case *ast.SwitchStmt:
		r.tagSwitch(n)
	case *ast.CallExpr:
		r.call(n)
	case *ast.BranchStmt:
		if n.Tok == token.GOTO {
			r.insert(n.Pos(), check[1:]+" ")
		}
	}
	return true
}

func (r *rewriter) ident(id *ast.Ident) {
	k := r.k
	if k.unused[id.Pos()] {
		r.useOnce(id)
	}
	obj := k.info.Uses[id]
	if obj == nil {
		obj = k.info.Defs[id]
	}
	switch obj := obj.(type) {
	case *types.PkgName:
		path := obj.Imported().Path()
		if path == "C" {
			return
		}
		r.paths[path] = true
		alias := k.program.alias(path)
		if r.cell.offset(id.Pos()) < len(r.cell.text) &&
			strings.HasPrefix(r.cell.text[r.cell.offset(id.Pos()):], id.Name) {
			r.replace(id.Pos(), id.End(), alias)
		} else {
			r.insert(id.Pos(), alias+".") // of a package that is imported as .
		}
	case *types.Var:
		if v := k.vars[obj.Name()]; v != nil && k.own(obj) {
			to := id.Pos() + token.Pos(len(strings.TrimPrefix(id.Name, oldMark)))
			r.replace(id.Pos(), to, "(*"+pointerName(v.name)+")")
		}
	case *types.Func:
		if k.own(obj) && renamed(obj.Name()) {
			r.replace(id.Pos(), id.End(), funcMark+obj.Name())
		} else if name := obj.Name(); strings.HasPrefix(name, mark+"init") && k.own(obj) {
			r.replace(id.Pos(), id.Pos()+token.Pos(len("init")), name)
		}
	}
	if r.cell.text[r.cell.offset(id.Pos())] != '_' && id.Name == "_" {
		// a constant of a group that another declaration has replaced
		end := r.cell.offset(id.Pos())
		for end < len(r.cell.text) && isWord(r.cell.text[end]) {
			end++
		}
		r.edits = append(r.edits, edit{r.cell.offset(id.Pos()), end, "_"})
	}
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c >= 0x80
}

const funcMark = mark + "f_"

// renamed reports whether a function has another name in compiled code: main, and exported ones,
// which a plugin would export.
func renamed(name string) bool { return ast.IsExported(name) || name == "main" }

func pointerName(variable string) string { return mark + "v_" + strings.TrimPrefix(variable, mark) }

// selector replaces os.Exit, which ends the cell and not the process.
func (r *rewriter) selector(s *ast.SelectorExpr) {
	id, ok := s.X.(*ast.Ident)
	if !ok {
		return
	}
	if p, ok := r.k.info.Uses[id].(*types.PkgName); ok && p.Imported().Path() == "os" &&
		s.Sel.Name == "Exit" {
		r.edits = append(r.edits, edit{r.cell.offset(s.Pos()), r.cell.offset(s.End()),
			rtName + ".Exit"})
	}
}

// norm converts an interface value to the newest version of its type, where there are several.
func (r *rewriter) norm(x ast.Expr, by string) {
	if r.k.epochs && isInterface(r.k.info.TypeOf(x)) {
		r.wrap(x, rtName+"."+by+"(", ")")
	}
}

func (r *rewriter) wrap(x ast.Expr, before, after string) {
	r.insert(x.Pos(), before)
	r.later = append(r.later, edit{r.cell.offset(x.End()), r.cell.offset(x.End()), after})
}

// call makes the functions of package errors that look at types see the newest.
func (r *rewriter) call(n *ast.CallExpr) {
	fun := ast.Unparen(n.Fun)
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	s, ok := fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 {
		return
	}
	f, ok := r.k.info.Uses[s.Sel].(*types.Func)
	if ok && f.Pkg() != nil && f.Pkg().Path() == "errors" &&
		(f.Name() == "As" || f.Name() == "Is" || f.Name() == "AsType") {
		r.norm(n.Args[0], "Errors")
	}
}

// useOnce uses a local variable that is unused, which Go does not allow.
func (r *rewriter) useOnce(id *ast.Ident) {
	use := " _ = " + id.Name + ";"
	for i := len(r.stack) - 2; i > 0; i-- {
		parent := r.stack[i-1]
		switch n := r.stack[i].(type) {
		case *ast.AssignStmt:
			switch p := parent.(type) {
			case *ast.BlockStmt, *ast.CaseClause, *ast.LabeledStmt:
				r.insert(n.End(), "; _ = "+id.Name)
			case *ast.CommClause:
				if p.Comm == n {
					r.insert(p.Colon+1, use)
				} else {
					r.insert(n.End(), "; _ = "+id.Name)
				}
			case *ast.IfStmt:
				r.insert(p.Body.Lbrace+1, use)
			case *ast.ForStmt:
				r.insert(p.Body.Lbrace+1, use)
			case *ast.SwitchStmt:
				r.useInCases(p.Body, use)
			case *ast.TypeSwitchStmt:
				if p.Assign == n {
					r.replace(n.Pos(), n.Rhs[0].Pos(), "")
				} else {
					r.useInCases(p.Body, use)
				}
			}
			return
		case *ast.RangeStmt:
			r.insert(n.Body.Lbrace+1, use)
			return
		case *ast.DeclStmt:
			r.insert(n.End(), "; _ = "+id.Name)
			return
		}
	}
}

func (r *rewriter) useInCases(body *ast.BlockStmt, use string) {
	for _, s := range body.List {
		if c, ok := s.(*ast.CaseClause); ok {
			r.insert(c.Colon+1, use)
		}
	}
}

func (k *checked) statements(paths map[string]bool) string {
	var b strings.Builder
	c := k.cell
	if c.run != nil {
		for _, s := range c.run.Body.List {
			k.line(&b, c, s.Pos())
			b.WriteString(k.statement(s, paths))
			b.WriteString("\n")
			if names := k.definedBy(s); len(names) > 0 {
				fmt.Fprintf(&b, "%s.Set(%s)\n", rtName, strings.Join(names, ", "))
			}
		}
	}
	return b.String()
}

func (k *checked) line(b *strings.Builder, c *cell, pos token.Pos) {
	at := k.program.fset.Position(pos)
	fmt.Fprintf(b, "//line cell[%d]:%d:%d\n", c.number, at.Line, at.Column)
}

func (k *checked) statement(s ast.Stmt, paths map[string]bool) string {
	r := &rewriter{k: k, cell: k.cell, paths: paths}
	switch s := s.(type) {
	case *ast.AssignStmt:
		ast.Inspect(s, r.visit)
		if !slices.ContainsFunc(k.cell.declared,
			func(v *ast.ValueSpec) bool { return v.Pos() == s.Pos() }) {
			if r.cell.text[r.cell.offset(s.TokPos):][0] == ':' {
				r.replace(s.TokPos, s.TokPos+2, "=")
			}
			break
		}
		// var x, y T = a, b
		var left []string
		for _, x := range s.Lhs {
			left = append(left, k.target(x.(*ast.Ident)))
		}
		return strings.Join(left, ", ") + " = " + r.apply(r.cell.offset(s.Rhs[0].Pos()),
			r.cell.offset(s.Rhs[len(s.Rhs)-1].End()))
	case *ast.DeclStmt:
		if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			if v := g.Specs[0].(*ast.ValueSpec); len(v.Values) > 0 { // var _ T = x
				ast.Inspect(s, r.visit)
				return "var " + r.apply(r.cell.offset(v.Pos()), r.cell.offset(v.End()))
			}
			var all []string
			for _, v := range k.cell.zeroed {
				if v.Pos() != s.Pos() {
					continue
				}
				for _, id := range v.Names {
					if k.cell.embedded(v) != nil {
						all = append(all, k.target(id)+" = "+embedName(id.Name))
					} else if id.Name != "_" {
						all = append(all, fmt.Sprintf("%s = %s.Zero(%s)", k.target(id), rtName,
							pointerName(id.Name)))
					}
				}
			}
			return strings.Join(all, "; ")
		}
		ast.Inspect(s, r.visit)
	case *ast.ExprStmt:
		ast.Inspect(s, r.visit)
		if s.X == k.last {
			k.show(r, s)
		}
	default:
		ast.Inspect(s, r.visit)
	}
	return r.apply(r.cell.offset(s.Pos()), r.cell.offset(s.End()))
}

func (k *checked) target(id *ast.Ident) string {
	if id.Name == "_" {
		return "_"
	}
	return "(*" + pointerName(id.Name) + ")"
}

func (k *checked) definedBy(s ast.Stmt) (names []string) {
	add := func(id *ast.Ident) {
		for _, d := range k.defines {
			if d.name == id.Name && d.v != nil {
				names = append(names, fmt.Sprintf("%q", d.v.key))
			}
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		for _, x := range s.Lhs {
			if id, ok := x.(*ast.Ident); ok {
				add(id)
			}
		}
	case *ast.DeclStmt:
		for _, v := range k.cell.zeroed {
			if v.Pos() == s.Pos() {
				for _, id := range v.Names {
					add(id)
				}
			}
		}
	}
	return names
}
