package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// WriteTorch writes f atomically as a state dict for PyTorch 1.6 and later, weights_only included,
// without f.Meta; missing num_batches_tracked counts as 0.
func WriteTorch(path string, f *File) error {
	err := f.checkNames()
	if err == nil {
		err = writeFile(path, func(w io.Writer) error { return encodeTorch(w, f) })
	}
	if err != nil {
		return fmt.Errorf("writing weights to %s: %w", path, err)
	}
	return nil
}

func (f *File) checkNames() error {
	seen := map[string]bool{}
	for _, t := range f.Tensors {
		if err := t.check(); err != nil {
			return err
		}
		if seen[t.Name] {
			return fmt.Errorf("tensor name %q is used twice", t.Name)
		}
		seen[t.Name] = true
	}
	return nil
}

func encodeTorch(w io.Writer, f *File) error {
	out := torchZip{counted: &countingWriter{w: w}}
	out.z = zip.NewWriter(out.counted)
	if err := out.add("data.pkl", pickleState(f)); err != nil {
		return err
	}
	if err := out.add("byteorder", []byte("little")); err != nil {
		return err
	}
	for i, t := range f.Tensors {
		if err := out.add("data/"+strconv.Itoa(i), t.encode()); err != nil {
			return err
		}
	}
	if err := out.add("version", []byte("3\n")); err != nil {
		return err
	}
	return out.z.Close()
}

// A torchZip is an archive of uncompressed members at multiples of 64 bytes, for memory maps.
type torchZip struct {
	z       *zip.Writer
	counted *countingWriter
}

func (o torchZip) add(name string, content []byte) error {
	// a local header is 30 bytes, name, extra field (4 bytes and padding)
	const alignment, fixed, extra = 64, 30, 4
	if err := o.z.Flush(); err != nil {
		return err
	}
	h := &zip.FileHeader{Name: "archive/" + name, Method: zip.Store,
		CRC32:            crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))}
	start := o.counted.n + int64(fixed+len(h.Name)+extra)
	padding := (alignment - start%alignment) % alignment
	h.Extra = append([]byte("FB"), binary.LittleEndian.AppendUint16(nil, uint16(padding))...)
	h.Extra = append(h.Extra, bytes.Repeat([]byte("Z"), int(padding))...)
	member, err := o.z.CreateRaw(h)
	if err == nil {
		_, err = member.Write(content)
	}
	return err
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func pickleState(f *File) []byte {
	p := &pickler{}
	p.raw("\x80\x02")
	p.emptyOrderedDict()
	p.raw("(")
	for i, t := range f.Tensors {
		p.text(t.Name)
		p.global("torch._utils", "_rebuild_tensor_v2")
		p.raw("((")
		p.text("storage")
		p.global("torch", storageClass(t.DType))
		p.text(strconv.Itoa(i))
		p.text("cpu")
		p.number(t.Len())
		p.raw("tQ") // the tuple names a storage
		p.number(0) // from its start
		p.numbers(t.Shape)
		p.numbers(rowMajor(t.Shape))
		p.raw("\x89") // needs no gradient
		p.emptyOrderedDict()
		p.raw("tR") // and is the call's arguments
	}
	p.raw("u.")
	return p.Bytes()
}

func storageClass(dtype string) string {
	for class, d := range storageTypes {
		if d == dtype {
			return class
		}
	}
	return "" // check has refused such a type
}

func rowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = step
		step *= max(shape[i], 1)
	}
	return strides
}

type pickler struct{ bytes.Buffer }

func (p *pickler) raw(instructions string) { p.WriteString(instructions) }

func (p *pickler) global(module, name string) { p.raw("c" + module + "\n" + name + "\n") }

func (p *pickler) emptyOrderedDict() {
	p.global("collections", "OrderedDict")
	p.raw(")R")
}

func (p *pickler) text(s string) {
	p.raw("X")
	p.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
	p.raw(s)
}

func (p *pickler) number(n int) {
	if n <= 1<<31-1 {
		p.raw("J")
		p.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
		return
	}
	p.raw("\x8a\x08")
	p.Write(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func (p *pickler) numbers(list []int) {
	p.raw("(")
	for _, n := range list {
		p.number(n)
	}
	p.raw("t")
}
