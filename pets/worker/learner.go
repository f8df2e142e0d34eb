package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
	"gopets/pets/wire"
	"gopets/plots"
)

// learner is a live learner: on the device, or parked in a file.
type learner struct {
	desc    wire.Learner
	split   *dataset.Split
	net     *model.Net
	live    *train.Learner // nil: parked
	parked  string         // the file
	curve   *train.Curve   // of the last search for a learning rate
	version int            // counts changes of the weights
	source  string         // where the first weights came from
}

// build makes a train.Learner from a description, with its first weights.
func (h *house) build(ctx context.Context, c *session.Call, d wire.Learner, first bool) (*learner, error) {
	split, err := h.split(d.Data)
	if err != nil {
		return nil, err
	}
	eng, err := h.engine(c)
	if err != nil {
		return nil, err
	}
	net, err := h.net(d, len(split.Classes))
	if err != nil {
		return nil, err
	}
	l := &learner{desc: d, split: split, net: net, source: "random weights"}
	if l.live, err = train.New(eng, net, split, h.config(d)); err != nil {
		return nil, err
	}
	if first && !d.Scratch {
		if err := h.pretrained(ctx, c, l); err != nil {
			l.live.Close()
			return nil, err
		}
	}
	return l, nil
}

// net gives the network of a description. Learners of equal networks share one, and with it what
// was compiled for it.
func (h *house) net(d wire.Learner, classes int) (*model.Net, error) {
	key := fmt.Sprint(d.Arch, classes, d.Hidden, d.Dropout)
	if n := h.nets[key]; n != nil {
		return n, nil
	}
	head := spec.Head{Hidden: d.Hidden}
	if d.Dropout != 0 {
		head.Dropout = spec.Some(d.Dropout)
	}
	n, err := model.New(d.Arch, classes, head)
	if err == nil {
		h.nets[key] = n
	}
	return n, err
}

// config translates a description.
func (h *house) config(d wire.Learner) train.Config {
	stats := spec.NotNormalised
	if s := d.Data.Stats; s != nil {
		stats = spec.Stats{Mean: s.Mean, Std: s.Std}
	}
	c := train.Config{CacheDir: filepath.Join(h.home, "pictures"), Graphs: h.graphs}
	c.Batches = spec.Batches{Seed: int(d.Data.Seed), Size: spec.Size{H: d.Data.Size.H, W: d.Data.Size.W}, Batch: d.Data.Batch,
		Transforms: spec.Transforms(transforms(d.Data)), Stats: stats, IgnoreEXIF: d.Data.IgnoreEXIF, Skip: d.Data.Skip}
	c.Training = spec.Training{LabelSmoothing: d.Smoothing, BFloat16: d.BFloat16}
	if d.WeightDecay != 0 {
		c.WeightDecay = spec.Some(max(0, d.WeightDecay))
	}
	return c
}

// pretrained brings the body's weights and freezes the body.
func (h *house) pretrained(ctx context.Context, c *session.Call, l *learner) error {
	bar := newBar(c)
	file, source, err := weights.Load(ctx, l.desc.Arch, weights.Options{Path: l.desc.WeightsFile, CacheDir: h.home,
		Progress: func(what string, done, total int64) {
			bar.step(what, int(done>>10), int(total>>10), megabytes(done, total))
		}})
	if err != nil {
		return err
	}
	bar.end(fmt.Sprintf("weights of %s: %s", l.desc.Arch, source))
	unused, err := l.live.SetBody(file)
	if err != nil {
		return fmt.Errorf("%w (%s)", err, source)
	}
	if n := len(unused); n > 2 { // a classifier of the pretraining's own has two
		say(c, fmt.Sprintf("%d tensors of the weights are not used, for instance %s", n, unused[0]))
	}
	l.source = source.String()
	return nil
}

// park sends a learner to a file.
func (h *house) park(l *learner) error {
	path := filepath.Join(h.scratch, "parked-"+safe(l.desc.Name)+".safetensors")
	if err := l.live.Snapshot(path); err != nil {
		return fmt.Errorf("learner %q has to make room: %w", l.desc.Name, err)
	}
	l.live.Close()
	l.live, l.parked = nil, path
	if h.onDevice == l {
		h.onDevice = nil
	}
	return nil
}

// room sends whatever learner is on the device, except one, to its file.
func (h *house) room(except *learner) error {
	if h.onDevice != nil && h.onDevice != except {
		return h.park(h.onDevice)
	}
	return nil
}

// use gives the live learner of a description, on the device. Without one, it is made if make says
// so. A learner of that name that was made from another description is never used in its stead.
func (h *house) use(ctx context.Context, c *session.Call, d wire.Learner, make bool) (*learner, error) {
	l := h.learners[d.Name]
	if l == nil {
		if !make {
			return nil, fmt.Errorf("there is no live learner %q in this session: run %s.Create() or %s.FitOneCycle(…) first (after a restart, FitOneCycle(…, pets.Resume()) "+
				"goes on from the last epoch, and Load brings back what was saved)", d.Name, d.Name, d.Name)
		}
		return h.make(ctx, c, d)
	}
	if err := same(l.desc, d); err != nil {
		return nil, err
	}
	if l.live == nil {
		if err := h.room(l); err != nil {
			return nil, err
		}
		back, err := h.build(ctx, c, d, false)
		if err != nil {
			return nil, err
		}
		if err := back.live.Restore(l.parked); err != nil {
			back.live.Close()
			return nil, fmt.Errorf("learner %q comes back from its file: %w", d.Name, err)
		}
		l.live, l.net, l.split = back.live, back.net, back.split
	}
	h.onDevice = l
	return l, nil
}

// same refuses a description that is no longer the one that the live learner was made from.
func same(was, now wire.Learner) error {
	d := wire.Difference(was, now)
	if d == "" {
		return nil
	}
	return fmt.Errorf("the live learner %q was made from another description (%s): nothing was done, and it is as it was. Run %s.Create() to start anew with the new description, "+
		"give a second learner another name (pets.Name(\"%s2\")), or set the variables back", now.Name, d, now.Name, now.Name)
}

// make makes a learner anew and puts it in the place of its name.
func (h *house) make(ctx context.Context, c *session.Call, d wire.Learner) (*learner, error) {
	old := h.learners[d.Name]
	if err := h.room(old); err != nil {
		return nil, err
	}
	l, err := h.build(ctx, c, d, true)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if old.live != nil {
			old.live.Close()
		}
		os.Remove(old.parked)
		l.version = old.version + 1
	}
	h.learners[d.Name], h.onDevice = l, l
	return l, nil
}

// create serves Learner.Create.
func (h *house) create(ctx context.Context, c *session.Call, q wire.LearnerCall) (any, error) {
	if old := h.learners[q.Learner.Name]; old != nil {
		if d := wire.Difference(old.desc, q.Learner); d != "" {
			say(c, fmt.Sprintf("the learner %q that was here is replaced (%s)", q.Learner.Name, d))
		}
	}
	l, err := h.make(ctx, c, q.Learner)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings(ctx, l.desc.Data, l.split) {
		say(c, w)
	}
	return nil, show(c, l.card(h.eng))
}

// card says in a few lines what a learner is.
func (l *learner) card(eng *engine.Engine) plots.Table {
	all, trainable := 0, 0
	trains := l.trains()
	for i, p := range l.net.Params {
		if !p.Trainable() {
			continue
		}
		n := size(p.Shape)
		all += n
		if trains[i] {
			trainable += n
		}
	}
	frozen := "everything trains"
	if l.live.Frozen() {
		frozen = "the body is frozen"
	}
	d := l.desc.Data
	return plots.Table{Header: []string{"learner", l.desc.Name}, Rows: [][]string{
		{"network", fmt.Sprintf("%s, %d layer groups, a new head for %d classes", l.desc.Arch, l.net.Groups(), len(l.split.Classes))},
		{"first weights", l.source},
		{"parameters", fmt.Sprintf("%s, of which %s train: %s", wire.Thousands(all), wire.Thousands(trainable), frozen)},
		{"pictures", fmt.Sprintf("%s to learn from, %s for validation, size %v, batches of %d", wire.Thousands(len(l.split.Train)), wire.Thousands(len(l.split.Valid)), d.Size, d.Batch)},
		{"engine", eng.String()},
	}}
}

func (l *learner) trains() []bool {
	from := 0
	if l.live.Frozen() {
		from = l.net.Groups() - 1
	}
	return l.net.Frozen(from, true)
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// freeze serves Freeze, Unfreeze and FreezeTo.
func (h *house) freeze(ctx context.Context, c *session.Call, q wire.Freeze) (any, error) {
	l, err := h.use(ctx, c, q.Learner, true)
	if err != nil {
		return nil, err
	}
	return nil, l.live.FreezeTo(q.To)
}

// save serves Learner.Save.
func (h *house) save(ctx context.Context, c *session.Call, q wire.FileCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(q.Path), 0o755); err != nil {
		return nil, fmt.Errorf("save: %w", err)
	}
	return nil, l.live.Save(q.Path)
}

// load serves Learner.Load.
func (h *house) load(ctx context.Context, c *session.Call, q wire.FileCall) (any, error) {
	if _, err := os.Stat(q.Path); err != nil {
		return nil, missing(q.Path)
	}
	l, err := h.use(ctx, c, q.Learner, true)
	if err != nil {
		return nil, err
	}
	warnings, err := l.live.Load(q.Path)
	if err != nil {
		return nil, err
	}
	l.version++
	for _, w := range warnings {
		say(c, w)
	}
	return nil, nil
}

// missing tells what could be loaded instead of a file that is not there.
func missing(path string) error {
	there, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.safetensors"))
	for i, p := range there {
		there[i] = strings.TrimSuffix(filepath.Base(p), ".safetensors")
	}
	if len(there) == 0 {
		return fmt.Errorf("load: there is no file %s, and nothing else was saved there: Save first", path)
	}
	return fmt.Errorf("load: there is no file %s; saved there are: %s", path, strings.Join(there, ", "))
}

// summary serves Learner.Summary.
func (h *house) summary(ctx context.Context, c *session.Call, q wire.LearnerCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, true)
	if err != nil {
		return nil, err
	}
	s := plots.Summary{Title: fmt.Sprintf("%s: %s, %s", q.Learner.Name, q.Learner.Arch, l.live.State()),
		Notes: []string{"Batch norms' scales and offsets train in frozen layers too."}}
	frozen := l.live.Frozen()
	for _, r := range l.net.Summary(q.Learner.Data.Size.H, q.Learner.Data.Size.W) {
		output := make([]string, len(r.Output))
		for i, n := range r.Output {
			output[i] = fmt.Sprint(n)
		}
		s.Rows = append(s.Rows, plots.LayerRow{Name: r.Name + " " + r.Kind, Output: strings.Join(output, " × "), Params: r.Params,
			Trainable: !frozen || r.Group == l.net.Groups()-1})
	}
	return nil, show(c, s)
}
