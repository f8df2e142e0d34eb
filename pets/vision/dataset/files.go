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

// imageExtensions are the file name endings that Python's mimetypes calls images (fastai §1.3).
var imageExtensions = map[string]bool{
	".avif": true, ".bmp": true, ".gif": true, ".heic": true, ".heif": true, ".ico": true, ".ief": true, ".jpe": true, ".jpeg": true,
	".jpg": true, ".pbm": true, ".pgm": true, ".png": true, ".pnm": true, ".ppm": true, ".ras": true, ".rgb": true, ".svg": true,
	".tif": true, ".tiff": true, ".webp": true, ".xbm": true, ".xpm": true, ".xwd": true,
}

// IsImageName tells whether a file name looks like a picture's: not hidden, and with an image
// ending in any case.
func IsImageName(name string) bool {
	return !strings.HasPrefix(name, ".") && imageExtensions[strings.ToLower(filepath.Ext(name))]
}

// ImageFiles lists the pictures in a folder by name (fastai's get_image_files, §1.3), and with
// recurse those in all folders below it that are not hidden. Links to files count, links to folders
// are not followed. The paths begin with dir and are sorted by bytes: the order, and with it the
// split of a seed, is the same on every machine.
func ImageFiles(dir string, recurse bool) ([]string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("pictures in %q: %w: give the folder that holds them", dir, bare(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("pictures in %q: that is a file: give the folder that holds it", dir)
	}
	var files []string
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == dir:
			return nil
		case e.IsDir() && (!recurse || strings.HasPrefix(e.Name(), ".")):
			return fs.SkipDir
		case e.IsDir() || !IsImageName(e.Name()):
			return nil
		}
		if e.Type()&fs.ModeSymlink != 0 {
			if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
				return nil
			}
		} else if !e.Type().IsRegular() {
			return nil
		}
		files = append(files, path)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pictures in %q: %w", dir, err)
	}
	slices.Sort(files)
	return files, nil
}

// bare drops "open PATH:" from an error that is shown with the path anyway.
func bare(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
