package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// Options are options for [Run]. Spec is required.
type Options struct {
	Spec jupyter.Spec
	jupyter.StartOptions

	// Zero leaves a limit to the notebook's metadata (nb.timeout, nb.cell_timeout or
	// execution.timeout, in seconds or as "90s"); below zero there is none. A cell's own nb.timeout
	// precedes CellTimeout.
	Timeout     time.Duration // for the whole run
	CellTimeout time.Duration // for each cell

	StartTimeout time.Duration // for the kernel's first answer; 0 is one minute
	// between an interrupt and the kill, and between a cell's reply and idle; 0 is five seconds,
	// half of docker stop's
	Grace time.Duration

	// MaxOutput bounds one cell's output, in bytes; 0 is DefaultMaxOutput, below zero there is no
	// limit. The notebook says how much was left out.
	MaxOutput int64

	// how often a failed cell runs again, in the same kernel; metadata (nb.retries) precedes it
	CellRetries int

	AllowErrors bool // go on after a cell that fails
	// go on after errors of these names, as ZeroDivisionError
	AllowErrorNames []string
	// stop at any failure, whatever tags and the fields above say
	ForceErrors bool

	// Only selects the cells to run, Until the last one: by number among those that can run, id or
	// tag; Only also by a range, 3-5. Others stay as they are. Cells with parameters always run.
	Only  []string
	Until string

	Resume *notebook.Notebook // an earlier run of the notebook, to be resumed
	// with Resume: this cell and all later ones run again
	From   string
	Replay func(source string) string // see "Resuming" in the package comment

	// Save saves the notebook: before the first cell, after cells, and at the end. It may be nil.
	Save func() error
	// SaveCells saves changed cells (see notebook.Saver) where Save would come within a second, or
	// take over a tenth of the run. Without it a killed run loses what came since the last Save.
	SaveCells func([]*notebook.Cell) error
	// how often to save a running cell's output; 0 is half a minute, below zero never
	Autosave time.Duration
	Events   func(Event) // called with each event, in order; may be nil
}

// DefaultMaxOutput is the default limit of one cell's output.
const DefaultMaxOutput = 1e9

// Run runs the notebook and writes outputs into it. The report is never nil.
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

func (r *run) expected(c *CellReport, err error) bool {
	var failed *CellError
	return (err == nil || errors.As(err, &failed)) && c.Cell.HasTag(raisesTag) && !r.o.ForceErrors
}

func retriable(ctx context.Context, err error) bool {
	var failed *CellError
	var slow *TimeoutError
	return ctx.Err() == nil && (errors.As(err, &failed) || errors.As(err, &slow) && !slow.Killed)
}

// failLate fails cells that published an error after their end, as a thread may.
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

// pass replays a cell that is not run, unless no later cell runs (idle).
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
