package runner

import (
	"slices"
	"time"

	"gopets/kernelext/notebook"
)

// Saves of the whole notebook are at least a second apart and take at most a tenth of a run's time.
const (
	savePause  = time.Second
	freeSaving = time.Second
	saveShare  = 10
)

func (r *run) maySave() bool {
	since := time.Since(r.saved)
	if r.o.SaveCells != nil {
		return since >= r.pause()
	}
	return r.saving < freeSaving+time.Since(r.begun)/saveShare || since > saveShare*r.took
}

func (r *run) pause() time.Duration { return max(savePause, saveShare*r.took) }

func (r *run) saveDue() (due time.Time, ok bool) {
	switch {
	case r.o.Autosave <= 0 || len(r.changed) == 0 && !r.widgets.dirty:
		return due, false
	case r.waiting:
		return r.saved.Add(r.pause()), true
	}
	return r.saved.Add(max(r.o.Autosave, 2*saveShare*r.took)), true
}

func (r *run) saveAfter(c *CellReport) error {
	r.waiting = true
	if r.maySave() {
		return r.save()
	}
	if r.o.SaveCells == nil {
		return nil
	}
	cells := r.takeChanged()
	if !slices.Contains(cells, c.Cell) { // it has at least a new number
		cells = append(cells, c.Cell)
	}
	return r.o.SaveCells(cells)
}

func (r *run) takeChanged() (cells []*notebook.Cell) {
	for _, out := range r.changed {
		out.cell.SetOutputs(out.list())
		out.dirty = false
		cells = append(cells, out.cell)
	}
	r.changed = r.changed[:0]
	return cells
}

func (r *run) save() error {
	begun := time.Now()
	r.takeChanged()
	r.warn(r.widgets.save(r.nb))
	var err error
	if r.o.Save != nil {
		err = r.o.Save()
	}
	r.waiting = false
	r.saved = time.Now()
	r.took = r.saved.Sub(begun)
	r.saving += r.took
	return err
}

func (r *run) saveRest() error {
	if !r.waiting && len(r.changed) == 0 && !r.widgets.dirty {
		return nil
	}
	return r.save()
}
