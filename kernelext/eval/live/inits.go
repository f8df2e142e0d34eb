package live

import (
	"bytes"
	"encoding/binary"
	"net/url"
	"os"
	"strings"
)

// skipInits makes the linker leave out the initialisation of packages that the process has
// initialised, and what only that links: half of a cell that imports much. An archive refers to
// each package that it imports by the name of a symbol, only to order their initialisation; that
// name is changed to one that nothing defines. Archives in another format stay as they are.
func skipInits(archive string, done func(path string) bool) error {
	data, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	changed := false
	for _, name := range references(data) {
		escaped, ok := strings.CutSuffix(string(name), initSuffix)
		if path, err := url.PathUnescape(escaped); ok && err == nil && done(path) {
			copy(name[len(escaped):], "..finished")
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return os.WriteFile(archive, data, 0o600)
}

const initSuffix = "..inittask"

// The format of object files is that of cmd/internal/goobj.
const (
	objectMagic    = "\x00go120ld"
	objectOffsets  = len(objectMagic) + 8 + 4 // after the fingerprint and the flags
	referenceBlock = 7                        // the first with symbols that other packages define
	symbolSize     = 8 + 2 + 1 + 1 + 1 + 4 + 4
)

// references returns the names of the symbols that the object in an archive refers to, as slices of
// the archive.
func references(archive []byte) (names [][]byte) {
	_, object, ok := bytes.Cut(archive, []byte("\n!\n"+objectMagic))
	if !ok {
		return nil
	}
	object = archive[len(archive)-len(object)-len(objectMagic):]
	number := func(at uint64) uint64 {
		if at+4 > uint64(len(object)) {
			return 0
		}
		return uint64(binary.LittleEndian.Uint32(object[at:]))
	}
	block := func(i int) uint64 { return number(uint64(objectOffsets + 4*i)) }
	for at := block(referenceBlock); at < block(referenceBlock+1); at += symbolSize {
		length, start := number(at), number(at+4)
		if start+length > uint64(len(object)) {
			return nil
		}
		names = append(names, object[start:start+length])
	}
	return names
}
