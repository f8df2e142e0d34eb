package spec

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Defaults returns options with every unset field set to its default, if it has one.
func Defaults[T any](options T) T {
	fill(reflect.ValueOf(&options).Elem())
	return options
}

func fill(v reflect.Value) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag.Get("default")
		switch {
		case tag != "":
			if f.IsZero() {
				if err := json.Unmarshal([]byte(tag), f.Addr().Interface()); err != nil {
					panic(fmt.Sprintf("spec: the default of %s: %v", v.Type().Field(i).Name, err))
				}
			}
		case f.Kind() == reflect.Struct && !isLeaf(f.Type()):
			fill(f)
		}
	}
}

// Check returns the first option outside its bounds, as an [OptionError].
func Check(options any) error { return check(reflect.ValueOf(options)) }

type checker interface{ Check() error }

func check(v reflect.Value) error {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	if c, ok := v.Interface().(checker); ok {
		if err := c.Check(); err != nil {
			return err
		}
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if err := bounded(f, v.Field(i)); err != nil {
			return err
		}
		if err := check(v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func bounded(f reflect.StructField, v reflect.Value) error {
	if o, ok := v.Interface().(interface {
		IsZero() bool
		any() any
	}); ok {
		if o.IsZero() {
			return nil
		}
		v = reflect.ValueOf(o.any())
	}
	want, good := bounds(f.Tag)
	if want == "" {
		return nil
	}
	bad := false
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			bad = bad || !good(v.Index(i))
		}
	default:
		bad = !good(v)
	}
	if !bad {
		return nil
	}
	got := fmt.Sprint(v.Interface())
	if v.Kind() == reflect.String {
		got = strconv.Quote(got)
	}
	return &OptionError{Option: f.Name, Got: got, Want: want}
}

// bounds returns what a field's tags allow, in words, and a function that checks a value.
func bounds(tag reflect.StructTag) (want string, good func(reflect.Value) bool) {
	if list := tag.Get("one"); list != "" {
		words := strings.Fields(list)
		return strings.Join(words, " or "), func(v reflect.Value) bool {
			return v.String() == "" || slices.Contains(words, v.String())
		}
	}
	var words []string
	lo, hi := math.Inf(-1), math.Inf(1)
	read := func(key, before string, to *float64) bool {
		text, ok := tag.Lookup(key)
		if ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				panic(fmt.Sprintf("spec: the bound %s:%q: %v", key, text, err))
			}
			*to, words = n, append(words, before+text)
		}
		return ok
	}
	read("min", "at least ", &lo)
	above := read("above", "more than ", &lo)
	read("max", "at most ", &hi)
	below := read("below", "less than ", &hi)
	return strings.Join(words, " and "), func(v reflect.Value) bool {
		n := number(v)
		return !math.IsInf(n, 0) && n >= lo && n <= hi && !(above && n == lo) && !(below && n == hi)
	}
}

func number(v reflect.Value) float64 {
	switch {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	case v.CanFloat():
		return v.Float()
	}
	return math.NaN()
}

// Diff returns what changed, at most four options: "fnames: 7 390 → 4 entries; size: 96 → 128".
func Diff[T any](was, now T) string {
	changes := diff(nil, reflect.ValueOf(was), reflect.ValueOf(now))
	if n := len(changes); n > 4 {
		changes = append(changes[:4], fmt.Sprintf("and %d more", n-4))
	}
	return strings.Join(changes, "; ")
}

func diff(changes []string, was, now reflect.Value) []string {
	for i := range was.NumField() {
		f, a, b := was.Type().Field(i), was.Field(i), now.Field(i)
		if f.Tag.Get("json") == "-" || reflect.DeepEqual(a.Interface(), b.Interface()) {
			continue
		}
		if a.Kind() == reflect.Struct && !isLeaf(a.Type()) {
			changes = diff(changes, a, b)
			continue
		}
		before, after := text(a), text(b)
		if before == after {
			changes = append(changes, fmt.Sprintf("%s: other %s", fieldName(f), after))
			continue
		}
		if at := strings.LastIndex(after, " "); at > 0 { // the unit once
			before = strings.TrimSuffix(before, after[at:])
		}
		changes = append(changes, fmt.Sprintf("%s: %s → %s", fieldName(f), before, after))
	}
	return changes
}

func isLeaf(t reflect.Type) bool { return t.Implements(reflect.TypeFor[fmt.Stringer]()) }

func text(v reflect.Value) string {
	if v.Kind() == reflect.Pointer && v.IsNil() || v.Kind() == reflect.String && v.Len() == 0 {
		return "none"
	}
	return fmt.Sprint(v.Interface())
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return cmp.Or(f.Tag.Get("name"), strings.ReplaceAll(name, "_", " "))
}

// Digest returns a short name of options: equal options have equal ones.
func Digest(options any) string {
	text, err := json.Marshal(options)
	if err != nil {
		panic(fmt.Sprintf("spec: %T: %v", options, err)) // not a number: Check has not accepted it
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Thousands returns a number with its digits in groups: 7 390.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
