package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/wire"
	"gopets/plots"
)

type call struct {
	context.Context
	*session.Call
	plot spec.Plot // how its charts look
	ends []func()  // run when the handler has returned
}

func (c *call) say(format string, args ...any) { c.note(fmt.Sprintf(format, args...)) }

func (c *call) note(line string) { c.Send(wire.EventDisplay, wire.Display{Text: line + "\n"}) }

// show sends a chart or a table as one display, with its PNG if the cell asks for one.
func (c *call) show(chart plots.Chart) (err error) {
	d := wire.Display{Text: chart.Text()}
	if d.HTML, err = chart.HTML(); err != nil {
		return err
	}
	if c.plot.PNG {
		if d.PNG, err = chart.PNG(); err != nil {
			return err
		}
	}
	c.Send(wire.EventDisplay, d)
	return nil
}

func (c *call) figure(title string) plots.Figure {
	p := c.plot
	return plots.Figure{Width: p.Width.Get(), Height: p.Height.Get(), DPI: p.DPI.Get(),
		Title: title}
}

func (c *call) progress(markup, text string, last bool) {
	c.Send(wire.EventProgress, wire.Display{HTML: markup, Text: text, Last: last})
}

type registry struct {
	device   *device
	handlers map[string]handler
}

type handler func(*call) (any, error)

// handle registers a method's handler, which runs alone on the device unless the method is [free].
func handle[Q, A any](r *registry, m wire.Method[Q, A], serve func(*call, Q) (A, error)) {
	r.handlers[m.Name] = func(c *call) (any, error) {
		var q Q
		if err := c.Decode(&q); err != nil {
			return nil, err
		}
		if err := spec.Check(q); err != nil {
			return nil, err
		}
		if p, ok := any(q).(interface{ Look() spec.Plot }); ok {
			c.plot = p.Look()
		}
		return serve(c, q)
	}
}

// on makes a handler of one for an object, which get returns.
func on[Q, O, A any](get func(*call, Q) (O, error),
	serve func(*call, O, Q) (A, error)) func(*call, Q) (A, error) {
	return func(c *call, q Q) (answer A, err error) {
		object, err := get(c, q)
		if err != nil {
			return answer, err
		}
		return serve(c, object, q)
	}
}

// read makes a handler of a method of an object.
func read[Q, O, A any](get func(*call, Q) (O, error), value func(O) A) func(*call, Q) (A, error) {
	return on(get, func(_ *call, object O, _ Q) (A, error) { return value(object), nil })
}

// show makes a handler of one that returns a chart or a table of an object, or nil.
func show[Q, O any, C plots.Chart](get func(*call, Q) (O, error),
	chart func(*call, O, Q) (C, error)) func(*call, Q) (wire.None, error) {
	return on(get, func(c *call, object O, q Q) (none wire.None, err error) {
		s, err := chart(c, object, q)
		if err != nil || any(s) == nil {
			return none, err
		}
		return none, c.show(s)
	})
}

func (r *registry) serve(ctx context.Context, sc *session.Call) (any, error) {
	c := &call{Context: ctx, Call: sc}
	defer func() {
		for _, end := range c.ends {
			end()
		}
	}()
	serve := r.handlers[c.Method]
	if serve == nil {
		return nil, session.Errorf(session.CodeUnknown, "the session has no method %q: "+
			"cell and session are of different versions, restart the kernel", c.Method)
	}
	defer r.device.timer.Reset(r.device.idle)
	if !free[c.Method] {
		release, err := r.device.acquire(c)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	answer, err := serve(c)
	if err == nil {
		return answer, nil
	}
	coded := new(session.Error)
	if !errors.As(err, &coded) && ctx.Err() != nil && !free[c.Method] {
		return nil, cancelled("nothing was lost")
	}
	return nil, session.Errorf(coded.Code, "%s", strings.TrimSpace(spec.Message(err, spec.InCell)))
}

func cancelled(format string, args ...any) error {
	return session.Errorf(session.CodeCancelled, "cancelled: "+format, args...)
}
