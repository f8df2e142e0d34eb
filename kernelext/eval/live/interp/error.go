package interp

import (
	"reflect"
	"runtime"
	"unsafe"
)

// A typeAssertionError has the fields of [runtime.TypeAssertionError].
type typeAssertionError struct {
	static, dynamic, asserted unsafe.Pointer
	missing                   string
}

// assertionError returns the panic of a failed assertion to a concrete type.
func assertionError(static, dynamic, asserted reflect.Type) error {
	e := new(runtime.TypeAssertionError)
	pointer := func(t reflect.Type) unsafe.Pointer {
		if t == nil {
			return nil
		}
		return reflect.ValueOf(t).UnsafePointer()
	}
	*(*typeAssertionError)(unsafe.Pointer(e)) = typeAssertionError{static: pointer(static),
		dynamic: pointer(dynamic), asserted: pointer(asserted)}
	return e
}
