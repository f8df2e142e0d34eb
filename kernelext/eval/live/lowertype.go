package live

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"

	"gopets/kernelext/eval/live/wire"
)

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
		imaginary := part(constant.Imag(v))
		if !strings.HasPrefix(imaginary, "-") {
			imaginary = "+" + imaginary
		}
		n.Name = part(constant.Real(v)) + imaginary + "i"
	default:
		leave("a constant of type %v", t)
	}
	return n
}

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
		return &wire.Type{Kind: "basic",
			Name: types.Typ[types.Default(t).(*types.Basic).Kind()].Name()}
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
		w.Len = map[types.ChanDir]int{types.SendRecv: 3, types.RecvOnly: 1,
			types.SendOnly: 2}[t.Dir()]
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
