package train

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/weights"
)

// snapshot is what a file of [Learner.Snapshot] says beyond weights and optimizer. Random streams need no storing: they follow from the seed
// and the number of epochs.
type snapshot struct {
	Identity identity `json:"identity"`
	Epochs   int      `json:"epochs"`
	Progress progress `json:"progress"`
	Recorder Recorder `json:"recorder"`
	Inner    int      `json:"inner_batch"`
}

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
}

func (l *Learner) identity() identity {
	return identity{l.cfg.Seed, l.cfg.Batch, l.cfg.Size, l.cfg.Transforms, l.cfg.Stats, len(l.data.Train), len(l.data.Valid), l.data.SplitHash}
}

// Snapshot writes everything that training depends on, atomically: weights, optimizer, what is frozen, the recorder, the position in the
// schedule. A new learner of the same network, data and configuration that restores it goes on as if nothing had happened. Load reads
// it too, as a file of weights.
func (l *Learner) Snapshot(path string) error {
	f, err := l.file()
	if err == nil {
		var text []byte
		if text, err = json.Marshal(snapshot{l.identity(), l.epochs, l.progress, l.recorder, l.inner}); err == nil {
			f.Meta[metaSnapshot] = string(text)
			err = weights.WriteSafetensors(path, f)
		}
	}
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Restore brings back what Snapshot wrote, what is frozen included. A snapshot of another network, other data or another configuration is refused,
// with the difference.
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
	l.epochs, l.progress, l.recorder = s.Epochs, s.Progress, s.Recorder
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
