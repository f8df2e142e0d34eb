package images

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/edsrzf/mmap-go"

	"gopets/pets/internal/atomicfile"
)

// A cache file is 32 bytes, little-endian, and the pixels: 8 bytes magic with version, width,
// height, full width, full height, CRC-32C of the pixels, CRC-32C of the 28 bytes before.
const (
	cacheMagic  = "gopetpx1"
	cacheHeader = 32
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = errors.New("damaged cache file")

func writeImage(file string, p *RGB) error {
	head := append(make([]byte, 0, cacheHeader), cacheMagic...)
	for _, v := range []uint32{uint32(p.W), uint32(p.H), uint32(p.FullW), uint32(p.FullH),
		crc32.Checksum(p.Pix, castagnoli)} {
		head = binary.LittleEndian.AppendUint32(head, v)
	}
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(head, castagnoli))
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = atomicfile.Write(file, 0o644, func(f *os.File) error {
			if _, err := f.Write(head); err != nil {
				return err
			}
			_, err := f.Write(p.Pix)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("image cache: %w", err)
	}
	return nil
}

// mapImage maps a cache file and checks it. Files are replaced by renaming: no mapping shrinks.
func mapImage(file string) (*RGB, func() error, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() // the mapping outlives the descriptor
	if info, err := f.Stat(); err != nil || info.Size() < cacheHeader {
		return nil, nil, errDamaged
	}
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	p, err := parseImage(m)
	if err != nil {
		m.Unmap()
		return nil, nil, err
	}
	return p, m.Unmap, nil
}

func parseImage(data []byte) (*RGB, error) {
	if len(data) < cacheHeader || string(data[:8]) != cacheMagic {
		return nil, errDamaged
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(data[8+4*i:]) }
	if word(5) != crc32.Checksum(data[:28], castagnoli) {
		return nil, errDamaged
	}
	pix := data[cacheHeader:]
	w, h := uint64(word(0)), uint64(word(1))
	if w == 0 || h == 0 || w*h > uint64(len(pix)) || 3*w*h != uint64(len(pix)) ||
		word(4) != crc32.Checksum(pix, castagnoli) {
		return nil, errDamaged
	}
	return &RGB{W: int(w), H: int(h), Pix: pix, FullW: int(word(2)), FullH: int(word(3))}, nil
}
