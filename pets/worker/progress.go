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

type progress struct {
	c      *call
	mu     sync.Mutex
	last   time.Time   // when a state was sent
	timer  *time.Timer // runs while something compiles
	waited int         // seconds of it
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

func (p *progress) compile(show func()) {
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
			show()
			timer.Reset(time.Second)
		}
	})
	p.timer = timer
}

func (p *progress) compiling() string { return fmt.Sprintf("compiling … %d s", p.waited) }

func (p *progress) note(line string) { p.c.say("%s", line) }

func (p *progress) due() bool { return time.Since(p.last) >= pace }

type bar struct {
	progress
	now   plots.ProgressBar
	begun time.Time
	shown bool
}

func newBar(c *call) *bar {
	b := &bar{progress: progress{c: c}, begun: time.Now()}
	c.ends = append(c.ends, b.stop)
	return b
}

func (b *bar) events(label string) train.Events {
	return train.Events{
		Note: b.note,
		Compile: func() {
			b.compile(func() {
				b.now.Label, b.now.Comment = label, b.compiling()
				b.send()
			})
		},
		Batch: func(i train.BatchInfo) {
			what, comment := label, ""
			switch {
			case i.Phase == train.PhaseCheck:
				what = "opening images"
			case i.LR > 0:
				comment = fmt.Sprintf("learning rate %.1e, loss %.4f", i.LR, i.Loss)
			}
			b.step(what, i.Batch+1, i.Batches, comment)
		},
	}
}

func (b *bar) download(label string) func(done, total int64) {
	return func(done, total int64) {
		b.step(label, int(done>>10), int(total>>10), download.Megabytes(done, total))
	}
}

func (b *bar) step(label string, done, total int, comment string) {
	defer b.event()()
	b.now = plots.ProgressBar{Label: label, Done: done, Total: total, Comment: comment}
	if b.due() && time.Since(b.begun) >= pace {
		b.send()
	}
}

func (b *bar) send() {
	b.last, b.shown = time.Now(), true
	b.now.Elapsed = time.Since(b.begun)
	b.c.progress(html.EscapeString(b.now.Label)+"<br>"+plots.Progress(b.now), b.now.Text(), false)
}

func (b *bar) end(line string) {
	defer b.event()()
	if b.shown {
		b.c.done(cmp.Or(line, "done"))
		b.shown = false
	}
}

func (b *bar) stop() {
	defer b.event()()
	if b.shown {
		b.now.State = plots.Interrupted
		b.send()
	}
}

// fitView is the display of a fit (of fine-tuning, of each part): bars and the growing table.
type fitView struct {
	progress
	title func() string // of the part
	rows  []spec.Row    // of all parts
	part  spec.Fit
	begun time.Time
	phase time.Time // when the present phase of the present epoch began
	now   train.BatchInfo
	seen  bool // a batch of the part has ended
	table plots.EpochTable
}

func newFitView(c *call, kind spec.Kind, frozen func() bool) *fitView {
	return &fitView{progress: progress{c: c}, title: func() string {
		switch {
		case kind != spec.FineTune:
			return ""
		case frozen():
			return "body frozen"
		}
		return "all layers"
	}}
}

func (v *fitView) events() train.Events {
	return train.Events{Start: v.start, Batch: v.batch, Epoch: v.epoch, Note: v.note,
		Compile: func() { v.compile(func() { v.send(plots.Running) }) }}
}

func (v *fitView) start(f spec.Fit) {
	defer v.event()()
	if len(v.table.Rows) > 0 {
		v.finish("body frozen")
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

func (v *fitView) send(state plots.ProgressState) {
	v.last = time.Now()
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
	v.c.progress(bars.HTML(), batches.Text(), false)
}

// end leaves the table, after an error with the bars, red.
func (v *fitView) end(err error) {
	defer v.event()()
	switch {
	case err == nil:
		v.finish(v.title())
	case v.seen || len(v.table.Rows) > 0: // else it was refused, and there is nothing to show
		v.send(plots.Interrupted)
	}
}

func (v *fitView) finish(title string) {
	table, _ := v.table.HTML() // cannot fail: nothing of it is drawn
	text := v.table.Text()
	if title != "" {
		table, text = "<div>"+html.EscapeString(title)+"</div>"+table, title+"\n"+text
	}
	v.c.progress(table, text, true)
}
