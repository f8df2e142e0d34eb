package live

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"gopets/kernelext/eval/live/wire"
)

// A lowering makes the tree of a cell that is evaluated without a build, if that does the same as
// the compiled cell.
type lowering struct {
	k      *checked
	tables map[string]bool // the packages whose tables it needs
	locals map[types.Object]int
	shared map[string]bool // see sharedBy
}

// A cannotLower is a panic within lower: why a cell is compiled.
type cannotLower struct{ reason string }

func leave(format string, args ...any) { panic(cannotLower{fmt.Sprintf(format, args...)}) }

// lower returns the cell as a tree, and the packages whose tables it needs. The error says why the
// cell has to be compiled.
func (k *checked) lower() (p *wire.Program, tables []string, err error) {
	l := &lowering{k: k, tables: map[string]bool{}, locals: map[types.Object]int{},
		shared: k.shared}
	defer func() {
		if r := recover(); r != nil {
			why, ok := r.(cannotLower)
			if !ok {
				panic(r)
			}
			p, tables, err = nil, nil, fmt.Errorf("compiled: %s", why.reason)
		}
	}()
	c := k.cell
	switch {
	case c.script.test, c.cgo, len(c.blank) > 0, len(c.embeds) > 0, len(k.startCalls()) > 0:
		leave("it is more than statements")
	case c.run == nil && c.body == nil:
		leave("it has no statements")
	case k.beginsEpoch(nil):
		leave("types have changed")
	}
	p = &wire.Program{Func: "main." + runName}
	if c.run != nil {
		for _, s := range c.run.Body.List {
			p.Statements = append(p.Statements, l.topLevel(s)...)
		}
	}
	if c.body != nil {
		for _, s := range c.body.Body.List {
			if n := l.local(s); n != nil {
				p.Statements = append(p.Statements, n)
			}
		}
	}
	return p, sorted(l.tables), nil
}

func (l *lowering) line(pos token.Pos) int { return l.k.program.fset.Position(pos).Line }

// topLevel lowers a statement before %%, as rewrite's statement does.
func (l *lowering) topLevel(s ast.Stmt) []*wire.Node {
	k := l.k
	switch s := s.(type) {
	case *ast.AssignStmt:
		var spec *ast.ValueSpec
		for _, v := range k.cell.declared {
			if v.Pos() == s.Pos() {
				spec = v
			}
		}
		n := l.assignment(s, func(x ast.Expr, value types.Type) *wire.Node {
			id, ok := x.(*ast.Ident)
			if !ok {
				return nil
			}
			if v := k.vars[id.Name]; v != nil && k.defined(id.Name) != nil {
				return l.definition(v, k.pkg.Scope().Lookup(id.Name), value)
			}
			return nil
		})
		if spec != nil || k.cell.text[k.cell.offset(s.TokPos)] == ':' {
			n.Keys = k.keysOf(s)
		}
		return []*wire.Node{n}
	case *ast.DeclStmt:
		g, ok := s.Decl.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR || len(g.Specs[0].(*ast.ValueSpec).Values) > 0 {
			leave("a declaration")
		}
		n := &wire.Node{Op: wire.Zero, Keys: k.keysOf(s)}
		for _, v := range k.cell.zeroed {
			if v.Pos() != s.Pos() {
				continue
			}
			for _, id := range v.Names {
				if id.Name != "_" {
					n.Args = append(n.Args, l.definition(k.vars[id.Name],
						k.pkg.Scope().Lookup(id.Name), nil))
				}
			}
		}
		return []*wire.Node{n}
	}
	return []*wire.Node{l.simple(s)}
}

func (k *checked) defined(name string) *define {
	for _, d := range k.defines {
		if d.name == name && d.v != nil {
			return d
		}
	}
	return nil
}

func (k *checked) keysOf(s ast.Stmt) (keys []string) {
	for _, quoted := range k.definedBy(s) {
		keys = append(keys, strings.Trim(quoted, `"`))
	}
	return keys
}

// definition is a live variable as a target. Its type is named unless it is that of its value.
func (l *lowering) definition(v *variable, obj types.Object, value types.Type) *wire.Node {
	if v == nil || obj == nil {
		leave("a variable without a type")
	}
	n := &wire.Node{Op: wire.Define, Name: v.key}
	if value == nil || !types.Identical(obj.Type(), value) {
		n.Type = l.typ(obj.Type())
	}
	return n
}

// local lowers a statement below %%, where := makes local variables.
func (l *lowering) local(s ast.Stmt) *wire.Node {
	target := func(x ast.Expr, value types.Type) *wire.Node {
		id, ok := x.(*ast.Ident)
		if !ok {
			return nil
		}
		obj := l.k.info.Defs[id]
		if obj == nil {
			return nil
		}
		n := &wire.Node{Op: wire.Local, Path: []int{len(l.locals)}}
		l.locals[obj] = len(l.locals)
		if value == nil || !types.Identical(obj.Type(), value) {
			n.Type = l.typ(obj.Type())
		}
		return n
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		return l.assignment(s, target)
	case *ast.DeclStmt:
		g, ok := s.Decl.(*ast.GenDecl)
		if ok && g.Tok == token.CONST {
			return nil
		}
		if !ok || g.Tok != token.VAR || len(g.Specs) != 1 {
			leave("a declaration")
		}
		spec := g.Specs[0].(*ast.ValueSpec)
		var names []ast.Expr
		for _, id := range spec.Names {
			names = append(names, id)
		}
		if len(spec.Values) > 0 {
			return l.assignment(&ast.AssignStmt{Lhs: names, TokPos: spec.Pos(), Tok: token.DEFINE,
				Rhs: spec.Values}, target)
		}
		n := &wire.Node{Op: wire.Zero}
		for _, x := range names {
			if t := target(x, nil); t != nil {
				n.Args = append(n.Args, t)
			}
		}
		return n
	}
	return l.simple(s)
}

// simple lowers a statement that is the same in both.
func (l *lowering) simple(s ast.Stmt) *wire.Node {
	switch s := s.(type) {
	case *ast.ExprStmt:
		if text, ok := exact(l.k.info.Types[s.X]); ok && s.X == l.k.last {
			return &wire.Node{Op: wire.Show, Args: []*wire.Node{{Op: wire.Big, Name: text}}}
		}
		x := l.results(s.X)
		if s.X == l.k.last {
			switch l.k.shown(s) {
			case shownValue:
				return &wire.Node{Op: wire.Show, Args: []*wire.Node{x.node}}
			case shownResults:
				return &wire.Node{Op: wire.Show, Name: wire.Call, Args: []*wire.Node{x.node}}
			}
		}
		return &wire.Node{Op: wire.Do, Args: []*wire.Node{x.node}}
	case *ast.IncDecStmt:
		op := "+="
		if s.Tok == token.DEC {
			op = "-="
		}
		return l.operateOn(s.X, op, s.TokPos, l.one(s.X))
	case *ast.SendStmt:
		n := &wire.Node{Op: wire.Send, Line: l.line(s.Arrow)}
		l.children(n, l.expr(s.Chan), l.expr(s.Value))
		return n
	case *ast.EmptyStmt:
		return &wire.Node{Op: wire.Zero}
	}
	leave("a statement of another form: %T", s)
	return nil
}

func (l *lowering) one(x ast.Expr) lowered {
	t := l.k.info.TypeOf(x)
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsNumeric == 0 {
		leave("++ of %v", t)
	}
	return lowered{node: &wire.Node{Op: wire.Const, Name: "1", Type: l.typ(t)}}
}

// assignment lowers an assignment. target returns the targets that are variables of its own, and
// nil for others.
func (l *lowering) assignment(s *ast.AssignStmt,
	target func(x ast.Expr, value types.Type) *wire.Node) *wire.Node {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		return l.operateOn(s.Lhs[0], s.Tok.String(), s.TokPos, l.expr(s.Rhs[0]))
	}
	n := &wire.Node{Op: wire.Assign, Path: []int{len(s.Lhs)}, Line: l.line(s.TokPos)}
	var values []lowered
	var valueTypes []types.Type
	if len(s.Rhs) == 1 && len(s.Lhs) > 1 {
		v := l.results(s.Rhs[0])
		values = append(values, v)
		tuple, ok := l.k.info.TypeOf(s.Rhs[0]).(*types.Tuple)
		for i := range s.Lhs {
			var t types.Type
			if ok {
				t = tuple.At(i).Type()
			}
			valueTypes = append(valueTypes, t)
		}
		if !ok {
			leave("several results that are not a tuple")
		}
	} else {
		for _, x := range s.Rhs {
			values = append(values, l.expr(x))
			valueTypes = append(valueTypes, l.k.info.TypeOf(x))
		}
	}
	rhs := l.inOrder(values...)
	var nodes []*wire.Node
	for i, x := range s.Lhs {
		x = ast.Unparen(x)
		if id, ok := x.(*ast.Ident); ok && id.Name == "_" && l.k.info.Uses[id] == nil {
			nodes = append(nodes, l.blank(valueTypes[i]))
			continue
		}
		if t := target(x, valueTypes[i]); t != nil {
			nodes = append(nodes, t)
			continue
		}
		nodes = append(nodes, l.place(x, rhs, len(s.Lhs) > 1))
	}
	for _, v := range values {
		nodes = append(nodes, v.node)
	}
	n.Args = nodes
	return n
}

func (l *lowering) blank(value types.Type) *wire.Node {
	if b, ok := value.(*types.Basic); ok && b.Kind() == types.UntypedNil {
		leave("nil for the blank")
	}
	return &wire.Node{Op: wire.Blank}
}

// place lowers a target that is an expression. It is evaluated after the assigned value; where
// there are several, its operands are evaluated before.
func (l *lowering) place(x ast.Expr, value flags, several bool) *wire.Node {
	index, ok := x.(*ast.IndexExpr)
	if !ok {
		t := l.expr(x)
		plain := t.node.Op == wire.Var || t.node.Op == wire.Local || t.node.Op == wire.Symbol
		if t.flags.has(effects|early) || several && !plain {
			leave("the order in an assignment")
		}
		return t.node
	}
	n := &wire.Node{Op: wire.Index, Line: l.line(index.Lbrack)}
	list, at := l.expr(index.X), l.expr(index.Index)
	operands := l.children(n, list, at)
	if operands.has(effects|early) || value.has(effects) && (several || at.flags != 0) ||
		several && operands.has(late) {
		leave("the order in an assignment")
	}
	switch l.k.info.TypeOf(index.X).Underlying().(type) {
	case *types.Slice, *types.Map:
	case *types.Array, *types.Pointer:
		if several {
			leave("the order in an assignment")
		}
	default:
		leave("an assignment to an index")
	}
	return n
}

func (l *lowering) operateOn(x ast.Expr, op string, pos token.Pos, y lowered) *wire.Node {
	t := l.expr(ast.Unparen(x))
	plain := t.node.Op == wire.Var || t.node.Op == wire.Local
	if t.flags.has(effects|early) || y.flags.has(effects) && !plain ||
		y.flags.has(late|early) && t.flags.has(late) {
		leave("the order in %s", op)
	}
	if isFloat(l.k.info.TypeOf(x)) && (op == "+=" || op == "-=") && y.product {
		leave("a product that may be fused with a sum")
	}
	return &wire.Node{Op: wire.Assign, Name: op, Path: []int{1}, Line: l.line(pos),
		Args: []*wire.Node{t.node, y.node}}
}

func isFloat(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsFloat|types.IsComplex) != 0
}
