package host

import (
	"reflect"
	"strings"
	"unsafe"

	"gopets/kernelext/eval/live/rt"
)

const maxUpgrade = 200_000

// An upgrader updates interface values to the newest types.
type upgrader struct {
	newest *newest
	left   int
	seen   map[visit]bool
	holds  map[reflect.Type]bool // whether values of a type may reach an interface value
}

type visit struct {
	addr unsafe.Pointer
	typ  reflect.Type
}

func (n *newest) upgrader() *upgrader {
	return &upgrader{newest: n, left: maxUpgrade, seen: map[visit]bool{},
		holds: map[reflect.Type]bool{}}
}

func (u *upgrader) variables() {
	for _, v := range rt.Variables() {
		u.newest.mu.Lock()
		t := u.newest.latest(v.Type)
		u.newest.mu.Unlock()
		u.value(reflect.NewAt(t, v.Addr).Elem())
	}
}

func (u *upgrader) deep(v any) any {
	v = u.newest.of(v)
	u.inside(v)
	return v
}

func (u *upgrader) inside(v any) {
	if v == nil {
		return
	}
	t := reflect.TypeOf(v)
	data := (*iface)(unsafe.Pointer(&v)).data
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		u.value(reflect.ValueOf(v))
	default:
		if r := reflect.ValueOf(v); direct(t) {
			u.value(r)
		} else {
			u.value(reflect.NewAt(t, data).Elem())
		}
	}
}

// direct reports whether an interface holds a value of the type itself, a single pointer, not a
// pointer to it.
func direct(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return t.NumField() == 1 && direct(t.Field(0).Type)
	case reflect.Array:
		return t.Len() == 1 && direct(t.Elem())
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	}
	return false
}

func (u *upgrader) value(r reflect.Value) {
	if u.left--; u.left <= 0 || !u.mayHold(r.Type()) {
		return
	}
	if r.CanAddr() {
		at := visit{unsafe.Pointer(r.UnsafeAddr()), r.Type()}
		if u.seen[at] {
			return
		}
		u.seen[at] = true
		r = reflect.NewAt(r.Type(), at.addr).Elem() // an unexported field too
	}
	switch r.Kind() {
	case reflect.Interface:
		if r.IsNil() || !r.CanSet() {
			return
		}
		old := r.Elem().Interface()
		v := u.newest.of(old)
		if n := reflect.ValueOf(v); n.Type().Implements(r.Type()) {
			r.Set(n)
		}
		u.inside(v)
	case reflect.Pointer:
		if !r.IsNil() {
			u.value(r.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range r.Len() {
			u.value(r.Index(i))
		}
	case reflect.Struct:
		for i := range r.NumField() {
			u.value(r.Field(i))
		}
	case reflect.Map:
		u.entries(r)
	}
}

func (u *upgrader) entries(r reflect.Value) {
	if !r.CanInterface() {
		return
	}
	type entry struct{ old, key, value reflect.Value }
	var changed []entry
	for it := r.MapRange(); it.Next() && u.left > 0; {
		key := reflect.New(r.Type().Key()).Elem()
		key.Set(it.Key())
		value := reflect.New(r.Type().Elem()).Elem()
		value.Set(it.Value())
		u.value(key)
		u.value(value)
		changed = append(changed, entry{it.Key(), key, value})
	}
	for _, e := range changed {
		if !r.MapIndex(e.old).IsValid() {
			continue // NaN, which cannot be removed
		}
		r.SetMapIndex(e.old, reflect.Value{})
		r.SetMapIndex(e.key, e.value)
	}
}

// closed are packages whose values are not updated: they hold no value of a cell, or are locks.
var closed = []string{"sync", "runtime", "reflect", "internal/", "os", "syscall", "net", "plugin",
	"time", "unique"}

func (u *upgrader) mayHold(t reflect.Type) bool {
	holds, known := u.holds[t]
	if known {
		return holds
	}
	u.holds[t] = false // while a type that reaches itself is examined
	switch t.Kind() {
	case reflect.Interface:
		holds = true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		holds = u.mayHold(t.Elem())
	case reflect.Map:
		holds = u.mayHold(t.Key()) || u.mayHold(t.Elem())
	case reflect.Struct:
		for _, p := range closed {
			if t.PkgPath() == strings.TrimSuffix(p, "/") ||
				strings.HasPrefix(t.PkgPath(), strings.TrimSuffix(p, "/")+"/") {
				return false
			}
		}
		for i := range t.NumField() {
			holds = holds || u.mayHold(t.Field(i).Type)
		}
	}
	u.holds[t] = holds
	return holds
}
