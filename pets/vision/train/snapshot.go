package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/weights"
)

// snapshot is what a file of [Learner.Snapshot] says beyond weights and optimizer. Random streams
// need no storing: they follow from the seed and the number of epochs.
type snapshot struct {
	Identity identity `json:"identity"`
	Epochs   int      `json:"epochs"`
	Progress progress `json:"progress"`
	Recorder Recorder `json:"recorder"`
	Inner    int      `json:"inner_batch"`

	// Of a run that keeps its best epoch: whether that is the last one, whose weights these are;
	// else the best one's metadata, its tensors lying beside the others under bestPrefix.
	BestIsLast bool              `json:"best_is_last,omitempty"`
	Best       map[string]string `json:"best,omitempty"`
}

const bestPrefix = "best."

// identity is what must be equal for a resumed run to give the rows of an uninterrupted one.
type identity struct {
	Seed       uint64         `json:"seed"`
	Batch      int            `json:"batch"`
	Size       augment.Size   `json:"size"`
	Transforms augment.Config `json:"transforms"`
	Stats      augment.Stats  `json:"stats"`
	Train      int            `json:"train_pictures"`
	Valid      int            `json:"valid_pictures"`
	SplitHash  string         `json:"split"`
	Smoothing  float64        `json:"label_smoothing,omitempty"`
	BFloat16   bool           `json:"bfloat16,omitempty"`
	IgnoreEXIF bool           `json:"ignore_exif,omitempty"`
}

func (l *Learner) identity() identity {
	return identity{l.cfg.Seed, l.cfg.Batch, l.cfg.Size, l.cfg.Transforms, l.cfg.Stats, len(l.data.Train), len(l.data.Valid), l.data.SplitHash,
		l.cfg.LabelSmoothing, l.cfg.BFloat16, l.cfg.Decode.IgnoreEXIF}
}

// Snapshot writes everything that training depends on, atomically: weights, optimizer, what is
// frozen, the recorder, the position in the schedule. A new learner of the same network, data and
// configuration that restores it goes on as if nothing had happened. Load reads it too, as a file
// of weights.
func (l *Learner) Snapshot(path string) error {
	f, err := l.file()
	if err == nil {
		var text []byte
		if text, err = json.Marshal(l.snapshot(f)); err == nil {
			f.Meta[metaSnapshot] = string(text)
			err = weights.WriteSafetensors(path, f)
		}
	}
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", filepath.Base(path), err)
	}
	return nil
}

// snapshot collects what weights and optimizer leave out, and adds the best epoch's tensors to the
// file if need be.
func (l *Learner) snapshot(f *weights.File) snapshot {
	s := snapshot{Identity: l.identity(), Epochs: l.epochs, Progress: l.progress, Recorder: l.recorder, Inner: l.inner}
	switch {
	case l.best == nil:
	case l.best.Meta[metaState] == l.describe:
		s.BestIsLast = true
	default:
		s.Best = l.best.Meta
		for _, t := range l.best.Tensors {
			t.Name = bestPrefix + t.Name
			f.Tensors = append(f.Tensors, t)
		}
	}
	return s
}

// bestOf is the best epoch that a snapshot's file holds, nil if none was kept.
func (s snapshot) bestOf(f *weights.File) *weights.File {
	if s.Best == nil && !s.BestIsLast {
		return nil
	}
	best := &weights.File{Meta: s.Best}
	if s.BestIsLast {
		best.Meta = maps.Clone(f.Meta)
		delete(best.Meta, metaSnapshot)
	}
	for _, t := range f.Tensors {
		name, others := strings.CutPrefix(t.Name, bestPrefix)
		if others != s.BestIsLast {
			t.Name = name
			best.Tensors = append(best.Tensors, t)
		}
	}
	return best
}

// Restore brings back what Snapshot wrote, what is frozen included. A snapshot of another network,
// other data or another configuration is refused, with the difference.
func (l *Learner) Restore(path string) error {
	if err := l.restore(path); err != nil {
		return fmt.Errorf("restore %s: %w", filepath.Base(path), err)
	}
	return nil
}

func (l *Learner) restore(path string) error {
	f, err := weights.ReadSafetensors(path)
	if err != nil {
		return err
	}
	if f.Meta[metaSnapshot] == "" {
		return fmt.Errorf("the file holds weights but no snapshot: Load reads it")
	}
	var s snapshot
	if err := json.Unmarshal([]byte(f.Meta[metaSnapshot]), &s); err != nil {
		return fmt.Errorf("the snapshot is damaged: %w", err)
	}
	if d := difference(s.Identity, l.identity()); d != "" {
		return fmt.Errorf("the snapshot was made with %s: use what it was made with, or start a new run", d)
	}
	from, err := strconv.Atoi(f.Meta[metaFrom])
	if err != nil {
		return fmt.Errorf("the snapshot does not say what was frozen: %w", err)
	}
	if err := l.FreezeTo(from); err != nil {
		return err
	}
	if _, err := l.adopt(f, filepath.Base(path)); err != nil {
		return err
	}
	l.epochs, l.progress, l.recorder, l.best = s.Epochs, s.Progress, s.Recorder, s.bestOf(f)
	if d := divisor(l.cfg.Batch, s.Inner); d > 0 {
		l.inner = d
	}
	return nil
}

// difference names the first field in which two identities differ, empty if none.
func difference(theirs, ours identity) string {
	a, b := reflect.ValueOf(theirs), reflect.ValueOf(ours)
	for i := range a.NumField() {
		if x, y := a.Field(i).Interface(), b.Field(i).Interface(); !reflect.DeepEqual(x, y) {
			return fmt.Sprintf("%s %v, this learner has %v", a.Type().Field(i).Tag.Get("json"), x, y)
		}
	}
	return ""
}
