package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
)

type setting struct {
	arch        string
	size, batch int
	kind        spec.Precision
	head        spec.Head
}

// settings are measured in this order as far as the time allows; a group is compiled at once.
func (o options) settings() [][]setting {
	small, large := setting{arch: "resnet34", size: 224}, setting{arch: "resnet50", size: 299}
	of := func(s setting, batch int, kind spec.Precision) setting {
		s.batch, s.kind = batch, kind
		return s
	}
	if o.cpu {
		small := setting{arch: "petnet10", size: 32}
		return [][]setting{{of(small, 8, spec.Float32), of(small, 8, spec.BFloat16)}}
	}
	return [][]setting{
		{of(small, 64, spec.BFloat16), of(large, 48, spec.BFloat16)},
		{of(small, 256, spec.BFloat16), of(large, 128, spec.BFloat16), of(small, 64, spec.Float32),
			of(large, 48, spec.Float32)},
		{of(small, 512, spec.BFloat16), of(large, 256, spec.BFloat16), of(small, 256, spec.Float32),
			of(large, 128, spec.Float32)},
		{of(small, 128, spec.BFloat16), of(large, 64, spec.BFloat16), of(small, 48, spec.BFloat16),
			of(large, 512, spec.BFloat16)},
	}
}

func runSpeed(o options) error {
	eng, err := o.open()
	if err != nil {
		return err
	}
	defer eng.Close()
	end := time.Now().Add(o.limit("speed") - 10*time.Second)
	var failed []error
	for i, group := range o.settings() {
		began := time.Now()
		if i > 0 && time.Until(end) < 40*time.Second {
			fmt.Println("no time is left for the other batches")
			break
		}
		failed = append(failed, measureGroup(o, eng, group, end))
		fmt.Printf("%d settings took %.0f s\n", len(group), time.Since(began).Seconds())
	}
	return errors.Join(failed...)
}

func measureGroup(o options, eng *engine.Engine, group []setting, end time.Time) error {
	ctx, cancel := context.WithDeadline(context.Background(), end)
	defer cancel()
	learners, errs := make([]*train.Learner, len(group)), make([]error, len(group))
	compile := make([]time.Duration, len(group))
	var all sync.WaitGroup
	for i, s := range group {
		all.Go(func() {
			if learners[i], errs[i] = o.learner(eng, s); errs[i] != nil {
				return
			}
			began := time.Now()
			for _, training := range []bool{true, false} {
				if _, err := learners[i].Benchmark(ctx, 1, training); err != nil {
					errs[i] = err
				}
			}
			compile[i] = time.Since(began)
		})
	}
	all.Wait()
	for i, s := range group {
		if learners[i] != nil {
			defer learners[i].Close()
		}
		if errs[i] == nil {
			errs[i] = o.measure(ctx, learners[i], s, compile[i])
		}
		if errs[i] != nil {
			errs[i] = fmt.Errorf("%s %s, batch %d: %w", s.arch, s.kind, s.batch, errs[i])
			fmt.Println("not measured:", errs[i])
		}
	}
	return errors.Join(errs...)
}

func (o options) measure(ctx context.Context, l *train.Learner, s setting,
	compile time.Duration) error {
	for _, what := range []string{"train", "end to end", "predict"} {
		rate, err := o.rate(ctx, l, s, what)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		fmt.Printf("%-10s %3d px batch %3d %-8s %-10s %8.1f images/s\n", s.arch, s.size, s.batch,
			s.kind, what, rate)
		if err := o.save(result{Kind: "rate", Who: "gopets", What: what, Arch: s.arch, Size: s.size,
			Batch: s.batch, Type: string(s.kind), Rate: rate, Compile: compile.Seconds(),
			MemoryMB: gpuMemory()}); err != nil {
			return err
		}
	}
	return nil
}

// rate measures images a second, over about a second (with -cpu: a few steps).
func (o options) rate(ctx context.Context, l *train.Learner, s setting, what string) (float64,
	error) {
	if what == "end to end" {
		epochs := 1
		for {
			began := time.Now()
			if err := l.Fit(ctx, epochs, spec.Fit{MaxLR: spec.Const(1e-5)},
				train.Events{}); err != nil {
				return 0, err
			}
			took := time.Since(began)
			if enough := time.Second; took > enough || o.cpu && epochs > 1 {
				return float64(epochs*o.stock(s)/s.batch*s.batch) / took.Seconds(), nil
			}
			epochs *= 4
		}
	}
	steps := 2
	for {
		speed, err := l.Benchmark(ctx, steps, what == "train")
		if err != nil || o.cpu || speed.Step*time.Duration(steps) > time.Second {
			return speed.Images, err
		}
		steps = max(2*steps, int(1.3/speed.Step.Seconds()))
	}
}

func (o options) stock(s setting) int {
	if o.cpu {
		return 3 * s.batch
	}
	return max(2048, 4*s.batch)
}

// learner makes one with random weights, and noise of a photo's size on the device.
func (o options) learner(eng *engine.Engine, s setting) (*train.Learner, error) {
	net, err := model.New(s.arch, classes, s.head)
	if err != nil {
		return nil, err
	}
	data := &dataset.Split{SplitHash: "noise"}
	for i := range classes {
		data.Classes = append(data.Classes, fmt.Sprint("class ", i))
	}
	for i := range o.stock(s) {
		data.Train = append(data.Train, dataset.Item{Path: fmt.Sprint(i), Label: i % classes})
	}
	w, h := 500, 375
	if o.cpu {
		w, h = 60, 45
	}
	r := rand.New(rand.NewPCG(1, 2))
	photos := make([]*images.RGB, 16)
	for i := range photos {
		photos[i] = images.New(w, h)
		for k := range photos[i].Pix {
			photos[i].Pix[k] = uint8(r.IntN(256))
		}
	}
	return train.New(eng, net, data, train.Config{
		Batches: spec.Batches{Size: spec.Square(s.size), Batch: s.batch,
			Transforms: spec.DefaultTransforms()},
		Training: spec.Training{Compute: spec.Compute{Precision: s.kind,
			TransformsOn: spec.OnDevice}},
		Images: func(item dataset.Item) (*images.RGB, error) {
			return photos[(len(item.Path)+item.Label)%len(photos)], nil
		},
	})
}
