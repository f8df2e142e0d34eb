package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// Options say how a notebook is run. Only Spec is needed.
type Options struct {
	Spec jupyter.Spec
	jupyter.StartOptions

	CellTimeout  time.Duration // for each cell; 0 is none
	Timeout      time.Duration // for the whole run; 0 is none
	StartTimeout time.Duration // for the kernel's first answer; 0 is one minute
	Grace        time.Duration // between an interrupt and the kill; 0 is ten seconds

	AllowErrors bool // go on after a cell that fails

	Save   func() error // called before the first cell and after every cell; nil saves nothing
	Events func(Event)  // told what happens, in order; nil tells nobody
}

// A Report says what came of each code cell.
type Report struct {
	Cells   []CellReport
	Elapsed time.Duration
}

// A CellReport is one code cell's fate.
type CellReport struct {
	Place
	Status  Status
	Elapsed time.Duration
	Err     error
}

// Status is what became of a cell.
type Status string

// What may become of a cell.
const (
	NotRun  Status = "not run"
	Skipped Status = "skipped"
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
	if o.Events == nil {
		o.Events = func(Event) {}
	}
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("%w of %v", ErrRunTimeout, o.Timeout))
		defer cancel()
	}
	begun := time.Now()
	report = plan(nb)
	defer func() { report.Elapsed = time.Since(begun) }()
	r := &run{nb: nb, o: o, parents: map[string]*outputs{}, displays: displays{}, cells: map[*outputs]*notebook.Cell{}}
	if err := r.save(); err != nil {
		return report, err
	}
	if err := r.start(ctx); err != nil {
		return report, err
	}
	defer r.stop()
	for i := range report.Cells {
		c := &report.Cells[i]
		if c.Status != NotRun {
			continue
		}
		r.o.Events(CellStart{c.Place})
		t := time.Now()
		err := r.execute(ctx, c.Place)
		var failed *CellError
		if errors.As(err, &failed) && c.Cell.HasTag("raises-exception") {
			err = nil
		}
		c.Elapsed = time.Since(t)
		c.Status = OK
		if err != nil {
			c.Status, c.Err = Failed, err
		}
		if serr := r.save(); serr != nil {
			return report, &SaveError{c.Place, serr}
		}
		r.o.Events(CellEnd{*c})
		if err != nil && !r.mayGoOn(c) {
			return report, err
		}
	}
	return report, nil
}

// plan clears the code cells and numbers those that are to run.
func plan(nb *notebook.Notebook) *Report {
	report := &Report{}
	of := 0
	for i, c := range nb.Cells() {
		if c.Type() != notebook.Code {
			continue
		}
		c.SetOutputs(nil)
		c.SetExecutionCount(0)
		r := CellReport{Place: Place{Cell: c, Index: i}, Status: Skipped}
		if strings.TrimSpace(c.Source()) != "" && !c.HasTag("skip-execution") {
			of++
			r.Status, r.Number = NotRun, of
		}
		report.Cells = append(report.Cells, r)
	}
	for i := range report.Cells {
		report.Cells[i].Of = of
	}
	return report
}

// mayGoOn reports whether the run continues after a failed cell.
func (r *run) mayGoOn(c *CellReport) bool {
	var failed *CellError
	var slow *TimeoutError
	switch {
	case errors.As(c.Err, &failed):
		return r.o.AllowErrors
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
}

// start starts the kernel, again if another process took one of its ports first.
func (r *run) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, r.o.StartTimeout, fmt.Errorf("kernel %q did not answer within %v", r.o.Spec.Name, r.o.StartTimeout))
	defer cancel()
	for try := 1; ; try++ {
		k, err := jupyter.Start(r.o.Spec, r.o.StartOptions)
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
		if try < 3 && strings.Contains(strings.ToLower(tail), "address already in use") {
			continue
		}
		return &DeadKernelError{Cause: err}
	}
}

func (r *run) noteLanguage(info jupyter.KernelInfo) error {
	if len(info.LanguageInfo) == 0 {
		return nil
	}
	return r.nb.SetMetadata(info.LanguageInfo, "language_info")
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
	for out, cell := range r.cells {
		if out.dirty {
			cell.SetOutputs(out.list())
			out.dirty = false
		}
	}
	if r.o.Save == nil {
		return nil
	}
	return r.o.Save()
}
