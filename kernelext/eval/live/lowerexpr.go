package live

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/eval/live/wire"
)

// flags say what an expression does that the order of evaluation shows. The compiler evaluates
// calls, and some other operations, before all else of a statement.
type flags int

const (
	effects flags = 1 << iota // it calls something
	early                     // it may panic where calls are evaluated
	late                      // it may panic where it stands
	deep                      // it reads memory that a call may change
)

func (f flags) has(any flags) bool { return f&any != 0 }

// A lowered is an expression as a tree.
type lowered struct {
	node    *wire.Node
	flags   flags
	product bool // a product of floats, which some processors fuse with a sum
}

// inOrder returns the flags of operands that are evaluated one after the other.
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

// children makes operands the arguments of a node.
func (l *lowering) children(n *wire.Node, list ...lowered) flags {
	for _, x := range list {
		n.Args = append(n.Args, x.node)
	}
	return l.inOrder(list...)
}

// sealed are the flags of what is evaluated with the calls.
func sealed(f flags) flags {
	if f.has(late) {
		f |= early
	}
	return f &^ (late | deep)
}

// expr makes an expression with one value.
func (l *lowering) expr(x ast.Expr) lowered {
	r := l.results(x)
	if r.node.Name == wire.CommaOK {
		leave("two results")
	}
	return r
}

// results makes an expression with any number of values.
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
		n := &wire.Node{Op: wire.Assert, Line: l.line(x.Lparen), Type: l.typ(l.k.info.TypeOf(x.Type))}
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

// constant makes a constant.
func (l *lowering) constant(tv types.TypeAndValue) *wire.Node {
	t := types.Default(tv.Type)
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		leave("a constant of type %v", t)
	}
	n := &wire.Node{Op: wire.Const, Type: l.typ(t)}
	v := tv.Value
	part := func(v constant.Value) string {
		f, _ := constant.Float64Val(v)
		if b.Kind() == types.Float32 || b.Kind() == types.Complex64 {
			f32, _ := constant.Float32Val(v)
			f = float64(f32)
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		n.Name = strconv.FormatBool(constant.BoolVal(v))
	case info&types.IsString != 0:
		n.Name = strconv.QuoteToASCII(constant.StringVal(v))
	case info&types.IsInteger != 0:
		n.Name = constant.ToInt(v).ExactString()
	case info&types.IsFloat != 0:
		n.Name = part(constant.ToFloat(v))
	case info&types.IsComplex != 0:
		v = constant.ToComplex(v)
		imag := part(constant.Imag(v))
		if !strings.HasPrefix(imag, "-") {
			imag = "+" + imag
		}
		n.Name = part(constant.Real(v)) + imag + "i"
	default:
		leave("a constant of type %v", t)
	}
	return n
}

// ident makes a name.
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

// function makes a function of the cells that a version holds as it is now.
func (l *lowering) function(name string) *wire.Node {
	p := l.k.program
	f, ok := p.compiled[name]
	if !ok || f.digest != l.k.digest(name) {
		leave("the function %s is not compiled yet", name)
	}
	return &wire.Node{Op: wire.Function, Name: name, Path: []int{f.version}}
}

// callers are packages that look at the code that calls them.
var callers = []string{"runtime", "log", "testing", "plugin", "unsafe", "C"}

// symbol makes a name of a package.
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

// selector makes x.y.
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

// dot returns the line of the dot of x.y.
func (l *lowering) dot(x *ast.SelectorExpr) int { return l.line(x.X.End()) }

// indirect reports whether a path of fields leads through a pointer.
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

// index makes x[i].
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

// slice makes x[i:j].
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

// unary makes an operator before a value.
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

// binary makes an operator between two values.
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

// literal makes a composite literal.
func (l *lowering) literal(x *ast.CompositeLit, t types.Type) lowered {
	if p, ok := t.Underlying().(*types.Pointer); ok { // &T is left out within a list
		inner := l.literal(x, p.Elem())
		return lowered{node: &wire.Node{Op: wire.Address, Args: []*wire.Node{inner.node}},
			flags: inner.flags}
	}
	n := &wire.Node{Op: wire.Literal, Line: l.line(x.Lbrace), Type: l.typ(t)}
	var parts []lowered
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for i, e := range x.Elts {
			value := e
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				value = kv.Value
				for j := range t.NumFields() {
					if t.Field(j).Name() == kv.Key.(*ast.Ident).Name {
						i = j
					}
				}
			}
			n.Path = append(n.Path, i)
			parts = append(parts, l.expr(value))
		}
	case *types.Slice, *types.Array:
		at, length := 0, 0
		for _, e := range x.Elts {
			value := e
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				value = kv.Value
				index, exact := constant.Int64Val(constant.ToInt(l.k.info.Types[kv.Key].Value))
				if !exact {
					leave("an index of a literal")
				}
				at = int(index)
			}
			n.Path = append(n.Path, at)
			parts = append(parts, l.expr(value))
			at++
			length = max(length, at)
		}
		if _, ok := t.(*types.Slice); ok {
			n.Type.Len = length
		}
	case *types.Map:
		for _, e := range x.Elts {
			kv := e.(*ast.KeyValueExpr)
			parts = append(parts, l.expr(kv.Key), l.expr(kv.Value))
		}
		if mayHoldInterface(t.Key()) && len(x.Elts) > 0 {
			parts = append(parts, lowered{node: nil, flags: early})
			l.inOrder(parts...)
			parts = parts[:len(parts)-1]
		}
	default:
		leave("a literal of %v", t)
	}
	return lowered{node: n, flags: l.children(n, parts...)}
}

// typ names a type.
func (l *lowering) typ(t types.Type) *wire.Type {
	list := func(kind string, elems ...types.Type) *wire.Type {
		w := &wire.Type{Kind: kind}
		for _, e := range elems {
			w.Elem = append(w.Elem, l.typ(e))
		}
		return w
	}
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			break
		}
		return &wire.Type{Kind: "basic", Name: types.Typ[types.Default(t).(*types.Basic).Kind()].Name()}
	case *types.Named:
		return l.named(t)
	case *types.Interface:
		if t.Empty() {
			return &wire.Type{Kind: "basic", Name: "any"}
		}
	case *types.Struct:
		if t.NumFields() == 0 {
			return list("empty")
		}
	case *types.Pointer:
		return list("pointer", t.Elem())
	case *types.Slice:
		return list("slice", t.Elem())
	case *types.Array:
		w := list("array", t.Elem())
		w.Len = int(t.Len())
		return w
	case *types.Map:
		return list("map", t.Key(), t.Elem())
	case *types.Chan:
		w := list("chan", t.Elem())
		w.Len = map[types.ChanDir]int{types.SendRecv: 3, types.RecvOnly: 1, types.SendOnly: 2}[t.Dir()]
		return w
	case *types.Signature:
		var all []types.Type
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for i := range tuple.Len() {
				all = append(all, tuple.At(i).Type())
			}
		}
		w := list("func", all...)
		w.Len, w.Variadic = t.Params().Len(), t.Variadic()
		return w
	}
	leave("the type %v", t)
	return nil
}

// named names a type that has a name.
func (l *lowering) named(t *types.Named) *wire.Type {
	obj := t.Obj()
	switch {
	case t.TypeArgs().Len() > 0 || t.TypeParams().Len() > 0:
		leave("the generic type %v", t)
	case obj.Pkg() == nil:
		return &wire.Type{Kind: "basic", Name: obj.Name()} // error
	case l.k.own(obj):
		p := l.k.program
		if digest := p.epoch.types[obj.Name()]; digest == "" ||
			digest != l.k.digest(obj.Name()) {
			leave("the type %s is not compiled yet", obj.Name())
		}
		return &wire.Type{Kind: "cell", Name: obj.Name()}
	case obj.Pkg() == l.k.pkg || !obj.Exported():
		leave("the type %v", t)
	}
	l.tables[obj.Pkg().Path()] = true
	return &wire.Type{Kind: "named", Name: fmt.Sprintf("%s.%s", obj.Pkg().Path(), obj.Name())}
}
