package weights

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// ReadTorch reads the tensors of a file that torch.save wrote: a state dict, a checkpoint, or a
// whole model, without calling anything. It reads zip archives and PyTorch's pickles from 0.1.10 to
// 1.5.
func ReadTorch(file string) (*File, error) {
	return readFile(file, decodeTorch)
}

func decodeTorch(r io.ReaderAt, size int64) (*File, error) {
	var head [262]byte
	n, _ := r.ReadAt(head[:], 0)
	switch {
	case bytes.HasPrefix(head[:n], []byte("PK\x03\x04")):
		return decodeTorchZip(r, size)
	case n == len(head) && string(head[257:262]) == "ustar":
		return nil,
			errors.New(
				"this is the tar format of PyTorch before 0.1.10; load and save it with a newer " +
					"PyTorch")
	case n < 2 || head[0] != 0x80:
		return nil,
			errors.New("this is neither a zip archive nor a pickle, so not a file of torch.save")
	}
	return decodeTorchStream(r, size)
}

// torchMagic is 0x1950a86a20f9469cfc6c, little-endian.
var torchMagic = []byte{0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19}

var errNotTorch = errors.New("this is a pickle, but not of torch.save: " + saveTensors)

// decodeTorchStream reads five pickles, the fourth the object, and then the storages.
func decodeTorchStream(r io.ReaderAt, size int64) (*File, error) {
	counted := &counter{r: io.NewSectionReader(r, 0, size)}
	buffered := bufio.NewReader(counted)
	b := newTorchBuilder(size)
	u := &unpickler{r: buffered, persistent: b.storage, reduce: b.reduce}
	var parts [5]any
	for i, what := range []string{"magic number", "version", "system", "object", "storage keys"} {
		value, err := u.load()
		switch {
		case i == 0 && errors.Is(err, errLong):
			return nil, fmt.Errorf("this is not a file of torch.save, but a pickle of %w", errLong)
		case i == 0 && err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errNotTorch
		case err != nil:
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		parts[i] = value
		switch i {
		case 0:
			if magic, ok := value.(longBytes); !ok || !bytes.Equal(magic, torchMagic) {
				return nil, errNotTorch
			}
		case 1:
			if value != int64(1001) {
				return nil,
					errors.New("this version of torch.save's stream is unknown; 1001 is known")
			}
		case 2:
			if system, ok := value.(*dict); ok && system.get("little_endian") == false {
				return nil, errors.New("its numbers are big-endian")
			}
		}
	}
	keys, ok := parts[4].(*list)
	if !ok {
		return nil, errors.New("storage keys: not a list")
	}
	for _, key := range keys.items {
		name, _ := key.(string)
		s, ok := b.storages[name]
		if !ok {
			return nil, fmt.Errorf("storage %q belongs to no tensor", name)
		}
		var count [8]byte
		if _, err := io.ReadFull(buffered, count[:]); err != nil {
			return nil, fmt.Errorf("storage %q: the file is cut short", name)
		}
		left := size - counted.n + int64(buffered.Buffered())
		if n := int64(binary.LittleEndian.Uint64(count[:])); n != s.count || s.bytes() > left {
			return nil, fmt.Errorf("storage %q: %d values announced, %d found, %d bytes left; "+
				"the file is damaged or cut short", name, s.count, n, left)
		}
		s.raw = make([]byte, s.bytes())
		if _, err := io.ReadFull(buffered, s.raw); err != nil {
			return nil, fmt.Errorf("storage %q: the file is cut short", name)
		}
	}
	return b.file(parts[3])
}

func decodeTorchZip(r io.ReaderAt, size int64) (*File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("zip archive: %w; the file is damaged or cut short", err)
	}
	entries := map[string]*zip.File{}
	root := ""
	for _, f := range archive.File {
		entries[f.Name] = f
		if dir, base := path.Split(f.Name); base == "data.pkl" && strings.Count(f.Name, "/") <= 1 {
			root = dir
		}
		if path.Base(f.Name) == "constants.pkl" {
			return nil, errors.New("this is TorchScript, a program; save its state_dict() instead")
		}
	}
	object, ok := entries[root+"data.pkl"]
	if !ok {
		return nil, foreignArchive(archive)
	}
	if order, ok := entries[root+"byteorder"]; ok {
		text, err := readStored(order, size)
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(string(text)) != "little" {
			return nil, fmt.Errorf("its numbers are not little-endian (%.20q)", text)
		}
	}
	if object.UncompressedSize64 > maxPickle {
		return nil, fmt.Errorf("its data.pkl has %w", errLong)
	}
	text, err := readStored(object, maxPickle)
	if err != nil {
		return nil, err
	}
	b := newTorchBuilder(size)
	u := &unpickler{r: bufio.NewReader(bytes.NewReader(text)), persistent: b.storage,
		reduce: b.reduce}
	value, err := u.load()
	if err != nil {
		return nil, err
	}
	for key, s := range b.storages {
		f, ok := entries[root+"data/"+key]
		if !ok {
			return nil, fmt.Errorf("storage %q is not in the archive", key)
		}
		if s.raw, err = readStored(f, s.bytes()); err != nil {
			return nil, err
		}
		if int64(len(s.raw)) != s.bytes() {
			return nil, fmt.Errorf("storage %q: %d bytes announced, %d found", key, s.bytes(),
				len(s.raw))
		}
	}
	return b.file(value)
}

func foreignArchive(archive *zip.Reader) error {
	var names []string
	for _, f := range archive.File {
		switch path.Ext(f.Name) {
		case ".npy":
			return errors.New("NumPy arrays (npz): " + saveTensors)
		case ".pth", ".pt", ".ckpt", ".bin", ".safetensors":
			return fmt.Errorf("a zip archive that holds %.60q: unpack it", f.Name)
		}
		if len(names) < 3 {
			names = append(names, fmt.Sprintf("%.40q", f.Name))
		}
	}
	return fmt.Errorf("a zip archive without data.pkl, so not a file of torch.save: it holds %s",
		strings.Join(names, ", "))
}

func readStored(f *zip.File, limit int64) ([]byte, error) {
	if f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64 {
		return nil,
			fmt.Errorf("%q is compressed, which torch.save never does: unpack the archive and "+
				"pack it without compression (zip -0)", f.Name)
	}
	if f.UncompressedSize64 > uint64(limit) {
		return nil, fmt.Errorf("%q claims %d bytes, more than the %d possible", f.Name,
			f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%q: %w", f.Name, err)
	}
	defer r.Close()
	content := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, content); err != nil {
		return nil, fmt.Errorf("%q is cut short", f.Name)
	}
	return content, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
