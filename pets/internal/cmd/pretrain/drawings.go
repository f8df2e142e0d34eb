package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/sample/creatures"
)

// drawings are generated images in memory: 3 bytes a pixel, so 10 000 of 128×128 take half a
// gigabyte.
type drawings struct {
	split *dataset.Split
	drawn map[string]*images.RGB
}

// draw makes perClass training images and a tenth as many validation images of the first classes
// creatures, in parallel. An image depends on the seed, its class and its number alone.
func draw(ctx context.Context, r recipe, progress func(done, total int)) (*drawings, error) {
	seed, classes, perClass := r.Seed, r.Classes, r.PerClass
	one := creatures.Draw
	if r.Fine {
		one = creatures.DrawFine
	}
	names := creatures.Classes()
	if classes > len(names) || classes < 0 || classes == 1 {
		return nil, fmt.Errorf("--classes %d: there are %d creatures, choose 2 to %d", classes,
			len(names), len(names))
	}
	if classes > 0 {
		names = names[:classes]
	}
	d := &drawings{split: &dataset.Split{Classes: names, SplitHash: fmt.Sprintf("creatures seed %d",
		seed)}, drawn: map[string]*images.RGB{}}
	valid := max(1, perClass/10)
	for c, name := range names {
		for i := range perClass + valid {
			item := dataset.Item{Path: name + "/" + strconv.Itoa(i), Label: c}
			if i < perClass {
				d.split.Train = append(d.split.Train, item)
			} else {
				d.split.Valid = append(d.split.Valid, item)
			}
		}
	}
	items := append(append([]dataset.Item{}, d.split.Train...), d.split.Valid...)
	drawn := make([]*images.RGB, len(items))
	done := make(chan struct{}, len(items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	go func() {
		for i, item := range items {
			number, _ := strconv.ParseUint(item.Path[strings.LastIndex(item.Path, "/")+1:], 10, 64)
			group.Go(func() error {
				if err := ctx.Err(); err != nil {
					return err
				}
				rng := rand.New(rand.NewPCG(seed, uint64(item.Label)<<32|number))
				drawn[i] = images.FromImage(one(item.Label, rng))
				done <- struct{}{}
				return nil
			})
		}
	}()
	for i := range items {
		select {
		case <-done:
			progress(i+1, len(items))
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	for i, item := range items {
		d.drawn[item.Path] = drawn[i]
	}
	return d, nil
}

func (d *drawings) open(item dataset.Item) (*images.RGB, error) {
	p, ok := d.drawn[item.Path]
	if !ok {
		return nil, fmt.Errorf("no drawing %s", item.Path)
	}
	return p, nil
}
