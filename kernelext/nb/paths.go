package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/notebook"
)

// A destination is where a run's results go; "" is none.
type destination struct {
	notebook, page string
	made           string // a folder that was made for them
}

// newDestination chooses where the results go, and makes the folder of a run without -o. resumed is
// the executed notebook of a resumed run, which is written again.
func newDestination(name, out, page, resumed string, now time.Time) (d destination, err error) {
	d = destination{notebook: out, page: page}
	switch {
	case resumed != "":
		d.notebook = resumed
	case out == stdout:
		return d, nil
	case out == "":
		if d.made, err = newFolder(filepath.Join("runs",
			name+"-"+now.Format("20060102-150405"))); err != nil {
			return d, err
		}
		d.notebook = filepath.Join(d.made, name+".ipynb")
	}
	if d.page == "" && !d.streams() {
		d.page = strings.TrimSuffix(d.notebook, ".ipynb") + ".html"
	}
	return d, nil
}

func (d destination) streams() bool {
	return d.notebook == stdout || atomicfile.IsSpecial(d.notebook)
}

// places are the files that a command writes, checked before it runs.
type places struct {
	inputs    []string // are never overwritten
	overwrite bool
	taken     []string
}

func newPlaces(inputs []string, overwrite bool) *places {
	return &places{inputs: inputs, overwrite: overwrite}
}

func (p *places) take(d destination, resumed bool) error {
	for _, path := range []string{d.notebook, d.page} {
		if path == "" || path == stdout {
			continue
		}
		if err := p.file(path); err != nil {
			return err
		}
		if exists(path) && !p.overwrite && !resumed && !atomicfile.IsSpecial(path) {
			return fmt.Errorf("%s exists: name another file, or allow it with --overwrite", path)
		}
	}
	return nil
}

// report checks a report's path. It may replace an earlier report, as every run of a pipeline
// writes one, but no other file.
func (p *places) report(path string) error {
	if path == "" {
		return nil
	}
	if err := p.file(path); err != nil {
		return err
	}
	if exists(path) && !p.overwrite && !isReport(path) {
		return fmt.Errorf(
			"%s exists and is not a test report: name another file, or allow it with --overwrite",
			path)
	}
	return nil
}

func isReport(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	return n == 0 || bytes.Contains(head[:n], []byte("<testsuite"))
}

func (p *places) file(path string) error {
	if err := localFile(path); err != nil {
		return err
	}
	if atomicfile.IsSpecial(path) {
		return nil
	}
	for _, input := range p.inputs {
		if sameFile(path, input) {
			return fmt.Errorf("%s is an input: it is never overwritten, name another file", path)
		}
	}
	for _, other := range p.taken {
		if absolute(other) == absolute(path) {
			return fmt.Errorf("%s is named for two results: name another file", path)
		}
	}
	p.taken = append(p.taken, path)
	if isFolder(path) || path != "" && os.IsPathSeparator(path[len(path)-1]) {
		return fmt.Errorf("%s is a folder: name a file", path)
	}
	return writable(filepath.Dir(path))
}

// one letter is a drive
var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+):/`)

func localFile(path string) error {
	m := scheme.FindStringSubmatch(path)
	if m == nil || isFolder(m[1]+":") {
		return nil
	}
	if strings.EqualFold(m[1], "file") {
		return fmt.Errorf("%s: URLs are not supported: give the path alone", path)
	}
	return fmt.Errorf(
		"%s: only local files are read and written, not %s URLs: copy it from or to a local file",
		path, m[1])
}

func (d destination) forget() {
	if d.made != "" && os.Remove(d.made) == nil {
		_ = os.Remove(filepath.Dir(d.made)) // it stays if it holds other runs
	}
}

// writable makes a folder and tries to write into it, before a run of hours.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the output folder: %w", err)
	}
	f, err := os.CreateTemp(dir, ".nb-*")
	if err != nil {
		return fmt.Errorf("the output folder cannot be written: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString("nb")
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("the output folder cannot be written: %w", err)
	}
	return nil
}

// earlierRun returns the executed notebook to resume: -o's, else the last one under runs, or "".
func earlierRun(name, out string) (string, error) {
	if out != "" {
		if exists(out) {
			return out, nil
		}
		return "", nil
	}
	entries, err := os.ReadDir("runs")
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for the last run: %w", err)
	}
	mine := regexp.MustCompile("^" + regexp.QuoteMeta(name) + `-\d{8}-\d{6}(-\d+)?$`)
	for _, e := range slices.Backward(entries) { // named by their times
		if p := filepath.Join("runs", e.Name(), name+".ipynb"); mine.MatchString(e.Name()) &&
			exists(p) {
			return p, nil
		}
	}
	return "", nil
}

func rescue(nb *notebook.Notebook, name string) (kept string, err error) {
	var all []error
	for _, dir := range []string{os.TempDir(), ".", os.Getenv("HOME")} {
		if dir == "" {
			continue
		}
		dir, err := os.MkdirTemp(dir, "nb-rescued-*")
		if err != nil {
			all = append(all, err)
			continue
		}
		p := filepath.Join(dir, name+".ipynb")
		if err := nb.WriteFile(p); err == nil {
			return p, nil
		} else {
			all = append(all, err)
		}
		_ = os.Remove(dir) // empty
	}
	return "", errors.Join(all...)
}

func newFolder(path string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("the output folder: %w", err)
	}
	for i := 1; ; i++ {
		p := path
		if i > 1 {
			p = fmt.Sprintf("%s-%d", path, i)
		}
		err := os.Mkdir(p, 0o755)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", fmt.Errorf("the output folder: %w", err)
		}
	}
}

func sameFile(a, b string) bool {
	ia, err := os.Stat(a)
	if err != nil {
		return false
	}
	ib, err := os.Stat(b)
	return err == nil && os.SameFile(ia, ib)
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
