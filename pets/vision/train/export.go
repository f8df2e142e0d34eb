package train

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// metaExport is the key of an exported file's description, splitTensor the name of the bytes that
// list the split: there may be many pictures, and readers bound a file's header.
const (
	metaExport  = "gopets.export"
	splitTensor = "gopets.split"
)

// export is what an exported file says beyond the weights.
type export struct {
	Size       augment.Size   `json:"size"`
	Stats      augment.Stats  `json:"stats"`
	Transforms augment.Config `json:"transforms"`
	IgnoreEXIF bool           `json:"ignore_exif,omitempty"`
	BFloat16   bool           `json:"bfloat16,omitempty"`
	Seed       uint64         `json:"seed"`
	Hidden     []int          `json:"hidden"` // of the head
	SplitHash  string         `json:"split_hash"`
}

// exportedItem is a picture of the split, its file relative to the folder that all share.
type exportedItem struct {
	File  string `json:"file"`
	Label int    `json:"label"`
}

type exportedSplit struct {
	Train []exportedItem `json:"train"`
	Valid []exportedItem `json:"valid"`
}

// Export writes one self-contained safetensors file: weights (torchvision's names), classes, size,
// normalisation, transforms, and the split with its hash. [LoadLearner] needs nothing else, neither
// the pictures nor the program that trained. There is no code in the file, unlike in fastai's
// pickle, and no optimizer.
func (l *Learner) Export(path string) error {
	if err := l.export(path); err != nil {
		return fmt.Errorf("export %s: %w", filepath.Base(path), err)
	}
	return nil
}

func (l *Learner) export(path string) error {
	f, err := l.weightsFile()
	if err != nil {
		return err
	}
	e := export{Size: l.cfg.Size, Stats: l.cfg.Stats, Transforms: l.cfg.Transforms, IgnoreEXIF: l.cfg.Decode.IgnoreEXIF, BFloat16: l.cfg.BFloat16,
		Seed: l.cfg.Seed, Hidden: hidden(l.net), SplitHash: l.data.SplitHash}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f.Meta[metaExport] = string(text)
	root := l.data.Root()
	relative := func(items []dataset.Item) []exportedItem {
		list := make([]exportedItem, len(items))
		for i, it := range items {
			list[i] = exportedItem{strings.TrimPrefix(filepath.ToSlash(it.Path), root), it.Label}
		}
		return list
	}
	if text, err = json.Marshal(exportedSplit{relative(l.data.Train), relative(l.data.Valid)}); err != nil {
		return err
	}
	list := weights.Tensor{Name: splitTensor, Shape: []int{len(text)}, DType: "U8", Ints: make([]int64, len(text))}
	for i, b := range text {
		list.Ints[i] = int64(b)
	}
	f.Tensors = append(f.Tensors, list)
	return weights.WriteSafetensors(path, f)
}

// hidden are the widths of a network's hidden layers, read off its parameters.
func hidden(n *model.Net) []int {
	widths := []int{}
	for _, p := range n.Params {
		if p.Role == model.Weight && strings.HasPrefix(p.Name, "head.") {
			widths = append(widths, p.Shape[1])
		}
	}
	return widths[:len(widths)-1]
}

// LoadLearner makes a learner from a file of [Learner.Export]. It predicts exactly what the
// exported one predicted, on the same engine. It has no pictures to train on: to train further,
// make a learner with the data and [Learner.Load] the file. [Learner.Split] tells what it was
// trained on.
func LoadLearner(eng *engine.Engine, path string) (*Learner, error) {
	l, err := loadLearner(eng, path)
	if err != nil {
		return nil, fmt.Errorf("load learner %s: %w", filepath.Base(path), err)
	}
	return l, nil
}

func loadLearner(eng *engine.Engine, path string) (*Learner, error) {
	f, err := weights.ReadSafetensors(path)
	if err != nil {
		return nil, err
	}
	e, data, err := readExport(f)
	if err != nil {
		return nil, err
	}
	net, err := model.New(f.Meta[metaArch], len(data.Classes), model.HeadOptions{Hidden: e.Hidden})
	if err != nil {
		return nil, err
	}
	if err := complete(net, f); err != nil {
		return nil, err
	}
	c, err := Config{Seed: e.Seed, Size: e.Size, Stats: e.Stats, Transforms: e.Transforms, BFloat16: e.BFloat16,
		Decode: images.Options{IgnoreEXIF: e.IgnoreEXIF}}.withDefaults()
	if err != nil {
		return nil, err
	}
	l := &Learner{eng: eng, net: net, data: data, cfg: c, inner: c.InnerBatch, graphs: &Graphs{}, exported: true}
	if err := l.begin(); err != nil {
		return nil, err
	}
	if _, err := l.adopt(f, filepath.Base(path)); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// readExport reads the description, the classes and the split.
func readExport(f *weights.File) (e export, data *dataset.Split, err error) {
	data = &dataset.Split{}
	if f.Meta[metaExport] == "" {
		return e, nil, fmt.Errorf("the file was not written by Export: a learner's Load reads what Save wrote")
	}
	if err := json.Unmarshal([]byte(f.Meta[metaExport]), &e); err != nil {
		return e, nil, fmt.Errorf("the file's description is damaged: %w", err)
	}
	if err := json.Unmarshal([]byte(f.Meta[metaClasses]), &data.Classes); err != nil {
		return e, nil, fmt.Errorf("the file's list of classes is damaged: %w", err)
	}
	if err := e.check(); err != nil {
		return e, nil, fmt.Errorf("the file's description is damaged: %w", err)
	}
	if err := readSplit(f, data); err != nil {
		return e, nil, fmt.Errorf("the file's split is damaged: %w", err)
	}
	data.SplitHash = e.SplitHash
	return e, data, nil
}

// check bounds what a file may ask for.
func (e export) check() error {
	if e.Size.H > 4096 || e.Size.W > 4096 {
		return fmt.Errorf("a size of %v", e.Size)
	}
	for i, s := range e.Stats.Std {
		if m := float64(e.Stats.Mean[i]); !(s > 0) || math.IsInf(float64(s), 0) || math.IsNaN(m) || math.IsInf(m, 0) {
			return fmt.Errorf("normalisation by mean %v and deviation %v", e.Stats.Mean, e.Stats.Std)
		}
	}
	for _, w := range e.Hidden {
		if w < 1 || w > 1<<20 {
			return fmt.Errorf("a hidden layer of %d", w)
		}
	}
	return nil
}

// complete checks that the file really holds all values of a network, before memory is taken for
// them.
func complete(n *model.Net, f *weights.File) error {
	sizes := make(map[string]int, len(f.Tensors))
	for _, t := range f.Tensors {
		sizes[t.Name] = len(t.Data)
	}
	for _, p := range n.Params {
		if sizes[p.Name] != p.Size() {
			return fmt.Errorf("%s of %s has %d values in the file, wanted %d: the file is damaged", p.Name, n.Name, sizes[p.Name], p.Size())
		}
	}
	return nil
}

// readSplit reads what the pictures were.
func readSplit(f *weights.File, into *dataset.Split) error {
	t, ok := f.Get(splitTensor)
	if !ok {
		return fmt.Errorf("there is no tensor %s", splitTensor)
	}
	text := make([]byte, len(t.Ints))
	for i, v := range t.Ints {
		text[i] = byte(v)
	}
	var s exportedSplit
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	for set, list := range map[*[]dataset.Item][]exportedItem{&into.Train: s.Train, &into.Valid: s.Valid} {
		for _, it := range list {
			if it.Label < 0 || it.Label >= len(into.Classes) {
				return fmt.Errorf("%s has label %d of %d classes", it.File, it.Label, len(into.Classes))
			}
			*set = append(*set, dataset.Item{Path: it.File, Label: it.Label})
		}
	}
	return nil
}

// Split is the data's division. Of a learner from LoadLearner it is the one that the exported
// learner was trained on, files relative to the folder that they shared.
func (l *Learner) Split() *dataset.Split { return l.data }

// hasPictures refuses what an exported learner cannot do.
func (l *Learner) hasPictures() error {
	if l.exported {
		return fmt.Errorf("this learner came from an exported file and has no pictures, it can only predict: make a learner with the data (New, CNNLearner) and Load the file")
	}
	return nil
}
