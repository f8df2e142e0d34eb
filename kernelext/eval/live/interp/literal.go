package interp

import (
	"reflect"
	"unsafe"

	"gopets/kernelext/eval/live/wire"
)

func (c *Cell) assert(n *wire.Node) *expr {
	x, t := c.typed(args(n, 1)[0]), c.typ(n.Type)
	if x.typ.Kind() != reflect.Interface {
		fail("assertion of %v", x.typ)
	}
	get := func() (dynamic reflect.Type, v reflect.Value, ok bool) {
		held := x.value()
		c.Line = n.Line
		if held.IsNil() {
			return nil, reflect.Zero(t), false
		}
		is := reflect.ValueOf(c.host.Newest(held.Interface()))
		if is.Type() == t {
			return is.Type(), is, true
		}
		if t.Kind() == reflect.Interface && is.Type().Implements(t) {
			return is.Type(), assigned(is, t), true
		}
		return is.Type(), reflect.Zero(t), false
	}
	if n.Name == wire.CommaOK {
		return commaOK(t, func() (reflect.Value, bool) { _, v, ok := get(); return v, ok })
	}
	if t.Kind() == reflect.Interface {
		fail("an assertion that may name a missing method")
	}
	return &expr{typ: t, value: func() reflect.Value {
		dynamic, v, ok := get()
		if !ok {
			panic(assertionError(x.typ, dynamic, t))
		}
		return v
	}}
}

func (c *Cell) literal(n *wire.Node) *expr {
	t := c.typ(n.Type)
	type part struct {
		at    int
		value func() reflect.Value
	}
	var parts []part
	value := func(set func(v reflect.Value, p part)) *expr {
		return &expr{typ: t, value: func() reflect.Value {
			v := reflect.New(t).Elem()
			if t.Kind() == reflect.Slice {
				v.Set(reflect.MakeSlice(t, n.Type.Len, n.Type.Len))
			}
			for _, p := range parts {
				set(v, p)
			}
			return v
		}}
	}
	switch t.Kind() {
	case reflect.Struct:
		for i, f := range n.Path {
			parts = append(parts, part{f, c.single(n.Args[i]).to(t.Field(f).Type)})
		}
		return value(func(v reflect.Value, p part) {
			f := v.Field(p.at)
			reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().Set(p.value())
		})
	case reflect.Slice, reflect.Array:
		for i, at := range n.Path {
			parts = append(parts, part{at, c.single(n.Args[i]).to(t.Elem())})
		}
		return value(func(v reflect.Value, p part) { v.Index(p.at).Set(p.value()) })
	case reflect.Map:
		var keys, values []func() reflect.Value
		for i := 0; i+1 < len(n.Args); i += 2 {
			keys = append(keys, c.single(n.Args[i]).to(t.Key()))
			values = append(values, c.single(n.Args[i+1]).to(t.Elem()))
		}
		return &expr{typ: t, value: func() reflect.Value {
			m := reflect.MakeMapWithSize(t, len(keys))
			for i := range keys {
				k, v := keys[i](), values[i]()
				c.Line = n.Line
				m.SetMapIndex(k, v)
			}
			return m
		}}
	}
	fail("literal of %v", t)
	return nil
}
