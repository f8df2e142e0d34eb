package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
	"gopets/kernelext/runner"
)

type runFlags struct {
	out, page         string
	noPage, overwrite bool
	kernel            string
	params            []string
	offline           bool
	timeout           time.Duration
	cellTimeout       time.Duration
	allowErrors       bool
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK",
		Short: "Run a notebook headless and keep it and a page of it",
		Long: `Run every cell of a notebook, in order, on a kernel of its own. The notebook itself is not touched: an executed copy, saved
after every cell, and a self-contained HTML page go to a new folder under runs, or where -o and --html say.

A Go notebook (GoNB) needs no installed kernel and no Python: what it needs is built first. Any other notebook needs its kernel
to be installed for Jupyter.`,
		Example: `  nb run notebooks/pets.ipynb
  nb run notebooks/pets.ipynb -p epochs1=2 -p source=/my/photos -o out/pets.ipynb`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args[0], f) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "the executed notebook (default: a new folder under runs)")
	fl.StringVar(&f.page, "html", "", "the page (default: beside the executed notebook)")
	fl.BoolVar(&f.noPage, "no-html", false, "make no page")
	fl.BoolVar(&f.overwrite, "overwrite", false, "replace files that -o and --html name")
	fl.StringVar(&f.kernel, "kernel", "", "the kernel's name (default: the notebook's own; gonb is built in)")
	fl.StringArrayVarP(&f.params, "param", "p", nil, "name=value for a variable of the cell tagged parameters; repeatable")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing")
	fl.DurationVar(&f.timeout, "timeout", 0, "longest time for the whole run, as 90s or 1h30m (default none)")
	fl.DurationVar(&f.cellTimeout, "cell-timeout", 0, "longest time for each cell (default none)")
	fl.BoolVar(&f.allowErrors, "allow-errors", false, "go on after a cell that fails")
	cmd.MarkFlagsMutuallyExclusive("html", "no-html")
	return cmd
}

func run(ctx context.Context, path string, f runFlags) error {
	nb, err := notebook.ReadFile(path)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	settings, err := parseSettings(f.params)
	if err != nil {
		return err
	}
	v := newView(os.Stdout)
	k, err := chooseKernel(ctx, nb, dir, f.kernel, f.offline, v)
	if err != nil {
		return err
	}
	if err := runner.SetParameters(nb, k.language, settings); err != nil {
		return err
	}
	out, page, err := outputPaths(path, f, time.Now())
	if err != nil {
		return err
	}
	report, err := runner.Run(ctx, nb, runner.Options{
		Spec:         k.spec,
		StartOptions: jupyter.StartOptions{Dir: dir, IPC: k.builtIn, Env: k.env},
		CellTimeout:  f.cellTimeout,
		Timeout:      f.timeout,
		AllowErrors:  f.allowErrors,
		Save:         func() error { return nb.WriteFile(out) },
		Events:       v.event,
	})
	v.finish(report, err)
	if perr := writePage(nb, out, page, path); perr != nil {
		fmt.Fprintln(os.Stderr, "nb:", perr)
		page = ""
		err = errors.Join(err, perr)
	}
	if exists(out) {
		fmt.Printf("notebook: %s\n", out)
	}
	if page != "" {
		fmt.Printf("page:     %s\n", page)
	}
	return exitStatus(ctx, report, err)
}

// exitStatus turns the outcome of a run, which has been told, into an exit status.
func exitStatus(ctx context.Context, report *runner.Report, err error) error {
	var dead *runner.DeadKernelError
	var slow *runner.TimeoutError
	var cell *runner.CellError
	var input *runner.InputError
	switch {
	case err == nil && report.Count(runner.Failed) == 0:
		return nil
	case errors.As(err, &dead):
		return exitError(3)
	case errors.As(err, &slow), errors.Is(err, runner.ErrRunTimeout):
		return exitError(4)
	case ctx.Err() != nil:
		return exitError(130)
	case err == nil, errors.As(err, &cell), errors.As(err, &input):
		return exitError(1)
	}
	return exitError(2)
}

func writePage(nb *notebook.Notebook, out, page, source string) error {
	if page == "" {
		return nil
	}
	html, err := render.HTML(nb, render.Options{Title: strings.TrimSuffix(filepath.Base(source), ".ipynb")})
	if err != nil {
		return fmt.Errorf("making the page of %s: %w", out, err)
	}
	return writeFile(page, html, 0o644)
}

// parseSettings reads the values of -p.
func parseSettings(params []string) ([]runner.Setting, error) {
	var settings []runner.Setting
	for _, p := range params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("-p %s: wanted name=value", p)
		}
		settings = append(settings, runner.Setting{Name: name, Value: value})
	}
	return settings, nil
}

// outputPaths decides where the executed notebook and the page go, and makes the folders. It refuses to overwrite anything unasked.
func outputPaths(path string, f runFlags, now time.Time) (out, page string, err error) {
	name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
	out, page = f.out, f.page
	if out == "" {
		dir, err := newFolder(filepath.Join("runs", name+"-"+now.Format("20060102-150405")))
		if err != nil {
			return "", "", err
		}
		out = filepath.Join(dir, name+".ipynb")
	}
	if page == "" {
		page = strings.TrimSuffix(out, ".ipynb") + ".html"
	}
	if f.noPage {
		page = ""
	}
	for _, p := range []string{out, page} {
		if p == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return "", "", fmt.Errorf("the output folder: %w", err)
		}
		if sameFile(p, path) {
			return "", "", fmt.Errorf("%s is the notebook to be run: it is never overwritten, name another file", p)
		}
		if exists(p) && !f.overwrite {
			return "", "", fmt.Errorf("%s exists: name another file, or allow it with --overwrite", p)
		}
	}
	return out, page, nil
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

// writeFile writes a file as a whole or not at all.
func writeFile(path string, data []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.Rename(tmp.Name(), path)
}
