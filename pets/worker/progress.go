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

// progress is a display that changes until the call, or a part of it, ends.
type progress struct {
	c      *call
	draw   func(plots.ProgressState) (markup, text string)
	mu     sync.Mutex
	last   time.Time   // when a state was sent
	shown  bool        // one was sent, and not yet the last
	timer  *time.Timer // runs while something compiles
	waited int         // seconds of it
}

func (p *progress) begin(c *call, draw func(plots.ProgressState) (markup, text string)) {
	p.c, p.draw = c, draw
	c.ends = append(c.ends, p.stop)
}

// event locks the display for an event, which ends a compilation and is shown at once.
func (p *progress) event() (unlock func()) {
	p.mu.Lock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer, p.waited, p.last = nil, 0, time.Time{}
	}
	return p.mu.Unlock
}

func (p *progress) compile() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Second, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.timer == timer {
			p.waited++
			p.send(plots.Running)
			timer.Reset(time.Second)
		}
	})
	p.timer = timer
}

func (p *progress) compiling() string { return fmt.Sprintf("compiling … %d s", p.waited) }

func (p *progress) due() bool { return time.Since(p.last) >= pace }

func (p *progress) send(state plots.ProgressState) {
	p.last, p.shown = time.Now(), true
	markup, text := p.draw(state)
	p.c.progress(markup, text, false)
}

func (p *progress) finish(markup, text string) {
	p.shown = false
	p.c.progress(markup, text, true)
}

// stop leaves what an error or an interrupt ended, red.
func (p *progress) stop() {
	defer p.event()()
	if p.shown {
		p.send(plots.Interrupted)
	}
}

type bar struct {
	progress
	label string // of what the call does
	now   plots.ProgressBar
	begun time.Time
}

func newBar(c *call) *bar {
	b := &bar{begun: time.Now()}
	b.begin(c, b.draw)
	return b
}

func (b *bar) draw(state plots.ProgressState) (markup, text string) {
	now := b.now
	if b.waited > 0 {
		now.Label, now.Comment = b.label, b.compiling()
	}
	now.Elapsed, now.State = time.Since(b.begun), state
	return html.EscapeString(now.Label) + "<br>" + plots.Progress(now), now.Text()
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

func (b *bar) download(what string, done, total int64) {
	b.step(what, int(done>>10), int(total>>10), download.Megabytes(done, total))
}

func (b *bar) step(label string, done, total int, comment string) {
	defer b.event()()
	b.now = plots.ProgressBar{Label: label, Done: done, Total: total, Comment: comment}
	if b.due() && time.Since(b.begun) >= pace {
		b.send(plots.Running)
	}
}

func (b *bar) end(line string) {
	defer b.event()()
	if line = cmp.Or(line, "done"); b.shown {
		b.finish(html.EscapeString(line), line+"\n")
	}
}

// fitView is the display of a fit (of fine-tuning, of each part): bars and the growing table.
type fitView struct {
	progress
	kind  spec.Kind
	rows  []spec.Row // of all parts
	part  spec.Fit
	begun time.Time
	phase time.Time // when the present phase of the present epoch began
	now   train.BatchInfo
	seen  bool // a batch of the part has ended
	table plots.EpochTable
}

func newFitView(c *call, kind spec.Kind) *fitView {
	v := &fitView{kind: kind}
	v.begin(c, v.draw)
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
	v.part, v.begun, v.phase, v.seen = f, time.Now(), time.Now(), false
	v.now, v.table = train.BatchInfo{Epochs: f.Epochs}, plots.EpochTable{}
}

func (v *fitView) batch(b train.BatchInfo) {
	defer v.event()()
	if b.Phase != v.now.Phase || b.Epoch != v.now.Epoch {
		v.phase = time.Now()
	}
	v.now, v.seen = b, true
	if v.due() {
		v.send(plots.Running)
	}
}

func (v *fitView) epoch(r spec.Row) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rows = append(v.rows, r)
	v.table.Rows = append(v.table.Rows, plots.EpochRow{Epoch: r.Epoch, TrainLoss: r.TrainLoss,
		ValidLoss: r.ValidLoss, Metrics: []float64{r.ErrorRate},
		Time: time.Duration(r.Seconds * float64(time.Second))})
}

func (v *fitView) draw(state plots.ProgressState) (markup, text string) {
	done, epochs := len(v.table.Rows), max(v.part.Epochs, 1)
	batches := plots.ProgressBar{Label: fmt.Sprintf("Epoch %d/%d", min(done+1, epochs), epochs),
		Total: v.now.Batches, Elapsed: time.Since(v.phase), State: state}
	if v.seen {
		batches.Done = v.now.Batch + 1
	}
	switch {
	case v.waited > 0:
		batches.Comment = v.compiling()
		if v.now.Phase == train.PhaseCheck {
			batches.Done, batches.Total = 0, 0
		}
	case v.now.Phase == train.PhaseCheck:
		batches.Comment = "opening images"
	case v.now.Phase == train.PhaseValid:
		batches.Comment = "validation"
	case v.seen:
		batches.Comment = fmt.Sprintf("%.4f", v.now.Loss)
	}
	bars := plots.Training{Table: v.table, Batches: batches, Epochs: plots.ProgressBar{Done: done,
		Total: epochs, Elapsed: time.Since(v.begun), State: state}}
	return bars.HTML(), batches.Text()
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
