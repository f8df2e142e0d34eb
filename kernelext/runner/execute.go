package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// settle is how long, after one of a cell's two closing messages (reply and idle), silence is borne before the other is given up.
const settle = 10 * time.Second

// execution is one cell on its way.
type execution struct {
	*run
	place  Place
	id     string
	out    *outputs
	reply  *jupyter.ExecuteReply
	idle   bool
	input  *InputError
	shown  bool              // an error message was published
	timing map[string]string // as JupyterLab keeps it in a cell's metadata
}

// execute runs one cell to its end, whatever that is.
func (r *run) execute(ctx context.Context, p Place) error {
	e := &execution{run: r, place: p, out: &outputs{cell: p.Cell, dirty: true}, timing: map[string]string{}}
	r.cells[e.out] = p.Cell
	ctx, cancel := r.kernel.Context(ctx)
	defer cancel()
	cellCtx := ctx
	errTimeout := errors.New("cell time-out")
	if r.o.CellTimeout > 0 {
		var cancel context.CancelFunc
		cellCtx, cancel = context.WithTimeoutCause(ctx, r.o.CellTimeout, errTimeout)
		defer cancel()
	}
	var err error
	var input *InputError
	e.id, err = r.client.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: p.Cell.Source(), StoreHistory: true, StopOnError: true})
	if err == nil {
		r.parents[e.id] = e.out
		err = e.follow(cellCtx)
	}
	switch {
	case err == nil:
		err = e.verdict()
	case r.dead() || errors.Is(err, jupyter.ErrClosed):
		err = e.fail("DeadKernel", &DeadKernelError{p, r.death(err)})
	case errors.Is(err, errTimeout):
		err = e.fail("CellTimeout", &TimeoutError{p, r.o.CellTimeout, !e.interrupt()})
	case errors.As(err, &input):
		e.interrupt()
		err = e.fail("InputNotPossible", input)
	default:
		e.interrupt()
		err = e.fail("Interrupted", fmt.Errorf("%s was interrupted: %w", p, err))
	}
	if merr := p.Cell.SetMetadata(e.timing, "execution"); merr != nil {
		r.warn(merr)
	}
	return err
}

func (r *run) dead() bool {
	select {
	case <-r.kernel.Done():
		return true
	default:
		return false
	}
}

// death gives the reason for the kernel's end. Its sockets may close a moment before it is gone.
func (r *run) death(err error) error {
	select {
	case <-r.kernel.Done():
		return r.kernel.Death()
	case <-time.After(2 * time.Second):
		return err
	}
}

// follow handles messages until both the reply and the idle status have come.
func (e *execution) follow(ctx context.Context) error {
	for e.reply == nil || !e.idle {
		if e.input != nil {
			return e.input
		}
		wait, cancel := ctx, func() {}
		if e.reply != nil || e.idle {
			wait, cancel = context.WithTimeout(ctx, settle)
		}
		m, err := e.client.Recv(wait)
		cancel()
		if err != nil {
			if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) && e.reply != nil {
				return nil // idle was lost
			}
			return err
		}
		e.handle(m)
	}
	return nil
}

// interrupt asks the cell to stop, several times, for a kernel may miss one while it compiles; it kills the kernel when the grace is over.
func (e *execution) interrupt() (heeded bool) {
	ctx, cancel := context.WithTimeout(context.Background(), e.o.Grace)
	defer cancel()
	ctx, cancel2 := e.kernel.Context(ctx)
	defer cancel2()
	e.input = nil
	for ctx.Err() == nil {
		if e.o.Spec.InterruptMode == "message" {
			_, err := e.client.Send(jupyter.Control, "interrupt_request", struct{}{})
			e.warn(err)
		} else if err := e.kernel.Interrupt(); err != nil {
			break // it has just ended
		}
		again, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := e.follow(again)
		cancel()
		if err == nil {
			return true
		}
	}
	e.kernel.Kill()
	return false
}

// verdict turns the reply into the cell's error.
func (e *execution) verdict() error {
	switch e.reply.Status {
	case "ok":
		return nil
	case "aborted":
		return e.fail("Aborted", &CellError{e.place, jupyter.ErrorContent{EName: "Aborted", EValue: "the kernel did not run it"}})
	}
	if !e.shown {
		e.out.add(&item{Output: notebook.Failure(e.reply.EName, e.reply.EValue, e.reply.Traceback)})
	}
	return &CellError{e.place, e.reply.ErrorContent}
}

// fail records in the notebook, too, why the cell did not end by itself.
func (e *execution) fail(name string, err error) error {
	o := notebook.Failure(name, err.Error(), nil)
	e.out.add(&item{Output: o})
	e.o.Events(Shown{Place: e.place, Output: o})
	return err
}

// handle takes in one message of the kernel. A message that makes no sense is reported and has no effect.
func (e *execution) handle(m *jupyter.Message) {
	mine := m.Parent.ID == e.id
	switch m.Header.Type {
	case "execute_reply":
		if mine {
			e.reply = &jupyter.ExecuteReply{}
			e.decode(m, e.reply)
			e.timing["shell.execute_reply"] = m.Header.Date
			e.count(e.reply.ExecutionCount)
		}
	case "status":
		var s jupyter.StatusContent
		if mine && e.decode(m, &s) {
			e.timing["iopub.status."+s.ExecutionState] = m.Header.Date
			e.idle = e.idle || s.ExecutionState == "idle"
		}
	case "execute_input":
		var in jupyter.ExecuteInput
		if mine && e.decode(m, &in) {
			e.timing["iopub.execute_input"] = m.Header.Date
			e.count(in.ExecutionCount)
		}
	case "input_request":
		var in struct {
			Prompt string `json:"prompt"`
		}
		e.decode(m, &in)
		e.input = &InputError{e.place, in.Prompt}
	default:
		// An update may come from anywhere, say from a widget's callback: its display id says where it belongs.
		if out := e.parents[m.Parent.ID]; out != nil || m.Header.Type == "update_display_data" {
			e.output(m, out)
		}
	}
}

func (e *execution) count(n int) {
	if n > 0 {
		e.place.Cell.SetExecutionCount(n)
	}
}

func (e *execution) decode(m *jupyter.Message, into any) bool {
	err := m.Decode(into)
	e.warn(err)
	return err == nil
}

// output takes in what some cell, not always the running one, shows.
func (e *execution) output(m *jupyter.Message, out *outputs) {
	show := func(o notebook.Output) { e.o.Events(Shown{Place: e.place, Output: o}) }
	switch m.Header.Type {
	case "stream":
		var s jupyter.StreamContent
		if e.decode(m, &s) {
			out.stream(s.Name, s.Text)
			show(notebook.Stream(s.Name, s.Text))
		}
	case "display_data", "execute_result":
		var d jupyter.DisplayContent
		if e.decode(m, &d) {
			o := notebook.Display(d.Data, d.Metadata)
			if m.Header.Type == "execute_result" {
				o.Type, o.ExecutionCount = notebook.ResultOutput, d.ExecutionCount
			}
			out.display(o, d.Transient.DisplayID, e.displays)
			e.o.Events(Shown{e.place, o, d.Transient.DisplayID, false})
		}
	case "update_display_data":
		var d jupyter.DisplayContent
		if e.decode(m, &d) && e.displays.update(d.Transient.DisplayID, d.Data, d.Metadata) {
			e.o.Events(Shown{e.place, notebook.Display(d.Data, d.Metadata), d.Transient.DisplayID, true})
		}
	case "clear_output":
		var c jupyter.ClearOutput
		if e.decode(m, &c) {
			out.clear(c.Wait)
			e.o.Events(Cleared{e.place})
		}
	case "error":
		var f jupyter.ErrorContent
		if e.decode(m, &f) {
			o := notebook.Failure(f.EName, f.EValue, f.Traceback)
			out.add(&item{Output: o})
			e.shown = true
			show(o)
		}
	}
}
