package main

import (
	"time"

	"github.com/spf13/cobra"
)

type runFlags struct {
	out, page, report string
	noPage, overwrite bool
	json              bool
	annotations       string
	jobs              int
	retries           int
	cellRetries       int

	kernel  string
	cwd     string
	offline bool

	parameters   parameterFlags
	helpNotebook bool

	timeout, cellTimeout, startTimeout time.Duration
	maxOutput                          byteSize
	allowErrors                        bool
	only                               []string
	until, from                        string
	resume                             bool
}

const runHelp = `Run every cell of a notebook, in order, on a kernel of its own. The notebook does not change: an
executed copy, saved after every cell (and every half minute of a long one), and a self-contained
HTML page go to a new folder under runs, or where -o and --html say. The notebook - is standard
input, -o - standard output.

Several notebooks are several runs, -j of them at a time, and -o names a folder for all. A folder
means all notebooks in it and below. A notebook on the command line is never overwritten.

A Go notebook (GoNB) needs no installed kernel and no Python: what it needs is built first. Any
other notebook needs its kernel to be installed for Jupyter.

Parameters: a notebook's cell tagged "parameters" declares variables with values; --help-notebook
lists them. A given value is checked against its declaration and written into a cell after that; an
undeclared name is set, with a warning. Lists and maps are [1, 2] and {a: 1}. -p overrides -y and
-f, and -r overrides all. Go and Python have types; in Bash, C#, F#, JavaScript, Julia, Octave,
PowerShell, R, Ruby, Rust and Scala a value has the type that it looks like.

Cells: the tag raises-exception allows a cell to fail, skip-execution leaves it out; the notebook's
metadata execution.allow_errors does the same as --allow-errors. An error among a cell's outputs is
a failure, whatever its kernel replies. sys.exit(0) ends a notebook with success. --only and --until
take a cell's number as the run prints it, its id or a tag; --only also 3-5, and several. Cells that
--only leaves out do not change; the declarations in a Go notebook's cells are still known.

Times: a limit is 90s or 1h30m. A notebook can set its own, in seconds or such a text: the metadata
nb.timeout for the whole run, nb.cell_timeout or execution.timeout for each cell, and a cell's own
metadata nb.timeout, which overrides the flag. A cell over its limit is interrupted, and its
kernel is killed if it does not end.

A run that was killed keeps the cells that had ended, some of them in OUT.ipynb.journal beside the
notebook, which every command of nb reads with it and the next save merges.

Resuming: --resume takes the last run of the notebook (or the file of -o), keeps what had finished
and runs the rest into the same file. A cell has finished if it ended without an error and neither
it nor any cell before it has changed since, parameters included; without parameters the last run's
are used. The memory of that run's kernel is lost, and its session's too. Of Go's finished cells
only the declarations are repeated; one that makes what later cells work on, say loads a model, runs
again if it is tagged resume-rerun, or with all that follows if --from names it. Python's finished
cells run again, except those tagged resume-keep, whose results are on disk.

Exit status:
  0    every cell that ran succeeded, or the notebook ended itself by sys.exit(0)
  1    a cell failed (also with --allow-errors), or asked for input
  2    wrong usage, a broken notebook, or a failed set-up
  3    the kernel died or did not answer
  4    a time-out
  5    results could not be written
  129  stopped by a hang-up, 130 by an interrupt, 143 by a request to terminate
Of several notebooks the highest counts. The executed notebook has what was computed, whatever the status.`

func runCommand() *cobra.Command {
	f := runFlags{maxOutput: defaultOutput}
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK…",
		Short: "Run notebooks headless and keep them and a page of each",
		Long:  runHelp,
		Example: `  nb run notebooks/pets.ipynb
  nb run notebooks/pets.ipynb -p epochs1=2 -p source=/my/photos -o out/pets.ipynb
  nb run notebooks/pets.ipynb -f params.yaml --cell-timeout 1h --report junit.xml
  nb run notebooks/*.ipynb -j 2 -o out --report junit.xml
  nb run notebooks/pets.ipynb --resume
  nb run notebooks/pets.ipynb --help-notebook`,
		Args: someNotebooks,
		RunE: func(cmd *cobra.Command, args []string) error {
			paths, err := notebookFiles(args)
			if err != nil {
				return err
			}
			if f.helpNotebook {
				return f.helpNotebooks(cmd, paths)
			}
			return f.run(cmd, paths)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	f.parameters.register(fl)
	fl.BoolVar(&f.helpNotebook, "help-notebook", false,
		"list the notebook's parameters with types, defaults and comments; run nothing")
	fl.StringVarP(&f.out, "output", "o", "",
		"the executed notebook, - for standard output; of several notebooks the folder (default: "+
			"a new folder under runs)")
	fl.StringVar(&f.page, "html", "", "the page (default: beside the executed notebook)")
	fl.BoolVar(&f.noPage, "no-html", false, "make no page")
	fl.BoolVar(&f.overwrite, "overwrite", false, "replace files that -o and --html name")
	fl.StringVar(&f.report, "report", "",
		"a JUnit report of the cells, as junit.xml; an earlier one is replaced")
	fl.BoolVar(&f.json, "json", false,
		"write the run to stdout as JSON, an object for each event; the last one of a notebook, "+
			"event \"end\", is its whole report; the view goes to stderr")
	fl.StringVar(&f.annotations, "annotations", "auto",
		"mark failures for a CI: github, none, or auto, which looks for $GITHUB_ACTIONS")
	fl.IntVarP(&f.jobs, "jobs", "j", 1, "how many notebooks to run at the same time")
	fl.IntVar(&f.retries, "retries", 0,
		"how often to run a notebook that fails again, on a new kernel")
	fl.IntVar(&f.cellRetries, "cell-retries", 0,
		"how often to run a cell that fails again, on the same kernel")
	fl.StringSliceVar(&f.only, "only", nil, "run these cells only: numbers, ranges, ids, tags")
	fl.StringVar(&f.until, "until", "", "run up to this cell, and no further")
	fl.BoolVar(&f.resume, "resume", false,
		"go on with the last run, or that of -o; if there is none, begin")
	fl.StringVar(&f.from, "from", "", "--resume, but run this cell and all later ones again")
	fl.BoolVar(&f.allowErrors, "allow-errors", false, "go on after a cell that fails")
	fl.DurationVar(&f.timeout, "timeout", 0, "longest time for the whole run (default none)")
	fl.DurationVar(&f.cellTimeout, "cell-timeout", 0, "longest time for each cell (default none)")
	fl.DurationVar(&f.startTimeout, "start-timeout", time.Minute,
		"longest time for the kernel's first answer")
	fl.Var(&f.maxOutput, "max-output",
		"how much of one cell's output is kept, or none for no limit; the notebook says what was "+
			"left out")
	fl.StringVarP(&f.kernel, "kernel", "k", "",
		"the kernel's name (default: the notebook's own; go, gonb and plain-gonb are built in)")
	fl.StringVar(&f.cwd, "cwd", "",
		"the working directory of the kernel (default: the notebook's folder)")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing")
	cmd.MarkFlagsMutuallyExclusive("html", "no-html")
	cmd.MarkFlagsMutuallyExclusive("only", "until")
	cmd.MarkFlagsMutuallyExclusive("only", "resume")
	cmd.MarkFlagsMutuallyExclusive("only", "from")
	return cmd
}
