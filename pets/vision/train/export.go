package train

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// metaExport is the key of an exported file's description; splitTensor is the name of the bytes
// that list the split, which may be too long for a header.
const (
	metaExport  = "gopets.export"
	splitTensor = "gopets.split"
)

type export struct {
	spec.Batches
	spec.Training
	Hidden    []int  `json:"hidden"` // of the head
	SplitHash string `json:"split_hash"`
}

// exportedItem is an image of the split; its file is relative to the split's common folder.
type exportedItem struct {
	File  string `json:"file"`
	Label int    `json:"label"`
}

type exportedSplit struct {
	Train []exportedItem `json:"train"`
	Valid []exportedItem `json:"valid"`
}

// Export writes one self-contained safetensors file: weights (torchvision's names), classes, size,
// normalisation, transforms, and the split with its hash, without the optimizer. [LoadLearner]
// needs nothing else. Unlike fastai's pickle, the file has no code.
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
	c := l.load.cfg
	e := export{c.Batches, c.Training, hidden(l.exec.net), l.data.SplitHash}
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
	if text, err = json.Marshal(exportedSplit{relative(l.data.Train),
		relative(l.data.Valid)}); err != nil {
		return err
	}
	list := weights.Tensor{Name: splitTensor, Shape: []int{len(text)}, DType: "U8",
		Ints: make([]int64, len(text))}
	for i, b := range text {
		list.Ints[i] = int64(b)
	}
	f.Tensors = append(f.Tensors, list)
	return weights.WriteSafetensors(path, f)
}

func hidden(n *model.Net) []int {
	widths := []int{}
	for _, p := range n.Params {
		if p.Role == model.Weight && strings.HasPrefix(p.Name, "head.") {
			widths = append(widths, p.Shape[1])
		}
	}
	return widths[:len(widths)-1]
}

// LoadLearner makes a predictor from a file of [Learner.Export]. On the same engine it predicts
// exactly as the exported learner did. To train further, make a learner with the data and
// [Learner.Load] the file. [Predictor.Split] is the split that it was trained on.
func LoadLearner(eng *engine.Engine, path string) (*Predictor, error) {
	p, err := loadLearner(eng, path)
	if err != nil {
		return nil, fmt.Errorf("load learner %s: %w", filepath.Base(path), err)
	}
	return p, nil
}

func loadLearner(eng *engine.Engine, path string) (*Predictor, error) {
	f, err := weights.ReadSafetensors(path)
	if err != nil {
		return nil, err
	}
	e, data, err := readExport(f)
	if err != nil {
		return nil, err
	}
	net, err := model.New(f.Meta[metaArch], len(data.Classes), spec.Head{Hidden: e.Hidden})
	if err != nil {
		return nil, err
	}
	if err := complete(net, f); err != nil {
		return nil, err
	}
	c, err := Config{Batches: e.Batches, Training: e.Training}.withDefaults()
	if err != nil {
		return nil, err
	}
	p, err := newPredictor(eng, net, data, c)
	if err != nil {
		return nil, err
	}
	if _, err := p.adoptWeights(f, filepath.Base(path)); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func readExport(f *weights.File) (e export, data *dataset.Split, err error) {
	data = &dataset.Split{}
	if f.Meta[metaExport] == "" {
		return e, nil,
			fmt.Errorf("the file was not written by Export: a learner's Load reads what Save wrote")
	}
	if err := json.Unmarshal([]byte(f.Meta[metaExport]), &e); err != nil {
		return e, nil, fmt.Errorf("the file's description is damaged: %w", err)
	}
	if err := json.Unmarshal([]byte(f.Meta[metaClasses]), &data.Classes); err != nil {
		return e, nil, fmt.Errorf("the file's list of classes is damaged: %w", err)
	}
	// older files lack some
	e.Batches, e.Training = spec.Defaults(e.Batches), spec.Defaults(e.Training)
	for _, options := range []any{e.Batches, e.Training, spec.Head{Hidden: e.Hidden}} {
		if err := spec.Check(options); err != nil {
			return e, nil, fmt.Errorf("the file's description is damaged: %w", err)
		}
	}
	if err := readSplit(f, data); err != nil {
		return e, nil, fmt.Errorf("the file's split is damaged: %w", err)
	}
	data.SplitHash = e.SplitHash
	return e, data, nil
}

// complete checks that the file holds all values of a network, before memory is taken for them.
func complete(n *model.Net, f *weights.File) error {
	sizes := make(map[string]int, len(f.Tensors))
	for _, t := range f.Tensors {
		sizes[t.Name] = len(t.Data)
	}
	for _, p := range n.Params {
		if sizes[p.Name] != p.Size() {
			return fmt.Errorf("%s of %s has %d values in the file, wanted %d: the file is damaged",
				p.Name, n.Name, sizes[p.Name], p.Size())
		}
	}
	return nil
}

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
	for set, list := range map[*[]dataset.Item][]exportedItem{&into.Train: s.Train,
		&into.Valid: s.Valid} {
		for _, it := range list {
			if it.Label < 0 || it.Label >= len(into.Classes) {
				return fmt.Errorf("%s has label %d of %d classes", it.File, it.Label,
					len(into.Classes))
			}
			*set = append(*set, dataset.Item{Path: it.File, Label: it.Label})
		}
	}
	return nil
}
