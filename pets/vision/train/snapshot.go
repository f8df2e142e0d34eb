package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/weights"
)

// snapshot is what a file of [Learner.Snapshot] says beyond weights and optimizer. Random streams
// follow from the seed and the number of epochs.
type snapshot struct {
	Version  int      `json:"version"`
	Identity identity `json:"identity"`
	Position position `json:"position"`
	Inner    int      `json:"inner_batch"`

	// Of a run that keeps its best epoch: whether these weights are the best epoch's; else that
	// epoch's metadata, with its tensors under bestPrefix.
	BestIsLast bool              `json:"best_is_last,omitempty"`
	Best       map[string]string `json:"best,omitempty"`
}

const (
	snapshotVersion = 2
	bestPrefix      = "best."
)

// identity is what must be equal for a resumed run to give the rows of an uninterrupted one.
type identity struct {
	spec.Batches
	spec.Training
	Train     int    `json:"training_images"`
	Valid     int    `json:"validation_images"`
	SplitHash string `json:"split"`
}

func (l *Learner) identity() identity {
	c, s := l.load.cfg, l.data
	return identity{c.Batches, c.Training, len(s.Train), len(s.Valid), s.SplitHash}
}

// Snapshot writes everything that training depends on, atomically: weights, optimizer, what is
// frozen, the recorder, the position in the schedule. A new learner of the same network, data and
// options that restores it goes on as if uninterrupted. Load reads it too, as a file of weights.
func (l *Learner) Snapshot(path string) error {
	f, err := l.file()
	if err == nil {
		s := snapshot{Version: snapshotVersion, Identity: l.identity(), Position: l.loop.position,
			Inner: l.exec.inner}
		s.keepBest(l.loop.best, f)
		var text []byte
		if text, err = json.Marshal(s); err == nil {
			f.Meta[metaSnapshot] = string(text)
			err = weights.WriteSafetensors(path, f)
		}
	}
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", filepath.Base(path), err)
	}
	return nil
}

func (s *snapshot) keepBest(best, f *weights.File) {
	switch {
	case best == nil:
	case best.Meta[metaState] == f.Meta[metaState]:
		s.BestIsLast = true
	default:
		s.Best = best.Meta
		for _, t := range best.Tensors {
			t.Name = bestPrefix + t.Name
			f.Tensors = append(f.Tensors, t)
		}
	}
}

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

// Restore reads what Snapshot wrote. A snapshot of another network, other data or other options is
// an error that names the difference.
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
	s, err := readSnapshot(f)
	if err != nil {
		return err
	}
	if d := spec.Diff(s.Identity, l.identity()); d != "" {
		return fmt.Errorf(
			"the snapshot is of a learner with other options (%s): use the same, or start a "+
				"new fit", d)
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
	l.loop = loop{s.Position, s.bestOf(f)}
	if d := divisor(l.load.cfg.Batch, s.Inner, l.exec.devices); d > 0 {
		l.exec.inner = d
	}
	return nil
}

func readSnapshot(f *weights.File) (s snapshot, err error) {
	text := f.Meta[metaSnapshot]
	if text == "" {
		return s, fmt.Errorf("the file holds weights but no snapshot: Load reads it")
	}
	var v struct{ Version int }
	if err = json.Unmarshal([]byte(text), &v); err == nil && v.Version != snapshotVersion {
		return s,
			fmt.Errorf("the snapshot is of another version of this program: start the fit anew")
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &s)
	}
	if err != nil {
		return s, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	return s, nil
}
