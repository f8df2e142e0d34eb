// Package interp evaluates a cell's statements by reflection on the live values.
//
// The engine (lower.go) sends only statements that do the same as compiled, panics included.
// [Prepare] looks up all names and types before anything runs; if it fails, the cell is compiled.
//
// A value is a reflect.Value of the expression's static type.
package interp

import (
	"errors"
	"fmt"
	"reflect"

	"gopets/kernelext/eval/live/rt"
	"gopets/kernelext/eval/live/wire"
)

// A Host holds functions of the process.
type Host struct {
	Type   func(name string) reflect.Type     // a type of the cells by its name, or nil
	Latest func(t reflect.Type) reflect.Type  // the newest version of a type
	Newest func(v any) any                    // a value with the newest version of its type
	Func   func(version int, name string) any // a function of a version, or nil
	Show   func(call bool, values ...any)     // shows the cell's value
}

// A Cell is a prepared cell.
type Cell struct {
	// Line is the line being evaluated.
	Line int
	// Stop is checked before each statement and each call.
	Stop rt.Flag

	host       Host
	locals     []reflect.Value
	localTypes []reflect.Type
	made       map[string]reflect.Type // the variables that the cell makes
	statements []func()
}

// A cannot is a panic within Prepare: why a cell is compiled.
type cannot struct{ reason string }

func fail(format string, args ...any) { panic(cannot{fmt.Sprintf(format, args...)}) }

// Prepare prepares a cell. The error says why it has to be compiled.
func Prepare(p *wire.Program, host Host) (c *Cell, err error) {
	defer func() {
		if r := recover(); r != nil {
			why, ok := r.(cannot)
			if !ok {
				why.reason = fmt.Sprint(r)
			}
			c, err = nil, errors.New(why.reason)
		}
	}()
	c = &Cell{host: host, made: map[string]reflect.Type{}}
	for _, n := range p.Statements {
		c.statements = append(c.statements, c.statement(n))
	}
	return c, nil
}

// Run evaluates the cell, in the goroutine of the caller.
func (c *Cell) Run() {
	for _, s := range c.statements {
		c.Stop.Check()
		s()
	}
}

type expr struct {
	typ   reflect.Type // nil for nil and for several results
	value func() reflect.Value
	// place returns the value in memory, so that it can be set; nil if it has no address.
	place func() reflect.Value
	// of a call with several results
	types  []reflect.Type
	values func() []reflect.Value
}

func at(t reflect.Type, place func() reflect.Value) *expr {
	return &expr{typ: t, place: place, value: func() reflect.Value { return copied(place()) }}
}

func copied(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

// to returns an expression's value converted for assignment to a type.
func (e *expr) to(t reflect.Type) func() reflect.Value {
	switch {
	case e.typ == nil && e.values == nil:
		switch t.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan,
			reflect.Interface, reflect.UnsafePointer:
		default:
			fail("nil as %v", t)
		}
		return func() reflect.Value { return reflect.Zero(t) }
	case e.typ == t:
		return e.value
	case e.typ == nil || !e.typ.AssignableTo(t):
		fail("%v as %v", e.typ, t)
	}
	value := e.value
	return func() reflect.Value { return assigned(value(), t) }
}

// assigned converts a value to a type that it can be assigned to.
func assigned(v reflect.Value, t reflect.Type) reflect.Value {
	r := reflect.New(t).Elem()
	r.Set(v)
	return r
}

func (c *Cell) single(n *wire.Node) *expr {
	e := c.expr(n)
	if e.value == nil {
		fail("several values of %s", n.Op)
	}
	return e
}

func (c *Cell) typed(n *wire.Node) *expr {
	e := c.single(n)
	if e.typ == nil {
		fail("nil in %s", n.Op)
	}
	return e
}

func args(n *wire.Node, count int) []*wire.Node {
	if len(n.Args) != count {
		fail("%s with %d arguments", n.Op, len(n.Args))
	}
	return n.Args
}
