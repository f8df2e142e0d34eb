package live

import (
	"go/ast"
	"go/types"
	"slices"

	"gopets/kernelext/eval/live/wire"
)

func (l *lowering) call(x *ast.CallExpr, tv types.TypeAndValue) lowered {
	fun := ast.Unparen(x.Fun)
	ftv := l.k.info.Types[fun]
	switch {
	case ftv.IsType():
		return l.conversion(x, ftv.Type)
	case ftv.IsBuiltin():
		return l.builtin(x, fun)
	}
	if _, ok := l.k.info.Instances[identOf(fun)]; ok {
		leave("a generic function")
	}
	n := &wire.Node{Op: wire.Call, Line: l.line(x.Lparen)}
	if x.Ellipsis.IsValid() {
		n.Name = "..."
	}
	if s, ok := fun.(*ast.SelectorExpr); ok {
		if selection := l.k.info.Selections[s]; selection != nil &&
			selection.Kind() != types.FieldVal {
			return l.method(n, x, s, selection)
		}
	}
	operands := append([]lowered{l.expr(fun)}, l.arguments(x)...)
	return lowered{node: n, flags: sealed(l.children(n, operands...)) | effects}
}

// arguments lowers the arguments of a call; a call with several results may be the only one.
func (l *lowering) arguments(x *ast.CallExpr) (all []lowered) {
	if len(x.Args) == 1 {
		return []lowered{l.results(x.Args[0])}
	}
	for _, a := range x.Args {
		all = append(all, l.expr(a))
	}
	return all
}

func (l *lowering) method(n *wire.Node, x *ast.CallExpr, s *ast.SelectorExpr,
	selection *types.Selection) lowered {
	if selection.Kind() != types.MethodVal {
		leave("a method expression")
	}
	f := selection.Obj().(*types.Func)
	if f.Pkg() != nil && slices.Contains(callers, f.Pkg().Path()) {
		leave("package %s looks at its callers", f.Pkg().Path())
	}
	recv := l.expr(s.X)
	path := selection.Index()[:len(selection.Index())-1]
	kind := wire.OfValue
	switch t := f.Signature().Recv().Type(); {
	case types.IsInterface(t):
		kind = wire.OfInterface
	case isPointer(t):
		kind = wire.OfPointer
	}
	if l.indirect(selection.Recv(), path) || kind == wire.OfValue && isPointer(selection.Recv()) {
		recv.flags |= late | deep
	}
	if !f.Exported() {
		return l.unexported(n, x, s, selection, recv)
	}
	arguments := l.arguments(x)
	n.Op, n.Keys, n.Path = wire.Method, []string{kind, f.Name()}, path
	return lowered{node: n,
		flags: sealed(l.children(n, append([]lowered{recv}, arguments...)...)) | effects}
}

// unexported lowers the call of a method that reflection does not find: its function, with the
// receiver before the arguments.
func (l *lowering) unexported(n *wire.Node, x *ast.CallExpr, s *ast.SelectorExpr,
	selection *types.Selection, recv lowered) lowered {
	f := selection.Obj().(*types.Func)
	t, pointer := f.Signature().Recv().Type(), false
	if p, ok := t.(*types.Pointer); ok {
		t, pointer = p.Elem(), true
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() != l.k.pkg || len(selection.Index()) != 1 ||
		types.IsInterface(t) {
		leave("the method %s", f.Name())
	}
	switch is := isPointer(selection.Recv()); {
	case pointer && !is:
		if recv.node.Op != wire.Var && recv.node.Op != wire.Local {
			leave("the address for method %s", f.Name())
		}
		recv = lowered{node: &wire.Node{Op: wire.Address, Args: []*wire.Node{recv.node}}}
	case !pointer && is:
		recv.node = &wire.Node{Op: wire.Deref, Line: l.dot(s), Args: []*wire.Node{recv.node}}
	}
	operands := []lowered{{node: l.function(named.Obj().Name() + "~" + f.Name())}, recv}
	if len(x.Args) == 1 && len(operands) > 1 {
		operands = append(operands, l.expr(x.Args[0])) // not several results
	} else {
		operands = append(operands, l.arguments(x)...)
	}
	return lowered{node: n, flags: sealed(l.children(n, operands...)) | effects}
}

func (l *lowering) conversion(x *ast.CallExpr, t types.Type) lowered {
	from := l.k.info.TypeOf(x.Args[0])
	if _, ok := from.Underlying().(*types.Slice); ok {
		switch t.Underlying().(type) {
		case *types.Array, *types.Pointer:
			leave("a slice as an array")
		}
	}
	operand := l.expr(x.Args[0])
	n := &wire.Node{Op: wire.Convert, Type: l.typ(t)}
	return lowered{node: n, flags: l.children(n, operand)}
}

func (l *lowering) builtin(x *ast.CallExpr, fun ast.Expr) lowered {
	n := &wire.Node{Op: wire.Builtin, Name: builtinName(fun), Line: l.line(x.Lparen)}
	var operands []lowered
	args := x.Args
	switch n.Name {
	case "len":
		if isPointer(l.k.info.TypeOf(args[0])) || isArray(l.k.info.TypeOf(args[0])) {
			leave("the length of an array")
		}
	case "cap":
		// The compiler chooses the capacity of what was just made.
		switch ast.Unparen(args[0]).(type) {
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		default:
			leave("a capacity")
		}
		if isPointer(l.k.info.TypeOf(args[0])) || isArray(l.k.info.TypeOf(args[0])) {
			leave("the length of an array")
		}
	case "append":
		if x.Ellipsis.IsValid() {
			n.Path = []int{1}
		}
	case "new":
		if !l.k.info.Types[args[0]].IsType() {
			leave("new of a value")
		}
		n.Type, args = l.typ(l.k.info.TypeOf(args[0])), nil
	case "make":
		n.Type, args = l.typ(l.k.info.TypeOf(args[0])), args[1:]
	case "copy", "delete", "clear", "close", "min", "max", "panic":
	default:
		leave("%s", n.Name)
	}
	if len(args) == 1 {
		if _, ok := l.k.info.TypeOf(args[0]).(*types.Tuple); ok {
			leave("several results")
		}
	}
	for _, a := range args {
		operands = append(operands, l.expr(a))
	}
	f := sealed(l.children(n, operands...))
	switch n.Name {
	case "append", "copy", "min", "max", "len", "cap", "new":
	case "make":
		f |= early
	default:
		f |= effects
	}
	return lowered{node: n, flags: f}
}
