package host

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"

	"gopets/kernelext/eval/live/rt"
	"gopets/kernelext/eval/live/wire"
)

// describe describes all live variables, or those of some keys. Goroutines may be writing them: no
// map is ranged over, which could end the process, and a fault costs the description only.
func (h *host) describe(keys []string) []wire.Variable {
	h.mu.Lock()
	idle := h.current == nil
	h.mu.Unlock()
	var found []wire.Variable
	for _, v := range rt.Variables() {
		if len(keys) == 0 || slices.Contains(keys, v.Key) {
			found = append(found, describeOne(v, idle))
		}
	}
	return found
}

func describeOne(v rt.Variable, values bool) (d wire.Variable) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { _ = recover() }()
	d = wire.Variable{Key: v.Key, Type: v.Type.String(), Size: int64(v.Type.Size())}
	r := reflect.NewAt(v.Type, v.Addr).Elem()
	if r.Kind() == reflect.Interface && !r.IsNil() {
		d.Dyn = r.Elem().Type().String()
	}
	if values {
		d.Value = short(r)
		s := sizer{left: 10_000, seen: map[uintptr]bool{}}
		d.Size += s.beyond(r)
		d.More = s.left <= 0
	}
	return d
}

const shortLength = 60

func short(r reflect.Value) string {
	switch r.Kind() {
	case reflect.Interface:
		if r.IsNil() {
			return "nil"
		}
		return short(r.Elem())
	case reflect.Map, reflect.Slice, reflect.Chan:
		if r.IsNil() {
			return "nil"
		}
		return "len " + strconv.Itoa(r.Len())
	case reflect.Func, reflect.Pointer, reflect.UnsafePointer:
		if r.IsNil() {
			return "nil"
		}
		return ""
	case reflect.Struct, reflect.Array:
		return ""
	case reflect.String:
		text := r.String()
		if len(text) > shortLength {
			text = text[:shortLength] + "…"
		}
		return strconv.Quote(text)
	}
	return fmt.Sprint(r)
}

// A sizer adds up the bytes that a value reaches, up to a number of values.
type sizer struct {
	left int
	seen map[uintptr]bool
}

// beyond returns the bytes that a value reaches beside its own.
func (s *sizer) beyond(r reflect.Value) (n int64) {
	if s.left--; s.left <= 0 {
		return 0
	}
	switch r.Kind() {
	case reflect.String:
		return int64(r.Len())
	case reflect.Pointer:
		if r.IsNil() || s.seen[r.Pointer()] {
			return 0
		}
		s.seen[r.Pointer()] = true
		return int64(r.Type().Elem().Size()) + s.beyond(r.Elem())
	case reflect.Interface:
		if r.IsNil() {
			return 0
		}
		return int64(r.Elem().Type().Size()) + s.beyond(r.Elem())
	case reflect.Slice:
		if r.IsNil() || s.seen[r.Pointer()] {
			return 0
		}
		s.seen[r.Pointer()] = true
		n = int64(r.Cap()) * int64(r.Type().Elem().Size())
		if reaches(r.Type().Elem()) {
			for i := range r.Len() {
				n += s.beyond(r.Index(i))
			}
		}
	case reflect.Array:
		if reaches(r.Type().Elem()) {
			for i := range r.Len() {
				n += s.beyond(r.Index(i))
			}
		}
	case reflect.Struct:
		for i := range r.NumField() {
			n += s.beyond(r.Field(i))
		}
	case reflect.Map:
		return int64(r.Len()) * int64(r.Type().Key().Size()+r.Type().Elem().Size()+1)
	case reflect.Chan:
		return int64(r.Cap()) * int64(r.Type().Elem().Size())
	}
	return n
}

func reaches(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map,
		reflect.Chan:
		return true
	case reflect.Array:
		return reaches(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if reaches(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
