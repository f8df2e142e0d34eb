package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/notebook"
)

// A destination is where a run's results go. Empty paths are not wanted.
type destination struct {
	notebook, page, report string
	made                   string // a folder that was made for them
}

// destination decides where the results go, makes the folders and tries whether they can be
// written. It refuses to overwrite anything unasked; resumed is the executed notebook that is gone
// on with, which is written again.
func (f *runFlags) destination(path, resumed string, now time.Time) (d destination, err error) {
	name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
	d = destination{notebook: f.out, page: f.page, report: f.report}
	switch {
	case resumed != "":
		d.notebook = resumed
	case f.out == "":
		if d.made, err = newFolder(filepath.Join("runs", name+"-"+now.Format("20060102-150405"))); err != nil {
			return d, err
		}
		d.notebook = filepath.Join(d.made, name+".ipynb")
	}
	if d.page == "" {
		d.page = strings.TrimSuffix(d.notebook, ".ipynb") + ".html"
	}
	if f.noPage {
		d.page = ""
	}
	if err := d.check(path, f.overwrite, resumed != ""); err != nil {
		d.forget()
		return d, err
	}
	return d, nil
}

func (d destination) check(source string, overwrite, resumed bool) error {
	for _, p := range []string{d.notebook, d.page, d.report} {
		if p == "" {
			continue
		}
		if sameFile(p, source) {
			return fmt.Errorf("%s is the notebook to be run: it is never overwritten, name another file", p)
		}
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a folder: name a file", p)
		}
		// A report is renewed by every run of a pipeline, and says nothing that the notebook does
		// not.
		if exists(p) && !overwrite && !resumed && p != d.report {
			return fmt.Errorf("%s exists: name another file, or allow it with --overwrite", p)
		}
		if err := writable(filepath.Dir(p)); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the folder that was made, if nothing is in it.
func (d destination) forget() {
	if d.made != "" && os.Remove(d.made) == nil {
		_ = os.Remove(filepath.Dir(d.made)) // it stays if it holds other runs
	}
}

// writable makes a folder and tries to write into it: a run of hours should not find out at its
// end.
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

// earlierRun finds the executed notebook that is to be gone on with: the one that -o names, else
// that of the last run under runs. It is "" if there is none.
func (f *runFlags) earlierRun(path string) (string, error) {
	if f.out != "" {
		if exists(f.out) {
			return f.out, nil
		}
		return "", nil
	}
	name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
	entries, err := os.ReadDir("runs")
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for the last run: %w", err)
	}
	mine := regexp.MustCompile("^" + regexp.QuoteMeta(name) + `-\d{8}-\d{6}(-\d+)?$`)
	for _, e := range slices.Backward(entries) { // named by their times
		if p := filepath.Join("runs", e.Name(), name+".ipynb"); mine.MatchString(e.Name()) && exists(p) {
			return p, nil
		}
	}
	return "", nil
}

// rescue saves a notebook elsewhere that could not be saved where it should be.
func rescue(nb *notebook.Notebook, out string) (kept string, err error) {
	name := strings.TrimSuffix(filepath.Base(out), ".ipynb")
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

// newFolder makes a folder that did not exist, with a number behind the name if need be.
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
