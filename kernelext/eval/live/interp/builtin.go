package interp

import (
	"reflect"

	"gopets/kernelext/eval/live/wire"
)

func (c *Cell) builtin(n *wire.Node) *expr {
	switch n.Name {
	case "len", "cap":
		return c.length(n)
	case "append":
		return c.append(n)
	case "copy":
		return c.copy(n)
	case "delete":
		m := c.typed(args(n, 2)[0])
		key := c.single(n.Args[1]).to(m.typ.Key())
		return effect(func() {
			from, k := m.value(), key()
			c.Line = n.Line
			from.SetMapIndex(k, reflect.Value{})
		})
	case "clear":
		x := c.typed(args(n, 1)[0])
		return effect(func() { x.value().Clear() })
	case "close":
		ch := c.typed(args(n, 1)[0])
		return effect(func() {
			v := ch.value()
			c.Line = n.Line
			v.Close()
		})
	case "new":
		t := c.typ(n.Type)
		return &expr{typ: known(reflect.PointerTo(t)),
			value: func() reflect.Value { return reflect.New(t) }}
	case "make":
		return c.make(n)
	case "min", "max":
		return c.extreme(n)
	case "panic":
		value := c.single(args(n, 1)[0]).to(basic["any"])
		return effect(func() {
			v := value()
			c.Line = n.Line
			panic(v.Interface())
		})
	}
	fail("%s", n.Name)
	return nil
}

func effect(run func()) *expr {
	return &expr{types: []reflect.Type{}, values: func() []reflect.Value {
		run()
		return nil
	}}
}

func (c *Cell) length(n *wire.Node) *expr {
	x := c.typed(args(n, 1)[0])
	if x.typ.Kind() == reflect.Pointer {
		fail("%s of a pointer", n.Name)
	}
	return &expr{typ: basic["int"], value: func() reflect.Value {
		if n.Name == "cap" {
			return reflect.ValueOf(x.value().Cap())
		}
		return reflect.ValueOf(x.value().Len())
	}}
}

func (c *Cell) append(n *wire.Node) *expr {
	list := c.typed(n.Args[0])
	t := list.typ
	if t.Kind() != reflect.Slice {
		fail("append to %v", t)
	}
	if len(n.Path) > 0 { // a slice of elements
		rest := c.single(args(n, 2)[1])
		if rest.typ != nil && rest.typ.Kind() == reflect.String {
			return &expr{typ: t, value: func() reflect.Value {
				v := list.value()
				return reflect.AppendSlice(v, reflect.ValueOf([]byte(rest.value().String())).
					Convert(t))
			}}
		}
		if rest.typ != nil && rest.typ.Kind() != reflect.Slice {
			fail("append of %v", rest.typ)
		}
		value := rest.to(t)
		if rest.typ != nil && rest.typ != t {
			value = func() reflect.Value { return rest.value().Convert(t) }
		}
		return &expr{typ: t, value: func() reflect.Value {
			v := list.value()
			return reflect.AppendSlice(v, value())
		}}
	}
	var elements []func() reflect.Value
	for _, a := range n.Args[1:] {
		elements = append(elements, c.single(a).to(t.Elem()))
	}
	return &expr{typ: t, value: func() reflect.Value {
		v := list.value()
		var values []reflect.Value
		for _, e := range elements {
			values = append(values, e())
		}
		return reflect.Append(v, values...)
	}}
}

func (c *Cell) copy(n *wire.Node) *expr {
	to, from := c.typed(args(n, 2)[0]), c.typed(n.Args[1])
	if to.typ.Kind() != reflect.Slice || from.typ.Kind() != reflect.Slice &&
		from.typ.Kind() != reflect.String {
		fail("copy of %v", from.typ)
	}
	return &expr{typ: basic["int"], value: func() reflect.Value {
		dst := to.value()
		return reflect.ValueOf(reflect.Copy(dst, from.value()))
	}}
}

// maxAlloc is more bytes than the runtime ever allocates on 64 bits.
const maxAlloc = 1 << 48

func (c *Cell) make(n *wire.Node) *expr {
	t := c.typ(n.Type)
	var sizes []func() int
	for _, a := range n.Args {
		e := c.typed(a)
		if kindOf(e.typ) != ints {
			fail("a size of type %v", e.typ)
		}
		sizes = append(sizes, func() int { return int(e.value().Int()) })
	}
	size := func(i int) int {
		if i < len(sizes) {
			return sizes[i]()
		}
		return 0
	}
	switch t.Kind() {
	case reflect.Map:
		return &expr{typ: t, value: func() reflect.Value {
			return reflect.MakeMapWithSize(t, max(0, size(0)))
		}}
	case reflect.Chan:
		for _, a := range n.Args {
			if a.Op != wire.Const {
				fail("a channel of a size that may be negative")
			}
		}
		return &expr{typ: t, value: func() reflect.Value { return reflect.MakeChan(t, size(0)) }}
	case reflect.Slice:
		most := maxAlloc / max(1, int(t.Elem().Size()))
		return &expr{typ: t, value: func() reflect.Value {
			length := size(0)
			capacity := length
			if len(sizes) > 1 {
				capacity = size(1)
			}
			c.Line = n.Line
			// These panic as make does.
			if length < 0 || length > most {
				length = -1
			} else if capacity < length || capacity > most {
				capacity = -1
			}
			if len(sizes) > 1 {
				_ = make([]struct{}, length, capacity)
			} else {
				_ = make([]struct{}, length)
			}
			return reflect.MakeSlice(t, length, capacity)
		}}
	}
	fail("make of %v", t)
	return nil
}

func (c *Cell) extreme(n *wire.Node) *expr {
	var list []*expr
	for _, a := range n.Args {
		list = append(list, c.typed(a))
	}
	t := list[0].typ
	for _, e := range list {
		if e.typ != t {
			fail("%s of %v and %v", n.Name, t, e.typ)
		}
	}
	var pick func(x, y reflect.Value) reflect.Value
	least := n.Name == "min"
	first := func(x, y reflect.Value, less bool) reflect.Value {
		if less == least {
			return x
		}
		return y
	}
	switch k := kindOf(t); {
	case t.Kind() == reflect.String:
		pick = func(x, y reflect.Value) reflect.Value {
			return first(x, y,
				x.String() < y.String())
		}
	case k == ints:
		pick = func(x, y reflect.Value) reflect.Value { return first(x, y, x.Int() < y.Int()) }
	case k == uints:
		pick = func(x, y reflect.Value) reflect.Value { return first(x, y, x.Uint() < y.Uint()) }
	case k == floats:
		pick = func(x, y reflect.Value) reflect.Value {
			r := reflect.New(t).Elem()
			if least {
				r.SetFloat(min(x.Float(), y.Float()))
			} else {
				r.SetFloat(max(x.Float(), y.Float()))
			}
			return r
		}
	default:
		fail("%s of %v", n.Name, t)
	}
	return &expr{typ: t, value: func() reflect.Value {
		r := list[0].value()
		for _, e := range list[1:] {
			r = pick(r, e.value())
		}
		return r
	}}
}
