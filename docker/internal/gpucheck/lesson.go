package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/sample"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

type course struct {
	arch        string
	size, batch int
	stages      []stage
}

type stage struct {
	find   bool
	epochs int
	whole  bool // everything trains
	lr     spec.LR
}

// lesson returns the schedule: 4 + 1 + 4 epochs of ResNet-34, 5 + 3 of ResNet-50, each with a
// finder.
func (o options) lesson() (courses []course, perBreed int) {
	courses = []course{
		{"resnet34", 224, 64, []stage{{epochs: 4}, {epochs: 1, whole: true}, {find: true,
			whole: true},
			{epochs: 4, whole: true, lr: spec.Slice(1e-6, 1e-4)}}},
		{"resnet50", 299, 48, []stage{{find: true}, {epochs: 5},
			{epochs: 3, whole: true, lr: spec.Slice(1e-6, 1e-4)}}},
	}
	if !o.cpu {
		return courses, 200 // 7 400, as many as the photos
	}
	// one small network, in the stages of both
	courses = courses[:1]
	courses[0].arch, courses[0].size, courses[0].batch = "petnet10", 32, 16
	courses[0].stages = append([]stage{{find: true}}, courses[0].stages...)
	for k := range courses[0].stages {
		courses[0].stages[k].epochs = min(1, courses[0].stages[k].epochs)
	}
	return courses, 2
}

// runLesson saves the time of each stage. Without files, images are drawn and weights random.
func runLesson(o options) error {
	ctx := context.Background()
	eng, err := o.open()
	if err != nil {
		return err
	}
	defer eng.Close()
	courses, perBreed := o.lesson()
	folder, source := o.images, "given"
	if folder == "" {
		began := time.Now()
		root := filepath.Join(o.out, "drawn")
		if err := sample.Generate(ctx, root, sample.Options{PerBreed: perBreed}, nil); err != nil {
			return fmt.Errorf("drawing images: %w", err)
		}
		folder, source = filepath.Join(root, "images"), "drawn"
		fmt.Printf("images were drawn in %.1f s; this is not part of the lesson\n",
			time.Since(began).Seconds())
	}
	files, err := dataset.ImageFiles(folder, false)
	if err != nil {
		return err
	}
	labelled, err := dataset.LabelByRegexp(files, `/([^/]+)_\d+.jpg$`)
	if err != nil {
		return err
	}
	data, err := dataset.NewSplit(labelled, dataset.Options{Seed: 2})
	if err != nil {
		return err
	}
	fmt.Printf("%d + %d images, %s\n", len(data.Train), len(data.Valid), source)
	for _, c := range courses {
		if err := o.runCourse(ctx, eng, data, c); err != nil {
			return fmt.Errorf("%s: %w", c.arch, err)
		}
	}
	return nil
}

func (o options) runCourse(ctx context.Context, eng *engine.Engine, data *dataset.Split,
	c course) error {
	config := train.Config{Batches: spec.Batches{Seed: 2, Size: spec.Square(c.size), Batch: c.batch,
		Transforms: spec.DefaultTransforms(), Skip: true}}
	if o.cpu {
		config.TransformsOn = spec.OnDevice // as on a GPU
	}
	made := train.CNN{Weights: weights.Options{Offline: true}}
	if files, _ := filepath.Glob(filepath.Join(o.weights, c.arch+"*")); o.weights != "" {
		if len(files) == 0 {
			return fmt.Errorf("no file of its weights in %s", o.weights)
		}
		made.Weights.Path = files[0]
	}
	if _, found, err := weights.Load(ctx, c.arch, made.Weights); err == nil {
		fmt.Printf("%s: weights from %s\n", c.arch, found.Kind)
	} else if made.Scratch = true; o.weights != "" {
		return err
	}
	l, err := train.CNNLearner(ctx, eng, data, c.arch, config, made)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Freeze(); err != nil {
		return err
	}
	l.Compile()
	save := func(what string, seconds, compile float64) error {
		fmt.Printf("%-10s %-28s %6.1f s, of which %.1f s to the first step\n", c.arch, what,
			seconds,
			compile)
		return o.save(result{Kind: "stage", What: what, Arch: c.arch, Size: c.size, Batch: c.batch,
			Seconds: seconds, Compile: compile, MemoryMB: gpuMemory()})
	}
	began := time.Now()
	if _, _, err := l.Check(ctx, train.Events{}); err != nil {
		return err
	}
	if err := save("decoding, sending images", time.Since(began).Seconds(), 0); err != nil {
		return err
	}
	for i, s := range c.stages {
		if s.whole && l.Frozen() {
			if err := l.Unfreeze(); err != nil {
				return err
			}
		}
		began, first := time.Now(), time.Duration(0)
		ev := train.Events{Batch: func(b train.BatchInfo) {
			if b.Phase == train.PhaseTrain && first == 0 {
				first = time.Since(began)
			}
		}}
		what := fmt.Sprintf("%d: finder", i+1)
		if s.find {
			_, err = l.LRFind(ctx, spec.Find{}, ev)
		} else {
			what = fmt.Sprintf("%d: %d epochs, body frozen", i+1, s.epochs)
			if s.whole {
				what = fmt.Sprintf("%d: %d epochs of everything", i+1, s.epochs)
			}
			err = l.FitOneCycle(ctx, s.epochs, spec.Fit{MaxLR: s.lr}, ev)
		}
		if err != nil {
			return err
		}
		if err := save(what, time.Since(began).Seconds(), first.Seconds()); err != nil {
			return err
		}
	}
	return nil
}
