package weights

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (d *dict) get(key string) any {
	for i, k := range d.keys {
		if k == key {
			return d.values[i]
		}
	}
	return nil
}

var stateKeys = []string{
	"model_state_dict", "state_dict", "model_state", "model", "net", "network", "net_state_dict",
	"weights", "params", "module", "generator", "student", "backbone", "encoder",
	"state_dict_ema", "model_ema", "ema_state_dict", "ema", "teacher",
}

type search struct {
	seen map[any]bool // containers seen already: they may hold each other
}

func (s *search) state(value any) *dict {
	if module := s.module(value); module != nil {
		return module
	}
	switch v := value.(type) { // (state, epoch)
	case tuple:
		return s.first(v)
	case *list:
		return s.first(v.items)
	}
	fields := fieldsOf(value)
	if fields == nil || s.seen[fields] {
		return nil
	}
	s.seen[fields] = true
	if holdsTensors(fields) {
		return fields
	}
	for _, key := range stateKeys {
		if found := s.state(fields.get(key)); found != nil {
			return found
		}
	}
	return nil
}

const maxItems = 10

func (s *search) first(items []any) *dict {
	if len(items) == 0 || s.seen[&items[0]] {
		return nil
	}
	s.seen[&items[0]] = true
	for _, item := range items[:min(len(items), maxItems)] {
		if found := s.state(item); found != nil {
			return found
		}
	}
	return nil
}

func fieldsOf(value any) *dict {
	switch v := value.(type) {
	case *dict:
		return v
	case *object:
		if len(v.items.keys) > 0 {
			return &v.items
		}
		return attributes(v)
	}
	return nil
}

func attributes(o *object) *dict {
	if parts, ok := o.state.(tuple); ok && len(parts) == 2 { // with slots
		d, _ := parts[0].(*dict)
		return d
	}
	d, _ := o.state.(*dict)
	return d
}

func holdsTensors(d *dict) bool {
	n := 0
	for _, v := range d.values {
		if _, ok := v.(*torchTensor); ok {
			n++
		}
	}
	return n > 0 && 2*n >= len(d.values)
}

func (s *search) module(value any) *dict {
	o, ok := value.(*object)
	if !ok {
		return nil
	}
	fields := attributes(o)
	if fields == nil || fields.get("_modules") == nil || fields.get("_parameters") == nil {
		return nil
	}
	flat := &dict{}
	s.flatten(fields, "", flat)
	if len(flat.keys) == 0 {
		return nil
	}
	return flat
}

func (s *search) flatten(fields *dict, prefix string, flat *dict) {
	if s.seen[fields] || len(prefix) > maxString {
		return
	}
	s.seen[fields] = true
	for _, kind := range []string{"_parameters", "_buffers"} {
		values := fieldsOf(fields.get(kind))
		if values == nil {
			continue
		}
		for i, v := range values.values {
			if _, ok := v.(*torchTensor); ok {
				flat.keys, flat.values = append(flat.keys, prefix+keyText(values.keys[i])),
					append(flat.values, v)
			}
		}
	}
	modules := fieldsOf(fields.get("_modules"))
	if modules == nil {
		return
	}
	for i, v := range modules.values {
		if child, ok := v.(*object); ok {
			if below := attributes(child); below != nil {
				s.flatten(below, prefix+keyText(modules.keys[i])+".", flat)
			}
		}
	}
}

func keyText(key any) string {
	switch k := key.(type) {
	case string:
		return k
	case int64:
		return strconv.FormatInt(k, 10)
	}
	return fmt.Sprintf("%T", key)
}

func (b *torchBuilder) file(saved any) (*File, error) {
	state := (&search{seen: map[any]bool{}}).state(saved)
	if one, ok := saved.(*torchTensor); ok {
		state = &dict{keys: []any{"tensor"}, values: []any{one}}
	}
	if state == nil {
		return nil, fmt.Errorf("it holds %s, but no dictionary of tensors: save one with "+
			"torch.save(model.state_dict(), FILE)", describe(saved))
	}
	file := &File{}
	var values int64
	for i, value := range state.values {
		t, ok := value.(*torchTensor)
		if !ok {
			continue
		}
		name := keyText(state.keys[i])
		// tensors may share a storage: a small file must not become a large memory
		if n, err := elements(t.shape); err != nil || n > b.size-values {
			return nil, errors.New("its tensors hold more values than the file has bytes")
		}
		tensor, err := t.tensor(name)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		values += int64(tensor.Len())
		file.Tensors = append(file.Tensors, tensor)
	}
	return file, nil
}

func describe(value any) string {
	switch v := value.(type) {
	case *dict:
		return "a dictionary with " + keys(v)
	case *list:
		return fmt.Sprintf("a list of %d items", len(v.items))
	case tuple:
		return fmt.Sprintf("a tuple of %d items", len(v))
	case *object:
		name := strings.Trim(v.class.module+"."+v.class.name, ".")
		if name == "" {
			name = "a class without a name"
		}
		if fields := fieldsOf(v); fields != nil {
			return fmt.Sprintf("an object of %.80q with %s", name, keys(fields))
		}
		return fmt.Sprintf("an object of %.80q", name)
	case global:
		return fmt.Sprintf("the name %.80q", v.module+"."+v.name)
	case string:
		return "a text"
	case nil:
		return "nothing"
	}
	return "a number"
}

func keys(d *dict) string {
	const most = 10
	if len(d.keys) == 0 {
		return "no keys"
	}
	var names []string
	for _, k := range d.keys[:min(most, len(d.keys))] {
		names = append(names, fmt.Sprintf("%.40q", keyText(k)))
	}
	list := "the keys " + strings.Join(names, ", ")
	if more := len(d.keys) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// wrappers are the prefixes that DataParallel, torch.compile, Lightning and classes add to names.
var wrappers = []string{"module.", "_orig_mod.", "model.", "net.", "network.", "backbone.",
	"encoder.", "encoder_q.", "base_encoder.", "student."}

func (f *File) owner() string {
	owner := ""
	for _, first := range []string{"conv1.weight", "features.0.0.weight"} {
		for _, t := range f.Tensors {
			prefix, ok := strings.CutSuffix(t.Name, first)
			if t.Name == first {
				return ""
			}
			if ok && strings.HasSuffix(prefix, ".") && (owner == "" || len(prefix) < len(owner)) {
				owner = prefix
			}
		}
	}
	return owner
}

// unwrap removes prefixes that at least half of the names have, if no two become one.
func (f *File) unwrap() {
	for again := true; again; {
		again = false
		for _, prefix := range append(slices.Clip(wrappers), f.owner()) {
			n, names := 0, map[string]bool{}
			for _, t := range f.Tensors {
				if prefix != "" && strings.HasPrefix(t.Name, prefix) {
					n++
				}
				names[strings.TrimPrefix(t.Name, prefix)] = true
			}
			if n == 0 || 2*n < len(f.Tensors) || len(names) < len(f.Tensors) {
				continue
			}
			f.Tensors = slices.Clone(f.Tensors)
			for i := range f.Tensors {
				f.Tensors[i].Name = strings.TrimPrefix(f.Tensors[i].Name, prefix)
			}
			again = true
		}
	}
}
