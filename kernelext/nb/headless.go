package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
	"gopets/kernelext/runner"
)

type headless struct {
	path    string // "-" is standard input
	nb      *notebook.Notebook
	ready   []byte // the notebook before it runs, for a second try
	dir     string // the kernel's working directory
	kernel  kernelChoice
	options runner.Options
	resumed string // the earlier run's notebook, which is written again
	to      destination

	view     *view
	log      *jsonLog
	warnings []string // about its parameters

	report *runner.Report
	err    error
	failed []error // of tries before the last
	status int
}

func (f *runFlags) newHeadless(cmd *cobra.Command, path string,
	settings []runner.Setting) (*headless, error) {
	h := &headless{path: path, report: &runner.Report{}}
	var err error
	if h.nb, err = readNotebook(cmd, path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w (the executed notebook is named with -o)", err)
	} else if err != nil {
		return nil, err
	}
	if h.dir, err = workingDir(path, f.cwd); err != nil {
		return nil, err
	}
	if h.kernel, err = findKernel(h.nb, f.kernel); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	undeclared, err := runner.SetParameters(h.nb, h.kernel.language, settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, name := range undeclared {
		h.warnings = append(h.warnings,
			fmt.Sprintf("%s: no cell tagged parameters declares %q; it is set anyway", path,
				name))
	}
	h.options = runner.Options{CellTimeout: f.cellTimeout, Timeout: f.timeout,
		StartTimeout: f.startTimeout, MaxOutput: int64(f.maxOutput),
		CellRetries: f.cellRetries, AllowErrors: f.allowErrors, Only: f.only, Until: f.until,
		From: f.from}
	if strings.EqualFold(h.kernel.language, "go") {
		h.options.Replay = cellsrc.Declarations
	}
	return h, nil
}

func workingDir(path, cwd string) (string, error) {
	if cwd == "" {
		return filepath.Abs(folderOf(path))
	}
	if _, err := os.Stat(cwd); err != nil {
		return "", fmt.Errorf("--cwd %s: no such folder", cwd)
	}
	if !isFolder(cwd) {
		return "", fmt.Errorf("--cwd %s: not a folder", cwd)
	}
	return filepath.Abs(cwd)
}

func folderOf(path string) string {
	if path == "-" {
		return "."
	}
	return filepath.Dir(path)
}

// Temporary files of other languages than Go outlive the run, as the next step may read them.
func (k kernelChoice) startOptions(dir string) jupyter.StartOptions {
	if k.builtIn != "" {
		return jupyter.StartOptions{Dir: dir, Env: k.env, IPC: true}
	}
	return jupyter.StartOptions{Dir: dir,
		Env: append(slices.Clip(k.env), "TMPDIR="+os.Getenv("TMPDIR"))}
}

func (h *headless) name() string { return pageName(h.path) }

func (h *headless) resume(f *runFlags, out string, given bool) error {
	if !f.resume && f.from == "" {
		return nil
	}
	var err error
	if h.resumed, err = earlierRun(h.name(), out); err != nil {
		return err
	}
	if h.resumed == "" && f.from != "" {
		return errors.New("--from: there is no earlier run: leave it out")
	}
	if h.resumed == "" {
		fmt.Fprintln(f.terminal(),
			"resume: there is no earlier run; all cells run")
		return nil
	}
	if h.options.Resume, err = notebook.ReadFile(h.resumed); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if !given {
		_, err = runner.KeepParameters(h.nb, h.options.Resume)
	}
	return err
}

func (h *headless) run(ctx context.Context, f *runFlags) {
	for _, warning := range h.warnings {
		fmt.Fprintln(h.view, "nb: warning:", warning)
	}
	if err := h.kernel.prepare(ctx, f.offline, h.view, folderOf(h.path), h.dir); err != nil {
		h.to.forget()
		h.err, h.status = err, 2
		var by stopped
		if errors.As(context.Cause(ctx), &by) {
			h.status = by.status()
		}
		h.view.close()
		fmt.Fprintln(os.Stderr, "nb:", err)
		h.log.end(h)
		return
	}
	if f.retries > 0 {
		h.ready = h.nb.Bytes()
	}
	for try := 0; ; try++ {
		h.try(ctx)
		if try == f.retries || ctx.Err() != nil || !h.worthRetrying() {
			break
		}
		err := h.failure()
		h.failed = append(h.failed, err)
		fmt.Fprintf(h.view, "nb: try %d of %d failed: %v\n", try+1, f.retries+1, err)
		h.log.retry(h.path, try+1, err)
		if h.nb, err = notebook.Parse(h.ready); err != nil {
			h.err = err
			break
		}
	}
	h.view.finish(h.report, h.err)
	if n := len(h.failed); n > 0 {
		fmt.Fprintf(h.view, "tries: %d of %d\n", n+1, f.retries+1)
	}
	var failed *runner.CellError
	if errors.As(h.err, &failed) && h.report.Count(runner.Kept) > 0 {
		fmt.Fprintln(h.view,
			"If this cell needs what a kept one did, as a session's learner, run that one again: "+
				"--from CELL, or give it the tag "+runner.RerunTag+".")
	}
	if h.kernel.lacksModule(h.failure()) {
		fmt.Fprintln(h.view, "No Go module is around the notebook or the current folder, so cells "+
			"import no module's packages: run nb in the module, or set NB_WORKSPACE to its folder.")
	}
	h.conclude()
	h.status = exitStatus(ctx, h.report, h.err)
	h.log.end(h)
}

func (h *headless) try(ctx context.Context) {
	o := h.options
	o.Spec, o.StartOptions = h.kernel.spec, h.kernel.startOptions(h.dir)
	file := ""
	if !h.to.streams() {
		saver := notebook.NewSaver(h.nb, h.to.notebook)
		o.Save, o.SaveCells = saver.Save, saver.SaveCells
		file = absolute(h.to.notebook) // that process is in another folder
	}
	release := func() {}
	o.Events = func(e runner.Event) {
		if ready, ok := e.(runner.KernelReady); ok {
			// without, only a killed nb leaves something
			if r, err := watchKernel(ready.Kernel, file); err == nil {
				release = r
			}
		}
		h.view.event(e)
		h.log.event(h.path, e)
	}
	h.report, h.err = runner.Run(ctx, h.nb, o)
	release()
}

func (h *headless) failure() error {
	if h.err != nil {
		return h.err
	}
	for _, c := range h.report.Cells {
		if c.Status == runner.Failed {
			return c.Err
		}
	}
	return nil
}

func (h *headless) worthRetrying() bool {
	var input *runner.InputError
	var save *runner.SaveError
	err := h.failure()
	return err != nil && len(h.report.Cells) > 0 && !errors.As(err, &input) &&
		!errors.As(err, &save)
}

// stream writes the notebook to a destination that is not saved during the run.
func (h *headless) stream() error {
	if h.to.notebook != stdout {
		return h.nb.WriteFile(h.to.notebook)
	}
	if _, err := os.Stdout.Write(h.nb.Bytes()); err != nil {
		return fmt.Errorf("writing the notebook to standard output: %w", err)
	}
	return nil
}

func (h *headless) conclude() {
	failed := func(e error) {
		fmt.Fprintln(os.Stderr, "nb:", e)
		h.err = errors.Join(h.err, &writeError{e})
	}
	if h.to.streams() {
		if err := h.stream(); err != nil {
			h.err = errors.Join(h.err, &runner.SaveError{Cause: err})
		}
	}
	var unsaved *runner.SaveError
	if errors.As(h.err, &unsaved) {
		name := h.name()
		if !h.to.streams() {
			name = pageName(h.to.notebook)
			// The last save may fit where the whole does not; else it stays in the journal.
			_ = notebook.Recover(h.to.notebook)
		}
		if kept, err := rescue(h.nb, name); err != nil {
			failed(fmt.Errorf("the notebook could not be saved anywhere else either: %w", err))
		} else {
			fmt.Fprintf(h.view, "rescued:  %s, the notebook up to here\n", kept)
		}
	}
	if h.to.page != "" {
		if err := h.writePage(); err != nil {
			failed(err)
			h.to.page = ""
		}
	}
	if h.to.notebook != stdout && !exists(h.to.notebook) {
		h.to.forget()
		h.to.notebook = ""
	}
	if h.to.notebook != "" && h.to.notebook != stdout {
		fmt.Fprintln(h.view, "notebook: "+h.to.notebook)
	}
	if h.to.page != "" {
		fmt.Fprintln(h.view, "page:     "+h.to.page)
	}
}

type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

func exitStatus(ctx context.Context, report *runner.Report, err error) int {
	var (
		dead   *runner.DeadKernelError
		slow   *runner.TimeoutError
		cell   *runner.CellError
		input  *runner.InputError
		replay *runner.ReplayError
		save   *runner.SaveError
		write  *writeError
		by     stopped
	)
	switch {
	case err == nil && report.Count(runner.Failed) == 0:
		return 0
	case errors.As(err, &dead):
		return 3
	case errors.As(err, &slow), errors.Is(err, runner.ErrRunTimeout):
		return 4
	case errors.As(context.Cause(ctx), &by):
		return by.status()
	case errors.As(err, &save), errors.As(err, &write):
		return 5
	case err == nil, errors.As(err, &cell), errors.As(err, &input), errors.As(err, &replay):
		return 1
	}
	return 2
}

// writePage writes the executed notebook's page; relative links start from the input's folder.
func (h *headless) writePage() error {
	o := render.Options{Title: h.name()}
	if h.path != "-" {
		files, err := os.OpenRoot(filepath.Dir(h.path))
		if err != nil {
			return fmt.Errorf("making the page %s: %w", h.to.page, err)
		}
		defer files.Close()
		o.Files, o.Base = files, folderFrom(h.to.page, h.path)
	}
	html, err := render.HTML(h.nb, o)
	if err != nil {
		return fmt.Errorf("making the page %s: %w", h.to.page, err)
	}
	return atomicfile.Bytes(h.to.page, html, 0o644)
}

func (f *runFlags) helpNotebooks(cmd *cobra.Command, paths []string) error {
	for _, path := range paths {
		nb, err := readNotebook(cmd, path)
		if err != nil {
			return err
		}
		if err := helpNotebook(cmd.OutOrStdout(), nb, path, languageOf(nb, f.kernel)); err != nil {
			return err
		}
	}
	return nil
}

func (f *runFlags) terminal() *os.File {
	if f.json || f.out == stdout {
		return os.Stderr
	}
	return os.Stdout
}
