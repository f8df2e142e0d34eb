// Package atomicfile replaces files as a whole or not at all. Tried: google/renameio, which syncs.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes a hidden file beside path and renames it. If it fails, path is unchanged. A device
// or pipe, such as /dev/null, is written to directly.
func Write(path string, perm os.FileMode, write func(*os.File) error) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
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

// Bytes writes data as [Write] does.
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
