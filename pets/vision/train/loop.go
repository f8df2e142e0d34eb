package train

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"gopets/pets/spec"
	"gopets/pets/vision/weights"
)

// loop runs fits: epochs of steps, each followed by validation, a row and a snapshot.
type loop struct {
	position
	best *weights.File // of the best epoch so far, while a run keeps it
}

// position is how far training has come.
type position struct {
	Epochs   int      `json:"epochs"` // finished in the learner's life; numbers the random streams
	Done     int      `json:"done"`   // finished epochs of the last run
	Mid      int      `json:"mid"`    // batches into the next one, when interrupted
	Smooth   smoother `json:"smooth"`
	Recorder Recorder `json:"recorder"`
}

// trainee is what a loop trains.
type trainee interface {
	steps() int // of an epoch
	batches(ctx context.Context, epoch int) iter.Seq2[*batch, error]
	step(b *batch, h hyper, ev Events) (stepLoss, error)
	lossGroup() int // steps whose losses are read together
	// validate returns NaN without a validation set.
	validate(ctx context.Context, at BatchInfo, ev Events) (loss, errorRate float64, err error)
	file() (*weights.File, error) // weights and optimizer
	adopt(f *weights.File, name string) error
	Snapshot(path string) error
}

// run starts a fit or goes on with one. Options are complete.
func (p *loop) run(ctx context.Context, t trainee, w *versions, f spec.Fit, c course,
	ev Events) error {
	run, err := p.begin(f)
	if err != nil {
		return err
	}
	ev.start(run.Fit)
	for _, row := range run.Rows {
		ev.epoch(row)
	}
	defer w.letGo()
	for !run.Finished() {
		w.hold()
		row, err := p.epoch(ctx, t, w, run, c, ev)
		if err != nil {
			return fmt.Errorf("epoch %d of %d: %w", p.Done, f.Epochs, err)
		}
		p.Epochs++
		p.Done, p.Mid = p.Done+1, 0
		run.Rows = append(run.Rows, row)
		w.now.name = fmt.Sprintf("after fit %d, epoch %d", len(p.Recorder.Runs), p.Done)
		if f.KeepBest && run.Best() == len(run.Rows)-1 {
			if p.best, err = t.file(); err != nil {
				return fmt.Errorf("keeping the best epoch: %w", err)
			}
		}
		if f.Snapshot != "" {
			if err := t.Snapshot(f.Snapshot); err != nil {
				return fmt.Errorf("snapshot after epoch %d: %w", row.Epoch, err)
			}
		}
		ev.epoch(row)
	}
	return p.finish(t, w, run, ev)
}

// begin returns the run of f: a new one, or the last one, which stands at an epoch's end.
func (p *loop) begin(f spec.Fit) (*Run, error) {
	run := p.Recorder.Last()
	if !f.Resume || run == nil {
		p.Recorder.Runs = append(p.Recorder.Runs, Run{Fit: f})
		p.Done, p.Mid, p.Smooth, p.best = 0, 0, smoother{}, nil
		return p.Recorder.Last(), nil
	}
	if !run.same(f) {
		f.Resume = run.Fit.Resume
		return nil,
			fmt.Errorf(
				"resume: the fit to go on with, %s with %d epochs done, had other options (%s): "+
					"ask for the same, or leave Resume out",
				run.Name(), p.Done, spec.Diff(run.Fit, f))
	}
	if p.Mid > 0 {
		return nil,
			fmt.Errorf(
				"resume: %s stopped %d batches into epoch %d, and only whole epochs can be gone "+
					"on with: restore its snapshot first",
				run.Name(), p.Mid, p.Done)
	}
	return run, nil
}

func (p *loop) epoch(ctx context.Context, t trainee, w *versions, run *Run, c course,
	ev Events) (row spec.Row, err error) {
	start := time.Now()
	steps, smooth, k := t.steps(), p.Smooth, 0
	read := losses{group: t.lossGroup()}
	defer func() {
		if flushed := read.flush(); flushed != nil {
			err = flushed
		}
		if err != nil {
			p.interrupted(w, k)
		}
	}()
	for b, err := range t.batches(ctx, p.Epochs) {
		if err != nil {
			return row, err
		}
		i := p.Done*steps + k
		h := c.at(i)
		last := h.lrs[len(h.lrs)-1]
		loss, err := t.step(b, h, ev)
		if err != nil {
			return row, fmt.Errorf("batch %d: %w", k, err)
		}
		k++
		w.now.beta1 = c.at(i + 1).beta1
		at := k - 1
		if err := read.add(loss, func(loss float64) error {
			if !finite(loss) {
				k = 0
				return fmt.Errorf("batch %d: %w", at, exploded("loss", loss, last, w))
			}
			run.LRs = append(run.LRs, last)
			run.Momentums = append(run.Momentums, h.beta1)
			run.Losses = append(run.Losses, smooth.add(loss))
			ev.batch(BatchInfo{Phase: PhaseTrain, Epoch: p.Done, Epochs: run.Fit.Epochs, Batch: at,
				Batches: steps, Loss: smooth.value(), LR: last})
			return nil
		}); err != nil {
			return row, err
		}
	}
	if err := read.flush(); err != nil {
		return row, err
	}
	row = spec.Row{Epoch: p.Done, TrainLoss: smooth.value()}
	row.ValidLoss, row.ErrorRate, err = t.validate(ctx,
		BatchInfo{Epoch: p.Done, Epochs: run.Fit.Epochs, Loss: smooth.value()}, ev)
	if err != nil {
		return row, fmt.Errorf("validation: %w", err)
	}
	if math.IsInf(row.ValidLoss, 0) || math.IsNaN(row.ValidLoss) && !math.IsNaN(row.ErrorRate) {
		k = 0
		return row, exploded("validation loss", row.ValidLoss, run.LRs[len(run.LRs)-1], w)
	}
	if row.Validated() {
		run.ValidAt = append(run.ValidAt, len(run.Losses))
		run.ValidLosses = append(run.ValidLosses, row.ValidLoss)
	}
	p.Smooth = smooth
	row.Seconds = time.Since(start).Seconds()
	return row, nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func exploded(what string, loss, lr float64, w *versions) error {
	w.rollBack()
	return &spec.OptionError{Option: "MaxLR",
		Got: fmt.Sprintf("the %s is %v at learning rate %.3g; the weights are %s again", what,
			loss, lr, w.now.name),
		Hint: "use a smaller {} (LRFind shows where the loss explodes)"}
}

func (p *loop) interrupted(w *versions, batches int) {
	p.Mid = batches
	if batches > 0 {
		w.now.name = fmt.Sprintf("after fit %d, epoch %d and %d batches", len(p.Recorder.Runs),
			p.Done, batches)
	}
}

func (p *loop) finish(t trainee, w *versions, run *Run, ev Events) error {
	watch := run.Fit.Watch
	if len(run.Rows) < run.Fit.Epochs {
		ev.note("stopped early: no better %v in the last %d epochs", watch.Metric, watch.Patience)
	}
	best := p.best
	p.best = nil
	if best == nil || best.Meta[metaState] == w.now.name {
		return nil
	}
	w.letGo()
	if err := t.adopt(best, "the best epoch"); err != nil {
		return fmt.Errorf("going back to the best epoch: %w", err)
	}
	row := run.Rows[run.Best()]
	ev.note("the weights are those of epoch %d in the table, the best: %v %.6f", row.Epoch,
		watch.Metric, watch.Metric.Of(row))
	return nil
}
