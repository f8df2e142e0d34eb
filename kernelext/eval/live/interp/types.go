package interp

import (
	"reflect"
	"strconv"
	"unsafe"

	"gopets/kernelext/eval/live/rt"
	"gopets/kernelext/eval/live/wire"
)

var basic = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](),
	"int16": reflect.TypeFor[int16](), "int32": reflect.TypeFor[int32](),
	"int64": reflect.TypeFor[int64](), "uint": reflect.TypeFor[uint](),
	"uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](),
	"uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](),
	"uintptr": reflect.TypeFor[uintptr](), "float32": reflect.TypeFor[float32](),
	"float64": reflect.TypeFor[float64](), "complex64": reflect.TypeFor[complex64](),
	"complex128": reflect.TypeFor[complex128](), "any": reflect.TypeFor[any](),
	"error": reflect.TypeFor[error](),
}

// composite are types for cells that use them before any compiled cell does.
var composite = []any{
	[]bool(nil), []string(nil), []int(nil), []int8(nil), []int16(nil), []int32(nil), []int64(nil),
	[]uint(nil), []uint8(nil), []uint16(nil), []uint32(nil), []uint64(nil), []float32(nil),
	[]float64(nil), []complex128(nil), []any(nil), []error(nil),
	[][]string(nil), [][]int(nil), [][]byte(nil), [][]float32(nil), [][]float64(nil), [][]any(nil),
	map[string]bool(nil), map[string]string(nil), map[string]int(nil), map[string]int64(nil),
	map[string]float64(nil), map[string]any(nil), map[string][]string(nil), map[string][]int(nil),
	map[string][]float64(nil), map[string]map[string]int(nil), map[string]map[string]string(nil),
	map[int]bool(nil), map[int]string(nil), map[int]int(nil), map[int]float64(nil),
	map[int]any(nil), map[any]any(nil), map[any]string(nil), map[any]bool(nil),
	map[any]int(nil), map[int][]int(nil), map[int][]string(nil), map[rune]int(nil),
	map[rune]bool(nil), map[float64]int(nil), map[bool]int(nil),
	[]map[string]any(nil), []map[string]string(nil), []map[string]int(nil),
	(*bool)(nil), (*string)(nil), (*int)(nil), (*int8)(nil), (*int16)(nil), (*int32)(nil),
	(*int64)(nil), (*uint)(nil), (*uint8)(nil), (*uint16)(nil), (*uint32)(nil), (*uint64)(nil),
	(*float32)(nil), (*float64)(nil), (*any)(nil), (*error)(nil),
	(*[]string)(nil), (*[]int)(nil), (*[]byte)(nil), (*[]float64)(nil), (*[]any)(nil),
	(*map[string]int)(nil), (*map[string]string)(nil), (*map[string]any)(nil),
	(chan int)(nil), (chan string)(nil), (chan bool)(nil), (chan error)(nil), (chan struct{})(nil),
	struct{}{},
}

//go:linkname typesByString reflect.typesByString
func typesByString(s string) []unsafe.Pointer

// known panics unless an unnamed type was made by the compiler: one made by package reflect would
// differ from that of cells compiled later.
func known(t reflect.Type) reflect.Type {
	p := reflect.ValueOf(t).UnsafePointer()
	for _, k := range typesByString(t.String()) {
		if k == p {
			return t
		}
	}
	for _, v := range composite {
		if reflect.TypeOf(v) == t {
			return t
		}
	}
	fail("type %v is in no compiled cell", t)
	return nil
}

func (c *Cell) typ(t *wire.Type) reflect.Type {
	if t == nil {
		fail("no type")
	}
	elem := func(i int) reflect.Type { return c.typ(t.Elem[i]) }
	switch t.Kind {
	case "basic":
		if b := basic[t.Name]; b != nil {
			return b
		}
	case "named":
		if p := rt.Lookup(t.Name); p != nil {
			if r := reflect.TypeOf(p); r.Kind() == reflect.Pointer {
				return r.Elem()
			}
		}
	case "cell": // of the cells' package
		if r := c.host.Type(t.Name); r != nil {
			return r
		}
	case "empty":
		return reflect.TypeFor[struct{}]()
	case "pointer":
		return known(reflect.PointerTo(elem(0)))
	case "slice":
		return known(reflect.SliceOf(elem(0)))
	case "array":
		return known(reflect.ArrayOf(t.Len, elem(0)))
	case "map":
		return known(reflect.MapOf(elem(0), elem(1)))
	case "chan":
		return known(reflect.ChanOf(reflect.ChanDir(t.Len), elem(0)))
	case "func":
		var in, out []reflect.Type
		for i := range t.Elem {
			if i < t.Len {
				in = append(in, elem(i))
			} else {
				out = append(out, elem(i))
			}
		}
		return known(reflect.FuncOf(in, out, t.Variadic))
	}
	fail("type %s %s", t.Kind, t.Name)
	return nil
}

func constant(t reflect.Type, text string) reflect.Value {
	v := reflect.New(t).Elem()
	var err error
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(text == "true")
	case reflect.String:
		text, err = strconv.Unquote(text)
		v.SetString(text)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var i int64
		i, err = strconv.ParseInt(text, 10, t.Bits())
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Uintptr:
		var u uint64
		u, err = strconv.ParseUint(text, 10, t.Bits())
		v.SetUint(u)
	case reflect.Float32, reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(text, t.Bits())
		v.SetFloat(f)
	case reflect.Complex64, reflect.Complex128:
		var z complex128
		z, err = strconv.ParseComplex(text, t.Bits())
		v.SetComplex(z)
	default:
		fail("a constant of type %v", t)
	}
	if err != nil {
		fail("constant %s: %v", text, err)
	}
	return v
}
