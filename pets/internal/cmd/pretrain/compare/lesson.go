package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/sample"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

// lesson is the notebook's schedule.
type lesson struct {
	Seeds    []uint64
	PerBreed int    // images of each breed; 0: the sample's default
	From     string // folder with NET.safetensors; empty: the embedded ones
	Parts    [2]part
}

// part is one of the notebook's two: a network, its images, and the epochs of its two fits.
type part struct {
	Net         string
	Size, Batch int
	Epochs      [2]int
}

// notebook has the settings of notebooks/pets.ipynb for XLA.
var notebook = [2]part{
	{Net: "petnet10", Size: 112, Batch: 16, Epochs: [2]int{4, 2}},
	{Net: "petnet18", Size: 128, Batch: 16, Epochs: [2]int{5, 1}},
}

type figures struct {
	Frozen  [2]float64 // after each part's first fit
	AllFast float64    // after the epoch of all layers at the usual learning rate
	Slow    [2]float64 // after each part's second fit
	Own     []string   // predictions of the second network for the four own images
}

// right returns how many own images are classified rightly.
func (f figures) right() int {
	n := 0
	for _, s := range f.Own {
		if strings.HasPrefix(s, "pomeranian") {
			n++
		}
	}
	return n
}

func (c lesson) run(ctx context.Context, eng *engine.Engine) ([]figures, error) {
	dir, err := os.MkdirTemp("", "pretrain-lesson-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	root := filepath.Join(dir, "sample")
	if err := sample.Generate(ctx, root, sample.Options{PerBreed: c.PerBreed}, nil); err != nil {
		return nil, err
	}
	items, err := labelled(root)
	if err != nil {
		return nil, err
	}
	var all []figures
	graphs := &train.Graphs{}
	defer graphs.Close()
	nets := [2]*model.Net{}
	for i, p := range c.Parts {
		if nets[i], err = model.New(p.Net, len(sample.Breeds()), spec.Head{}); err != nil {
			return nil, err
		}
	}
	for _, seed := range c.Seeds {
		begin := time.Now()
		var f figures
		stream := dataset.NewRandom(uint32(seed))
		for i, p := range c.Parts {
			split, err := dataset.NewSplit(items, dataset.Options{Random: stream})
			if err != nil {
				return nil, err
			}
			l, err := train.New(eng, nets[i], split,
				train.Config{CacheDir: filepath.Join(dir, "cache"), Graphs: graphs,
					Batches: spec.Batches{Seed: int(seed), Size: spec.Square(p.Size),
						Batch:      p.Batch,
						Transforms: spec.DefaultTransforms()}})
			if err != nil {
				return nil, err
			}
			err = c.part(ctx, l, i, filepath.Join(dir, "frozen.safetensors"), &f)
			if err == nil && i == 1 {
				f.Own, err = own(ctx, l, root)
			}
			l.Close()
			if err != nil {
				return nil, fmt.Errorf("%s, seed %d: %w", p.Net, seed, err)
			}
		}
		fmt.Printf("seed %d (%s): %s\n", seed, time.Since(begin).Round(time.Second), f)
		all = append(all, f)
	}
	return all, nil
}

func (f figures) String() string {
	return fmt.Sprintf(
		"frozen %.1f %%, all at the full rate %.1f %%, at low rates %.1f %%; deeper %.1f %%, at "+
			"low rates %.1f %%; own images %s",
		100*f.Frozen[0], 100*f.AllFast, 100*f.Slow[0], 100*f.Frozen[1], 100*f.Slow[1],
		strings.Join(f.Own, ", "))
}

// table returns a line for each seed and one of the means, in Markdown.
func table(seeds []uint64, all []figures) string {
	var b strings.Builder
	b.WriteString(
		"\n| seed | first network | an epoch of all at the full rate | instead at low rates | " +
			"deeper network | at low rates | own images right |\n|---|---|---|---|---|---|---|\n")
	var sums [6]float64
	row := func(name string, v [6]float64) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, e := range v[:5] {
			fmt.Fprintf(&b, " %.1f %% |", 100*e)
		}
		fmt.Fprintf(&b, " %.2g |\n", v[5])
	}
	for i, f := range all {
		v := [6]float64{f.Frozen[0], f.AllFast, f.Slow[0], f.Frozen[1], f.Slow[1],
			float64(f.right())}
		for k := range v {
			sums[k] += v[k] / float64(len(all))
		}
		row(fmt.Sprint(seeds[i]), v)
	}
	row("mean", sums)
	return b.String()
}

func (c lesson) part(ctx context.Context, l *train.Learner, i int, saved string, f *figures) error {
	p := c.Parts[i]
	o := weights.Options{Offline: true}
	if c.From != "" {
		o.Path = filepath.Join(c.From, p.Net+".safetensors")
	}
	body, _, err := weights.Load(ctx, p.Net, o)
	if err != nil {
		return err
	}
	if _, err := l.SetBody(body); err != nil {
		return err
	}
	if err := l.Freeze(); err != nil {
		return err
	}
	fit := func(epochs int, lr spec.LR, into *float64) error {
		if err := l.FitOneCycle(ctx, epochs, spec.Fit{MaxLR: lr}, train.Events{}); err != nil {
			return err
		}
		rows := l.Recorder().Last().Rows
		*into = rows[len(rows)-1].ErrorRate
		return nil
	}
	if err := fit(p.Epochs[0], spec.LR{}, &f.Frozen[i]); err != nil {
		return err
	}
	if i == 0 {
		if err := l.Save(saved); err != nil {
			return err
		}
		if err := l.Unfreeze(); err != nil {
			return err
		}
		if err := fit(1, spec.LR{}, &f.AllFast); err != nil {
			return err
		}
		if _, err := l.Load(saved); err != nil {
			return err
		}
	}
	if err := l.Unfreeze(); err != nil {
		return err
	}
	return fit(p.Epochs[1], spec.Slice(1e-6, 1e-4), &f.Slow[i])
}

// own predicts the sample's images that are not part of the data.
func own(ctx context.Context, l *train.Learner, root string) ([]string, error) {
	files, err := dataset.ImageFiles(filepath.Join(root, "my_pets"), false)
	if err != nil {
		return nil, err
	}
	var predicted []string
	for _, file := range files {
		p, err := l.PredictFile(ctx, file)
		if err != nil {
			return nil, err
		}
		predicted = append(predicted, fmt.Sprintf("%s %.0f %%", p.Class, 100*p.Probability))
	}
	return predicted, nil
}
