package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// testFlags are what nb test was told.
type testFlags struct {
	kernel                             string
	params, paramFiles                 []string
	offline                            bool
	timeout, cellTimeout, startTimeout time.Duration

	lax          bool
	sanitize     []string // names of built-in rules; nil is all of them
	sanitizeWith []string // files of rules
	rules        compare.Rules

	jobs        int
	update      bool
	overwrite   bool
	report, out string
	verbose     bool
	color       string
}

func testCommand() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test NOTEBOOK…",
		Short: "Run notebooks again and compare what they show with what they have saved",
		Long: `Run notebooks again, each on a kernel of its own, and compare what every cell shows with what the notebook has saved of it. A folder
stands for the notebooks in it and below. The notebooks are not touched, but with --update.

Streams are compared as text, progress bars in their last state and without colours; pictures (also inside of HTML) by size and
decoded pixels; HTML, SVG and JSON regardless of white space and order; errors by name and value. The cells behind one
that failed are run, too; they may fail on its account.

What differs from run to run does not count. The built-in rules replace
  addresses   0xc000012345, "at 0x7f…"
  uuids       3f2504e0-4f89-11d3-9a0c-0305e82c3301
  names       that kernels and temporary files make up: gonb_0a1b2c3d, ipykernel_123, tmpab12cd_x
  times       clock times, and dates with one; a mere date stays
  durations   1.53s, 12 ms, 1h2m, 9.8it/s
  paths       folders of absolute paths; file names stay, but for those in temporary folders
--sanitize chooses among them (none: no rule). --sanitize-with names a file of rules of your own, as for nbval: lines "regex: PATTERN",
each followed by a line "replace: TEXT", in Python's syntax.

Cells can be marked, by tag or by a comment that holds nothing else (# NBVAL_SKIP, // NBVAL_SKIP):
  nbval-ignore-output       run it, do not compare        nbval-raises-exception    it may fail (also: raises-exception)
  nbval-check-output        compare it, also with --lax   nbval-skip                do not run it (also: skip-execution)
The metadata of a cell, or of the notebook, may hold tolerances of its own: "nb": {"rtol": 0.05, "atol": 0, "pixel_tolerance": 2,
"pixel_share": 0.01, "ignore": ["stderr"]}. A cell that was never run, with neither number nor outputs, is run and not compared.

Exit status: 0 everything is as saved, 1 a cell shows something else or failed, 2 a notebook could not be tested or the usage is wrong.`,
		Example: `  nb test notebooks/*.ipynb
  nb test notebooks -j 4 --report junit.xml --rtol 1e-6
  nb test analysis.ipynb --lax -p epochs=1
  nb test analysis.ipynb --update`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return test(cmd, args, f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.BoolVar(&f.lax, "lax", false, "compare only cells marked nbval-check-output; all others must only run")
	fl.BoolVarP(&f.update, "update", "u", false, "keep the new outputs of cells that differ, if all cells of the notebook ran")
	fl.StringSliceVar(&f.sanitize, "sanitize", nil, "built-in rules to use: "+strings.Join(compare.BuiltinNames(), ", ")+", or none (default all)")
	fl.StringArrayVar(&f.sanitizeWith, "sanitize-with", nil, "a file of sanitizing rules; repeatable")
	fl.Float64Var(&f.rules.Relative, "rtol", 0, "how far off a number may be, relative to the saved one")
	fl.Float64Var(&f.rules.Absolute, "atol", 0, "how far off a number may be; of the two tolerances the larger counts")
	fl.IntVar(&f.rules.Channel, "pixel-tolerance", 0, "how far off a pixel's red, green, blue or alpha may be (0 to 255)")
	fl.Float64Var(&f.rules.Pixels, "pixel-share", 0, "how many of a picture's pixels may be further off (0 to 1)")
	fl.StringSliceVar(&f.rules.Ignore, "ignore", nil, "what not to compare: stdout, stderr, error, a MIME type or a pattern such as 'image/*'")
	fl.StringVar(&f.kernel, "kernel", "", "the kernel's name (default: the notebook's own; gonb is built in)")
	fl.StringArrayVarP(&f.params, "param", "p", nil, "name=value for a variable of the cell tagged parameters; repeatable")
	fl.StringArrayVarP(&f.paramFiles, "parameters-file", "f", nil, "a YAML or JSON file of parameters; repeatable")
	fl.DurationVar(&f.timeout, "timeout", 0, "longest time for each notebook, as 90s or 1h30m (default none)")
	fl.DurationVar(&f.cellTimeout, "cell-timeout", 0, "longest time for each cell (default none)")
	fl.DurationVar(&f.startTimeout, "start-timeout", time.Minute, "longest time for the kernel's first answer")
	fl.IntVarP(&f.jobs, "jobs", "j", 1, "how many notebooks to run at the same time")
	fl.StringVar(&f.report, "report", "", "write the results as JUnit XML to this file")
	fl.StringVarP(&f.out, "output", "o", "", "keep the executed notebooks, and pictures that differ, in this folder")
	fl.BoolVar(&f.overwrite, "overwrite", false, "replace what earlier tests kept in the folder of -o")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "list all cells")
	fl.StringVar(&f.color, "color", "auto", "colours: auto, always or never")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing")
	cmd.MarkFlagsMutuallyExclusive("update", "param")
	cmd.MarkFlagsMutuallyExclusive("update", "parameters-file")
	return cmd
}

// test is the command.
func test(cmd *cobra.Command, args []string, f testFlags) error {
	ctx := cmd.Context()
	paint, err := newPaint(f.color, os.Stdout)
	if err != nil {
		return err
	}
	if f.jobs < 1 {
		return fmt.Errorf("-j %d: wanted at least 1", f.jobs)
	}
	if err := f.readRules(); err != nil {
		return err
	}
	settings, err := (&runFlags{params: f.params, paramFiles: f.paramFiles}).settings()
	if err != nil {
		return err
	}
	paths, err := notebookFiles(args)
	if err != nil {
		return err
	}
	books := make([]*testedBook, len(paths))
	kernels := kernelChoices{}
	for i, path := range paths {
		books[i] = openBook(path)
	}
	if f.out != "" {
		if err := planKeeping(books, f.out, f.overwrite); err != nil {
			return err
		}
	}
	for i := range books {
		if books[i].problem == nil {
			books[i].problem = books[i].prepare(ctx, f, settings, kernels, cmd.Flags().Changed)
		}
	}
	v := newTestView(os.Stdout, paint, f.verbose, len(books))
	var wg sync.WaitGroup
	queue := make(chan *testedBook)
	for range min(f.jobs, len(books)) {
		wg.Go(func() {
			for b := range queue {
				b.test(ctx, f, v)
				v.finished(b)
			}
		})
	}
	for _, b := range books {
		queue <- b
	}
	close(queue)
	wg.Wait()
	v.summary(books)
	err = testStatus(ctx, books)
	if f.report != "" {
		if rerr := writeReport(f.report, books); rerr != nil {
			fmt.Fprintln(os.Stderr, "nb:", rerr)
			err = exitError(2)
		}
	}
	return err
}

// readRules reads the rules that the flags name.
func (f *testFlags) readRules() error {
	for _, file := range f.sanitizeWith {
		rules, err := compare.ReadRules(file)
		if err != nil {
			return err
		}
		f.rules.Sanitize = append(f.rules.Sanitize, rules...)
	}
	if !slices.Equal(f.sanitize, []string{"none"}) {
		builtin, err := compare.Builtin(f.sanitize...)
		if err != nil {
			return fmt.Errorf("--sanitize: %w", err)
		}
		f.rules.Sanitize = append(f.rules.Sanitize, builtin...)
	}
	return f.rules.Check()
}

// notebookFiles lists the notebooks that the arguments name, each once; those of a folder in
// alphabetical order.
func notebookFiles(args []string) ([]string, error) {
	var paths []string
	add := func(path string) {
		if path = filepath.Clean(path); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for _, arg := range args {
		if info, err := os.Stat(arg); err != nil || !info.IsDir() {
			add(arg) // one that is not there is told with its result
			continue
		}
		before := len(paths)
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != arg && strings.HasPrefix(d.Name(), "."): // .ipynb_checkpoints
				return filepath.SkipDir
			case !d.IsDir() && filepath.Ext(path) == ".ipynb" && !strings.HasPrefix(d.Name(), "."):
				add(path)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("looking for notebooks: %w", err)
		}
		if len(paths) == before {
			return nil, fmt.Errorf("there is no notebook in %s", arg)
		}
	}
	return paths, nil
}

// testedBook is a notebook under test.
type testedBook struct {
	path    string
	text    []byte             // of the file
	nb      *notebook.Notebook // is run
	kernel  kernelChoice
	cells   []*testedCell // the code cells that are not empty
	report  *runner.Report
	problem error  // why it could not be tested
	keepAt  string // where the executed notebook goes
	kept    error  // why the results could not be written
	updated int    // cells whose outputs were accepted
}

func openBook(path string) *testedBook {
	b := &testedBook{path: path, report: &runner.Report{}}
	var err error
	if b.text, err = os.ReadFile(path); err != nil {
		b.problem = fmt.Errorf("reading a notebook: %w", err)
		return b
	}
	if b.nb, err = notebook.Parse(b.text); err != nil {
		b.problem = fmt.Errorf("%s: %w", path, err)
	}
	return b
}

// prepare finds the kernel, sets the parameters, and reads what was saved and how it is to be
// compared.
func (b *testedBook) prepare(ctx context.Context, f testFlags, settings []runner.Setting, kernels kernelChoices, given func(flag string) bool) error {
	var err error
	if b.kernel, err = kernels.choose(ctx, b, f); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	inFile := slices.Clone(b.nb.Cells())
	if err := runner.SetParameters(b.nb, b.kernel.language, settings); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	if err := b.plan(f, inFile, given); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	return nil
}

// kernelChoices remembers the kernels of notebooks that want the same in the same folder, so that
// it is set up once.
type kernelChoices map[[2]string]kernelChoice

func (k kernelChoices) choose(ctx context.Context, b *testedBook, f testFlags) (kernelChoice, error) {
	dir := filepath.Dir(absolute(b.path))
	wants := b.nb.Kernel()
	key := [2]string{dir, wants.Name + " " + wants.Language}
	if c, ok := k[key]; ok {
		return c, nil
	}
	c, err := chooseKernel(ctx, b.nb, dir, f.kernel, f.offline, os.Stdout)
	if err == nil {
		k[key] = c
	}
	return c, err
}

// test runs the notebook and judges its cells.
func (b *testedBook) test(ctx context.Context, f testFlags, v *testView) {
	if b.problem != nil || ctx.Err() != nil {
		return
	}
	var err error
	b.report, err = runner.Run(ctx, b.nb, runner.Options{
		Spec:         b.kernel.spec,
		StartOptions: jupyter.StartOptions{Dir: filepath.Dir(absolute(b.path)), IPC: b.kernel.builtIn, Env: b.kernel.env},
		CellTimeout:  f.cellTimeout,
		Timeout:      f.timeout,
		StartTimeout: f.startTimeout,
		AllowErrors:  true,
		Events:       func(e runner.Event) { v.event(b, e) },
	})
	b.judge(err)
	if b.problem == nil && f.update && ctx.Err() == nil {
		b.problem = b.accept()
	}
	if f.out != "" {
		b.kept = b.keep()
	}
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// testStatus is the exit status.
func testStatus(ctx context.Context, books []*testedBook) error {
	status := 0
	for _, b := range books {
		switch {
		case b.problem != nil, b.kept != nil:
			status = 2
		case b.failed():
			status = max(status, 1)
		}
	}
	var by stopped
	switch {
	case errors.As(context.Cause(ctx), &by):
		return exitError(by.status())
	case status > 0:
		return exitError(status)
	}
	return nil
}
