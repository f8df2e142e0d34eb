// Package atomicfile replaces files as a whole or not at all.
//
// Tried and dropped: github.com/google/renameio, which waits for the disk at each file; a notebook
// is saved after every cell.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes a new hidden file in the same folder and renames it to path. If it fails, path is
// unchanged and the new file is removed. The callback may change the file's mode. A device or pipe,
// such as /dev/null, is written to directly.
func Write(path string, perm os.FileMode, write func(*os.File) error) error {
	if IsSpecial(path) {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()[:8])
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return naming(path, tmp, err)
	}
	defer os.Remove(tmp)
	err = write(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	return naming(path, tmp, err)
}

// naming returns an error that names path in place of the hidden file.
func naming(path, tmp string, err error) error {
	var of *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &of) && of.Path == tmp:
		of.Path = path
	case errors.As(err, &link) && link.Old == tmp:
		return &fs.PathError{Op: link.Op, Path: path, Err: link.Err}
	}
	return err
}

// IsSpecial reports whether a path is a device, a pipe or a socket.
func IsSpecial(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

func Bytes(path string, data []byte, perm os.FileMode) error {
	err := Write(path, perm, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
