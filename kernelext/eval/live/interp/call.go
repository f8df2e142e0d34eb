package interp

import (
	"reflect"

	"gopets/kernelext/eval/live/wire"
)

func (c *Cell) call(n *wire.Node) *expr {
	f := c.typed(n.Args[0])
	if f.typ.Kind() != reflect.Func {
		fail("call of %v", f.typ)
	}
	var in, out []reflect.Type
	for i := range f.typ.NumIn() {
		in = append(in, f.typ.In(i))
	}
	for i := range f.typ.NumOut() {
		out = append(out, f.typ.Out(i))
	}
	arguments := c.arguments(n, in, f.typ.IsVariadic(), n.Args[1:])
	return c.called(n, out, f.typ.IsVariadic(), func() (reflect.Value, []reflect.Value) {
		fun := f.value()
		values := arguments()
		if c.Line = n.Line; fun.IsNil() {
			nilDereference()
		}
		return fun, values
	})
}

func (c *Cell) called(n *wire.Node, out []reflect.Type, variadic bool,
	prepare func() (reflect.Value, []reflect.Value)) *expr {
	call := func() []reflect.Value {
		f, in := prepare()
		c.Stop.Check()
		c.Line = n.Line
		if variadic {
			return f.CallSlice(in)
		}
		return f.Call(in)
	}
	e := &expr{types: out, values: call}
	if len(out) == 1 {
		e.typ, e.value = out[0], func() reflect.Value { return call()[0] }
	}
	return e
}

// arguments prepares the arguments of a call. Variadic ones become a slice, nil if there are none.
func (c *Cell) arguments(n *wire.Node, in []reflect.Type, variadic bool,
	nodes []*wire.Node) func() []reflect.Value {
	fixed := len(in)
	if variadic && n.Name != "..." {
		fixed--
	}
	parameter := func(i int) reflect.Type {
		switch {
		case i < fixed:
			return in[i]
		case !variadic || n.Name == "...":
			fail("too many arguments")
		}
		return in[fixed].Elem()
	}
	pack := func(values []reflect.Value) []reflect.Value {
		if fixed == len(in) {
			return values
		}
		t, rest := in[fixed], values[fixed:]
		list := reflect.Zero(t)
		if len(rest) > 0 {
			list = reflect.MakeSlice(t, len(rest), len(rest))
			for i, v := range rest {
				list.Index(i).Set(v)
			}
		}
		return append(values[:fixed:fixed], list)
	}
	if len(nodes) == 1 {
		if e := c.expr(nodes[0]); len(e.types) > 1 {
			return c.spread(e, len(e.types), fixed, parameter, pack)
		}
	}
	var list []func() reflect.Value
	for i, a := range nodes {
		list = append(list, c.single(a).to(parameter(i)))
	}
	if len(list) < fixed {
		fail("too few arguments")
	}
	return func() []reflect.Value {
		values := make([]reflect.Value, len(list))
		for i, value := range list {
			values[i] = value()
		}
		return pack(values)
	}
}

func (c *Cell) spread(e *expr, count, fixed int, parameter func(int) reflect.Type,
	pack func([]reflect.Value) []reflect.Value) func() []reflect.Value {
	if count < fixed {
		fail("too few arguments")
	}
	for i, t := range e.types {
		if !t.AssignableTo(parameter(i)) {
			fail("%v as %v", t, parameter(i))
		}
	}
	return func() []reflect.Value {
		values := e.values()
		for i, v := range values {
			values[i] = assigned(v, parameter(i))
		}
		return pack(values)
	}
}

func (c *Cell) method(n *wire.Node) *expr {
	recv := c.field(c.typed(n.Args[0]), n.Path, n.Line)
	kind, name := n.Keys[0], n.Keys[1]
	switch {
	case kind == wire.OfInterface && recv.typ.Kind() == reflect.Interface:
	case kind == wire.OfPointer && recv.typ.Kind() == reflect.Pointer:
	case kind == wire.OfPointer && recv.place != nil:
		place := recv.place
		recv = &expr{typ: reflect.PointerTo(recv.typ),
			value: func() reflect.Value { return place().Addr() }}
	case kind == wire.OfValue && recv.typ.Kind() == reflect.Pointer:
		recv = c.deref(recv, n.Line)
	case kind == wire.OfValue:
	default:
		fail("method %s of %v", name, recv.typ)
	}
	m, ok := recv.typ.MethodByName(name)
	if !ok || !m.IsExported() {
		fail("no method %s of %v", name, recv.typ)
	}
	var in, out []reflect.Type
	for i := range m.Type.NumIn() {
		in = append(in, m.Type.In(i))
	}
	if kind != wire.OfInterface {
		in = in[1:]
	}
	for i := range m.Type.NumOut() {
		out = append(out, m.Type.Out(i))
	}
	arguments := c.arguments(n, in, m.Type.IsVariadic(), n.Args[1:])
	return c.called(n, out, m.Type.IsVariadic(), func() (reflect.Value, []reflect.Value) {
		r := recv.value()
		values := arguments()
		if c.Line = n.Line; kind == wire.OfInterface && r.IsNil() {
			nilDereference()
		}
		return r.Method(m.Index), values
	})
}
