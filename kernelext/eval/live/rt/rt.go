// Package rt is shared by compiled cells and their process: the table of variables, the interrupt
// flag, ways to pass results on. Every cell is linked with it, so it imports little. The engine
// compiles its embedded source under another path.
package rt

import (
	"reflect"
	"sync"
	"unsafe"
)

// A Version is one compiled cell, registered when its plugin is loaded.
type Version struct {
	Number    int
	Run       func() // the cell's statements
	Stop      *Flag
	Types     []reflect.Type // the cells' types that it declares
	Derived   []any          // values of types made of them, for cells without a build
	Functions []Symbol       // the cells' functions that it holds
	Path      string         // of its package
}

// A Symbol is a name of a package: a function, a pointer to a variable, or a nil pointer to a type.
type Symbol struct {
	Name  string
	Value any
}

var (
	mu       sync.Mutex
	versions []*Version
	table    = map[string]*Variable{}
	order    []string // of the table's keys
	symbols  = map[string]any{}
)

// A Variable is a variable of the cells, with its type in the newest version that uses it. Set
// reports whether its initialiser has run.
type Variable struct {
	Key  string
	Addr unsafe.Pointer
	Type reflect.Type
	Set  bool
}

// Register adds a version.
func Register(v *Version) {
	mu.Lock()
	defer mu.Unlock()
	versions = append(versions, v)
}

// Versions returns the loaded versions, in order.
func Versions() []*Version {
	mu.Lock()
	defer mu.Unlock()
	return append([]*Version(nil), versions...)
}

// Package adds the symbols of a package. Values of derived types make the types exist.
func Package(path string, all []Symbol, derived []any) {
	mu.Lock()
	defer mu.Unlock()
	for _, s := range all {
		symbols[path+"."+s.Name] = s.Value
	}
}

// Lookup returns a symbol of a package by path.Name, or nil.
func Lookup(name string) any {
	mu.Lock()
	defer mu.Unlock()
	return symbols[name]
}

// Var returns the variable of a key, and makes it if there is none.
func Var[T any](key string) *T {
	mu.Lock()
	defer mu.Unlock()
	v := table[key]
	if v == nil {
		v = &Variable{Key: key, Addr: unsafe.Pointer(new(T))}
		table[key] = v
		order = append(order, key)
	}
	v.Type = reflect.TypeFor[T]()
	return (*T)(v.Addr)
}

// Live returns the variable of a key, perhaps without a value yet.
func Live(key string) (v Variable, ok bool) {
	mu.Lock()
	defer mu.Unlock()
	if v := table[key]; v != nil {
		return *v, true
	}
	return Variable{}, false
}

// Make makes a variable of a type, unless the key has one.
func Make(key string, t reflect.Type) {
	mu.Lock()
	defer mu.Unlock()
	if table[key] == nil {
		table[key] = &Variable{Key: key, Addr: reflect.New(t).UnsafePointer(), Type: t}
		order = append(order, key)
	}
}

// Zero returns the zero value of a variable's type.
func Zero[T any](*T) T {
	var zero T
	return zero
}

// Set notes that the initialisers of variables have run.
func Set(keys ...string) {
	mu.Lock()
	defer mu.Unlock()
	for _, key := range keys {
		if v := table[key]; v != nil {
			v.Set = true
		}
	}
}

// Drop removes variables.
func Drop(keys ...string) {
	mu.Lock()
	defer mu.Unlock()
	for _, key := range keys {
		delete(table, key)
	}
	kept := order[:0]
	for _, key := range order {
		if table[key] != nil {
			kept = append(kept, key)
		}
	}
	order = kept
}

// Variables returns the variables whose initialisers have run, in the order in which they were
// made.
func Variables() []Variable {
	mu.Lock()
	defer mu.Unlock()
	var found []Variable
	for _, key := range order {
		if v := table[key]; v.Set {
			found = append(found, *v)
		}
	}
	return found
}

// Set by the process before it loads a cell.
var (
	// Showing shows the values of a cell's last expression; call reports whether it is a call.
	Showing func(call bool, values ...any)
	// Stopped is called by a cell's code whose flag is set.
	Stopped func(f *Flag)
	// Exiting ends the cell with a status, as os.Exit does.
	Exiting func(status int)
	// Newest returns an interface value with the newest version of its type; Deep does so for all
	// that it reaches.
	Newest, Deep func(v any) any
	// Gonbui returns the *os.File and the io.Writer for GoNB's package gonbui.
	Gonbui func() (file, writer any)
)

// Show shows a cell's value.
func Show(values ...any) { Showing(false, values...) }

// Results shows the results of a call.
func Results(values ...any) { Showing(true, values...) }

// Norm returns an interface value with the newest version of its type, for an assertion or a
// comparison.
func Norm[I any](x I) I { return convert(x, Newest) }

// Errors is [Norm] for an error and those that it wraps.
func Errors[I any](x I) I { return convert(x, Deep) }

func convert[I any](x I, by func(any) any) I {
	if y, ok := by(any(x)).(I); ok {
		return y
	}
	return x
}

// Same returns an interface value with the method table that the runtime finds for its type, so
// that equal values have equal tables. Conversions in compiled code and by reflection may use two.
func Same[I any](x I) I { return convert(x, func(v any) any { return v }) }

// An itab is the method table of a type in an interface type. Its hash is zero if the runtime has
// made it.
type itab struct {
	inter, typ unsafe.Pointer
	hash       uint32
}

var tables sync.Map // by interface type and type, the compiled tables

// Table notes the compiled method table of a value's type in an interface type.
func Table[I any](x I) {
	t := *(**itab)(unsafe.Pointer(&x))
	tables.LoadOrStore([2]unsafe.Pointer{t.inter, t.typ}, t)
}

// Static returns an interface value with its compiled method table, which is what an assertion in
// compiled code looks for. A conversion before the code was loaded has made another.
func Static[I any](x I) I {
	t := *(**itab)(unsafe.Pointer(&x))
	if t == nil || t.hash != 0 {
		return x
	}
	if compiled, ok := tables.Load([2]unsafe.Pointer{t.inter, t.typ}); ok {
		*(**itab)(unsafe.Pointer(&x)) = compiled.(*itab)
	}
	return x
}

// Exit replaces os.Exit in cells.
func Exit(status int) { Exiting(status) }

// Constant is a number too large for any type of Go.
type Constant string

func (c Constant) String() string { return string(c) }
