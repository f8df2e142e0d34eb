package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"gopets/pets/internal/download"
	"gopets/pets/vision/dataset"
)

// Untar returns the folder dest/u.Name; if it is missing it downloads and unpacks the archive
// (fastai's untar_data). An archive in dest that was downloaded by hand is checked and used.
//
// A download resumes. The folder appears complete, by renaming. One process works, others wait.
// progress, which may be nil, counts the bytes of each download, and again of unpacking.
func Untar(ctx context.Context, u dataset.URL, dest string,
	progress func(done, total int64)) (dir string, err error) {
	return untar(ctx, download.Client{}, u, dest, progress)
}

func untar(ctx context.Context, c download.Client, u dataset.URL, dest string,
	progress func(done, total int64)) (string, error) {
	dir := filepath.Join(dest, u.Name)
	if isDir(dir) {
		return dir, nil
	}
	if u.Name == "" || u.Name != filepath.Base(u.Name) || strings.HasPrefix(u.Name, ".") {
		return "", fmt.Errorf("data set %q: the name must be that of a folder", u.Name)
	}
	if err := os.MkdirAll(dest, 0o755); err != nil {
		return "", fmt.Errorf("data set %s: %w: choose a folder that can be written", u.Name, err)
	}
	lock := flock.New(filepath.Join(dest, "."+u.Name+".lock"))
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return "", fmt.Errorf("data set %s: waiting for another process that downloads it: %w",
			u.Name, err)
	}
	defer lock.Unlock()
	if isDir(dir) { // the other process has done it
		return dir, nil
	}
	archives, err := obtain(ctx, c, u, dest, progress)
	if err != nil {
		return "", err
	}
	if err := unpackAll(ctx, u, archives, dest, progress); err != nil {
		return "", fmt.Errorf("data set %s: unpacking in %s: %w", u.Name, dest, err)
	}
	return dir, nil
}

func obtain(ctx context.Context, c download.Client, u dataset.URL, dest string,
	progress func(done, total int64)) ([]string, error) {
	sources := [][]dataset.Archive{{u.Archive}}
	if len(u.Mirror) > 0 {
		sources = append(sources, u.Mirror)
	}
	for _, source := range sources {
		if files, err := present(source, dest); files != nil || err != nil {
			return files, err
		}
	}
	var failures []error
	for _, source := range sources {
		var files []string
		for _, a := range source {
			file := filepath.Join(dest, a.File)
			if _, err := os.Stat(file); err != nil {
				f := download.File{URL: a.URL, Size: a.Size, Progress: progress,
					Check: func(part, _ string) error {
						if err := check(a, part); err != nil {
							return fmt.Errorf("the file from %s is not the expected archive: %w",
								a.URL, err)
						}
						return nil
					}}
				if err := c.Fetch(ctx, f, file); err != nil {
					failures = append(failures, fmt.Errorf("%s: %w", a.URL, err))
					break
				}
			}
			files = append(files, file)
		}
		if len(files) == len(source) {
			return files, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, &DownloadError{URL: u, Dest: dest, Err: errors.Join(failures...)}
}

func present(source []dataset.Archive, dest string) (files []string, err error) {
	for _, a := range source {
		file := filepath.Join(dest, a.File)
		if _, err := os.Stat(file); err != nil {
			return nil, nil
		}
		files = append(files, file)
	}
	for i, a := range source {
		if err := check(a, files[i]); err != nil {
			return nil, fmt.Errorf("%s is not the expected archive: %w: move it away, and the "+
				"right one will be downloaded", files[i], err)
		}
	}
	return files, nil
}

// DownloadError reports that an archive is not available, and what to do.
type DownloadError struct {
	URL  dataset.URL
	Dest string // the folder that the archive belongs into
	Err  error
}

func (e *DownloadError) Error() string {
	reasons := strings.ReplaceAll(e.Err.Error(), "\n", "\n  ")
	return fmt.Sprintf("data set %s: the archive could not be downloaded\n  %s\n"+
		"by hand: fetch it on a machine with a network, resuming as often as needed,\n"+
		"  wget -c -O %q %s\n"+
		"put it there and call again; or use the generated images, which need no network "+
		"(PetsSample), or a folder of your own",
		e.URL.Name, reasons, filepath.Join(e.Dest, e.URL.Archive.File), e.URL.Archive.URL)
}

func (e *DownloadError) Unwrap() error { return e.Err }

func unpackAll(ctx context.Context, u dataset.URL, archives []string, dest string,
	progress func(done, total int64)) (err error) {
	temp, err := os.MkdirTemp(dest, "."+u.Name+"-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp) // also when a part of it was moved
	for _, file := range archives {
		if err := unpackFile(ctx, file, temp, progress); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	made := filepath.Join(temp, u.Name)
	if !isDir(made) { // Oxford's own archives have no root folder
		made = temp
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	return os.Rename(made, filepath.Join(dest, u.Name))
}

func unpackFile(ctx context.Context, file, into string, progress func(done, total int64)) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer root.Close()
	size := sizeOf(file)
	return unpack(&reader{ctx: ctx, r: f, total: size, progress: progress}, root,
		archiveLimits(size))
}

// reader counts what it reads, until ctx ends.
type reader struct {
	ctx         context.Context
	r           io.Reader
	done, total int64
	progress    func(done, total int64)
}

func (c *reader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.done += int64(n)
	if c.progress != nil && n > 0 {
		c.progress(c.done, c.total)
	}
	return n, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
