package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// imageExtensions are those of Python's mimetypes (fastai §1.3), and .jfif.
var imageExtensions = map[string]bool{
	".avif": true, ".bmp": true, ".gif": true, ".heic": true, ".heif": true, ".ico": true,
	".ief": true, ".jfif": true, ".jpe": true, ".jpeg": true, ".jpg": true, ".pbm": true,
	".pgm": true, ".png": true, ".pnm": true, ".ppm": true, ".ras": true, ".rgb": true,
	".svg": true, ".tif": true, ".tiff": true, ".webp": true, ".xbm": true, ".xpm": true,
	".xwd": true,
}

func isImageName(name string) bool {
	return !strings.HasPrefix(name, ".") && imageExtensions[strings.ToLower(filepath.Ext(name))]
}

// ImageFiles returns the images in a folder, with recurse also those in all folders below that are
// not hidden, sorted by bytes (fastai's get_image_files, §1.3). It follows links.
func ImageFiles(dir string, recurse bool) ([]string, error) {
	w := walker{recurse: recurse, seen: map[string]string{}}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("images in %q: %w: give the folder that holds them", dir, bare(err))
	} else if !info.IsDir() {
		return nil, fmt.Errorf("images in %q: it is a file: give the folder that holds it", dir)
	}
	if err := w.walk(dir); err != nil {
		return nil, fmt.Errorf("images in %q: %w", dir, bare(err))
	}
	slices.Sort(w.files)
	return w.files, nil
}

type walker struct {
	recurse bool
	files   []string
	seen    map[string]string // the folders so far, by their resolved paths
}

func (w *walker) walk(dir string) error {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return err
	}
	if other, again := w.seen[resolved]; again {
		return fmt.Errorf("%q and %q are the same folder: remove the link, or its images are "+
			"listed twice", other, dir)
	}
	w.seen[resolved] = dir
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path, mode := filepath.Join(dir, e.Name()), e.Type()
		if mode&fs.ModeSymlink != 0 {
			if info, err := os.Stat(path); err == nil {
				mode = info.Mode().Type()
			}
		}
		switch {
		case mode.IsDir():
			if w.recurse && !strings.HasPrefix(e.Name(), ".") {
				if err := w.walk(path); err != nil {
					return err
				}
			}
		case (mode.IsRegular() || mode&fs.ModeSymlink != 0) && isImageName(e.Name()):
			w.files = append(w.files, path)
		}
	}
	return nil
}

func bare(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
