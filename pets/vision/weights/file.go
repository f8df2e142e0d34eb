package weights

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gopets/pets/internal/atomicfile"
)

// A Tensor is a named array in torch's layout: convolutions are (out, in, height, width), linear
// layers (out, in).
type Tensor struct {
	Name  string
	Shape []int // empty for a scalar
	// as in the file: "F32", "F16", "BF16", "F64", or "I64", "I32", "I16", "I8", "U8", "BOOL"
	DType string
	Data  []float32 // the values, row-major, of a floating-point tensor
	Ints  []int64   // the values of any other
}

func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

func (t Tensor) check() error {
	size, known := elementSizes[t.DType]
	if !known {
		return fmt.Errorf("tensor %q: unknown type %q; known are %s", t.Name, t.DType, knownTypes())
	}
	n, err := elements(t.Shape)
	if err != nil {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	if n > math.MaxInt64/int64(size) {
		return fmt.Errorf("tensor %q: shape %v is too large", t.Name, t.Shape)
	}
	have := len(t.Ints)
	if isFloat(t.DType) {
		have = len(t.Data)
	}
	if int64(have) != n {
		return fmt.Errorf("tensor %q: shape %v asks for %d values of type %s, it has %d", t.Name,
			t.Shape, n, t.DType, have)
	}
	return nil
}

// A File is the content of a weight file.
type File struct {
	Tensors []Tensor          // in the file's order
	Meta    map[string]string // free text; nil when the file has none
}

func (f *File) Get(name string) (Tensor, bool) {
	i := slices.IndexFunc(f.Tensors, func(t Tensor) bool { return t.Name == name })
	if i < 0 {
		return Tensor{}, false
	}
	return f.Tensors[i], true
}

var elementSizes = map[string]int{
	"F64": 8, "F32": 4, "F16": 2, "BF16": 2,
	"I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1,
}

func knownTypes() string { return "F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL" }

func isFloat(dtype string) bool {
	switch dtype {
	case "F64", "F32", "F16", "BF16":
		return true
	}
	return false
}

func elements(shape []int) (int64, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("negative size in shape %v", shape)
		}
		if d > 0 && n > math.MaxInt64/int64(d) {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= int64(d)
	}
	return n, nil
}

func readFile(path string, decode func(r io.ReaderAt, size int64) (*File, error)) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading weights: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading weights: %w", err)
	}
	file, err := decode(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("reading weights from %s: %w", path, err)
	}
	return file, nil
}

func writeFile(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, 0o644, func(f *os.File) error {
		buffered := bufio.NewWriterSize(f, 1<<20)
		if err := write(buffered); err != nil {
			return err
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
		return f.Sync()
	})
}
