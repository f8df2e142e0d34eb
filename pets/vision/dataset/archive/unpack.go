package archive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

type limits struct {
	bytes int64 // of all files together
	files int
}

// archiveLimits returns the limits for an archive: photos hardly compress.
func archiveLimits(packed int64) limits { return limits{bytes: 8*packed + 1<<30, files: 2_000_000} }

// unpack writes a tar archive below root. Absolute names, "..", links and devices are errors.
func unpack(archive io.Reader, root *os.Root, most limits) error {
	in := bufio.NewReaderSize(archive, 1<<16)
	var plain io.Reader = in
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("not a gzip archive: %w", err)
		}
		defer z.Close()
		plain = z
	}
	entries, left := 0, most.bytes
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if err == io.EOF {
			if entries == 0 {
				return errors.New("the archive is empty or no tar archive")
			}
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		name, err := safeName(h)
		if err != nil {
			return err
		}
		if entries++; entries > most.files {
			return fmt.Errorf("the archive holds more than %d files", most.files)
		}
		if h.Typeflag == tar.TypeDir {
			if err := root.MkdirAll(name, 0o755); err != nil {
				return fmt.Errorf("folder %q: %w", name, err)
			}
			continue
		}
		if h.Size < 0 || h.Size > left {
			return fmt.Errorf("with %q the archive holds over %d MB: refused", name, most.bytes>>20)
		}
		left -= h.Size
		if err := writeEntry(root, name, r); err != nil {
			return fmt.Errorf("file %q: %w", name, damaged(err))
		}
	}
}

func safeName(h *tar.Header) (string, error) {
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir:
	case tar.TypeSymlink, tar.TypeLink:
		return "", fmt.Errorf("the archive holds the link %q → %q: links are refused, as they "+
			"can lead outside the folder", h.Name, h.Linkname)
	default:
		return "", fmt.Errorf("the archive holds %q, neither file nor folder (type %q): refused",
			h.Name, h.Typeflag)
	}
	name := strings.ReplaceAll(h.Name, `\`, "/")
	if path.IsAbs(name) || driveName(name) || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("the archive holds %q, which is not a path inside a folder: refused",
			h.Name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("the archive holds %q, which leads outside the folder: refused",
				h.Name)
		}
	}
	name = path.Clean(name)
	if name == "." && h.Typeflag != tar.TypeDir {
		return "", fmt.Errorf("the archive holds a file with no name (%q): refused", h.Name)
	}
	return name, nil
}

func driveName(name string) bool {
	return len(name) >= 2 && name[1] == ':' && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z')
}

func writeEntry(root *os.Root, name string, r io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the archive ends early")
	}
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, gzip.ErrChecksum) ||
		errors.Is(err, gzip.ErrHeader) {
		return fmt.Errorf("the archive is damaged: %w", err)
	}
	return err
}
