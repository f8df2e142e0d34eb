package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func sample() *File {
	return &File{
		Meta: map[string]string{"made by": "a test"},
		Tensors: []Tensor{
			{Name: "bn1.num_batches_tracked", Shape: []int{}, DType: "I64", Ints: []int64{-7}},
			{Name: "conv1.weight", Shape: []int{2, 1, 1, 3}, DType: "F32",
				Data: []float32{1, -2.5, 3e-5, 0, 65504, 1e-8}},
			{Name: "bn1.weight", Shape: []int{2}, DType: "F32", Data: []float32{1e-8, 1e8}},
			{Name: "empty", Shape: []int{0, 4}, DType: "F32", Data: []float32{}},
			{Name: "mask", Shape: []int{3}, DType: "BOOL", Ints: []int64{1, 0, 1}},
		},
	}
}

func TestSafetensorsRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "a.safetensors")
	if err := WriteSafetensors(path, sample()); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSafetensors(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".new-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, ok := got.Get("no such"); ok {
		t.Error("Get finds what is not there")
	}
}

func TestFloat16(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := WriteSafetensors(path, sample(), Float16()); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSafetensors(path)
	if err != nil {
		t.Fatal(err)
	}
	kernel, _ := got.Get("conv1.weight")
	if want := []float32{1, -2.5, 503 * 0x1p-24, 0, 65504, 0}; kernel.DType != "F16" ||
		!reflect.DeepEqual(kernel.Data, want) {
		t.Errorf("kernel %s %v, want F16 %v", kernel.DType, kernel.Data, want)
	}
	norm, _ := got.Get("bn1.weight")
	if norm.DType != "F32" || norm.Data[0] != 1e-8 {
		t.Errorf("batch norm %+v must stay float32", norm)
	}
}

func TestEveryTypeRoundTrips(t *testing.T) {
	f := &File{}
	for dtype := range elementSizes {
		tensor := Tensor{Name: dtype, Shape: []int{3}, DType: dtype}
		switch {
		case isFloat(dtype):
			tensor.Data = []float32{0.5, -3, 0}
		case dtype == "U8" || dtype == "BOOL":
			tensor.Ints = []int64{1, 0, 1}
		default:
			tensor.Ints = []int64{1, -100, 0}
		}
		f.Tensors = append(f.Tensors, tensor)
	}
	path := filepath.Join(t.TempDir(), "types.safetensors")
	if err := WriteSafetensors(path, f); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSafetensors(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range f.Tensors {
		if tensor, _ := got.Get(want.Name); !reflect.DeepEqual(tensor, want) {
			t.Errorf("got %+v, want %+v", tensor, want)
		}
	}
}

// TestHalves compares the conversion to half precision with every half there is and the midpoints
// between them.
func TestHalves(t *testing.T) {
	for h := uint32(0); h < 0x7c00; h++ {
		v := half(uint16(h))
		if back := halfBits(v); back != uint16(h) {
			t.Fatalf("%#04x → %g → %#04x", h, v, back)
		}
		if back := halfBits(-v); back != uint16(h)|0x8000 {
			t.Fatalf("-%#04x → %#04x", h, back)
		}
		if h+1 < 0x7c00 {
			middle := (v + half(uint16(h+1))) / 2
			if even := uint16(h + h&1); halfBits(middle) != even {
				t.Fatalf("midpoint %g → %#04x, want the even %#04x", middle, halfBits(middle), even)
			}
		}
	}
	for v, want := range map[float32]uint16{65519: 0x7bff, 65520: 0x7c00, 1e30: 0x7c00,
		float32(math.Inf(-1)): 0xfc00, 0x1p-26: 0} {
		if got := halfBits(v); got != want {
			t.Errorf("%g → %#04x, want %#04x", v, got, want)
		}
	}
	if v := half(halfBits(float32(math.NaN()))); v == v {
		t.Errorf("NaN → %g", v)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, f := range map[string]*File{
		"shape": {Tensors: []Tensor{{Name: "a", Shape: []int{2}, DType: "F32",
			Data: []float32{1}}}},
		"type": {Tensors: []Tensor{{Name: "a", DType: "F8", Data: []float32{1}}}},
		"double": {Tensors: []Tensor{{Name: "a", DType: "I64", Ints: []int64{1}},
			{Name: "a", DType: "I64", Ints: []int64{1}}}},
		"size":    {Tensors: []Tensor{{Name: "a", Shape: []int{-1}, DType: "F32"}}},
		"reserve": {Tensors: []Tensor{{Name: "__metadata__", DType: "I64", Ints: []int64{1}}}},
	} {
		path := filepath.Join(t.TempDir(), "a.safetensors")
		if err := WriteSafetensors(path, f); err == nil {
			t.Errorf("%s: written", name)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file is left", name)
		}
	}
}

// raw builds a file from a header and the number of bytes after it.
func raw(header string, body int) []byte {
	content := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(content, header...), make([]byte, body)...)
}

func TestFalseHeaders(t *testing.T) {
	huge := binary.LittleEndian.AppendUint64(nil, math.MaxUint64)
	for name, content := range map[string][]byte{
		"empty":         nil,
		"seven bytes":   make([]byte, 7),
		"huge header":   huge,
		"header beyond": append(binary.LittleEndian.AppendUint64(nil, 1<<20), "{}"...),
		"not json":      raw("{]", 0),
		"a list":        raw("[]", 0),
		"beyond end":    raw(`{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 12),
		"terabytes": raw(
			`{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}`, 8),
		"overflow": raw(
			`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0),
		"overflow four": raw(
			`{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}`, 0),
		"negative":    raw(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4),
		"backwards":   raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4),
		"negative at": raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 4),
		"overlap": raw(
			`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"gap":          raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"trailing":     raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8),
		"wrong shape":  raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4),
		"unknown type": raw(`{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,4]}}`, 4),
		"deep": raw(
			`{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}`, 1),
		"fraction": raw(`{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}`, 1),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decodeSafetensors(bytes.NewReader(content), int64(len(content)))
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: read", name)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
			t.Errorf("%s: took %d MB", name, taken>>20)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(raw(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"k":"v"}}`, 4))
	f.Add(raw(`{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := decodeSafetensors(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		write, err := encodeSafetensors(file, nil)
		if err != nil {
			t.Fatalf("read, but not writable: %v", err)
		}
		var again bytes.Buffer
		if err := write(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := decodeSafetensors(bytes.NewReader(again.Bytes()),
			int64(again.Len())); err != nil {
			t.Fatalf("written, but not readable: %v", err)
		}
	})
}

func TestMobileNetFile(t *testing.T) {
	path := filepath.Join("..", "..", "..", "..", "shared", "data",
		"mobilenet_v2-imagenet.safetensors")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the real MobileNetV2 weights are not beside this checkout")
	}
	f, err := ReadSafetensors(path)
	if err != nil {
		t.Fatal(err)
	}
	kernel, ok := f.Get("features.0.0.weight")
	if !ok || !reflect.DeepEqual(kernel.Shape, []int{32, 3, 3, 3}) {
		t.Errorf("features.0.0.weight: %v %v", ok, kernel.Shape)
	}
}

func ExampleWriteSafetensors() {
	dir, err := os.MkdirTemp("", "weights")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "head.safetensors")
	head := &File{Tensors: []Tensor{{Name: "fc.bias", Shape: []int{2}, DType: "F32",
		Data: []float32{0.25, -1}}}}
	if err := WriteSafetensors(path, head); err != nil {
		fmt.Println(err)
		return
	}
	back, err := ReadSafetensors(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	bias, _ := back.Get("fc.bias")
	fmt.Println(bias.Shape, strings.ToLower(bias.DType), bias.Data)
	// Output: [2] f32 [0.25 -1]
}
