package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	// 0 is five seconds, half of what docker stop waits
	Grace time.Duration

	// MaxOutput limits what is kept of one cell's output, in bytes; 0 is DefaultMaxOutput, below
	// zero there is no limit. The notebook says how much was left out.
	MaxOutput int64

	// CellRetries is how often a cell that fails is run again, in the same kernel. A cell's own
	// metadata (nb.retries) goes before it.
	CellRetries int

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

	// Save saves the notebook: before the first cell, after cells, and at the end. Nil saves
	// nothing.
	Save func() error
	// SaveCells saves cells that changed (see notebook.Saver), where the last Save was less than a
	// second ago, or Save takes more than a tenth of the run's time. Without it a run that is
	// killed loses what has come since the last Save.
	SaveCells func([]*notebook.Cell) error
	// how often to save while a cell shows something; 0 is half a minute, below zero never
	Autosave time.Duration
	Events   func(Event) // told what happens, in order; nil tells nobody
}

// DefaultMaxOutput is how many bytes are kept of one cell's output where nobody says.
const DefaultMaxOutput = 1e9

// Run runs the notebook and writes what its cells show into it. The report is never nil.
func Run(ctx context.Context, nb *notebook.Notebook, o Options) (report *Report, err error) {
	if o.StartTimeout == 0 {
		o.StartTimeout = time.Minute
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	if o.MaxOutput == 0 {
		o.MaxOutput = DefaultMaxOutput
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
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout,
			fmt.Errorf("%w of %v", ErrRunTimeout, o.Timeout))
		defer cancel()
	}
	r := &run{nb: nb, o: o, parents: map[string]*outputs{}, displays: displays{},
		reports: map[*outputs]*CellReport{}, widgets: newWidgets(o.MaxOutput), begun: begun}
	if err := r.prepare(report); err != nil {
		return report, err
	}
	if err := r.save(); err != nil {
		return report, &SaveError{Cause: err}
	}
	r.tellResumed(report)
	idle := nothingToRun(report)
	if !idle {
		if err := r.start(ctx); err != nil {
			return report, err
		}
		defer r.stop(ctx)
	}
	err = r.all(ctx, report, idle)
	if serr := r.saveRest(); serr != nil && err == nil {
		err = &SaveError{Cause: serr}
	}
	return report, err
}

func (r *run) all(ctx context.Context, report *Report, idle bool) error {
	for i := range report.Cells {
		c := &report.Cells[i]
		if c.leave {
			break
		}
		if c.Status != NotRun {
			if err := r.pass(ctx, c, idle); err != nil {
				return err
			}
			continue
		}
		exit, err := r.one(ctx, c)
		if err != nil {
			return err
		}
		if exit {
			report.Exit = &c.Place
			break
		}
	}
	return nil
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
func (r *run) one(ctx context.Context, c *CellReport) (exit bool, err error) {
	r.o.Events(CellStart{c.Place})
	c.Begun = time.Now()
	for {
		exit, err = r.execute(ctx, c)
		if r.expected(c, err) {
			exit, err = false, nil
		}
		if err == nil || len(c.Tries) >= c.retries || !retriable(ctx, err) {
			break
		}
		c.Tries = append(c.Tries, err)
		r.o.Events(CellRetry{c.Place, len(c.Tries), err})
	}
	c.Elapsed = time.Since(c.Begun)
	c.Status = OK
	if err != nil {
		c.Status, c.Err = Failed, err
	}
	if serr := r.saveAfter(c); serr != nil {
		return false, &SaveError{c.Place, serr}
	}
	r.o.Events(CellEnd{*c})
	if err != nil && !r.mayGoOn(c) {
		return false, err
	}
	return exit, r.failLate()
}

// expected reports whether a cell's tag allows how it ended.
func (r *run) expected(c *CellReport, err error) bool {
	var failed *CellError
	return (err == nil || errors.As(err, &failed)) && c.Cell.HasTag(raisesTag) && !r.o.ForceErrors
}

// retriable reports whether a cell that failed can be run again in the same kernel.
func retriable(ctx context.Context, err error) bool {
	var failed *CellError
	var slow *TimeoutError
	return ctx.Err() == nil && (errors.As(err, &failed) || errors.As(err, &slow) && !slow.Killed)
}

// failLate fails the cells that published an error after they had ended, say from a thread.
func (r *run) failLate() error {
	late := r.late
	r.late = nil
	for _, out := range late {
		c := r.reports[out]
		f := out.failure()
		if c.Status != OK || f == nil || exits(*f) {
			continue
		}
		err := &CellError{Place: c.Place, ErrorContent: *f}
		if r.expected(c, err) {
			continue
		}
		c.Status, c.Err = Failed, err
		r.o.Events(CellEnd{*c})
		if !r.mayGoOn(c) {
			return err
		}
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
	reports  map[*outputs]*CellReport
	changed  []*outputs // since the last save
	late     []*outputs // that got an error after their cells had ended
	displays displays
	widgets  *widgets

	begun  time.Time
	saved  time.Time     // when the last save ended
	took   time.Duration // that long it took
	saving time.Duration // all saves together

	waiting bool // a cell has ended since the last save
}

// start starts the kernel, again if another process took one of its ports first, and over TCP if it
// does not come up on Unix sockets.
func (r *run) start(run context.Context) error {
	ctx, cancel := context.WithTimeoutCause(run, r.o.StartTimeout,
		fmt.Errorf("kernel %q did not answer within %v", r.o.Spec.Name, r.o.StartTimeout))
	defer cancel()
	o := r.o.StartOptions
	o.IPC = o.IPC || speaksIPC(r.o.Spec)
	// As every Jupyter client does: ipykernel ends with its parent, and prints no banner, which
	// would stand in the place of the reason why it died.
	o.Env = append(slices.Clip(o.Env), fmt.Sprintf("JPY_PARENT_PID=%d", os.Getpid()))
	for try := 1; ; try++ {
		k, err := jupyter.Start(withoutHistory(r.o.Spec), o)
		if err != nil {
			return err
		}
		c, info, err := k.Connect(ctx)
		if err == nil {
			r.kernel, r.client = k, c
			r.o.Events(KernelReady{k, info})
			return r.noteLanguage(info)
		}
		tail := strings.ToLower(k.LogTail(12))
		ipc := k.Connection.Transport == "ipc"
		r.warn(k.Close())
		if run.Err() != nil {
			return fmt.Errorf("while kernel %q was starting: %w", r.o.Spec.Name, context.Cause(run))
		}
		if ctx.Err() == nil && try < 3 && (ipc && !r.o.IPC || strings.Contains(tail,
			"address already in use")) {
			o.IPC = r.o.IPC
			continue
		}
		return &DeadKernelError{Cause: err}
	}
}

// speaksIPC reports whether a kernel is of a family that listens on Unix sockets: what is built on
// ipykernel or xeus, and R's. Of others some do not understand such a connection file and wait for
// ever.
func speaksIPC(s jupyter.Spec) bool {
	all := strings.Join(s.Argv, " ")
	return slices.ContainsFunc([]string{"ipykernel", "xeus", "xpython", "xcpp", "IRkernel",
		"bash_kernel", "metakernel"},
		func(word string) bool { return strings.Contains(all, word) })
}

// withoutHistory keeps what ipykernel runs in memory, as nbclient does: the history is a person's,
// and two runs at once would wait for its file.
func withoutHistory(s jupyter.Spec) jupyter.Spec {
	const option = "--HistoryManager.hist_file="
	starts := func(with string) bool {
		return slices.ContainsFunc(s.Argv, func(arg string) bool {
			return strings.HasPrefix(arg,
				with)
		})
	}
	if starts("ipykernel") && !starts(option) {
		s.Argv = append(slices.Clip(s.Argv), option+":memory:")
	}
	return s
}

// stop ends the kernel, which may have something to write; there is less time when the run is
// being stopped.
func (r *run) stop(ctx context.Context) {
	grace := 5 * time.Second
	if ctx.Err() != nil {
		grace = 2 * time.Second
	}
	r.kernel.Shutdown(r.client, grace)
	r.client.Close()
	r.warn(r.kernel.Close())
}

func (r *run) warn(err error) {
	if err != nil {
		r.o.Events(Warning{err})
	}
}
