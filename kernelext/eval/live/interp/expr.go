package interp

import (
	"reflect"
	"unsafe"

	"gopets/kernelext/eval/live/rt"
	"gopets/kernelext/eval/live/wire"
)

func (c *Cell) expr(n *wire.Node) *expr {
	switch n.Op {
	case wire.Const:
		v := constant(c.typ(n.Type), n.Name)
		return &expr{typ: v.Type(), value: func() reflect.Value { return v }}
	case wire.Nil:
		return &expr{value: func() reflect.Value { return reflect.Value{} }}
	case wire.Big:
		v := reflect.ValueOf(rt.Constant(n.Name))
		return &expr{typ: v.Type(), value: func() reflect.Value { return v }}
	case wire.Var:
		return c.variable(n.Name)
	case wire.Local:
		return c.local(n)
	case wire.Symbol:
		return symbol(n.Name)
	case wire.Function:
		f := reflect.ValueOf(c.host.Func(n.Path[0], n.Name))
		if !f.IsValid() || f.Kind() != reflect.Func {
			fail("function %s is in no version", n.Name)
		}
		return &expr{typ: f.Type(), value: func() reflect.Value { return f }}
	case wire.Field:
		return c.field(c.typed(args(n, 1)[0]), n.Path, n.Line)
	case wire.Index:
		return c.index(n)
	case wire.Slice:
		return c.slice(n)
	case wire.Deref:
		return c.deref(c.typed(args(n, 1)[0]), n.Line)
	case wire.Address:
		return c.address(n)
	case wire.Unary:
		return c.unary(n)
	case wire.Binary:
		return c.binary(n)
	case wire.Receive:
		return c.receive(n)
	case wire.Call:
		return c.call(n)
	case wire.Method:
		return c.method(n)
	case wire.Builtin:
		return c.builtin(n)
	case wire.Convert:
		return c.convert(n)
	case wire.Literal:
		return c.literal(n)
	case wire.Assert:
		return c.assert(n)
	}
	fail("expression %s", n.Op)
	return nil
}

func (c *Cell) variable(key string) *expr {
	t := c.made[key]
	if t == nil {
		v, ok := rt.Live(key)
		if !ok {
			fail("no variable %s", key)
		}
		t = c.host.Latest(v.Type)
	}
	return at(t, func() reflect.Value {
		v, _ := rt.Live(key)
		return reflect.NewAt(t, v.Addr).Elem()
	})
}

func (c *Cell) local(n *wire.Node) *expr {
	i := n.Path[0]
	if i >= len(c.locals) {
		fail("a local variable that is not made yet")
	}
	return at(c.localTypes[i], func() reflect.Value { return c.locals[i] })
}

func symbol(name string) *expr {
	v := reflect.ValueOf(rt.Lookup(name))
	switch {
	case v.IsValid() && v.Kind() == reflect.Func:
		return &expr{typ: v.Type(), value: func() reflect.Value { return v }}
	case v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil():
		return at(v.Type().Elem(), v.Elem)
	}
	fail("%s is in no table", name)
	return nil
}

// nilDereference panics as code that follows a nil pointer.
func nilDereference() {
	var p *int
	_ = *p
}

func (c *Cell) deref(e *expr, line int) *expr {
	if e.typ.Kind() != reflect.Pointer {
		fail("* of %v", e.typ)
	}
	return at(e.typ.Elem(), func() reflect.Value {
		p := e.value()
		c.Line = line
		if p.IsNil() {
			nilDereference()
		}
		return p.Elem()
	})
}

func (c *Cell) field(e *expr, path []int, line int) *expr {
	for _, i := range path {
		if e.typ.Kind() == reflect.Pointer {
			e = c.deref(e, line)
		}
		if e.typ.Kind() != reflect.Struct || i >= e.typ.NumField() {
			fail("no field %d of %v", i, e.typ)
		}
		t, from := e.typ.Field(i).Type, e
		get := func(s reflect.Value) reflect.Value {
			return reflect.NewAt(t, unsafe.Pointer(s.Field(i).UnsafeAddr())).Elem()
		}
		if from.place != nil {
			e = at(t, func() reflect.Value { return get(from.place()) })
		} else {
			e = &expr{typ: t, value: func() reflect.Value { return get(copied(from.value())) }}
		}
	}
	return e
}

func (c *Cell) address(n *wire.Node) *expr {
	e := c.typed(args(n, 1)[0])
	t := known(reflect.PointerTo(e.typ))
	if e.place != nil {
		return &expr{typ: t, value: func() reflect.Value { return e.place().Addr() }}
	}
	if n.Args[0].Op != wire.Literal {
		fail("address of %s", n.Args[0].Op)
	}
	return &expr{typ: t, value: func() reflect.Value { return copied(e.value()).Addr() }}
}

func (c *Cell) index(n *wire.Node) *expr {
	x, line := c.typed(args(n, 2)[0]), n.Line
	if x.typ.Kind() == reflect.Map {
		return c.mapIndex(n, x)
	}
	i := c.typed(n.Args[1])
	element := func(list reflect.Value) reflect.Value {
		at := i.value()
		c.Line = line
		return list.Index(checkIndex(at, list.Len()))
	}
	if x.typ.Kind() == reflect.Pointer && x.typ.Elem().Kind() == reflect.Array {
		x = c.deref(x, line)
	}
	switch x.typ.Kind() {
	case reflect.String:
		return &expr{typ: basic["uint8"], value: func() reflect.Value {
			s := x.value().String()
			at := i.value()
			c.Line = line
			return reflect.ValueOf(s[checkIndex(at, len(s))])
		}}
	case reflect.Slice:
		return at(x.typ.Elem(), func() reflect.Value { return element(x.value()) })
	case reflect.Array:
		if x.place != nil {
			return at(x.typ.Elem(), func() reflect.Value { return element(x.place()) })
		}
		return &expr{typ: x.typ.Elem(), value: func() reflect.Value { return element(x.value()) }}
	}
	fail("index of %v", x.typ)
	return nil
}

func (c *Cell) mapIndex(n *wire.Node, x *expr) *expr {
	key, elem := c.single(n.Args[1]).to(x.typ.Key()), x.typ.Elem()
	get := func() reflect.Value {
		m, k := x.value(), key()
		c.Line = n.Line
		return m.MapIndex(k)
	}
	value := func() (reflect.Value, bool) {
		if v := get(); v.IsValid() {
			return v, true
		}
		return reflect.Zero(elem), false
	}
	if n.Name == wire.CommaOK {
		return commaOK(elem, value)
	}
	return &expr{typ: elem, value: func() reflect.Value { v, _ := value(); return v }}
}

func commaOK(t reflect.Type, value func() (reflect.Value, bool)) *expr {
	return &expr{types: []reflect.Type{t, basic["bool"]}, values: func() []reflect.Value {
		v, ok := value()
		return []reflect.Value{v, reflect.ValueOf(ok)}
	}}
}

func checkIndex(i reflect.Value, length int) int {
	list := make([]struct{}, length)
	if i.CanInt() {
		_ = list[i.Int()]
		return int(i.Int())
	}
	_ = list[i.Uint()]
	return int(i.Uint())
}

func (c *Cell) slice(n *wire.Node) *expr {
	x := c.typed(n.Args[0])
	if x.typ.Kind() == reflect.Pointer && x.typ.Elem().Kind() == reflect.Array {
		x = c.deref(x, n.Line)
	}
	var bounds [3]func() int
	next := 1
	for i, given := range n.Path {
		if given == 0 {
			continue
		}
		b := c.typed(n.Args[next])
		next++
		if k := b.typ.Kind(); k < reflect.Int || k > reflect.Int64 {
			fail("a bound of type %v", b.typ)
		}
		bounds[i] = func() int { return int(b.value().Int()) }
	}
	full := bounds[2] != nil
	get := func(length, most int) (low, high, limit int) {
		high, limit = length, most
		for i, p := range []*int{&low, &high, &limit} {
			if bounds[i] != nil {
				*p = bounds[i]()
			}
		}
		c.Line = n.Line
		return low, high, limit
	}
	switch t := x.typ; t.Kind() {
	case reflect.String:
		return &expr{typ: t, value: func() reflect.Value {
			s := x.value().String()
			low, high, _ := get(len(s), 0)
			v := reflect.New(t).Elem()
			v.SetString(s[low:high])
			return v
		}}
	case reflect.Slice:
		return &expr{typ: t, value: func() reflect.Value {
			s := x.value()
			low, high, limit := get(s.Len(), s.Cap())
			list := make([]struct{}, s.Len(), s.Cap())
			if full {
				_ = list[low:high:limit]
				return s.Slice3(low, high, limit)
			}
			_ = list[low:high]
			return s.Slice(low, high)
		}}
	case reflect.Array:
		if x.place == nil || full || t.Elem().Size() == 0 || t.Len() == 0 {
			break
		}
		return &expr{typ: known(reflect.SliceOf(t.Elem())), value: func() reflect.Value {
			a := x.place()
			low, high, _ := get(a.Len(), 0)
			// An array's panic has the text of a string's.
			_ = unsafe.String((*byte)(a.Addr().UnsafePointer()), a.Len())[low:high]
			return a.Slice(low, high)
		}}
	}
	fail("part of %v", x.typ)
	return nil
}

func (c *Cell) receive(n *wire.Node) *expr {
	ch := c.typed(args(n, 1)[0])
	if ch.typ.Kind() != reflect.Chan || ch.typ.ChanDir()&reflect.RecvDir == 0 {
		fail("receive from %v", ch.typ)
	}
	get := func() (reflect.Value, bool) {
		from := ch.value()
		c.Line = n.Line
		return from.Recv()
	}
	if n.Name == wire.CommaOK {
		return commaOK(ch.typ.Elem(), get)
	}
	return &expr{typ: ch.typ.Elem(), value: func() reflect.Value { v, _ := get(); return v }}
}
