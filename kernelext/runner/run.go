package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// Options say how a notebook is run. Only Spec is needed.
type Options struct {
	Spec jupyter.Spec
	jupyter.StartOptions

	// Limits. Zero leaves it to the notebook's metadata (nb.timeout, nb.cell_timeout or
	// execution.timeout, in seconds or as "90s"), else there is none; below zero there is none. A
	// cell's own metadata (nb.timeout) goes before CellTimeout.
	Timeout     time.Duration // for the whole run
	CellTimeout time.Duration // for each cell

	StartTimeout time.Duration // for the kernel's first answer; 0 is one minute
	// between an interrupt and the kill, and between a cell's two closing messages, reply and idle;
	// 0 is ten seconds
	Grace time.Duration

	AllowErrors bool // go on after a cell that fails
	// go on after one that fails with an error of these names, as ZeroDivisionError
	AllowErrorNames []string
	// stop at any failure, of a cell tagged raises-exception, too, and whatever the fields above
	// say
	ForceErrors bool

	// Only names the cells to run, Until the last one: by number among the cells that can run, by
	// id or by tag; Only also by a range of numbers, 3-5. Cells that Only leaves out stay as they
	// are. Cells with parameters are always run.
	Only  []string
	Until string

	Resume *notebook.Notebook // an earlier run of the notebook that is to be gone on with
	// with Resume: this cell and all behind it are run again, whether they had finished or not
	From   string
	Replay func(source string) string // see "Going on" in the package comment

	Save func() error // called before the first cell and after every cell; nil saves nothing
	// how often to save while a cell shows something; 0 is half a minute, below zero never
	Autosave time.Duration
	Events   func(Event) // told what happens, in order; nil tells nobody
}

// A Report says what came of each code cell.
type Report struct {
	Cells   []CellReport
	Begun   time.Time
	Elapsed time.Duration
}

// A CellReport is one code cell's fate.
type CellReport struct {
	Place
	Status  Status
	Elapsed time.Duration
	Err     error

	limit   time.Duration  // for its time; none if not above zero
	leave   bool           // it lies behind the last cell to run
	replay  string         // what is run in place of it, when it is not
	earlier *notebook.Cell // itself in the run that is gone on with, if it finished there
}

// Status is what became of a cell.
type Status string

// What may become of a cell.
const (
	NotRun  Status = "not run" // the run did not get there
	Skipped Status = "skipped" // not meant to run
	Kept    Status = "kept"    // finished in an earlier run
	OK      Status = "ok"
	Failed  Status = "failed"
)

// Count returns how many cells have a status.
func (r *Report) Count(s Status) (n int) {
	for _, c := range r.Cells {
		if c.Status == s {
			n++
		}
	}
	return n
}

// Run runs the notebook and writes what its cells show into it. The report is never nil.
func Run(ctx context.Context, nb *notebook.Notebook, o Options) (report *Report, err error) {
	if o.StartTimeout == 0 {
		o.StartTimeout = time.Minute
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	if o.Autosave == 0 {
		o.Autosave = 30 * time.Second
	}
	if o.Events == nil {
		o.Events = func(Event) {}
	}
	begun := time.Now()
	if report, err = plan(nb, &o); err != nil {
		return &Report{Begun: begun}, err
	}
	report.Begun = begun
	defer func() { report.Elapsed = time.Since(begun) }()
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("%w of %v", ErrRunTimeout, o.Timeout))
		defer cancel()
	}
	r := &run{nb: nb, o: o, parents: map[string]*outputs{}, displays: displays{}, cells: map[*outputs]*notebook.Cell{}, widgets: newWidgets()}
	if err := r.prepare(report); err != nil {
		return report, err
	}
	if err := r.save(); err != nil {
		return report, &SaveError{Cause: err}
	}
	r.tellResumed(report)
	if !nothingToRun(report) {
		if err := r.start(ctx); err != nil {
			return report, err
		}
		defer r.stop()
	}
	for i := range report.Cells {
		c := &report.Cells[i]
		if c.leave {
			break
		}
		if c.Status != NotRun {
			if err := r.pass(ctx, c, nothingToRun(report)); err != nil {
				return report, err
			}
			continue
		}
		if err := r.one(ctx, c); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (r *run) tellResumed(report *Report) {
	if r.o.Resume == nil {
		return
	}
	e := Resumed{Kept: report.Count(Kept)}
	for _, c := range report.Cells {
		if c.earlier != nil && c.Status == NotRun {
			e.Again++
		}
	}
	r.o.Events(e)
}

// one runs a cell and saves it. An error ends the run.
func (r *run) one(ctx context.Context, c *CellReport) error {
	r.o.Events(CellStart{c.Place})
	t := time.Now()
	err := r.execute(ctx, c)
	var failed *CellError
	if errors.As(err, &failed) && c.Cell.HasTag(raisesTag) && !r.o.ForceErrors {
		err = nil
	}
	c.Elapsed = time.Since(t)
	c.Status = OK
	if err != nil {
		c.Status, c.Err = Failed, err
	}
	if serr := r.save(); serr != nil {
		return &SaveError{c.Place, serr}
	}
	r.o.Events(CellEnd{*c})
	if err != nil && !r.mayGoOn(c) {
		return err
	}
	return nil
}

// pass goes over a cell that is not run; what later cells need of it is replayed, unless none of
// these is run either.
func (r *run) pass(ctx context.Context, c *CellReport, idle bool) error {
	t := time.Now()
	if c.replay != "" && !idle {
		if err := r.replay(ctx, c); err != nil {
			c.Err = err
			return err
		}
		c.Elapsed = time.Since(t)
	}
	if c.Status == Kept {
		r.o.Events(CellEnd{*c})
	}
	return nil
}

// mayGoOn reports whether the run continues after a failed cell.
func (r *run) mayGoOn(c *CellReport) bool {
	var failed *CellError
	var slow *TimeoutError
	switch {
	case r.o.ForceErrors:
		return false
	case errors.As(c.Err, &failed):
		return r.o.AllowErrors || slices.Contains(r.o.AllowErrorNames, failed.EName)
	case errors.As(c.Err, &slow):
		return r.o.AllowErrors && !slow.Killed
	}
	return false
}

// run is the state of one run.
type run struct {
	nb       *notebook.Notebook
	o        Options
	kernel   *jupyter.Kernel
	client   *jupyter.Client
	parents  map[string]*outputs // by the id of the execute_request
	cells    map[*outputs]*notebook.Cell
	displays displays
	widgets  *widgets
	saved    time.Time     // when the last save ended
	took     time.Duration // that long it took
}

// start starts the kernel, again if another process took one of its ports first.
func (r *run) start(run context.Context) error {
	ctx, cancel := context.WithTimeoutCause(run, r.o.StartTimeout, fmt.Errorf("kernel %q did not answer within %v", r.o.Spec.Name, r.o.StartTimeout))
	defer cancel()
	for try := 1; ; try++ {
		k, err := jupyter.Start(withoutHistory(r.o.Spec), r.o.StartOptions)
		if err != nil {
			return err
		}
		c, info, err := k.Connect(ctx)
		if err == nil {
			r.kernel, r.client = k, c
			r.o.Events(KernelReady{k, info})
			return r.noteLanguage(info)
		}
		tail := k.LogTail(12)
		r.warn(k.Close())
		if run.Err() != nil {
			return fmt.Errorf("while kernel %q was starting: %w", r.o.Spec.Name, context.Cause(run))
		}
		if try < 3 && strings.Contains(strings.ToLower(tail), "address already in use") {
			continue
		}
		return &DeadKernelError{Cause: err}
	}
}

// withoutHistory keeps what ipykernel runs in memory, as nbclient does: the history is a person's,
// and two runs at once would wait for its file.
func withoutHistory(s jupyter.Spec) jupyter.Spec {
	const option = "--HistoryManager.hist_file="
	starts := func(with string) bool {
		return slices.ContainsFunc(s.Argv, func(arg string) bool { return strings.HasPrefix(arg, with) })
	}
	if starts("ipykernel") && !starts(option) {
		s.Argv = append(slices.Clip(s.Argv), option+":memory:")
	}
	return s
}

func (r *run) stop() {
	r.kernel.Shutdown(r.client, 5*time.Second)
	r.client.Close()
	r.warn(r.kernel.Close())
}

func (r *run) warn(err error) {
	if err != nil {
		r.o.Events(Warning{err})
	}
}

// save writes what the cells show into the notebook, and that into its file.
func (r *run) save() error {
	begun := time.Now()
	for out, cell := range r.cells {
		if out.dirty {
			cell.SetOutputs(out.list())
			out.dirty = false
		}
	}
	r.warn(r.widgets.save(r.nb))
	var err error
	if r.o.Save != nil {
		err = r.o.Save()
	}
	r.saved = time.Now()
	r.took = r.saved.Sub(begun)
	return err
}
