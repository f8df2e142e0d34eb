package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
)

const (
	maxHeader  = 4 << 20 // ResNet-50's header is 40 kB
	maxTensors = 100_000
	maxRank    = 16
)

type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// ReadSafetensors reads a whole safetensors file, after checking its header.
func ReadSafetensors(path string) (*File, error) {
	return readFile(path, decodeSafetensors)
}

// decodeSafetensors reads the header's length (8 bytes, little-endian), header (JSON), numbers.
func decodeSafetensors(r io.ReaderAt, size int64) (*File, error) {
	var start [8]byte
	if _, err := r.ReadAt(start[:], 0); err != nil {
		return nil, fmt.Errorf("not a safetensors file: %d bytes are too few", size)
	}
	length := binary.LittleEndian.Uint64(start[:])
	if length > maxHeader || int64(length) > size-8 {
		return nil, fmt.Errorf("not a safetensors file, or cut short: its header claims %d "+
			"bytes, the file has %d", length, size)
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, 8); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	names, entries, meta, err := parseHeader(text)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	begin := 8 + int64(length)
	if err := checkLayout(names, entries, size-begin); err != nil {
		return nil, err
	}
	file := &File{Tensors: make([]Tensor, len(names)), Meta: meta}
	for i, name := range names {
		e := entries[i]
		raw := make([]byte, e.Offsets[1]-e.Offsets[0])
		if _, err := r.ReadAt(raw, begin+e.Offsets[0]); err != nil &&
			!(errors.Is(err, io.EOF) && len(raw) == 0) {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		t := Tensor{Name: name, Shape: e.Shape, DType: e.DType}
		t.decode(raw)
		file.Tensors[i] = t
	}
	return file, nil
}

func parseHeader(text []byte) (names []string, entries []entry, meta map[string]string, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, nil, nil, err
	}
	if len(fields) > maxTensors {
		return nil, nil, nil, fmt.Errorf("%d tensors; the limit is %d", len(fields),
			maxTensors)
	}
	if raw, ok := fields["__metadata__"]; ok {
		if err := json.Unmarshal(raw, &meta); err != nil {
			return nil, nil, nil, fmt.Errorf("__metadata__: %w", err)
		}
		delete(fields, "__metadata__")
	}
	byName := make(map[string]entry, len(fields))
	for name, raw := range fields {
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		byName[name] = e
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := byName[names[i]].Offsets, byName[names[j]].Offsets
		if a != b {
			return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
		}
		return names[i] < names[j]
	})
	for _, name := range names {
		entries = append(entries, byName[name])
	}
	return names, entries, meta, nil
}

func checkLayout(names []string, entries []entry, size int64) error {
	var at int64
	for i, e := range entries {
		width, known := elementSizes[e.DType]
		if !known {
			return fmt.Errorf("tensor %q: unknown type %q; known are %s", names[i], e.DType,
				knownTypes())
		}
		if len(e.Shape) > maxRank {
			return fmt.Errorf("tensor %q: %d dimensions; the limit is %d", names[i],
				len(e.Shape), maxRank)
		}
		n, err := elements(e.Shape)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", names[i], err)
		}
		if e.Offsets[0] != at || e.Offsets[1] < at || e.Offsets[1] > size {
			return fmt.Errorf("tensor %q: its numbers lie at %d..%d, expected from %d and within "+
				"%d bytes; the file is damaged or cut short", names[i], e.Offsets[0], e.Offsets[1],
				at, size)
		}
		if held := e.Offsets[1] - at; n > held || n*int64(width) != held {
			return fmt.Errorf("tensor %q: shape %v of %s does not fill its %d bytes", names[i],
				e.Shape, e.DType, held)
		}
		at = e.Offsets[1]
	}
	if at != size {
		return fmt.Errorf("the tensors hold %d bytes, the file %d; it is damaged or cut short", at,
			size)
	}
	return nil
}

// A WriteOption changes how WriteSafetensors stores values.
type WriteOption func(*Tensor)

// Float16 stores kernels and matrices in half precision; biases and batch-norm statistics stay.
func Float16() WriteOption {
	return func(t *Tensor) {
		if t.DType == "F32" && len(t.Shape) >= 2 {
			t.DType = "F16"
		}
	}
}

// WriteSafetensors writes f atomically, larger elements first: every number is aligned.
func WriteSafetensors(path string, f *File, options ...WriteOption) error {
	content, err := encodeSafetensors(f, options)
	if err == nil {
		err = writeFile(path, content)
	}
	if err != nil {
		return fmt.Errorf("writing weights to %s: %w", path, err)
	}
	return nil
}

func encodeSafetensors(f *File, options []WriteOption) (func(io.Writer) error, error) {
	tensors := slices.Clone(f.Tensors)
	fields := make(map[string]any, len(tensors)+1)
	for i := range tensors {
		t := &tensors[i]
		if err := t.check(); err != nil {
			return nil, err
		}
		for _, option := range options {
			option(t)
		}
		if _, double := fields[t.Name]; double || t.Name == "__metadata__" {
			return nil, fmt.Errorf("tensor name %q is used twice or reserved", t.Name)
		}
		fields[t.Name] = nil
	}
	slices.SortStableFunc(tensors,
		func(a, b Tensor) int { return elementSizes[b.DType] - elementSizes[a.DType] })
	var at int64
	for _, t := range tensors {
		end := at + int64(t.Len())*int64(elementSizes[t.DType])
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		fields[t.Name] = entry{DType: t.DType, Shape: shape, Offsets: [2]int64{at, end}}
		at = end
	}
	if len(f.Meta) > 0 {
		fields["__metadata__"] = f.Meta
	}
	header, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	header = append(header, bytes.Repeat([]byte(" "), -len(header)&7)...)
	return func(w io.Writer) error {
		if _, err := w.Write(binary.LittleEndian.AppendUint64(nil,
			uint64(len(header)))); err != nil {
			return err
		}
		if _, err := w.Write(header); err != nil {
			return err
		}
		for _, t := range tensors {
			if _, err := w.Write(t.encode()); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
