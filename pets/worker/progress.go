package main

import (
	"fmt"
	"html"
	"sync"
	"time"

	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/plots"
)

// pace is the least time between two states of a progress display (fastprogress's).
const pace = 200 * time.Millisecond

// ticking calls show every second with the seconds since its start, until it is stopped: what
// compiles sends no events of its own. The zero value is stopped.
type ticking struct{ quit chan struct{} }

func (t *ticking) start(show func(seconds int)) {
	if t.quit != nil {
		return
	}
	quit := make(chan struct{})
	t.quit = quit
	go func() {
		every := time.NewTicker(time.Second)
		defer every.Stop()
		for n := 1; ; n++ {
			select {
			case <-every.C:
				show(n)
			case <-quit:
				return
			}
		}
	}()
}

func (t *ticking) stop() {
	if t.quit != nil {
		close(t.quit)
		t.quit = nil
	}
}

// bar is the display of a call that counts something.
type bar struct {
	c     call
	mu    sync.Mutex
	now   plots.ProgressBar
	begun time.Time
	last  time.Time
	shown bool
	tick  ticking
}

func newBar(c call) *bar {
	b := &bar{c: c, begun: time.Now()}
	c.atEnd(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.tick.stop()
	})
	return b
}

// events shows a pass over images.
func (b *bar) events(label string) train.Events {
	return train.Events{Note: func(line string) { b.c.say("%s", line) },
		Compile: func() { b.compile(label) },
		Batch: func(i train.BatchInfo) {
			what := label
			if i.Phase == train.PhaseCheck {
				what = "opening images"
			}
			b.step(what, i.Batch+1, i.Batches, "")
		}}
}

// step shows how far the work is, if it is time to.
func (b *bar) step(label string, done, total int, comment string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tick.stop()
	b.now = plots.ProgressBar{Label: label, Done: done, Total: total, Comment: comment}
	if time.Since(b.last) >= pace && time.Since(b.begun) >= pace {
		b.send()
	}
}

// compile shows that the next step takes its time.
func (b *bar) compile(label string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tick.start(func(seconds int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.tick.quit == nil {
			return // it has ended
		}
		b.now.Label, b.now.Comment = label, compiling(seconds)
		b.send()
	})
}

func compiling(seconds int) string { return fmt.Sprintf("compiling … %d s", seconds) }

func (b *bar) send() {
	b.last, b.shown = time.Now(), true
	b.now.Elapsed = time.Since(b.begun)
	b.c.progress(html.EscapeString(b.now.Label)+"<br>"+plots.Progress(b.now), b.now.Text(), false)
}

// end replaces the bar, if one was shown, by a line.
func (b *bar) end(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tick.stop()
	if !b.shown {
		return
	}
	if line == "" {
		line = "done"
	}
	b.c.done(line)
}

// fail leaves the bar, if one was shown, where the work stopped.
func (b *bar) fail() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tick.stop()
	if b.shown {
		b.now.State = plots.Interrupted
		b.send()
	}
}

// fitView is the display of a fit: a bar for the epochs, the growing table, a bar for the batches;
// at the end the table alone. Of fine-tuning each part has a display of its own.
type fitView struct {
	c      call
	title  func() string // of the part
	rows   []spec.Row    // of all parts
	mu     sync.Mutex
	part   spec.Fit
	begun  time.Time
	phase  time.Time // when the present phase of the present epoch began
	now    train.BatchInfo
	seen   bool // a batch of the part has ended
	last   time.Time
	table  plots.EpochTable
	tick   ticking
	waited int // seconds of compiling
}

func newFitView(c call, kind spec.Kind, frozen func() bool) *fitView {
	return &fitView{c: c, title: func() string {
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
	return train.Events{Start: v.start, Batch: v.batch, Epoch: v.epoch, Compile: v.compile,
		Note: func(line string) { v.c.say("%s", line) }}
}

// start begins a part; an earlier one's table stays.
func (v *fitView) start(f spec.Fit) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.table.Rows) > 0 {
		v.finish("body frozen")
	}
	v.part, v.begun, v.phase, v.seen = f, time.Now(), time.Now(), false
	v.now, v.table = train.BatchInfo{Epochs: f.Epochs}, plots.EpochTable{}
}

func (v *fitView) batch(b train.BatchInfo) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tick.stop()
	v.waited = 0
	if b.Phase != v.now.Phase || b.Epoch != v.now.Epoch {
		v.phase = time.Now()
	}
	v.now, v.seen = b, true
	if time.Since(v.last) >= pace {
		v.send(plots.Running)
	}
}

func (v *fitView) epoch(r spec.Row) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rows = append(v.rows, r)
	v.table.Rows = append(v.table.Rows, plots.EpochRow{Epoch: r.Epoch, TrainLoss: r.TrainLoss,
		ValidLoss: r.ValidLoss,
		Metrics:   []float64{r.ErrorRate}, Time: time.Duration(r.Seconds * float64(time.Second))})
}

// compile shows that the next step takes its time.
func (v *fitView) compile() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tick.start(func(seconds int) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.tick.quit != nil {
			v.waited = seconds
			v.send(plots.Running)
		}
	})
}

// send shows the present state.
func (v *fitView) send(state plots.ProgressState) {
	v.last = time.Now()
	epochs := max(v.part.Epochs, 1)
	batches := plots.ProgressBar{Label: fmt.Sprintf("Epoch %d/%d", min(len(v.table.Rows)+1, epochs),
		epochs), Total: v.now.Batches,
		Elapsed: time.Since(v.phase), State: state}
	if v.seen {
		batches.Done = v.now.Batch + 1
	}
	switch {
	case v.waited > 0:
		batches.Comment = compiling(v.waited)
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
	view := plots.Training{
		Epochs: plots.ProgressBar{Done: len(v.table.Rows), Total: epochs,
			Elapsed: time.Since(v.begun), State: state},
		Table:   v.table,
		Batches: batches,
	}
	v.c.progress(view.HTML(), batches.Text(), false)
}

// end leaves the table; after an error the bars stay with it, red, where they stopped.
func (v *fitView) end(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tick.stop()
	v.waited = 0
	switch {
	case err == nil:
		v.finish(v.title())
	case v.seen || len(v.table.Rows) > 0: // else it was refused, and there is nothing to show
		v.send(plots.Interrupted)
	}
}

// finish leaves a part's table under its title.
func (v *fitView) finish(title string) {
	table, err := v.table.HTML()
	if err != nil {
		v.c.say("%v", err)
		return
	}
	text := v.table.Text()
	if title != "" {
		table, text = "<div>"+html.EscapeString(title)+"</div>"+table, title+"\n"+text
	}
	v.c.progress(table, text, true)
}
