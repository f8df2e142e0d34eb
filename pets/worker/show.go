package main

import (
	"context"

	"gopets/kernelext/session"
	"gopets/pets/wire"
	"gopets/plots"
)

// shown is what a cell can show: a chart of package plots, or something else with words of its own.
type shown interface {
	HTML() (string, error)
	Text() string
}

// show sends one display. It has no picture of its own: what is a table in HTML is one in text,
// too.
func show(c *session.Call, s shown) error {
	html, err := s.HTML()
	if err != nil {
		return err
	}
	c.Send(wire.EventDisplay, wire.Display{HTML: html, Text: s.Text()})
	return nil
}

// draw sends a chart as one display, with its PNG if the cell's viewers want one.
func draw(c *session.Call, p wire.Plot, chart plots.Chart) error {
	html, err := chart.HTML()
	if err != nil {
		return err
	}
	d := wire.Display{HTML: html, Text: chart.Text()}
	if p.PNG {
		if d.PNG, err = chart.PNG(); err != nil {
			return err
		}
	}
	c.Send(wire.EventDisplay, d)
	return nil
}

// table shows a cell's value.
func (h *house) table(ctx context.Context, c *session.Call, q wire.Table) (any, error) {
	return nil, show(c, plots.Table{Header: q.Header, Rows: q.Rows})
}
