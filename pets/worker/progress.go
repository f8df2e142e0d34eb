package main

import (
	"fmt"
	"html"
	"sync"
	"time"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

// pace is the least time between two states of a progress display (fastprogress's).
const pace = 200 * time.Millisecond

// bar is the display of a call that counts something.
type bar struct {
	c     *session.Call
	mu    sync.Mutex
	begun time.Time
	last  time.Time
	shown bool
}

func newBar(c *session.Call) *bar { return &bar{c: c, begun: time.Now()} }

// step shows how far the work is, if it is time to.
func (b *bar) step(label string, done, total int, comment string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.last) < pace || time.Since(b.begun) < pace {
		return
	}
	b.last, b.shown = time.Now(), true
	p := plots.ProgressBar{Label: label, Done: done, Total: total, Elapsed: time.Since(b.begun), Comment: comment}
	b.c.Send(wire.EventProgress, wire.Display{HTML: html.EscapeString(label) + "<br>" + plots.Progress(p), Text: p.Text()})
}

// end replaces the bar, if one was shown, by a line.
func (b *bar) end(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.shown {
		return
	}
	if line == "" {
		line = "done"
	}
	b.c.Send(wire.EventProgress, wire.Display{HTML: html.EscapeString(line), Text: line + "\n", Last: true})
}

// training is the display of a fit: a bar for the epochs, the growing table, a bar for the batches;
// at the end the table alone.
type training struct {
	c      *session.Call
	epochs int
	begun  time.Time
	phase  time.Time // when the present phase of the present epoch began
	now    train.BatchInfo
	last   time.Time
	table  plots.EpochTable
	rows   []spec.Row
}

func newTraining(c *session.Call, epochs int) *training {
	return &training{c: c, epochs: epochs, begun: time.Now(), phase: time.Now(), now: train.BatchInfo{Epochs: epochs}}
}

func (t *training) events() train.Events {
	return train.Events{Batch: t.batch, Epoch: t.epoch, Note: func(line string) { say(t.c, line) }}
}

func (t *training) batch(b train.BatchInfo) {
	if b.Phase != t.now.Phase || b.Epoch != t.now.Epoch {
		t.phase = time.Now()
	}
	t.now = b
	if time.Since(t.last) >= pace {
		t.send(plots.Running)
	}
}

func (t *training) epoch(r spec.Row) {
	t.rows = append(t.rows, r)
	t.table.Rows = append(t.table.Rows, epochRow(r))
	t.c.Send(wire.EventRow, wireRow(r))
}

// send shows the present state.
func (t *training) send(state plots.ProgressState) {
	t.last = time.Now()
	batches := plots.ProgressBar{Label: fmt.Sprintf("Epoch %d/%d", min(len(t.table.Rows)+1, t.epochs), t.epochs), Done: t.now.Batch + 1, Total: t.now.Batches,
		Elapsed: time.Since(t.phase), State: state}
	switch t.now.Phase {
	case train.PhaseCheck:
		batches.Comment = "opening pictures"
	case train.PhaseValid:
		batches.Comment = "validation"
	default:
		batches.Comment = fmt.Sprintf("%.4f", t.now.Loss)
	}
	view := plots.Training{
		Epochs:  plots.ProgressBar{Done: len(t.table.Rows), Total: t.epochs, Elapsed: time.Since(t.begun), State: state},
		Table:   t.table,
		Batches: batches,
	}
	t.c.Send(wire.EventProgress, wire.Display{HTML: view.HTML(), Text: batches.Text()})
}

// end leaves the table; after an error the bars stay with it, red.
func (t *training) end(err error) {
	if err != nil {
		t.send(plots.Interrupted)
		return
	}
	html, err := t.table.HTML()
	if err != nil {
		say(t.c, err.Error())
		return
	}
	t.c.Send(wire.EventProgress, wire.Display{HTML: html, Text: t.table.Text(), Last: true})
}

func epochRow(r spec.Row) plots.EpochRow {
	row := plots.EpochRow{Epoch: r.Epoch, TrainLoss: r.TrainLoss, ValidLoss: r.ValidLoss, Metrics: []float64{r.ErrorRate},
		Time: time.Duration(r.Seconds * float64(time.Second))}
	return row
}

func wireRow(r spec.Row) wire.Row {
	return wire.Row{Epoch: r.Epoch, TrainLoss: r.TrainLoss, ValidLoss: r.ValidLoss, ErrorRate: r.ErrorRate, Seconds: r.Seconds}
}

func wireRows(rows []spec.Row) []wire.Row {
	out := make([]wire.Row, len(rows))
	for i, r := range rows {
		out[i] = wireRow(r)
	}
	return out
}
