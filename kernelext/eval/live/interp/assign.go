package interp

import (
	"reflect"
	"strings"

	"gopets/kernelext/eval/live/rt"
	"gopets/kernelext/eval/live/wire"
)

func (c *Cell) statement(n *wire.Node) func() {
	switch n.Op {
	case wire.Do:
		e := c.expr(args(n, 1)[0])
		if e.values != nil {
			return func() { e.values() }
		}
		return func() { e.value() }
	case wire.Show:
		return c.show(n)
	case wire.Send:
		ch := c.typed(args(n, 2)[0])
		if ch.typ.Kind() != reflect.Chan || ch.typ.ChanDir()&reflect.SendDir == 0 {
			fail("send to %v", ch.typ)
		}
		value := c.single(n.Args[1]).to(ch.typ.Elem())
		return func() {
			to, v := ch.value(), value()
			c.Line = n.Line
			to.Send(v)
		}
	case wire.Zero:
		var sets []func()
		for _, a := range n.Args {
			set := c.target(a, nil)
			t := set.typ
			sets = append(sets, func() { set.set(reflect.Zero(t)) })
		}
		return c.making(n, func() {
			for _, set := range sets {
				set()
			}
		})
	case wire.Assign:
		return c.making(n, c.assign(n))
	}
	fail("statement %s", n.Op)
	return nil
}

func (c *Cell) making(n *wire.Node, run func()) func() {
	return func() {
		run()
		if len(n.Keys) > 0 {
			rt.Set(n.Keys...)
		}
	}
}

func (c *Cell) show(n *wire.Node) func() {
	e := c.expr(args(n, 1)[0])
	call := n.Name == wire.Call
	return func() {
		var values []reflect.Value
		if e.value != nil {
			values = []reflect.Value{e.value()}
		} else {
			values = e.values()
		}
		var shown []any
		for _, v := range values {
			if !v.IsValid() {
				shown = append(shown, nil)
			} else {
				shown = append(shown, v.Interface())
			}
		}
		c.host.Show(call, shown...)
	}
}

type target struct {
	typ reflect.Type // nil for the blank
	// operands evaluates what comes before the assigned value; may be nil
	operands func()
	set      func(v reflect.Value)
}

// target prepares a target. t is the type of the assigned value, for a new variable.
func (c *Cell) target(n *wire.Node, t reflect.Type) target {
	switch n.Op {
	case wire.Blank:
		return target{set: func(reflect.Value) {}}
	case wire.Define:
		if n.Type != nil {
			t = c.typ(n.Type)
		}
		return c.define(n.Name, t)
	case wire.Local:
		if i := n.Path[0]; i == len(c.locals) {
			if n.Type != nil {
				t = c.typ(n.Type)
			}
			if t == nil {
				fail("a variable without a type")
			}
			c.locals, c.localTypes = append(c.locals, reflect.Value{}), append(c.localTypes, t)
			return target{typ: t, set: func(v reflect.Value) {
				if !c.locals[i].IsValid() {
					c.locals[i] = reflect.New(t).Elem()
				}
				c.locals[i].Set(v)
			}}
		}
	case wire.Index:
		var list, at reflect.Value
		switch x := c.typed(args(n, 2)[0]); x.typ.Kind() {
		case reflect.Map:
			key := c.single(n.Args[1]).to(x.typ.Key())
			return target{typ: x.typ.Elem(), operands: func() { list, at = x.value(), key() },
				set: func(v reflect.Value) {
					c.Line = n.Line
					list.SetMapIndex(at, v)
				}}
		case reflect.Slice:
			index := c.typed(n.Args[1])
			return target{typ: x.typ.Elem(),
				operands: func() { list, at = x.value(), index.value() },
				set: func(v reflect.Value) {
					c.Line = n.Line
					list.Index(checkIndex(at, list.Len())).Set(v)
				}}
		}
	}
	e := c.typed(n)
	if e.place == nil {
		fail("assignment to %s", n.Op)
	}
	return target{typ: e.typ, set: func(v reflect.Value) { e.place().Set(v) }}
}

func (c *Cell) define(key string, t reflect.Type) target {
	if v, ok := rt.Live(key); ok {
		t = c.host.Latest(v.Type)
	} else if t == nil {
		fail("a variable without a type")
	}
	c.made[key] = t
	return target{typ: t, set: func(v reflect.Value) {
		rt.Make(key, t)
		live, _ := rt.Live(key)
		reflect.NewAt(t, live.Addr).Elem().Set(v)
	}}
}

func (c *Cell) assign(n *wire.Node) func() {
	count := n.Path[0]
	left, right := n.Args[:count], n.Args[count:]
	if n.Name != "" {
		return c.operateOn(n, left[0], right[0])
	}
	if len(right) == 1 && count > 1 {
		return c.assignResults(left, c.expr(right[0]))
	}
	var values []*expr
	for _, r := range right {
		values = append(values, c.single(r))
	}
	var targets []target
	var get []func() reflect.Value
	for i, l := range left {
		t := c.target(l, values[i].typ)
		targets = append(targets, t)
		if t.typ == nil {
			get = append(get, values[i].value)
		} else {
			get = append(get, values[i].to(t.typ))
		}
	}
	if count == 1 {
		return func() {
			v := get[0]()
			if targets[0].operands != nil {
				targets[0].operands()
			}
			targets[0].set(v)
		}
	}
	return func() {
		for _, t := range targets {
			if t.operands != nil {
				t.operands()
			}
		}
		var all []reflect.Value
		for _, g := range get {
			all = append(all, g())
		}
		for i, t := range targets {
			t.set(all[i])
		}
	}
}

func (c *Cell) assignResults(left []*wire.Node, e *expr) func() {
	if len(e.types) != len(left) {
		fail("%d results for %d targets", len(e.types), len(left))
	}
	var targets []target
	for i, l := range left {
		t := c.target(l, e.types[i])
		if t.typ != nil && !e.types[i].AssignableTo(t.typ) {
			fail("%v as %v", e.types[i], t.typ)
		}
		targets = append(targets, t)
	}
	return func() {
		for i, v := range e.values() {
			if t := targets[i]; t.typ != nil {
				t.set(assigned(v, t.typ))
			}
		}
	}
}

func (c *Cell) operateOn(n, left, right *wire.Node) func() {
	x, y := c.typed(left), c.typed(right)
	operate := operation(strings.TrimSuffix(n.Name, "="), x.typ, y.typ)
	if left.Op == wire.Index && x.place == nil {
		list := c.typed(left.Args[0])
		if list.typ.Kind() != reflect.Map {
			fail("assignment to an index of %v", list.typ)
		}
		key := c.single(left.Args[1]).to(list.typ.Key())
		return func() {
			m, k := list.value(), key()
			v := m.MapIndex(k)
			if !v.IsValid() {
				v = reflect.Zero(x.typ)
			}
			w := y.value()
			c.Line = n.Line
			m.SetMapIndex(k, operate(v, w))
		}
	}
	if x.place == nil {
		fail("assignment to %s", left.Op)
	}
	return func() {
		w := y.value()
		p := x.place()
		c.Line = n.Line
		p.Set(operate(p, w))
	}
}
