package weights

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
)

// A described tensor is one as testdata/make_pth.py prints it: torch's name for the type, all
// values as numbers.
type described struct {
	Name   string
	DType  string
	Shape  []int
	Values []float64
}

var torchTypes = map[string]string{
	"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16",
	"int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
}

func (d described) check(t *testing.T, got Tensor) {
	t.Helper()
	if got.Name != d.Name || got.DType != torchTypes[d.DType] ||
		!reflect.DeepEqual(got.Shape, d.Shape) {
		t.Errorf("%s %s %v, want %s %s %v", got.Name, got.DType, got.Shape, d.Name, d.DType,
			d.Shape)
		return
	}
	values := make([]float64, 0, got.Len())
	for _, v := range got.Data {
		values = append(values, float64(v))
	}
	for _, v := range got.Ints {
		values = append(values, float64(v))
	}
	for i, want := range d.Values {
		if i >= len(values) || values[i] != float64(float32(want)) && values[i] != want {
			t.Errorf("%s: %v, want %v", d.Name, values, d.Values)
			return
		}
	}
}

// Files that torch.save wrote, both containers: views, half precisions, integers, parameters, a
// module's state, fastai's dictionary.
func TestFilesOfTorch(t *testing.T) {
	content, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string][]described
	if err := json.Unmarshal(content, &expected); err != nil {
		t.Fatal(err)
	}
	for name, tensors := range expected {
		t.Run(name, func(t *testing.T) {
			f, err := ReadTorch(filepath.Join("testdata", name+".pth"))
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Tensors) != len(tensors) {
				t.Fatalf("%d tensors, want %d", len(f.Tensors), len(tensors))
			}
			for i, want := range tensors {
				want.check(t, f.Tensors[i])
			}
		})
	}
}

// everyType has a tensor of every type, a scalar, an empty one, and names that a pickle might trip
// over.
func everyType() *File {
	return &File{Tensors: []Tensor{
		{Name: "conv1.weight", Shape: []int{2, 1, 1, 3}, DType: "F32",
			Data: []float32{1, -2, 3.5, float32(math.Inf(1)), 1e-40, 0}},
		{Name: "double", Shape: []int{2}, DType: "F64", Data: []float32{0.1, -7}},
		{Name: "half", Shape: []int{3}, DType: "F16", Data: []float32{1, 65504, 5.9604645e-08}},
		{Name: "bfloat", Shape: []int{2}, DType: "BF16", Data: []float32{-1.5, 3}},
		{Name: "bn1.num_batches_tracked", Shape: []int{}, DType: "I64", Ints: []int64{1 << 40}},
		{Name: "int32", Shape: []int{1}, DType: "I32", Ints: []int64{-5}},
		{Name: "int16", Shape: []int{1}, DType: "I16", Ints: []int64{-300}},
		{Name: "int8", Shape: []int{2}, DType: "I8", Ints: []int64{-128, 127}},
		{Name: "bytes", Shape: []int{1, 1}, DType: "U8", Ints: []int64{200}},
		{Name: "mask", Shape: []int{2}, DType: "BOOL", Ints: []int64{1, 0}},
		{Name: "nothing", Shape: []int{0, 3}, DType: "F32", Data: []float32{}},
		{Name: "größe\n.weight", Shape: []int{1}, DType: "F32", Data: []float32{4}},
	}}
}

func TestWriteTorch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pth")
	f := everyType()
	if err := WriteTorch(path, f); err != nil {
		t.Fatal(err)
	}
	back, err := ReadTorch(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, f) {
		t.Errorf("got  %+v\nwant %+v", back, f)
	}
	f.Tensors[1].Name = f.Tensors[0].Name
	if err := WriteTorch(path, f); err == nil {
		t.Error("a name used twice must be refused")
	}
	if _, err := ReadTorch(path); err != nil {
		t.Errorf("a refused file replaced the old one: %v", err)
	}
}

// PyTorch itself, where $GOPETS_TEST_TORCH names a Python that has it: loads what WriteTorch wrote,
// with weights_only and memory-mapped.
func TestTorchReadsWhatWeWrite(t *testing.T) {
	python := os.Getenv("GOPETS_TEST_TORCH")
	if python == "" {
		t.Skip("no PyTorch: set $GOPETS_TEST_TORCH to a Python that has it")
	}
	path := filepath.Join(t.TempDir(), "a.pth")
	f := everyType()
	f.Tensors[0].Data[3] = 9 // JSON knows no infinity
	if err := WriteTorch(path, f); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/make_pth.py", "check", path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var read []described
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	if len(read) != len(f.Tensors) {
		t.Fatalf("torch reads %d tensors, %d were written", len(read), len(f.Tensors))
	}
	for i := range read {
		read[i].check(t, f.Tensors[i])
	}
}

func ExampleWriteTorch() {
	dir, err := os.MkdirTemp("", "weights")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "body.pth")
	body := &File{Tensors: []Tensor{{Name: "bn1.weight", Shape: []int{2}, DType: "F32",
		Data: []float32{1, 0.5}}}}
	// in Python: net.load_state_dict(torch.load("body.pth"), strict=False)
	if err := WriteTorch(path, body); err != nil {
		fmt.Println(err)
		return
	}
	back, err := ReadTorch(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Tensors[0].Name, back.Tensors[0].Data)
	// Output: bn1.weight [1 0.5]
}
