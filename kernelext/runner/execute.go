package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

var (
	errNoReply     = errors.New("the kernel went idle without a reply")
	errCellTimeout = errors.New("cell time-out")
)

const maxStderr = 64 << 10

type execution struct {
	*run
	place  Place
	id     string
	out    *outputs
	reply  *jupyter.ExecuteReply
	idle   bool
	input  *InputError
	failed bool              // an error message was published
	exit   bool              // the code asked its kernel to end, with success
	stderr []byte            // the last of it
	silent bool              // no output and no event
	timing map[string]string // as JupyterLab keeps it in a cell's metadata
}

// execute runs one cell; exit reports that it ended the notebook with success.
func (r *run) execute(ctx context.Context, c *CellReport) (exit bool, err error) {
	if c.out == nil {
		c.out = &outputs{cell: c.Cell, limit: r.o.MaxOutput, changed: &r.changed}
		r.reports[c.out] = c
	}
	c.out.clear(false) // of an earlier try
	e := &execution{run: r, place: c.Place, out: c.out, timing: map[string]string{}}
	err = e.perform(ctx, c.Cell.Source(), c.limit)
	for key, date := range e.timing {
		e.warn(c.Cell.SetMetadata(date, timingPrefix, key))
	}
	return e.exit && err == nil, err
}

func (r *run) replay(ctx context.Context, c *CellReport) error {
	e := &execution{run: r, place: c.Place, out: &outputs{cell: c.Cell},
		timing: map[string]string{},
		silent: true}
	if err := e.perform(ctx, c.replay, c.limit); err != nil {
		return &ReplayError{c.Place, err}
	}
	return nil
}

func (e *execution) perform(ctx context.Context, code string, limit time.Duration) error {
	ctx, cancel := e.kernel.Context(ctx)
	defer cancel()
	cellCtx := ctx
	if limit > 0 {
		var cancel context.CancelFunc
		cellCtx, cancel = context.WithTimeoutCause(ctx, limit, errCellTimeout)
		defer cancel()
	}
	e.warn(e.widgets.send(e.client))
	var err error
	e.id, err = e.client.Send(jupyter.Shell, "execute_request",
		jupyter.ExecuteRequest{Code: code, StoreHistory: !e.silent, StopOnError: true})
	if err == nil {
		e.parents[e.id] = e.out
		err = e.follow(cellCtx)
	}
	if err == nil {
		return e.result()
	}
	return e.broken(err, limit)
}

func (e *execution) broken(err error, limit time.Duration) error {
	var input *InputError
	switch p := e.place; {
	case e.dead() || errors.Is(err, jupyter.ErrClosed):
		return e.fail(endDead, &DeadKernelError{p, e.death(err)})
	case errors.Is(err, errNoReply):
		e.kernel.Kill()
		return e.fail(endDead, &DeadKernelError{p, err})
	case errors.Is(err, errCellTimeout):
		return e.fail(endTimeout, &TimeoutError{p, limit, !e.interrupt()})
	case errors.As(err, &input):
		e.interrupt()
		return e.fail(endInput, input)
	default:
		e.interrupt()
		return e.fail(endInterrupted, fmt.Errorf("%s was interrupted: %w", p, err))
	}
}

func (r *run) dead() bool {
	select {
	case <-r.kernel.Done():
		return true
	default:
		return false
	}
}

func (r *run) death(err error) error {
	select {
	case <-r.kernel.Done():
		return r.kernel.Death()
	case <-time.After(2 * time.Second):
		return err
	}
}

func (e *execution) follow(ctx context.Context) error {
	for e.reply == nil || !e.idle {
		if e.input != nil {
			return e.input
		}
		wait, cancel := ctx, func() {}
		if e.reply != nil || e.idle {
			wait, cancel = context.WithTimeout(ctx, e.o.Grace)
		}
		m, err := e.receive(wait)
		cancel()
		if err != nil {
			if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
				if e.reply != nil {
					return nil // idle was lost
				}
				return errNoReply
			}
			return err
		}
		e.handle(m)
	}
	return nil
}

func (e *execution) receive(ctx context.Context) (*jupyter.Message, error) {
	for {
		due, ok := e.saveDue()
		if !ok {
			return e.client.Recv(ctx)
		}
		if time.Now().After(due) {
			e.warn(e.save()) // try again at the cell's end
			continue
		}
		wait, cancel := context.WithDeadline(ctx, due)
		m, err := e.client.Recv(wait)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return m, err
		}
	}
}

// interrupt asks the cell to stop, several times, as a kernel may miss one while it compiles, and
// kills the kernel after the grace. It saves first: the process may be killed meanwhile.
func (e *execution) interrupt() (obeyed bool) {
	if e.o.Autosave > 0 {
		e.warn(e.save())
	}
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

// result returns the cell's error. A kernel that publishes an error and replies "ok", as IPython's
// magics do, has failed.
func (e *execution) result() error {
	if e.reply.Status == "aborted" {
		return e.fail(endAborted, &CellError{Place: e.place,
			ErrorContent: jupyter.ErrorContent{EName: endAborted,
				EValue: "the kernel did not run it"}})
	}
	if e.reply.Status != "ok" && !e.failed {
		e.out.fail(e.reply.ErrorContent)
	}
	shown := e.out.failure()
	switch {
	case shown != nil && !exits(*shown):
	case e.reply.Status == "ok" && shown == nil:
		return nil
	case e.reply.Status == "ok", exits(e.reply.ErrorContent):
		e.exit = true
		return nil
	default:
		shown = &e.reply.ErrorContent // it was cleared, or shown elsewhere
	}
	return &CellError{e.place, *shown, reasonIn(string(e.stderr), shown.EValue)}
}

func (e *execution) fail(name string, err error) error {
	o := notebook.Failure(name, err.Error(), nil)
	e.out.add(&item{output: o})
	e.emit(Shown{Place: e.place, Output: o})
	return err
}

func (e *execution) emit(event Event) {
	if !e.silent {
		e.o.Events(event)
	}
}

func (e *execution) handle(m *jupyter.Message) {
	mine := m.Parent.ID == e.id
	switch m.Header.Type {
	case "execute_reply":
		if mine {
			e.handleReply(m)
		}
	case "status":
		var s jupyter.StatusContent
		if mine && e.decode(m, &s) {
			if key := "iopub.status." + s.ExecutionState; slices.Contains(timingKeys, key) {
				e.timing[key] = date(m)
			}
			e.idle = e.idle || s.ExecutionState == "idle"
		}
	case "execute_input":
		var in jupyter.ExecuteInput
		if mine && e.decode(m, &in) {
			e.timing["iopub.execute_input"] = date(m)
			e.count(in.ExecutionCount)
		}
	case "input_request":
		var in struct {
			Prompt string `json:"prompt"`
		}
		e.decode(m, &in)
		e.input = &InputError{e.place, in.Prompt}
	case "comm_open", "comm_msg":
		var c commContent
		if m.Decode(&c) == nil { // a comm may carry anything
			e.widgets.message(c, m.Buffers)
		}
	default:
		// An update belongs to its display id, whichever cell it comes from.
		if out := e.parents[m.Parent.ID]; out != nil || m.Header.Type == "update_display_data" {
			e.output(m, out)
		}
	}
}

func (e *execution) handleReply(m *jupyter.Message) {
	e.reply = &jupyter.ExecuteReply{}
	e.decode(m, e.reply)
	e.timing["shell.execute_reply"] = date(m)
	var meta struct {
		Started string `json:"started"`
	}
	if json.Unmarshal(m.Metadata, &meta) == nil && meta.Started != "" {
		e.timing["shell.execute_reply.started"] = meta.Started
	}
	var asked struct {
		Payload []struct {
			Source     string `json:"source"`
			KeepKernel bool   `json:"keepkernel"`
		} `json:"payload"`
	}
	if json.Unmarshal(m.Content, &asked) == nil { // IPython's exit and quit
		for _, p := range asked.Payload {
			e.exit = e.exit || p.Source == "ask_exit" && !p.KeepKernel
		}
	}
	e.count(e.reply.ExecutionCount)
}

func date(m *jupyter.Message) string {
	if m.Header.Date == "" {
		return time.Now().UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	return m.Header.Date
}

func (e *execution) count(n int) {
	if n > 0 && !e.silent {
		e.place.Cell.SetExecutionCount(n)
	}
}

func (e *execution) decode(m *jupyter.Message, into any) bool {
	err := m.Decode(into)
	e.warn(err)
	return err == nil
}

func (e *execution) output(m *jupyter.Message, out *outputs) {
	show := func(o notebook.Output) { e.emit(Shown{Place: e.place, Output: o}) }
	if captured := e.widgets.capture(m.Parent.ID); captured != nil {
		out = captured
		e.widgets.dirty = true
	}
	switch m.Header.Type {
	case "stream":
		var s jupyter.StreamContent
		if e.decode(m, &s) {
			out.stream(s.Name, s.Text)
			if s.Name == "stderr" && out == e.out {
				e.stderr = append(e.stderr, s.Text...)
				e.stderr = e.stderr[max(0, len(e.stderr)-maxStderr):]
			}
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
			e.emit(Shown{e.place, o, d.Transient.DisplayID, false})
		}
	case "update_display_data":
		var d jupyter.DisplayContent
		if e.decode(m, &d) && e.displays.update(d.Transient.DisplayID, d.Data, d.Metadata) {
			e.emit(Shown{e.place, notebook.Display(d.Data, d.Metadata), d.Transient.DisplayID,
				true})
		}
	case "clear_output":
		var c jupyter.ClearOutput
		if e.decode(m, &c) {
			out.clear(c.Wait)
			e.emit(Cleared{e.place})
		}
	case "error":
		var f jupyter.ErrorContent
		if e.decode(m, &f) {
			out.fail(f)
			e.failed = true
			if out != e.out && e.reports[out] != nil {
				e.late = append(e.late, out)
			}
			show(notebook.Failure(f.EName, f.EValue, f.Traceback))
		}
	}
}
