package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/wire"
	"gopets/plots"
)

// call is a request in progress, with what its handler can show.
type call struct {
	*session.Call
	ends *[]func() // run when the handler has returned
}

// atEnd makes f run when the handler has returned, whatever came of it.
func (c call) atEnd(f func()) {
	if c.ends != nil {
		*c.ends = append(*c.ends, f)
	}
}

// say sends a line.
func (c call) say(format string, args ...any) {
	c.Send(wire.EventLog, wire.Text{Text: fmt.Sprintf(format, args...)})
}

// show sends one display: what is a table in HTML is one in text, too.
func (c call) show(s interface {
	HTML() (string, error)
	Text() string
}) error {
	text, err := s.HTML()
	if err == nil {
		c.Send(wire.EventDisplay, wire.Display{HTML: text, Text: s.Text()})
	}
	return err
}

// draw sends a chart as one display, with its PNG if the cell's viewers want one.
func (c call) draw(p spec.Plot, chart plots.Chart) error {
	text, err := chart.HTML()
	if err != nil {
		return err
	}
	d := wire.Display{HTML: text, Text: chart.Text()}
	if p.PNG {
		if d.PNG, err = chart.PNG(); err != nil {
			return err
		}
	}
	c.Send(wire.EventDisplay, d)
	return nil
}

// progress replaces what the call's progress shows; the last state stays.
func (c call) progress(markup, text string, last bool) {
	c.Send(wire.EventProgress, wire.Display{HTML: markup, Text: text, Last: last})
}

// done replaces the call's progress by a line.
func (c call) done(line string) { c.progress(html.EscapeString(line), line+"\n", true) }

// figure is what all charts take from a request.
func figure(p spec.Plot) plots.Figure {
	return plots.Figure{Width: p.Width.Get(), Height: p.Height.Get(), DPI: p.DPI.Get()}
}

// registry holds the handlers by method.
type registry struct {
	device   *device
	handlers map[string]handler
}

type handler struct {
	free  bool // needs neither the device nor anything that lives on it
	serve func(ctx context.Context, c call) (any, error)
}

// handle registers the handler of a method. It runs alone on the device.
func handle[Q, A any](r *registry, m wire.Method[Q, A], serve func(context.Context, call, Q) (A,
	error)) {
	r.handlers[m.Name] = handler{serve: func(ctx context.Context, c call) (any, error) {
		var q Q
		if err := c.Decode(&q); err != nil {
			return nil, err
		}
		if err := spec.Check(q); err != nil {
			return nil, err
		}
		return serve(ctx, c, q)
	}}
}

// handleFree registers a handler that needs no device: it runs beside others.
func handleFree[Q, A any](r *registry, m wire.Method[Q, A], serve func(context.Context, call, Q) (A,
	error)) {
	handle(r, m, serve)
	h := r.handlers[m.Name]
	h.free = true
	r.handlers[m.Name] = h
}

// serve serves a call. It is the session's [session.Handler].
func (r *registry) serve(ctx context.Context, sc *session.Call) (any, error) {
	c := call{sc, new([]func())}
	defer func() {
		for _, end := range *c.ends {
			end()
		}
	}()
	h, ok := r.handlers[c.Method]
	if !ok {
		return nil, &session.Error{Code: session.CodeUnknown,
			Message: fmt.Sprintf(
				"the session has no method %q: cell and session are of different versions, restart the kernel", c.Method)}
	}
	defer r.device.idleFromNow()
	if h.free {
		answer, err := h.serve(ctx, c)
		return answer, inCell(err)
	}
	release, err := r.device.acquire(ctx, c)
	if err != nil {
		return nil, err
	}
	defer release()
	answer, err := h.serve(ctx, c)
	var coded *session.Error
	if err != nil && ctx.Err() != nil && !errors.As(err, &coded) {
		err = cancelled("nothing was lost")
	}
	return answer, inCell(err)
}

// inCell spells options as cells do. It keeps an error's code.
func inCell(err error) error {
	if err == nil {
		return nil
	}
	coded := new(session.Error)
	errors.As(err, &coded)
	return &session.Error{Code: coded.Code,
		Message: strings.TrimSpace(spec.Message(err, spec.InCell))}
}

func cancelled(format string, args ...any) error {
	return &session.Error{Code: session.CodeCancelled, Message: "cancelled: " + fmt.Sprintf(format,
		args...)}
}
