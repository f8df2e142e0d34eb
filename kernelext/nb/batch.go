package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"gopets/kernelext/internal/junit"
	"gopets/kernelext/runner"
)

// run first checks all notebooks cheaply.
func (f *runFlags) run(cmd *cobra.Command, paths []string) error {
	annotate, err := newAnnotations(f.annotations, f.terminal())
	if err != nil {
		return err
	}
	if err := f.check(paths); err != nil {
		return err
	}
	settings, err := f.parameters.settings()
	if err != nil {
		return err
	}
	runs := make([]*headless, len(paths))
	for i, path := range paths {
		if runs[i], err = f.newHeadless(cmd, path, settings); err != nil {
			return err
		}
	}
	if err := f.destinations(runs, settings); err != nil {
		return err
	}
	var log *jsonLog
	if f.json {
		log = newJSONLog(os.Stdout)
		log.start("nb run")
	}
	for i, h := range runs {
		h.log = log
		if f.jobs == 1 {
			f.runOne(cmd.Context(), h, i, len(runs))
		}
	}
	if f.jobs > 1 {
		f.runParallel(cmd.Context(), runs)
	}
	return f.finish(cmd.Context(), runs, annotate)
}

func (f *runFlags) check(paths []string) error {
	several := len(paths) > 1
	switch {
	case f.jobs < 1:
		return fmt.Errorf("-j %d: want at least 1", f.jobs)
	case f.retries < 0:
		return fmt.Errorf("--retries %d: want 0 or more", f.retries)
	case several && f.page != "":
		return fmt.Errorf("--html names one page, and %d notebooks run: their pages go beside them",
			len(paths))
	case several && f.out == stdout:
		return fmt.Errorf("-o - takes one notebook, and %d run: name a folder", len(paths))
	case f.out == stdout && f.json:
		return errors.New("-o - and --json both write to standard output: name a file with -o")
	case f.out == stdout && (f.resume || f.from != ""):
		return errors.New("-o - and --resume: an earlier run is read from a file: name it with -o")
	case f.page == stdout || f.report == stdout:
		return errors.New("the page and the report go to files, not to standard output")
	}
	return nil
}

// destinations sets where the results of all runs go; on failure it removes the folders it made.
func (f *runFlags) destinations(runs []*headless, settings []runner.Setting) (err error) {
	outs := []string{f.out}
	switch ext := strings.ToLower(filepath.Ext(f.out)); {
	case len(runs) > 1 && ext == ".ipynb" && !isFolder(f.out):
		return fmt.Errorf("-o %s: several notebooks need a folder, not a notebook's name", f.out)
	case len(runs) == 1 && slices.Contains([]string{".html", ".htm", ".md", ".pdf", ".py"}, ext):
		return fmt.Errorf("-o %s: this names the executed notebook: name the page with --html",
			f.out)
	case strings.EqualFold(filepath.Ext(f.page), ".ipynb"):
		return fmt.Errorf("--html %s: this names the page: name the notebook with -o", f.page)
	}
	if len(runs) > 1 {
		var paths []string
		for _, h := range runs {
			paths = append(paths, h.path)
		}
		if outs = make([]string, len(runs)); f.out != "" {
			if outs, err = pathsUnder(paths, f.out); err != nil {
				return err
			}
		}
	}
	inputs := slices.Clone(f.parameters.files)
	for _, h := range runs {
		inputs = append(inputs, h.path)
	}
	p := newPlaces(inputs, f.overwrite)
	if err := p.report(f.report); err != nil {
		return err
	}
	defer func() {
		for _, h := range runs {
			if err != nil {
				h.to.forget()
			}
		}
	}()
	now := time.Now()
	for i, h := range runs {
		if err := h.resume(f, outs[i], len(settings) > 0); err != nil {
			return err
		}
		if err := runner.Check(h.nb, h.options); err != nil {
			return fmt.Errorf("%s: %w", h.path, err)
		}
		if h.to, err = newDestination(h.name(), outs[i], f.page, h.resumed, now); err != nil {
			return err
		}
		if f.noPage {
			h.to.page = ""
		}
		if err := p.take(h.to, h.resumed != ""); err != nil {
			return err
		}
	}
	return nil
}

func (f *runFlags) runOne(ctx context.Context, h *headless, i, of int) {
	if of > 1 {
		fmt.Fprintf(f.terminal(), "== %s (%d of %d)\n", plain(h.path), i+1, of)
	}
	if ctx.Err() != nil {
		h.to.forget()
		return
	}
	h.view = newView(f.terminal())
	h.run(ctx, f)
}

func (f *runFlags) runParallel(ctx context.Context, runs []*headless) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	queue := make(chan *headless)
	for range min(f.jobs, len(runs)) {
		wg.Go(func() {
			for h := range queue {
				if ctx.Err() != nil {
					h.to.forget()
					continue
				}
				h.view = newView(&marked{mu: &mu, to: f.terminal(), mark: plain(h.path) + ": "})
				h.run(ctx, f)
			}
		})
	}
	for _, h := range runs {
		queue <- h
	}
	close(queue)
	wg.Wait()
}

type marked struct {
	mu   *sync.Mutex // shared by several
	to   io.Writer
	mark string
}

func (m *marked) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b bytes.Buffer
	for line := range bytes.Lines(p) {
		b.WriteString(m.mark)
		b.Write(line)
	}
	_, err := m.to.Write(b.Bytes())
	return len(p), err
}

func (f *runFlags) finish(ctx context.Context, runs []*headless, annotate annotations) error {
	status, good := 0, 0
	for _, h := range runs {
		annotate.run(h)
		if status = max(status, h.status); h.status == 0 && h.view != nil {
			good++
		}
	}
	if len(runs) > 1 {
		fmt.Fprintf(f.terminal(), "%d of %d notebooks succeeded\n", good, len(runs))
	}
	if f.report != "" {
		r := junit.Report{Name: "nb run"}
		for _, h := range runs {
			r.Suites = append(r.Suites, h.suite())
		}
		if err := r.WriteFile(f.report); err != nil {
			fmt.Fprintln(os.Stderr, "nb:", err)
			status = max(status, 5)
		} else {
			fmt.Fprintln(f.terminal(), "report:   "+f.report)
		}
	}
	var by stopped
	if errors.As(context.Cause(ctx), &by) {
		if len(runs) > 1 || status == 0 {
			status = by.status()
		}
	}
	if status != 0 {
		return exitError(status)
	}
	return nil
}

// stdout names standard output and standard input.
const stdout = "-"

// pathsUnder returns each file's path in a folder: its own without the common beginning.
func pathsUnder(paths []string, dir string) ([]string, error) {
	taken := map[string]string{}
	var all []string
	for _, path := range paths {
		rel := filepath.ToSlash(path[len(filepath.VolumeName(path)):])
		for strings.HasPrefix(rel, "../") || strings.HasPrefix(rel, "/") {
			_, rel, _ = strings.Cut(rel, "/")
		}
		if path == stdout {
			rel = pageName(path) + ".ipynb"
		}
		to := filepath.Join(dir, filepath.FromSlash(rel))
		if other, ok := taken[to]; ok {
			return nil, fmt.Errorf("%s and %s would both be kept as %s: take them one by one",
				other, path, to)
		}
		taken[to] = path
		all = append(all, to)
	}
	return all, nil
}
