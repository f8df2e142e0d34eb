package weights

import (
	"errors"
	"fmt"
	"math"
)

var storageTypes = map[string]string{
	"DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
	"LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8",
	"ByteStorage": "U8", "BoolStorage": "BOOL",
}

var knownGlobals = map[global]bool{
	{"collections", "OrderedDict"}:                    true,
	{"torch._utils", "_rebuild_tensor"}:               true,
	{"torch._utils", "_rebuild_tensor_v2"}:            true,
	{"torch._utils", "_rebuild_parameter"}:            true,
	{"torch.nn.parameter", "Parameter"}:               true,
	{"torch._tensor", "_rebuild_from_type_v2"}:        true,
	{"torch._utils", "_rebuild_parameter_with_state"}: true,
	{"torch", "Size"}:                                 true,
	{"torch", "device"}:                               true,
}

func (g global) known() bool {
	return knownGlobals[g] || g.module == "torch" && storageTypes[g.name] != ""
}

type torchStorage struct {
	dtype string
	count int64
	raw   []byte
}

func (s *torchStorage) bytes() int64 { return s.count * int64(elementSizes[s.dtype]) }

type storageView struct {
	*torchStorage
	from, count int64
}

type torchTensor struct {
	view    storageView
	offset  int64
	shape   []int
	strides []int64
}

// A torchBuilder makes what a pickle's names stand for. No storage is larger than the file.
type torchBuilder struct {
	size     int64
	taken    int64
	storages map[string]*torchStorage
}

func newTorchBuilder(size int64) *torchBuilder {
	return &torchBuilder{size: size, storages: map[string]*torchStorage{}}
}

// storage resolves ('storage', class, key, location, count[, view]); location does not matter.
func (b *torchBuilder) storage(id any) (any, error) {
	parts, ok := id.(tuple)
	if ok && len(parts) >= 2 && parts[0] == "module" { // a class with its source
		return parts[1], nil
	}
	if !ok || len(parts) < 5 || parts[0] != "storage" {
		return nil, errors.New("refers to a value that is not a storage")
	}
	class, ok1 := parts[1].(global)
	key, ok2 := parts[2].(string)
	count, ok3 := parts[4].(int64)
	dtype := storageTypes[class.name]
	if ok1 && dtype == "" {
		return nil, fmt.Errorf("numbers of the kind %.40q are not read: convert the tensors with "+
			".float() before saving them", class.name)
	}
	if !ok1 || !ok2 || !ok3 || count < 0 {
		return nil, errors.New("describes an invalid storage")
	}
	s, seen := b.storages[key]
	if !seen {
		if count > b.size/int64(elementSizes[dtype]) {
			return nil, fmt.Errorf("storage %q claims %d values of %s in a file of %d bytes", key,
				count, dtype, b.size)
		}
		s = &torchStorage{dtype: dtype, count: count}
		if b.taken += s.bytes(); b.taken > b.size {
			return nil, fmt.Errorf("the storages claim more than the file's %d bytes", b.size)
		}
		b.storages[key] = s
	} else if s.dtype != dtype || s.count != count {
		return nil, fmt.Errorf("storage %q is described twice in different ways", key)
	}
	view := storageView{torchStorage: s, count: count}
	if len(parts) > 5 {
		if meta, ok := parts[5].(tuple); ok && len(meta) == 3 {
			from, ok1 := meta[1].(int64)
			length, ok2 := meta[2].(int64)
			if !ok1 || !ok2 || from < 0 || length < 0 || from > count || length > count-from {
				return nil, fmt.Errorf("a view outside storage %q", key)
			}
			view.from, view.count = from, length
		}
	}
	return view, nil
}

func (b *torchBuilder) reduce(g global, args tuple) (any, error) {
	switch g.name {
	case "OrderedDict":
		if len(args) > 0 {
			if items, ok := args[0].(*list); !ok || len(items.items) > 0 {
				return nil, errors.New("makes a dictionary with unknown arguments")
			}
		}
		return &dict{}, nil
	case "_rebuild_tensor", "_rebuild_tensor_v2":
		return rebuild(args)
	case "_rebuild_parameter", "_rebuild_parameter_with_state":
		if len(args) > 0 {
			if t, ok := args[0].(*torchTensor); ok {
				return t, nil
			}
		}
	case "Parameter":
		if len(args) == 0 {
			return &torchTensor{}, nil
		}
		if t, ok := args[0].(*torchTensor); ok {
			same := *t
			return &same, nil
		}
	case "Size", "device":
		return &object{class: g}, nil
	case "_rebuild_from_type_v2": // of a subclass of Tensor: function, class, arguments, state
		if len(args) == 4 {
			function, ok1 := args[0].(global)
			arguments, ok2 := args[2].(tuple)
			if ok1 && ok2 && function.known() && function != g {
				return b.reduce(function, arguments)
			}
		}
	}
	return nil, fmt.Errorf("wrong arguments for %s", g.name)
}

// rebuild makes a tensor of (storage, offset, shape, strides, …).
func rebuild(args tuple) (any, error) {
	wrong := errors.New("wrong arguments for a tensor")
	if len(args) < 4 {
		return nil, wrong
	}
	view, ok1 := args[0].(storageView)
	offset, ok2 := args[1].(int64)
	shape, ok3 := args[2].(tuple)
	strides, ok4 := args[3].(tuple)
	if !ok1 || !ok2 || !ok3 || !ok4 || len(shape) != len(strides) || len(shape) > maxRank ||
		offset < 0 {
		return nil, wrong
	}
	t := &torchTensor{view: view, offset: offset, shape: make([]int, len(shape)),
		strides: make([]int64, len(shape))}
	for i := range shape {
		size, ok1 := shape[i].(int64)
		stride, ok2 := strides[i].(int64)
		if !ok1 || !ok2 || size < 0 || stride < 0 {
			return nil, wrong
		}
		t.shape[i], t.strides[i] = int(size), stride
	}
	n, err := elements(t.shape)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return t, nil
	}
	last := offset
	for i, size := range t.shape {
		steps := int64(size - 1)
		if steps > 0 && t.strides[i] > (math.MaxInt64-last)/steps {
			return nil, wrong
		}
		last += steps * t.strides[i]
	}
	if last >= view.count {
		return nil, fmt.Errorf("a tensor of shape %v outside its storage of %d values", t.shape,
			view.count)
	}
	return t, nil
}

func (t *torchTensor) tensor(name string) (Tensor, error) {
	if t.view.torchStorage == nil {
		return Tensor{}, errors.New("a parameter without its data")
	}
	out := Tensor{Name: name, Shape: t.shape, DType: t.view.dtype}
	n, width := out.Len(), elementSizes[t.view.dtype]
	if n == 0 {
		out.decode(nil)
		return out, nil
	}
	if int64(len(t.view.raw)) < t.view.torchStorage.bytes() {
		return Tensor{}, errors.New("its storage is missing from the file")
	}
	raw := t.view.raw[int64(width)*(t.view.from+t.offset):]
	if t.contiguous() {
		out.decode(raw[:n*width])
		return out, nil
	}
	packed := make([]byte, 0, n*width)
	index := make([]int, len(t.shape))
	for range n {
		var at int64
		for i, k := range index {
			at += int64(k) * t.strides[i]
		}
		packed = append(packed, raw[at*int64(width):][:width]...)
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < t.shape[i] {
				break
			}
			index[i] = 0
		}
	}
	out.decode(packed)
	return out, nil
}

func (t *torchTensor) contiguous() bool {
	want := int64(1)
	for i := len(t.shape) - 1; i >= 0; i-- {
		if t.shape[i] != 1 && t.strides[i] != want {
			return false
		}
		want *= int64(t.shape[i])
	}
	return true
}
