package main

import (
	"fmt"
	"os"
	"path/filepath"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
	"gopets/pets/wire"
)

type learner struct {
	desc    spec.Learner
	live    *train.Learner // nil: parked
	parked  string         // the file
	curve   *train.Curve   // of the last search for a learning rate
	version int            // counts changes of the weights
	source  string         // where the first weights came from
}

// store keeps a session's learners by name, one on the device, the others in files.
type store struct {
	device *device
	// build makes a learner, with first weights if first
	build func(c *call, d spec.Learner, first bool) (*learner, error)

	byName map[string]*learner
}

// get returns the learner of that name and description, on the device.
func (s *store) get(c *call, d spec.Learner) (*learner, error) {
	l := s.byName[d.Name]
	if l == nil {
		return nil, fmt.Errorf("there is no learner %[1]q in this session: run %[1]s.Create() or "+
			"%[1]s.FitOneCycle(…) first (after a restart, FitOneCycle(…, pets.Resume()) goes on "+
			"from the last epoch, and Load brings back what was saved)", d.Name)
	}
	if err := sameOptions("learner", d.Name, "Create", spec.Diff(l.desc, d)); err != nil {
		return nil, err
	}
	if l.live == nil {
		back, err := s.restored(c, d, l.parked)
		if err != nil {
			return nil, err
		}
		l.live = back.live
	}
	return l, nil
}

// restored makes a learner from a snapshot, in place of the one on the device.
func (s *store) restored(c *call, d spec.Learner, file string) (*learner, error) {
	if err := s.park(nil); err != nil {
		return nil, err
	}
	l, err := s.build(c, d, false)
	if err != nil {
		return nil, err
	}
	if err := l.live.Restore(file); err != nil {
		l.live.Close()
		return nil, fmt.Errorf("learner %q: reading it back from its file: %w", d.Name, err)
	}
	return l, nil
}

func (s *store) of(c *call, q wire.LearnerCall) (*learner, error) { return s.get(c, q.Learner) }

// ofNew is of, and makes the learner if there is none of that name.
func (s *store) ofNew(c *call, q wire.LearnerCall) (*learner, error) {
	if s.byName[q.Learner.Name] == nil {
		return s.make(c, q.Learner)
	}
	return s.of(c, q)
}

// sameOptions refuses an object that differs from the cell's description; remake makes it anew.
func sameOptions(kind, name, remake, diff string) error {
	if diff == "" {
		return nil
	}
	return fmt.Errorf("the %[1]s %[2]q in the session has other options (%[4]s): nothing changed. "+
		"Run %[2]s.%[3]s() to start anew with the new ones, give a second %[1]s another name "+
		`(pets.Name("%[2]s2")), or set the variables back`, kind, name, remake, diff)
}

func (s *store) make(c *call, d spec.Learner) (*learner, error) {
	old := s.byName[d.Name]
	if err := s.park(old); err != nil {
		return nil, err
	}
	l, err := s.build(c, d, true)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if old.live != nil {
			old.live.Close()
		}
		os.Remove(old.parked) // if there is one
		l.version = old.version + 1
	}
	s.byName[d.Name] = l
	return l, nil
}

// park moves the learner on the device to a file, unless it is the given one.
func (s *store) park(except *learner) error {
	for name, l := range s.byName {
		if l.live == nil || l == except {
			continue
		}
		path := filepath.Join(s.device.dir, "parked-"+fileName(name)+".safetensors")
		if err := l.live.Snapshot(path); err != nil {
			return fmt.Errorf("learner %q: moving it from the device to a file: %w", name, err)
		}
		l.live.Close()
		l.live, l.parked = nil, path
	}
	return nil
}

func fileName(name string) string { return fmt.Sprintf("%x", name) }

type builder struct {
	device *device
	lists  *lists
	// by what describes them: learners of equal networks share compiled functions
	nets map[string]*model.Net
}

func (b *builder) build(c *call, d spec.Learner, first bool) (*learner, error) {
	split, err := dataset.Open(d.Data, b.lists.get)
	if err != nil {
		return nil, err
	}
	eng, err := b.device.engine(c)
	if err != nil {
		return nil, err
	}
	net, err := b.net(d, len(split.Classes))
	if err != nil {
		return nil, err
	}
	l := &learner{desc: d, source: "random weights"}
	l.live, err = train.New(eng, net, split, train.Config{Batches: d.Data.Batches,
		Training: d.Training, CacheDir: filepath.Join(session.DataDir(), "pictures"),
		Graphs: b.device.graphs})
	if err == nil && first && !d.Scratch {
		if l.source, err = b.pretrained(c, l); err != nil {
			l.live.Close()
		}
	}
	return l, err
}

func (b *builder) net(d spec.Learner, classes int) (*model.Net, error) {
	key := fmt.Sprint(d.Arch, classes, spec.Digest(d.Head))
	if n := b.nets[key]; n != nil {
		return n, nil
	}
	n, err := model.New(d.Arch, classes, d.Head)
	if err == nil {
		b.nets[key] = n
	}
	return n, err
}

func (b *builder) pretrained(c *call, l *learner) (source string, err error) {
	bar := newBar(c)
	file, from, err := weights.Load(c, l.desc.Arch, weights.Options{Path: l.desc.WeightsFile,
		CacheDir: session.DataDir(), Progress: bar.download})
	if err != nil {
		return "", err
	}
	bar.end(fmt.Sprintf("weights of %s: %s", l.desc.Arch, from))
	unused, err := l.live.SetBody(file)
	if err != nil {
		return "", fmt.Errorf("%w (%s)", err, from)
	}
	if n := len(unused); n > 2 { // a classifier of the pretraining's own has two
		c.say("%d tensors of the weights are not used, for instance %s", n, unused[0])
	}
	return from.String(), nil
}
