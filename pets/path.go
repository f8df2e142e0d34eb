package pets

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/session"
	"gopets/pets/internal/atomicfile"
	"gopets/pets/vision/dataset"
)

// Path is a file or folder, with a few of the methods that Python's Path has.
type Path string

// Home is $GOPETS_DATA, $GOPETS_CACHE, or gopets in the user's cache folder. It outlives kernels.
func Home() Path { return Path(session.DataDir()) }

// Join adds elements: path.Join("images").
func (p Path) Join(elements ...string) Path {
	return Path(filepath.Join(append([]string{string(p)}, elements...)...))
}

// Name is the last element.
func (p Path) Name() string { return filepath.Base(string(p)) }

// Parent is the folder that holds it.
func (p Path) Parent() Path { return Path(filepath.Dir(string(p))) }

// Exists reports whether there is such a file or folder.
func (p Path) Exists() bool {
	_, err := os.Stat(string(p))
	return err == nil
}

// String returns the path, and what is wrong with it if it is not available.
func (p Path) String() string {
	if err := explain(p); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Sprintf("%s (not available: %s)", string(p), first)
	}
	return string(p)
}

// Ls lists a folder, sorted; folders are included, as in fastai.
func (p Path) Ls() Paths {
	return value("ls "+string(p), p, noPaths(), func() (Paths, error) {
		entries, err := os.ReadDir(string(p))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w: give a folder that exists", string(p), bare(err))
		}
		return each(entries, func(e os.DirEntry) Path { return p.Join(e.Name()) }), nil
	})
}

// MkdirAll makes the folder and its parents, if need be.
func (p Path) MkdirAll() {
	if err := os.MkdirAll(string(p), 0o755); err != nil {
		fail(fmt.Errorf("make folder %s: %w", string(p), bare(err)))
	}
}

// Copy copies a file to a file name or folder, as a whole, and returns the copy's path.
func Copy(from, to Path) Path {
	to, err := copyFile(from, to)
	if err != nil {
		fail(because(from, fmt.Errorf("copy %s to %s: %w", string(from), string(to), bare(err))))
	}
	return to
}

func copyFile(from, to Path) (Path, error) {
	if info, err := os.Stat(string(to)); err == nil && info.IsDir() {
		to = to.Join(from.Name())
	}
	in, err := os.Open(string(from))
	if err != nil {
		return to, err
	}
	defer in.Close()
	a, err := in.Stat()
	if b, _ := os.Stat(string(to)); err != nil || os.SameFile(a, b) {
		return to, err
	}
	return to, atomicfile.Write(string(to), 0o644, func(f *os.File) error {
		_, err := io.Copy(f, in)
		return err
	})
}

// absolute is the path as the session sees it: its working folder is another.
func (p Path) absolute() string {
	if abs, err := filepath.Abs(string(p)); err == nil {
		return abs
	}
	return string(p)
}

func bare(err error) error {
	if pathErr, ok := err.(*os.PathError); ok {
		return pathErr.Err
	}
	return err
}

// Paths is a list of files or folders.
type Paths []Path

func pathsOf(list []string) Paths { return each(list, func(s string) Path { return Path(s) }) }

func (p Paths) absolute() []string { return each(p, Path.absolute) }

// each returns f of every element.
func each[A, B any](list []A, f func(A) B) []B {
	results := make([]B, len(list))
	for i, v := range list {
		results[i] = f(v)
	}
	return results
}

// noPaths is an empty list with room: slicing it, as in fnames[:5], is not out of range.
func noPaths() Paths { return make(Paths, 0, 1<<12) }

// String lists the paths, one a line.
func (p Paths) String() string {
	lines := each(p, func(path Path) string { return string(path) })
	return strings.Trim(strings.Join(lines, "\n"), "\n") // a part of noPaths has empty ones
}

// GetImageFiles lists a folder's images by extension, sorted, in every cell anew.
func GetImageFiles(dir Path) Paths { return imageFiles(dir, false) }

// GetImageFilesRecursive lists those of all folders below too, but for hidden ones.
func GetImageFilesRecursive(dir Path) Paths { return imageFiles(dir, true) }

func imageFiles(dir Path, recurse bool) Paths {
	return value("files "+string(dir), dir, noPaths(), func() (Paths, error) {
		list, err := dataset.ImageFiles(dir.absolute(), recurse)
		if err != nil {
			err = fmt.Errorf("get image files: %w", err)
		}
		return append(noPaths(), pathsOf(list)...), err
	})
}
