package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/wire"
	"gopets/plots"
)

func (s *store) create(c *call, q wire.LearnerCall) (none wire.None, err error) {
	if old := s.byName[q.Learner.Name]; old != nil {
		if d := spec.Diff(old.desc, q.Learner); d != "" {
			c.say("the earlier learner %q is replaced (%s)", q.Learner.Name, d)
		}
	}
	l, err := s.make(c, q.Learner)
	if err != nil {
		return none, err
	}
	l.live.Compile() // while the reader goes on to the first fit
	d := l.desc.Data
	if folders, divided := dataset.FindFolders(d.Path); divided && d.Labels == spec.LabelFolder {
		c.note(folders.Describe(d.Valid == nil))
	}
	split := l.live.Split()
	if w := split.Warning(c); w != "" {
		c.note(w)
	}
	training, validation := len(split.Train), len(split.Valid)
	if d.Skip { // the card counts what is left
		bar := newBar(c)
		if training, validation, err = l.live.Check(c, bar.events("opening images")); err != nil {
			return none, err
		}
		bar.end("")
	}
	counts := fmt.Sprintf("%s for training, %s for validation", spec.Thousands(training),
		spec.Thousands(validation))
	if n := len(l.live.Skipped()); n > 0 {
		counts += fmt.Sprintf(", %s skipped", spec.Thousands(n))
	}
	return none, c.show(l.card(s.device.eng, counts))
}

func (l *learner) card(eng *engine.Engine, counts string) plots.Table {
	all, trainable := 0, 0
	net, d := l.live.Net(), l.desc.Data
	for _, r := range net.Summary(d.Size.H, d.Size.W, l.live.Trains()) {
		all, trainable = all+r.Params, trainable+r.Trains
	}
	return plots.Table{Header: []string{"learner", l.desc.Name}, Rows: [][]string{
		{"network", fmt.Sprintf("%s, %d layer groups, a new head for %d classes", l.desc.Arch,
			net.Groups(), net.Classes)},
		{"first weights", l.source},
		{"parameters", fmt.Sprintf("%s, of which %s train: %s", spec.Thousands(all),
			spec.Thousands(trainable), l.trains())},
		{"images", fmt.Sprintf("%s, size %v, batches of %d", counts, d.Size, d.Batch)},
		{"engine", eng.Title()},
	}}
}

func (l *learner) trains() string {
	from, groups := l.live.TrainFrom(), l.live.Net().Groups()
	switch from {
	case 0:
		return "everything trains"
	case groups - 1:
		return "the body is frozen"
	case groups:
		return "everything is frozen but batch norms"
	}
	return fmt.Sprintf("layer groups below %d are frozen", from)
}

func summary(_ *call, l *learner, q wire.LearnerCall) (plots.Chart, error) {
	table := plots.Summary{Title: fmt.Sprintf("%s: %s, %s; %s", q.Learner.Name, q.Learner.Arch,
		l.live.State(), l.trains()),
		Notes: []string{"Batch norms' scales and offsets train in frozen layers too."}}
	size := q.Learner.Data.Size
	for _, r := range l.live.Net().Summary(size.H, size.W, l.live.Trains()) {
		table.Rows = append(table.Rows, plots.LayerRow{Name: r.Name + " " + r.Kind,
			Params: r.Params, Trainable: r.Trains,
			Output: strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Output), " ", " × "), "[]")})
	}
	return table, nil
}

func freeze(_ *call, l *learner, q wire.LearnerCall) (none wire.None, err error) {
	return none, l.live.FreezeTo(q.FreezeTo)
}

func save(_ *call, l *learner, q wire.LearnerCall) (none wire.None, err error) {
	return none, l.live.Save(q.Path)
}

func export(_ *call, l *learner, q wire.LearnerCall) (none wire.None, err error) {
	return none, l.live.Export(q.Path)
}

func (s *store) load(c *call, q wire.LearnerCall) (none wire.None, err error) {
	if _, err := os.Stat(q.Path); err != nil {
		return none, missing(q.Path)
	}
	l, err := s.ofNew(c, q)
	if err != nil {
		return none, err
	}
	warnings, err := l.live.Load(q.Path)
	if err != nil {
		return none, err
	}
	l.version++
	for _, w := range warnings {
		c.note(w)
	}
	return none, nil
}

func missing(path string) error {
	there, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.safetensors"))
	for i, p := range there {
		there[i] = strings.TrimSuffix(filepath.Base(p), ".safetensors")
	}
	if len(there) == 0 {
		return fmt.Errorf("load: there is no file %s, and nothing else was saved there: Save first",
			path)
	}
	return fmt.Errorf("load: there is no file %s; saved there are: %s", path,
		strings.Join(there, ", "))
}
