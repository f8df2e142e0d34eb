package show

import (
	"fmt"
	"image"
	"reflect"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText     = 20_000 // bytes of the text of a cell's value
	maxElements = 1_000  // of one slice, array or map
	maxDepth    = 8      // of values within values
)

func text(values ...any) string {
	w := &writer{}
	for i, v := range values {
		if i > 0 {
			w.b.WriteByte(' ')
		}
		if img, ok := v.(image.Image); ok {
			if _, ok := v.(fmt.Stringer); !ok && !isNil(v) {
				fmt.Fprintf(&w.b, "%T, %v", v, img.Bounds().Size())
				continue
			}
		}
		if s, ok := v.(string); ok && len(values) == 1 {
			return cut(s, 50*maxText) // a string may be longer than other values
		}
		pointers := 1
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
			pointers = 2
		}
		w.value(reflect.ValueOf(v), pointers, 0)
	}
	return cut(w.b.String(), maxText)
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	at := limit
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	return fmt.Sprintf("%s… (%d more bytes)", s[:at], len(s)-at)
}

// A writer writes values as fmt's %+v does, except pointers, bytes and what is too long.
type writer struct{ b strings.Builder }

func (w *writer) value(v reflect.Value, pointers, depth int) {
	if w.b.Len() > maxText {
		return
	}
	if !v.IsValid() {
		w.b.WriteString("<nil>")
		return
	}
	if v.CanInterface() && !(v.Kind() == reflect.Pointer && v.IsNil()) {
		switch v.Interface().(type) {
		case fmt.Formatter, fmt.Stringer, error:
			fmt.Fprintf(&w.b, "%v", v.Interface())
			return
		}
	}
	if depth > maxDepth {
		w.b.WriteString("…")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		w.b.WriteByte('{')
		separator := ""
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if name == "_" {
				continue
			}
			w.b.WriteString(separator + name + ":")
			w.value(v.Field(i), pointers, depth+1)
			separator = " "
		}
		w.b.WriteByte('}')
	case reflect.Slice, reflect.Array:
		if s, ok := printable(v); ok {
			w.b.WriteString(s)
			return
		}
		w.b.WriteByte('[')
		w.elements(v.Len(), func(i int) { w.value(v.Index(i), pointers, depth+1) })
		w.b.WriteByte(']')
	case reflect.Map:
		w.b.WriteString("map[")
		keys := v.MapKeys()
		sortKeys(keys)
		w.elements(len(keys), func(i int) {
			w.value(keys[i], 0, depth+1)
			w.b.WriteByte(':')
			w.value(v.MapIndex(keys[i]), pointers, depth+1)
		})
		w.b.WriteByte(']')
	case reflect.Interface:
		w.value(v.Elem(), pointers, depth)
	case reflect.Pointer:
		switch v.Elem().Kind() {
		case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
			if pointers > 0 {
				w.b.WriteByte('&')
				w.value(v.Elem(), pointers-1, depth+1)
				return
			}
		}
		w.plain(v)
	default:
		w.plain(v)
	}
}

func (w *writer) plain(v reflect.Value) { fmt.Fprintf(&w.b, "%+v", v) }

func (w *writer) elements(n int, one func(i int)) {
	for i := range n {
		if i > 0 {
			w.b.WriteByte(' ')
		}
		if i == maxElements || w.b.Len() > maxText {
			fmt.Fprintf(&w.b, "… (%d more)", n-i)
			return
		}
		one(i)
	}
}

func printable(v reflect.Value) (string, bool) {
	if v.Type().Elem().Kind() != reflect.Uint8 || v.Len() == 0 {
		return "", false
	}
	b := make([]byte, min(v.Len(), maxText+1))
	for i := range b {
		b[i] = byte(v.Index(i).Uint())
	}
	s := string(b)
	whole := strings.TrimRight(s, "\uFFFD")
	if v.Len() <= maxText {
		whole = s
	}
	if !utf8.ValidString(whole) {
		return "", false
	}
	for _, r := range whole {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return "", false
		}
	}
	return s, true
}

func sortKeys(keys []reflect.Value) {
	sort.SliceStable(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		switch {
		case a.Kind() != b.Kind():
		case a.CanInt():
			return a.Int() < b.Int()
		case a.CanUint():
			return a.Uint() < b.Uint()
		case a.CanFloat():
			return a.Float() < b.Float()
		case a.Kind() == reflect.String:
			return a.String() < b.String()
		}
		return fmt.Sprint(a) < fmt.Sprint(b)
	})
}
