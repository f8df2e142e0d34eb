package interp

import (
	"cmp"
	"reflect"

	"gopets/kernelext/eval/live/wire"
)

func (c *Cell) unary(n *wire.Node) *expr {
	x := c.typed(args(n, 1)[0])
	op, t := n.Name, x.typ
	value := func(set func(r, v reflect.Value)) *expr {
		return &expr{typ: t, value: func() reflect.Value {
			r := reflect.New(t).Elem()
			set(r, x.value())
			return r
		}}
	}
	switch k := kindOf(t); {
	case op == "+" && k != 0:
		return x
	case op == "!" && t.Kind() == reflect.Bool:
		return value(func(r, v reflect.Value) { r.SetBool(!v.Bool()) })
	case op == "-" && k == ints:
		return value(func(r, v reflect.Value) { r.SetInt(-v.Int()) })
	case op == "-" && k == uints:
		return value(func(r, v reflect.Value) { r.SetUint(-v.Uint()) })
	case op == "-" && k == floats:
		return value(func(r, v reflect.Value) { r.SetFloat(-v.Float()) })
	case op == "-" && k == complexes:
		return value(func(r, v reflect.Value) { r.SetComplex(-v.Complex()) })
	case op == "^" && k == ints:
		return value(func(r, v reflect.Value) { r.SetInt(^v.Int()) })
	case op == "^" && k == uints:
		return value(func(r, v reflect.Value) { r.SetUint(^v.Uint()) })
	}
	fail("%s of %v", op, t)
	return nil
}

type kind int

const (
	ints kind = iota + 1
	uints
	floats
	complexes
)

func kindOf(t reflect.Type) kind {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return ints
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Uintptr:
		return uints
	case reflect.Float32, reflect.Float64:
		return floats
	case reflect.Complex64, reflect.Complex128:
		return complexes
	}
	return 0
}

func (c *Cell) binary(n *wire.Node) *expr {
	x, y := c.single(args(n, 2)[0]), c.single(n.Args[1])
	switch n.Name {
	case "&&", "||":
		if x.typ == nil || x.typ != y.typ || x.typ.Kind() != reflect.Bool {
			fail("%s of %v and %v", n.Name, x.typ, y.typ)
		}
		return &expr{typ: x.typ, value: func() reflect.Value {
			if v := x.value(); v.Bool() == (n.Name == "||") {
				return v
			}
			return y.value()
		}}
	case "==", "!=", "<", "<=", ">", ">=":
		return c.compare(n, x, y)
	}
	operate := operation(n.Name, x.typ, y.typ)
	return &expr{typ: x.typ, value: func() reflect.Value {
		v, w := x.value(), y.value()
		c.Line = n.Line
		return operate(v, w)
	}}
}

func operation(op string, t, u reflect.Type) func(x, y reflect.Value) reflect.Value {
	if t == nil || u == nil {
		fail("%s of nil", op)
	}
	result := func(set func(r, x, y reflect.Value)) func(x, y reflect.Value) reflect.Value {
		return func(x, y reflect.Value) reflect.Value {
			r := reflect.New(t).Elem()
			set(r, x, y)
			return r
		}
	}
	if op == "<<" || op == ">>" {
		return result(shift(op, t, u))
	}
	if t != u {
		fail("%v %s %v", t, op, u)
	}
	switch {
	case op == "+" && t.Kind() == reflect.String:
		return result(func(r, x, y reflect.Value) { r.SetString(x.String() + y.String()) })
	case kindOf(t) == ints:
		if f := integer[int64](op); f != nil {
			return result(func(r, x, y reflect.Value) { r.SetInt(f(x.Int(), y.Int())) })
		}
	case kindOf(t) == uints:
		if f := integer[uint64](op); f != nil {
			return result(func(r, x, y reflect.Value) { r.SetUint(f(x.Uint(), y.Uint())) })
		}
	case t.Kind() == reflect.Float32:
		if f := number[float32](op); f != nil {
			return result(func(r, x, y reflect.Value) {
				r.SetFloat(float64(f(float32(x.Float()), float32(y.Float()))))
			})
		}
	case t.Kind() == reflect.Float64:
		if f := number[float64](op); f != nil {
			return result(func(r, x, y reflect.Value) { r.SetFloat(f(x.Float(), y.Float())) })
		}
	case t.Kind() == reflect.Complex64:
		if f := number[complex64](op); f != nil {
			return result(func(r, x, y reflect.Value) {
				r.SetComplex(complex128(f(complex64(x.Complex()), complex64(y.Complex()))))
			})
		}
	case t.Kind() == reflect.Complex128:
		if f := number[complex128](op); f != nil {
			return result(func(r, x, y reflect.Value) { r.SetComplex(f(x.Complex(), y.Complex())) })
		}
	}
	fail("%s of %v", op, t)
	return nil
}

// integer returns an operator of integers. The result is cut to the type's size where it is set.
func integer[T int64 | uint64](op string) func(x, y T) T {
	switch op {
	case "%":
		return func(x, y T) T { return x % y }
	case "&":
		return func(x, y T) T { return x & y }
	case "|":
		return func(x, y T) T { return x | y }
	case "^":
		return func(x, y T) T { return x ^ y }
	case "&^":
		return func(x, y T) T { return x &^ y }
	}
	return number[T](op)
}

func number[T int64 | uint64 | float32 | float64 | complex64 | complex128](
	op string) func(x, y T) T {
	switch op {
	case "+":
		return func(x, y T) T { return x + y }
	case "-":
		return func(x, y T) T { return x - y }
	case "*":
		return func(x, y T) T { return x * y }
	case "/":
		return func(x, y T) T { return x / y }
	}
	return nil
}

func shift(op string, t, count reflect.Type) func(r, x, y reflect.Value) {
	by := func(y reflect.Value) uint64 {
		if y.CanInt() {
			_ = 1 << y.Int() // panics if it is negative
			return uint64(y.Int())
		}
		return y.Uint()
	}
	if k := kindOf(count); k != ints && k != uints {
		fail("shift by %v", count)
	}
	switch k := kindOf(t); {
	case k == ints && op == "<<":
		return func(r, x, y reflect.Value) { r.SetInt(x.Int() << by(y)) }
	case k == ints:
		return func(r, x, y reflect.Value) { r.SetInt(x.Int() >> by(y)) }
	case k == uints && op == "<<":
		return func(r, x, y reflect.Value) { r.SetUint(x.Uint() << by(y)) }
	case k == uints:
		return func(r, x, y reflect.Value) { r.SetUint(x.Uint() >> by(y)) }
	}
	fail("shift of %v", t)
	return nil
}

func (c *Cell) compare(n *wire.Node, x, y *expr) *expr {
	equal := n.Name == "=="
	result := func(compare func() bool) *expr {
		return &expr{typ: basic["bool"], value: func() reflect.Value {
			return reflect.ValueOf(compare())
		}}
	}
	if n.Name == "==" || n.Name == "!=" {
		if x.typ == nil {
			x, y = y, x
		}
		if y.typ == nil {
			if x.typ == nil || !hasNil(x.typ) {
				fail("%v and nil", x.typ)
			}
			return result(func() bool { return x.value().IsNil() == equal })
		}
		if x.typ != y.typ && x.typ.Kind() != reflect.Interface &&
			y.typ.Kind() != reflect.Interface {
			fail("%v %s %v", x.typ, n.Name, y.typ)
		}
		return result(func() bool {
			v, w := x.value(), y.value()
			c.Line = n.Line
			if x.typ != y.typ || x.typ.Kind() == reflect.Interface {
				return (c.host.Newest(v.Interface()) == c.host.Newest(w.Interface())) == equal
			}
			return (v.Interface() == w.Interface()) == equal
		})
	}
	if x.typ != y.typ || x.typ == nil {
		fail("%v %s %v", x.typ, n.Name, y.typ)
	}
	switch {
	case x.typ.Kind() == reflect.String:
		return result(func() bool {
			return ordered(n.Name, x.value().String(),
				y.value().String())
		})
	case kindOf(x.typ) == ints:
		return result(func() bool { return ordered(n.Name, x.value().Int(), y.value().Int()) })
	case kindOf(x.typ) == uints:
		return result(func() bool { return ordered(n.Name, x.value().Uint(), y.value().Uint()) })
	case kindOf(x.typ) == floats:
		return result(func() bool { return ordered(n.Name, x.value().Float(), y.value().Float()) })
	}
	fail("%s of %v", n.Name, x.typ)
	return nil
}

func hasNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan,
		reflect.Interface, reflect.UnsafePointer:
		return true
	}
	return false
}

func ordered[T cmp.Ordered](op string, x, y T) bool {
	switch op {
	case "<":
		return x < y
	case "<=":
		return x <= y
	case ">":
		return x > y
	}
	return x >= y
}

func (c *Cell) convert(n *wire.Node) *expr {
	t, x := c.typ(n.Type), c.single(args(n, 1)[0])
	if x.typ == nil || x.typ.AssignableTo(t) {
		return &expr{typ: t, value: x.to(t)}
	}
	from, to := kindOf(x.typ), kindOf(t)
	value := func(set func(r, v reflect.Value)) *expr {
		return &expr{typ: t, value: func() reflect.Value {
			r := reflect.New(t).Elem()
			set(r, x.value())
			return r
		}}
	}
	switch {
	case from == ints && t.Kind() == reflect.Float32:
		return value(func(r, v reflect.Value) { r.SetFloat(float64(float32(v.Int()))) })
	case from == uints && t.Kind() == reflect.Float32:
		return value(func(r, v reflect.Value) { r.SetFloat(float64(float32(v.Uint()))) })
	case from == floats && to == ints:
		f := toInt[t.Kind()]
		return value(func(r, v reflect.Value) { r.SetInt(f(v.Float())) })
	case from == floats && to == uints:
		f := toUint[t.Kind()]
		return value(func(r, v reflect.Value) { r.SetUint(f(v.Float())) })
	case from != 0 && to != 0,
		(from == ints || from == uints) && t.Kind() == reflect.String,
		x.typ.Kind() == t.Kind() && t.Kind() != reflect.Interface,
		isText(x.typ) && t.Kind() == reflect.String,
		x.typ.Kind() == reflect.String && isText(t):
		if !x.typ.ConvertibleTo(t) {
			break
		}
		return &expr{typ: t, value: func() reflect.Value { return x.value().Convert(t) }}
	}
	fail("conversion of %v to %v", x.typ, t)
	return nil
}

func isText(t reflect.Type) bool {
	return t.Kind() == reflect.Slice &&
		(t.Elem().Kind() == reflect.Uint8 || t.Elem().Kind() == reflect.Int32)
}

// What a float out of range becomes depends on the type: each conversion is the compiler's.
var toInt = map[reflect.Kind]func(float64) int64{
	reflect.Int: signed[int], reflect.Int8: signed[int8], reflect.Int16: signed[int16],
	reflect.Int32: signed[int32], reflect.Int64: signed[int64],
}

var toUint = map[reflect.Kind]func(float64) uint64{
	reflect.Uint: unsigned[uint], reflect.Uint8: unsigned[uint8],
	reflect.Uint16: unsigned[uint16], reflect.Uint32: unsigned[uint32],
	reflect.Uint64: unsigned[uint64], reflect.Uintptr: unsigned[uintptr],
}

func signed[T int | int8 | int16 | int32 | int64](f float64) int64 { return int64(T(f)) }

func unsigned[T uint | uint8 | uint16 | uint32 | uint64 | uintptr](f float64) uint64 {
	return uint64(T(f))
}
