package host

import (
	"reflect"
	"regexp"
	"strings"
	"sync"
	"unsafe"

	"gopets/kernelext/eval/live/rt"
)

// A value in an interface may have a type of an older epoch. It gets the newest one with the same
// memory layout, so that assertions find it and the newest methods are called.

type newest struct {
	mu    sync.Mutex
	path  string // of the package in the newest epoch
	types map[string]reflect.Type
	found map[reflect.Type]reflect.Type // results of latest
}

// add notes a version's types, and reports whether it begins an epoch.
func (n *newest) add(v *rt.Version) (fresh bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fresh = n.path != "" && n.path != v.Path
	n.path = v.Path
	for _, t := range v.Types {
		n.types[key(t)] = t
	}
	n.found = map[reflect.Type]reflect.Type{}
	return fresh
}

var epochPath = regexp.MustCompile(`main'\d+`)

func typeName(t reflect.Type) string { return epochPath.ReplaceAllString(t.Name(), "main") }

func ofCells(t reflect.Type) bool {
	return t.Name() != "" && (t.PkgPath() == "main" || strings.HasPrefix(t.PkgPath(), "main'"))
}

// key returns what the versions of a type have in common.
func key(t reflect.Type) string {
	switch {
	case t.Name() == "":
		return epochPath.ReplaceAllString(t.String(), "main")
	case ofCells(t):
		return typeName(t)
	}
	return t.PkgPath() + "." + typeName(t) // perhaps of a type of the cells: atomic.Pointer[T]
}

// latest returns the newest version of a type with the same memory layout, or the type itself.
func (n *newest) latest(t reflect.Type) reflect.Type {
	if found := n.found[t]; found != nil {
		return found
	}
	found := t
	if other := n.types[key(t)]; other != nil {
		if same(t, other, map[[2]reflect.Type]bool{}) {
			found = other
		}
	} else if t.Name() == "" {
		found = n.composite(t)
	}
	n.found[t] = found
	return found
}

func (n *newest) composite(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer:
		if e := n.latest(t.Elem()); e != t.Elem() {
			return reflect.PointerTo(e)
		}
	case reflect.Slice:
		if e := n.latest(t.Elem()); e != t.Elem() {
			return reflect.SliceOf(e)
		}
	case reflect.Array:
		if e := n.latest(t.Elem()); e != t.Elem() {
			return reflect.ArrayOf(t.Len(), e)
		}
	case reflect.Chan:
		if e := n.latest(t.Elem()); e != t.Elem() {
			return reflect.ChanOf(t.ChanDir(), e)
		}
	case reflect.Map:
		k, e := n.latest(t.Key()), n.latest(t.Elem())
		if k != t.Key() || e != t.Elem() {
			return reflect.MapOf(k, e)
		}
	case reflect.Func:
		changed := false
		list := func(count int, at func(int) reflect.Type) (all []reflect.Type) {
			for i := range count {
				all = append(all, n.latest(at(i)))
				changed = changed || all[i] != at(i)
			}
			return all
		}
		in, out := list(t.NumIn(), t.In), list(t.NumOut(), t.Out)
		if changed {
			return reflect.FuncOf(in, out, t.IsVariadic())
		}
	}
	return t
}

func same(a, b reflect.Type, seen map[[2]reflect.Type]bool) bool {
	if a == b || seen[[2]reflect.Type{a, b}] {
		return true
	}
	seen[[2]reflect.Type{a, b}] = true
	if a.Kind() != b.Kind() || a.Size() != b.Size() || typeName(a) != typeName(b) ||
		ofCells(a) != ofCells(b) {
		return false
	}
	if a.Name() != "" && !ofCells(a) && a.PkgPath() != b.PkgPath() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return same(a.Elem(), b.Elem(), seen)
	case reflect.Map:
		return same(a.Key(), b.Key(), seen) && same(a.Elem(), b.Elem(), seen)
	case reflect.Struct:
		if a.NumField() != b.NumField() {
			return false
		}
		for i := range a.NumField() {
			f, g := a.Field(i), b.Field(i)
			if f.Name != g.Name || f.Tag != g.Tag || f.Anonymous != g.Anonymous ||
				!same(f.Type, g.Type, seen) {
				return false
			}
		}
	case reflect.Func:
		if a.NumIn() != b.NumIn() || a.NumOut() != b.NumOut() || a.IsVariadic() != b.IsVariadic() {
			return false
		}
		for i := range a.NumIn() {
			if !same(a.In(i), b.In(i), seen) {
				return false
			}
		}
		for i := range a.NumOut() {
			if !same(a.Out(i), b.Out(i), seen) {
				return false
			}
		}
	case reflect.Interface:
		if a.NumMethod() != b.NumMethod() {
			return false
		}
		for i := range a.NumMethod() {
			if a.Method(i).Name != b.Method(i).Name || !same(a.Method(i).Type, b.Method(i).Type,
				seen) {
				return false
			}
		}
	}
	return true
}

// An iface is the memory of a value of type any.
type iface struct{ typ, data unsafe.Pointer }

// of returns a value with the newest version of its type.
func (n *newest) of(v any) any {
	if v == nil {
		return v
	}
	t := reflect.TypeOf(v)
	n.mu.Lock()
	latest := n.latest(t)
	n.mu.Unlock()
	if latest == t {
		return v
	}
	var typ any = latest
	(*iface)(unsafe.Pointer(&v)).typ = (*iface)(unsafe.Pointer(&typ)).data
	return v
}
