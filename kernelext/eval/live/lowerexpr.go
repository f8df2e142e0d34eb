package live

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gopets/kernelext/eval/live/wire"
)

// flags say how an expression depends on the order of evaluation. The compiler evaluates calls, and
// some other operations, before all else of a statement.
type flags int

const (
	effects flags = 1 << iota // it calls something
	early                     // it may panic where calls are evaluated
	late                      // it may panic where it stands
	deep                      // it reads memory that a call may change
)

func (f flags) has(some flags) bool { return f&some != 0 }

type lowered struct {
	node    *wire.Node
	flags   flags
	product bool // a product of floats, which some processors fuse with a sum
}

// inOrder returns the flags of operands that are evaluated in order.
func (l *lowering) inOrder(list ...lowered) (all flags) {
	for _, x := range list {
		if all.has(deep) && x.flags.has(effects) {
			leave("a call may change what stands before it")
		}
		if all.has(late) && x.flags.has(effects|early) {
			leave("a panic and a call")
		}
		all |= x.flags
	}
	return all
}

func (l *lowering) children(n *wire.Node, list ...lowered) flags {
	for _, x := range list {
		n.Args = append(n.Args, x.node)
	}
	return l.inOrder(list...)
}

// sealed returns the flags of what is evaluated with the calls.
func sealed(f flags) flags {
	if f.has(late) {
		f |= early
	}
	return f &^ (late | deep)
}

func (l *lowering) expr(x ast.Expr) lowered {
	r := l.results(x)
	if r.node.Name == wire.CommaOK {
		leave("two results")
	}
	return r
}

func (l *lowering) results(x ast.Expr) lowered {
	x = ast.Unparen(x)
	tv, ok := l.k.info.Types[x]
	if ok && tv.Value != nil {
		return lowered{node: l.constant(tv)}
	}
	switch x := x.(type) {
	case *ast.Ident:
		return l.ident(x)
	case *ast.SelectorExpr:
		return l.selector(x)
	case *ast.IndexExpr:
		return l.index(x, tv)
	case *ast.SliceExpr:
		return l.slice(x)
	case *ast.StarExpr:
		if tv.IsType() {
			break
		}
		n := &wire.Node{Op: wire.Deref, Line: l.line(x.Star)}
		return lowered{node: n, flags: l.children(n, l.expr(x.X)) | late | deep}
	case *ast.UnaryExpr:
		return l.unary(x, tv)
	case *ast.BinaryExpr:
		return l.binary(x, tv)
	case *ast.CallExpr:
		return l.call(x, tv)
	case *ast.CompositeLit:
		return l.literal(x, tv.Type)
	case *ast.TypeAssertExpr:
		n := &wire.Node{Op: wire.Assert, Line: l.line(x.Lparen),
			Type: l.typ(l.k.info.TypeOf(x.Type))}
		n.Name = commaOK(tv)
		if n.Name == "" && types.IsInterface(l.k.info.TypeOf(x.Type)) {
			leave("an assertion that may name a missing method")
		}
		return lowered{node: n, flags: sealed(l.children(n, l.expr(x.X))) | early}
	}
	leave("an expression of another form: %T", x)
	return lowered{}
}

func commaOK(tv types.TypeAndValue) string {
	if _, ok := tv.Type.(*types.Tuple); ok {
		return wire.CommaOK
	}
	return ""
}

func (l *lowering) ident(id *ast.Ident) lowered {
	k := l.k
	switch obj := k.info.ObjectOf(id).(type) {
	case *types.Nil:
		return lowered{node: &wire.Node{Op: wire.Nil}}
	case *types.Var:
		if i, ok := l.locals[obj]; ok {
			return l.variable(&wire.Node{Op: wire.Local, Path: []int{i}}, id.Name)
		}
		if v := k.vars[obj.Name()]; v != nil && k.own(obj) {
			if cTypes.MatchString(v.text) {
				leave("a variable of a type of C")
			}
			return l.variable(&wire.Node{Op: wire.Var, Name: v.key}, obj.Name())
		}
	case *types.Func:
		if k.own(obj) {
			return lowered{node: l.function(obj.Name())}
		}
	}
	leave("the name %s", id.Name)
	return lowered{}
}

func (l *lowering) variable(n *wire.Node, name string) lowered {
	x := lowered{node: n}
	if l.shared[strings.TrimPrefix(name, oldMark)] {
		x.flags = deep
	}
	return x
}

func (l *lowering) function(name string) *wire.Node {
	p := l.k.program
	f, ok := p.compiled[name]
	if !ok || f.digest != l.k.digest(name) {
		leave("the function %s is not compiled yet", name)
	}
	return &wire.Node{Op: wire.Function, Name: name, Path: []int{f.version}}
}

// callers are packages that look at their caller.
var callers = []string{"runtime", "log", "testing", "plugin", "unsafe", "C"}

func (l *lowering) symbol(obj types.Object) lowered {
	path := obj.Pkg().Path()
	if slices.ContainsFunc(callers, func(p string) bool {
		return path == p || strings.HasPrefix(path, p+"/")
	}) {
		leave("package %s looks at its callers", path)
	}
	if path == "os" && obj.Name() == "Exit" || path == "errors" && l.k.program.epoch.number > 1 {
		leave("%s.%s is not called as it is", path, obj.Name())
	}
	l.tables[path] = true
	x := lowered{node: &wire.Node{Op: wire.Symbol, Name: path + "." + obj.Name()}}
	if _, ok := obj.(*types.Var); ok {
		x.flags = deep
	}
	return x
}

func (l *lowering) selector(x *ast.SelectorExpr) lowered {
	if id, ok := x.X.(*ast.Ident); ok {
		if _, ok := l.k.info.Uses[id].(*types.PkgName); ok {
			switch obj := l.k.info.Uses[x.Sel].(type) {
			case *types.Func:
				if obj.Signature().TypeParams().Len() > 0 {
					leave("a generic function")
				}
				return l.symbol(obj)
			case *types.Var:
				return l.symbol(obj)
			}
			leave("%s.%s", id.Name, x.Sel.Name)
		}
	}
	s := l.k.info.Selections[x]
	if s == nil || s.Kind() != types.FieldVal {
		leave("a method as a value")
	}
	n := &wire.Node{Op: wire.Field, Path: s.Index(), Line: l.dot(x)}
	f := l.children(n, l.expr(x.X))
	if l.indirect(s.Recv(), s.Index()) {
		f |= late | deep
	}
	return lowered{node: n, flags: f}
}

func (l *lowering) dot(x *ast.SelectorExpr) int { return l.line(x.X.End()) }

func (l *lowering) indirect(t types.Type, path []int) bool {
	for _, i := range path {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
			if _, ok := t.Underlying().(*types.Struct); ok {
				return true
			}
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			return true
		}
		t = s.Field(i).Type()
	}
	return false
}

func (l *lowering) index(x *ast.IndexExpr, tv types.TypeAndValue) lowered {
	if _, ok := l.k.info.Instances[identOf(x.X)]; ok {
		leave("a generic function")
	}
	n := &wire.Node{Op: wire.Index, Line: l.line(x.Lbrack), Name: commaOK(tv)}
	f := l.children(n, l.expr(x.X), l.expr(x.Index)) | deep
	switch t := l.k.info.TypeOf(x.X).Underlying().(type) {
	case *types.Map:
		if mayHoldInterface(t.Key()) {
			f |= late | early
		}
		if n.Name != "" {
			f = sealed(f)
		}
	case *types.Basic, *types.Slice, *types.Array, *types.Pointer:
		f |= late
	default:
		leave("an index of %v", t)
	}
	return lowered{node: n, flags: f}
}

func identOf(x ast.Expr) *ast.Ident {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return x.Sel
	}
	return nil
}

// mayHoldInterface reports whether comparing values of a type may panic.
func mayHoldInterface(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Array:
		return mayHoldInterface(t.Elem())
	case *types.Struct:
		for i := range t.NumFields() {
			if mayHoldInterface(t.Field(i).Type()) {
				return true
			}
		}
	}
	return false
}

func (l *lowering) slice(x *ast.SliceExpr) lowered {
	n := &wire.Node{Op: wire.Slice, Line: l.line(x.Lbrack), Path: []int{0, 0, 0}}
	operands := []lowered{l.expr(x.X)}
	for i, bound := range []ast.Expr{x.Low, x.High, x.Max} {
		if bound != nil {
			n.Path[i] = 1
			operands = append(operands, l.expr(bound))
		}
	}
	return lowered{node: n, flags: sealed(l.children(n, operands...)) | early}
}

func (l *lowering) unary(x *ast.UnaryExpr, tv types.TypeAndValue) lowered {
	switch x.Op {
	case token.AND:
		inner := ast.Unparen(x.X)
		n := &wire.Node{Op: wire.Address, Line: l.line(x.OpPos)}
		operand := l.expr(inner)
		f := l.children(n, operand)
		if operand.node.Op == wire.Var || operand.node.Op == wire.Local {
			f = 0
		}
		return lowered{node: n, flags: f}
	case token.ARROW:
		n := &wire.Node{Op: wire.Receive, Line: l.line(x.OpPos), Name: commaOK(tv)}
		return lowered{node: n, flags: sealed(l.children(n, l.expr(x.X))) | effects}
	}
	n := &wire.Node{Op: wire.Unary, Name: x.Op.String()}
	return lowered{node: n, flags: l.children(n, l.expr(x.X))}
}

func (l *lowering) binary(x *ast.BinaryExpr, tv types.TypeAndValue) lowered {
	n := &wire.Node{Op: wire.Binary, Name: x.Op.String(), Line: l.line(x.OpPos)}
	a, b := l.expr(x.X), l.expr(x.Y)
	f := l.children(n, a, b)
	t := l.k.info.TypeOf(x.X)
	r := lowered{node: n}
	switch x.Op {
	case token.LAND, token.LOR:
		r.flags = sealed(f)
		return r
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		if result, ok := tv.Type.(*types.Basic); !ok || result.Info()&types.IsBoolean == 0 {
			leave("a comparison whose result has a type of its own")
		}
		if mayHoldInterface(t) || mayHoldInterface(l.k.info.TypeOf(x.Y)) {
			f |= late | early
		}
	case token.QUO, token.REM, token.SHL, token.SHR:
		if !isFloat(t) {
			f |= late
		}
	case token.ADD, token.SUB:
		if isFloat(t) && (a.product || b.product) {
			leave("a product that may be fused with a sum")
		}
	case token.MUL:
		r.product = isFloat(t)
	}
	r.flags = f
	return r
}
