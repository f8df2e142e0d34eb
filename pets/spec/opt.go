package spec

import (
	"encoding/json"
	"fmt"
)

// Opt is a value or unset, the default. In JSON it is its value, or null.
type Opt[T any] struct {
	value T
	set   bool
}

// Some returns a set value.
func Some[T any](v T) Opt[T] { return Opt[T]{v, true} }

// Or returns the value, or unset if there is none.
func (o Opt[T]) Or(unset T) T {
	if o.set {
		return o.value
	}
	return unset
}

func (o Opt[T]) IsZero() bool { return !o.set }

// Get returns the value, or zero.
func (o Opt[T]) Get() T { return o.value }

// String returns the value's text, or "unset".
func (o Opt[T]) String() string {
	if !o.set {
		return "unset"
	}
	return fmt.Sprint(o.value)
}

func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.set {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

func (o *Opt[T]) UnmarshalJSON(text []byte) error {
	*o = Opt[T]{}
	if string(text) == "null" {
		return nil
	}
	o.set = true
	return json.Unmarshal(text, &o.value)
}

func (o Opt[T]) any() any { return o.value }
