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

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/kernel"
	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
	"gopets/kernelext/runner"
)

type runFlags struct {
	out, page, report string
	noPage, overwrite bool
	json              bool

	kernel  string
	offline bool

	params, paramStrings, paramFiles, paramYAML []string
	helpNotebook                                bool

	timeout, cellTimeout, startTimeout time.Duration
	allowErrors                        bool
	only                               []string
	until, from                        string
	resume                             bool
}

const runHelp = `Run every cell of a notebook, in order, on a kernel of its own. The notebook itself is not touched: an executed copy, saved
after every cell (and every half minute of a long one), and a self-contained HTML page go to a new folder under runs, or
where OUTPUT (or -o) and --html say.

A Go notebook (GoNB) needs no installed kernel and no Python: what it needs is built first. Any other notebook needs its kernel
to be installed for Jupyter.

Parameters: a notebook's cell tagged "parameters" declares variables with values; --help-notebook lists them. A value that is
given is checked against its declaration and written into a cell behind. Lists and maps are given as [1, 2] and {a: 1}. -p goes before
-y and -f, and -r before all.

Cells: the tag raises-exception allows a cell to fail, skip-execution leaves it out; the notebook's metadata execution.allow_errors is as
--allow-errors. --only and --until take a cell's number as
the run prints it, its id or a tag; --only also 3-5, and several. Cells that --only leaves out stay as they are; of a Go notebook
their declarations are known all the same.

Times: a limit is 90s or 1h30m. A notebook can set its own, in seconds or such a text: the metadata nb.timeout for the whole run,
nb.cell_timeout or execution.timeout for each cell, and a cell's own metadata nb.timeout, which goes before the flag. A cell over its limit
is interrupted, and its kernel is killed if it does not end.

Going on: --resume takes the last run of the notebook (or the file of -o), keeps what had finished and runs the rest into the same
file. A cell has finished if it ended without an error and neither it nor any cell before it has changed since, parameters included; those of the
last run are taken if none are given. But the memory of that run's kernel is gone, and its session's too. Of Go's finished cells the
declarations are repeated and nothing else; one that makes what later cells work on, as one that loads a model, is run again if it is tagged
resume-rerun, or with all that follows if --from names it. Python's finished cells have to run again, except those tagged resume-keep, whose
results are on disk.

Exit status:
  0    every cell that ran succeeded
  1    a cell failed (also with --allow-errors), or asked for input
  2    wrong usage, a broken notebook, or a failed set-up
  3    the kernel died or did not answer
  4    a time-out
  5    results could not be written
  129  stopped by a hang-up, 130 by an interrupt, 143 by a request to terminate
Whatever the status, what was computed is in the executed notebook.`

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK [OUTPUT]",
		Short: "Run a notebook headless and keep it and a page of it",
		Long:  runHelp,
		Example: `  nb run notebooks/pets.ipynb
  nb run notebooks/pets.ipynb -p epochs1=2 -p source=/my/photos -o out/pets.ipynb
  nb run notebooks/pets.ipynb -f params.yaml --cell-timeout 1h --report junit.xml
  nb run notebooks/pets.ipynb --resume
  nb run notebooks/pets.ipynb --help-notebook`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 && f.out != "" {
				return fmt.Errorf("the executed notebook has two names, %s and %s: give one", args[1], f.out)
			} else if len(args) == 2 {
				f.out = args[1]
			}
			if f.helpNotebook {
				nb, err := notebook.ReadFile(args[0])
				if err != nil {
					return err
				}
				return helpNotebook(cmd.OutOrStdout(), nb, args[0], languageOf(nb, f.kernel))
			}
			return f.run(cmd.Context(), args[0])
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringArrayVarP(&f.params, "param", "p", nil, "name=value for a variable of the cell tagged parameters; repeatable")
	fl.StringArrayVarP(&f.paramFiles, "parameters-file", "f", nil, "a YAML or JSON file of parameters; repeatable")
	fl.StringArrayVarP(&f.paramYAML, "parameters-yaml", "y", nil, "parameters as YAML, as {epochs: 2, sizes: [64, 96]}; repeatable")
	fl.StringArrayVarP(&f.paramStrings, "parameters-raw", "r", nil, "name=value, a string whatever it looks like; repeatable")
	fl.BoolVar(&f.helpNotebook, "help-notebook", false, "list the notebook's parameters with types, defaults and comments; run nothing")
	fl.StringVarP(&f.out, "output", "o", "", "the executed notebook (default: a new folder under runs)")
	fl.StringVar(&f.page, "html", "", "the page (default: beside the executed notebook)")
	fl.BoolVar(&f.noPage, "no-html", false, "make no page")
	fl.BoolVar(&f.overwrite, "overwrite", false, "replace files that -o and --html name")
	fl.StringVar(&f.report, "report", "", "a JUnit report of the cells, as junit.xml; an earlier one is replaced")
	fl.BoolVar(&f.json, "json", false, "tell the run on stdout as JSON, an object for each event; the last one, event \"end\", is the whole report. The view for people goes to stderr")
	fl.StringSliceVar(&f.only, "only", nil, "run these cells only: numbers, ranges, ids, tags")
	fl.StringVar(&f.until, "until", "", "run up to this cell, and no further")
	fl.BoolVar(&f.resume, "resume", false, "go on with the last run, or that of -o; if there is none, begin")
	fl.StringVar(&f.from, "from", "", "--resume, but run this cell and all behind it again")
	fl.BoolVar(&f.allowErrors, "allow-errors", false, "go on after a cell that fails")
	fl.DurationVar(&f.timeout, "timeout", 0, "longest time for the whole run (default none)")
	fl.DurationVar(&f.cellTimeout, "cell-timeout", 0, "longest time for each cell (default none)")
	fl.DurationVar(&f.startTimeout, "start-timeout", time.Minute, "longest time for the kernel's first answer")
	fl.StringVarP(&f.kernel, "kernel", "k", "", "the kernel's name (default: the notebook's own; gonb is built in)")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing")
	cmd.MarkFlagsMutuallyExclusive("html", "no-html")
	cmd.MarkFlagsMutuallyExclusive("only", "until")
	cmd.MarkFlagsMutuallyExclusive("only", "resume")
	cmd.MarkFlagsMutuallyExclusive("only", "from")
	return cmd
}

// run does it all. What is cheap to find out is found out before anything is built.
func (f *runFlags) run(ctx context.Context, path string) error {
	nb, err := notebook.ReadFile(path)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	settings, err := f.settings()
	if err != nil {
		return err
	}
	k, err := findKernel(nb, f.kernel)
	if err != nil {
		return err
	}
	if err := runner.SetParameters(nb, k.language, settings); err != nil {
		return err
	}
	o := runner.Options{CellTimeout: f.cellTimeout, Timeout: f.timeout, StartTimeout: f.startTimeout, AllowErrors: f.allowErrors, Only: f.only, Until: f.until, From: f.from}
	if strings.EqualFold(k.language, "go") {
		o.Replay = kernel.Declarations
	}
	resumed, o, err := f.goOn(nb, path, len(settings) > 0, o)
	if err != nil {
		return err
	}
	if err := runner.Check(nb, o); err != nil {
		return err
	}
	d, err := f.destination(path, resumed, time.Now())
	if err != nil {
		return err
	}
	v := newView(f.people())
	if err := k.prepare(ctx, dir, f.offline, v); err != nil {
		d.forget()
		return err
	}
	o.Spec, o.StartOptions = k.spec, jupyter.StartOptions{Dir: dir, IPC: k.builtIn, Env: k.env}
	o.Save = func() error { return nb.WriteFile(d.notebook) }
	var log *jsonLog
	if f.json {
		log = newJSONLog(os.Stdout)
	}
	release := func() {}
	o.Events = func(e runner.Event) {
		if ready, ok := e.(runner.KernelReady); ok {
			// without, all is well as long as nobody kills nb
			if r, err := watchKernel(ready.Kernel); err == nil {
				release = r
			}
		}
		v.event(e)
		if log != nil {
			log.event(e)
		}
	}
	report, err := runner.Run(ctx, nb, o)
	release()
	v.finish(report, err)
	var failed *runner.CellError
	if errors.As(err, &failed) && report.Count(runner.Kept) > 0 {
		fmt.Fprintln(f.people(), "If this cell needs what a kept one did, as a session's learner, run that one again: --from CELL, or give it the tag "+runner.RerunTag+".")
	}
	d, err = f.conclude(nb, path, report, err, d)
	status := exitStatus(ctx, report, err)
	if log != nil {
		log.end(report, err, status, d)
	}
	if status != 0 {
		return exitError(status)
	}
	return nil
}

// people is where the view for people goes.
func (f *runFlags) people() *os.File {
	if f.json {
		return os.Stderr
	}
	return os.Stdout
}

// goOn finds the run to go on with, if one is wanted.
func (f *runFlags) goOn(nb *notebook.Notebook, path string, given bool, o runner.Options) (resumed string, _ runner.Options, err error) {
	if !f.resume && f.from == "" {
		return "", o, nil
	}
	resumed, err = f.earlierRun(path)
	if err != nil {
		return "", o, err
	}
	if resumed == "" && f.from != "" {
		return "", o, errors.New("--from goes on with an earlier run, and there is none")
	}
	if resumed == "" {
		fmt.Fprintln(f.people(), "resume: there is no earlier run; this one begins at the beginning")
		return "", o, nil
	}
	if o.Resume, err = notebook.ReadFile(resumed); err != nil {
		return "", o, fmt.Errorf("the run to go on with: %w", err)
	}
	if !given {
		_, err = runner.KeepParameters(nb, o.Resume)
	}
	return resumed, o, err
}

// conclude writes what is made of the run at its end, and says where everything is. What could not
// be written is left out of the destination.
func (f *runFlags) conclude(nb *notebook.Notebook, path string, report *runner.Report, err error, d destination) (destination, error) {
	out := f.people()
	failed := func(e error) {
		fmt.Fprintln(os.Stderr, "nb:", e)
		err = errors.Join(err, &writeError{e})
	}
	var unsaved *runner.SaveError
	if errors.As(err, &unsaved) {
		if kept, rerr := rescue(nb, d.notebook); rerr != nil {
			failed(fmt.Errorf("nor could the notebook be saved anywhere else: %w", rerr))
		} else {
			fmt.Fprintf(out, "rescued:  %s, the notebook up to here; %s holds what was saved before\n", kept, d.notebook)
		}
	}
	if d.report != "" {
		if e := writeJUnit(d.report, path, report, err); e != nil {
			failed(e)
			d.report = ""
		}
	}
	if d.page != "" {
		if e := writePage(nb, d.page, path); e != nil {
			failed(e)
			d.page = ""
		}
	}
	if !exists(d.notebook) {
		d.forget()
		d.notebook = ""
	}
	for _, line := range []struct{ what, path string }{{"notebook: ", d.notebook}, {"page:     ", d.page}, {"report:   ", d.report}} {
		if line.path != "" {
			fmt.Fprintln(out, line.what+line.path)
		}
	}
	return d, err
}

// writeError is a result that could not be written at the end.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// exitStatus turns the outcome of a run, which has been told, into an exit status.
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

func writePage(nb *notebook.Notebook, page, source string) error {
	html, err := render.HTML(nb, render.Options{Title: strings.TrimSuffix(filepath.Base(source), ".ipynb")})
	if err != nil {
		return fmt.Errorf("making the page %s: %w", page, err)
	}
	return atomicfile.Bytes(page, html, 0o644)
}
