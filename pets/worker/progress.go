package main

import (
	"cmp"
	"fmt"
	"html"
	"sync"
	"time"

	"gopets/pets/internal/download"
	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/plots"
)

// pace is the least time between two states of a display (fastprogress's)
const pace = 200 * time.Millisecond

// bar is a display that changes until the call, or a part of it, ends.
type bar struct {
	c     *call
	frame func(plots.ProgressBar) string // HTML of the bar and what is around it
	mu    sync.Mutex
	label string // of what the call does, shown while something compiles
	now   plots.ProgressBar
	begun time.Time
	sent  time.Time   // the last state
	shown bool        // one was sent, and not yet the last
	timer *time.Timer // runs while something compiles
	waits int         // seconds of it
}

func newBar(c *call) *bar {
	b := &bar{c: c, begun: time.Now(), sent: time.Now()}
	b.frame = func(now plots.ProgressBar) string {
		return html.EscapeString(now.Label) + "<br>" + plots.Progress(now)
	}
	c.ends = append(c.ends, b.stop)
	return b
}

// event locks the display for an event, which ends a compilation and is shown at once.
func (b *bar) event() (unlock func()) {
	b.mu.Lock()
	if b.timer != nil {
		b.timer.Stop()
		b.timer, b.waits, b.sent = nil, 0, time.Time{}
	}
	return b.mu.Unlock
}

func (b *bar) compile() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Second, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.timer == timer {
			b.waits++
			b.send(plots.ProgressBar{Label: b.label,
				Comment: fmt.Sprintf("compiling … %d s", b.waits)})
			timer.Reset(time.Second)
		}
	})
	b.timer = timer
}

func (b *bar) send(now plots.ProgressBar) {
	b.sent, b.shown = time.Now(), true
	now.Elapsed = time.Since(b.begun)
	b.c.progress(b.frame(now), now.Text(), false)
}

func (b *bar) update(now plots.ProgressBar) {
	if b.now = now; time.Since(b.sent) >= pace {
		b.send(now)
	}
}

func (b *bar) finish(markup, text string) {
	b.shown = false
	b.c.progress(markup, text, true)
}

// stop leaves what an error or an interrupt ended, red.
func (b *bar) stop() {
	defer b.event()()
	if b.shown {
		b.now.Label, b.now.State = cmp.Or(b.now.Label, b.label), plots.Interrupted
		b.send(b.now)
	}
}

func (b *bar) step(label string, done, total int, comment string) {
	defer b.event()()
	b.update(plots.ProgressBar{Label: label, Done: done, Total: total, Comment: comment})
}

func (b *bar) download(what string, done, total int64) {
	b.step(what, int(done>>10), int(total>>10), download.Megabytes(done, total))
}

func (b *bar) events(label string) train.Events {
	b.label = label
	return train.Events{Note: b.c.note, Compile: b.compile, Batch: func(i train.BatchInfo) {
		what, comment := label, ""
		switch {
		case i.Phase == train.PhaseCheck:
			what = "opening images"
		case i.LR > 0:
			comment = fmt.Sprintf("learning rate %.1e, loss %.4f", i.LR, i.Loss)
		}
		b.step(what, i.Batch+1, i.Batches, comment)
	}}
}

func (b *bar) end(line string) {
	defer b.event()()
	if line = cmp.Or(line, "done"); b.shown {
		b.finish(html.EscapeString(line), line+"\n")
	}
}

// fitView is the display of a fit (of fine-tuning, of each part): bars and the growing table.
type fitView struct {
	*bar  // of the batches of a phase of an epoch
	kind  spec.Kind
	rows  []spec.Row // of all parts
	part  plots.ProgressBar
	since time.Time // when the part began
	last  train.BatchInfo
	table plots.EpochTable
}

func newFitView(c *call, f spec.Fit) *fitView {
	v := &fitView{bar: newBar(c), kind: f.Kind, part: plots.ProgressBar{Total: f.Epochs},
		since: time.Now()}
	v.frame = func(now plots.ProgressBar) string {
		v.part.State, v.part.Elapsed = now.State, time.Since(v.since)
		return plots.Training{Table: v.table, Batches: now, Epochs: v.part}.HTML()
	}
	return v
}

func (v *fitView) events() train.Events {
	return train.Events{Start: v.start, Batch: v.batch, Epoch: v.epoch, Note: v.c.note,
		Compile: v.compile}
}

func (v *fitView) start(f spec.Fit) {
	defer v.event()()
	if len(v.table.Rows) > 0 {
		v.leave("body frozen")
	}
	v.label, v.part = fmt.Sprintf("Epoch 1/%d", f.Epochs), plots.ProgressBar{Total: f.Epochs}
	v.since, v.begun = time.Now(), time.Now()
	v.last, v.table = train.BatchInfo{}, plots.EpochTable{}
}

func (v *fitView) batch(b train.BatchInfo) {
	defer v.event()()
	if b.Phase != v.last.Phase || b.Epoch != v.last.Epoch {
		v.begun = time.Now()
	}
	v.last, v.label = b, fmt.Sprintf("Epoch %d/%d", b.Epoch+1, b.Epochs)
	comment := fmt.Sprintf("%.4f", b.Loss)
	switch b.Phase {
	case train.PhaseCheck:
		v.label, comment = "opening images", ""
	case train.PhaseValid:
		comment = "validation"
	}
	v.update(plots.ProgressBar{Label: v.label, Done: b.Batch + 1, Total: b.Batches,
		Comment: comment})
}

func (v *fitView) epoch(r spec.Row) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rows, v.part.Done = append(v.rows, r), v.part.Done+1
	v.table.Rows = append(v.table.Rows, plots.EpochRow{Epoch: r.Epoch, TrainLoss: r.TrainLoss,
		ValidLoss: r.ValidLoss, Metrics: []float64{r.ErrorRate},
		Time: time.Duration(r.Seconds * float64(time.Second))})
}

// end leaves the table of a fit that has succeeded.
func (v *fitView) end() {
	defer v.event()()
	v.leave("all layers")
}

func (v *fitView) leave(part string) {
	table, _ := v.table.HTML() // cannot fail: nothing of it is drawn
	text := v.table.Text()
	if v.kind == spec.FineTune {
		table, text = "<div>"+html.EscapeString(part)+"</div>"+table, part+"\n"+text
	}
	v.finish(table, text)
}
