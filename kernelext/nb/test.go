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
	"gopets/kernelext/internal/terminal"
)

type testFlags struct {
	kernel, cwd                        string
	parameters                         parameterFlags
	offline                            bool
	timeout, cellTimeout, startTimeout time.Duration
	maxOutput                          byteSize

	lax          bool
	sanitize     []string // names of built-in rules; nil is the standard ones
	sanitizeWith []string // files of rules
	rules        compare.Rules

	jobs        int
	retries     int
	update      bool
	overwrite   bool
	report, out string
	json        bool
	annotations string
	verbose     bool
	color       string
}

func testCommand() *cobra.Command {
	f := testFlags{maxOutput: defaultOutput}
	cmd := &cobra.Command{
		Use:   "test NOTEBOOK…",
		Short: "Run notebooks again and compare what they show with what they have saved",
		Long: `Run notebooks again, each on a kernel of its own, and compare what every cell shows with its saved
outputs. A folder means all notebooks in it and below. Only --update changes notebooks.

Streams are compared as text, progress bars in their last state and without colours; images (also
inside of HTML) by size and decoded pixels; HTML, SVG and JSON regardless of white space and order;
errors by name and value. The cells after a failed one run, too; they may fail because of it.

Differences that cannot be results do not count; the report counts such places, and -v lists them.
The standard rules mask
  addresses   <T at 0x7f…>, and Go's (*T)(0xc000012345) and &{1 0xc000012345}
  temporary   folders for temporary files, and random names: tmpab12cd_9, gonb_0a1b2c3d
  timings     times that progress bars, %time and %timeit print, and the column time of a fit's
              table
  logs        the date at the beginning of a log's line on stderr, and a Python warning's folder
Others can hide results and must be named: pointers (0xc000012345 alone), uuids
(3f2504e0-4f89-11d3-9a0c-0305e82c3301), times (clock times, and dates with one), durations (1.53s,
12 ms, 9.8it/s) and paths (folders of absolute paths).
--sanitize chooses: names of rules, all, or none. --sanitize-with names a file of your own rules, as
for nbval: lines "regex: PATTERN", each followed by "replace: TEXT", in Python's syntax.

Cells can be marked, by tag or by a comment alone on its line (# NBVAL_SKIP, // NBVAL_SKIP):
  nbval-ignore-output      run it, do not compare
  nbval-check-output       compare it, also with --lax
  nbval-raises-exception   it may fail (also: raises-exception)
  nbval-skip               do not run it (also: skip-execution)
The metadata of a cell or a notebook may have tolerances: "nb": {"rtol": 0.05, "atol": 0,
"pixel_tolerance": 2, "pixel_share": 0.01, "ignore": ["stderr"]}. A cell that was never run, with
neither number nor outputs, is run and not compared.

Exit status: 0 everything is as saved, 1 a cell shows something else or failed, 2 a notebook could
not be tested or the usage is wrong.`,
		Example: `  nb test notebooks/*.ipynb
  nb test notebooks -j 4 --report junit.xml --rtol 1e-6
  nb test analysis.ipynb --lax -p epochs=1
  nb test analysis.ipynb --update`,
		Args: someNotebooks,
		RunE: func(cmd *cobra.Command, args []string) error { return test(cmd, args, f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.BoolVar(&f.lax, "lax", false,
		"compare only cells marked nbval-check-output; all others must only run")
	fl.BoolVarP(&f.update, "update", "u", false,
		"keep the new outputs of cells that differ, if all cells of the notebook ran")
	fl.StringSliceVar(&f.sanitize, "sanitize", nil,
		"built-in rules to use: "+strings.Join(compare.BuiltinNames(),
			", ")+", all or none (default the first four)")
	fl.StringArrayVar(&f.sanitizeWith, "sanitize-with", nil,
		"a file of sanitizing rules; repeatable")
	fl.Float64Var(&f.rules.Relative, "rtol", 0,
		"how far off a number may be, relative to the saved one")
	fl.Float64Var(&f.rules.Absolute, "atol", 0,
		"how far off a number may be; of the two tolerances the larger counts")
	fl.IntVar(&f.rules.Channel, "pixel-tolerance", 0,
		"how far off a pixel's red, green, blue or alpha may be (0 to 255)")
	fl.Float64Var(&f.rules.Pixels, "pixel-share", 0,
		"how many of an image's pixels may be further off (0 to 1)")
	fl.StringSliceVar(&f.rules.Ignore, "ignore", nil,
		"what not to compare: stdout, stderr, error, a MIME type or a pattern such as 'image/*'")
	fl.StringVarP(&f.kernel, "kernel", "k", "",
		"the kernel's name (default: the notebook's own; go, gonb and plain-gonb are built in)")
	fl.StringVar(&f.cwd, "cwd", "",
		"the working directory of the kernel (default: the notebook's folder)")
	f.parameters.register(fl)
	fl.DurationVar(&f.timeout, "timeout", 0,
		"longest time for each notebook, as 90s or 1h30m (default none)")
	fl.DurationVar(&f.cellTimeout, "cell-timeout", 0, "longest time for each cell (default none)")
	fl.DurationVar(&f.startTimeout, "start-timeout", time.Minute,
		"longest time for the kernel's first answer")
	fl.Var(&f.maxOutput, "max-output",
		"how much of one cell's output is kept and compared, or none for no limit")
	fl.IntVarP(&f.jobs, "jobs", "j", 1, "how many notebooks to run at the same time")
	fl.IntVar(&f.retries, "retries", 0,
		"how often to test a notebook that fails again, on a new kernel")
	fl.BoolVar(&f.json, "json", false,
		"write the results to stdout as JSON, an object for each notebook; the report goes to "+
			"stderr")
	fl.StringVar(&f.annotations, "annotations", "auto",
		"mark failures for a CI: github, none, or auto, which looks for $GITHUB_ACTIONS")
	fl.StringVar(&f.report, "report", "", "write the results as JUnit XML to this file")
	fl.StringVarP(&f.out, "output", "o", "",
		"keep the executed notebooks, and images that differ, in this folder")
	fl.BoolVar(&f.overwrite, "overwrite", false,
		"replace what earlier tests kept in the folder of -o")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "list all cells")
	fl.StringVar(&f.color, "color", "auto", "colours: auto, always or never")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing")
	for _, flag := range parameterFlagNames {
		cmd.MarkFlagsMutuallyExclusive("update", flag)
	}
	return cmd
}

func test(cmd *cobra.Command, args []string, f testFlags) error {
	ctx := cmd.Context()
	view := os.Stdout
	if f.json {
		view = os.Stderr
	}
	paint, err := terminal.NewPaint(f.color, view)
	if err != nil {
		return err
	}
	annotate, err := newAnnotations(f.annotations, view)
	if err != nil {
		return err
	}
	if f.jobs < 1 {
		return fmt.Errorf("-j %d: want at least 1", f.jobs)
	}
	if f.retries < 0 {
		return fmt.Errorf("--retries %d: want 0 or more", f.retries)
	}
	if err := f.readRules(); err != nil {
		return err
	}
	settings, err := f.parameters.settings()
	if err != nil {
		return err
	}
	paths, err := notebookFiles(args)
	if err != nil {
		return err
	}
	if err := f.checkPlaces(paths); err != nil {
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
	for _, b := range books {
		b.flags, b.settings, b.given = f, settings, cmd.Flags().Changed
		if b.problem == nil {
			b.problem = b.prepare(ctx, kernels, view)
		}
	}
	v := newTestView(view, paint, f.verbose, len(books))
	var log *jsonLog
	if f.json {
		log = newJSONLog(os.Stdout)
		log.start("nb test")
	}
	testAll(ctx, books, f.jobs, func(b *testedBook) {
		b.test(ctx, v)
		v.finished(b)
		log.tested(b)
	})
	v.summary(books)
	for _, b := range books {
		annotate.test(b)
	}
	err = testStatus(ctx, books)
	if f.report != "" {
		if rerr := writeReport(f.report, books); rerr != nil {
			fmt.Fprintln(os.Stderr, "nb:", rerr)
			err = exitError(2)
		}
	}
	log.testEnd(books, err)
	return err
}

func testAll(ctx context.Context, books []*testedBook, jobs int, test func(*testedBook)) {
	var wg sync.WaitGroup
	queue := make(chan *testedBook)
	for range min(jobs, len(books)) {
		wg.Go(func() {
			for b := range queue {
				test(b)
			}
		})
	}
	for _, b := range books {
		queue <- b
	}
	close(queue)
	wg.Wait()
}

func (f *testFlags) checkPlaces(paths []string) error {
	if f.out == stdout || f.report == stdout {
		return errors.New(
			"executed notebooks go to a folder and the report to a file, not to standard output")
	}
	for _, path := range append([]string{f.out}, paths...) {
		if err := localFile(path); err != nil {
			return err
		}
	}
	inputs := slices.Concat(paths, f.parameters.files, f.sanitizeWith)
	return newPlaces(inputs, f.overwrite).report(f.report)
}

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

func notebookFiles(args []string) ([]string, error) {
	var paths []string
	add := func(path string) {
		if path != stdout {
			path = filepath.Clean(path)
		}
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for _, arg := range args {
		if err := localFile(arg); err != nil {
			return nil, err
		}
		if info, err := os.Stat(arg); err != nil || !info.IsDir() {
			add(arg) // a missing one is reported with its result
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

func testStatus(ctx context.Context, books []*testedBook) error {
	status := 0
	for _, b := range books {
		status = max(status, b.status())
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
