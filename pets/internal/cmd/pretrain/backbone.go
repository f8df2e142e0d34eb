package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

// recipe is everything that a backbone depends on, besides the engine.
type recipe struct {
	Net                     string
	Classes, PerClass, Size int
	Epochs, Batch           int
	LR                      float64
	Seed                    uint64
	Out                     string
}

// run draws, trains and writes.
func (r recipe) run(ctx context.Context, eng *engine.Engine) error {
	if r.Out == "" {
		r.Out = filepath.Join("pets", "vision", "weights", "embedded", r.Net+".safetensors")
		if _, err := os.Stat(filepath.Dir(r.Out)); err != nil {
			return fmt.Errorf("start at the root of the repository, or say --out: %w", err)
		}
	}
	begin := time.Now()
	d, err := draw(ctx, r.Seed, r.Classes, r.PerClass, line("drawing"))
	if err != nil {
		return err
	}
	fmt.Printf("%d creatures, %d training and %d validation pictures in %s\n",
		len(d.split.Classes), len(d.split.Train), len(d.split.Valid), time.Since(begin).Round(time.Second))
	net, err := model.New(r.Net, len(d.split.Classes), model.HeadOptions{Dropout: .25})
	if err != nil {
		return err
	}
	transforms := augment.Default()
	l, err := train.New(eng, net, d.split, train.Config{Seed: r.Seed, Size: augment.Size{H: r.Size, W: r.Size}, Batch: r.Batch,
		Transforms: transforms, Pictures: d.open})
	if err != nil {
		return err
	}
	defer l.Close()
	snapshot := r.Out + ".snapshot"
	switch err := l.Restore(snapshot); {
	case err == nil:
		fmt.Println("going on from", snapshot)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w (remove %s to start over)", err, snapshot)
	}
	o := train.OneCycle{MaxLR: train.Const(r.LR), Snapshot: snapshot, Resume: true}
	if err := l.FitOneCycle(ctx, r.Epochs, o, table()); err != nil {
		return err
	}
	rows := l.Recorder().Last().Rows
	accuracy := 1 - rows[len(rows)-1].ErrorRate
	f, err := r.body(l, len(d.split.Classes), accuracy)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.Out), 0o755); err != nil {
		return err
	}
	if err := weights.WriteSafetensors(r.Out, f, weights.Float16()); err != nil {
		return err
	}
	fmt.Printf("validation accuracy %.4f after %d epochs, %s in all: %s\n", accuracy, r.Epochs, time.Since(begin).Round(time.Second), r.Out)
	return os.Remove(snapshot)
}

// body takes the weights below the head, with the recipe as metadata.
func (r recipe) body(l *train.Learner, classes int, accuracy float64) (*weights.File, error) {
	all, err := l.Net().ToFile(l.Weights())
	if err != nil {
		return nil, err
	}
	f := &weights.File{Meta: map[string]string{
		"network":  r.Net,
		"pictures": fmt.Sprintf("%d generated creatures, %d training pictures each", classes, r.PerClass),
		"recipe":   fmt.Sprintf("%d epochs one-cycle at %g, batch %d, %d×%d, get_transforms", r.Epochs, r.LR, r.Batch, r.Size, r.Size),
		"seed":     strconv.FormatUint(r.Seed, 10),
		"accuracy": strconv.FormatFloat(accuracy, 'f', 4, 64),
		"made_by":  "gopets/pets/internal/cmd/pretrain",
		"licence":  "Apache-2.0",
	}}
	for _, t := range all.Tensors {
		if !strings.HasPrefix(t.Name, "head.") {
			f.Tensors = append(f.Tensors, t)
		}
	}
	return f, nil
}

// table prints the epoch table as it grows, and a line now and then in between.
func table() train.Events {
	last := time.Now()
	return train.Events{
		Batch: func(b train.BatchInfo) {
			if b.Phase != train.PhaseCheck && time.Since(last) > 15*time.Second {
				last = time.Now()
				fmt.Printf("  epoch %d/%d %s batch %d/%d loss %.4f\n", b.Epoch, b.Epochs, b.Phase, b.Batch+1, b.Batches, b.Loss)
			}
		},
		Epoch: func(r train.Row) {
			if r.Epoch == 0 {
				fmt.Println("epoch train_loss valid_loss error_rate time")
			}
			fmt.Println(r)
		},
		Note: func(s string) { fmt.Println(" ", s) },
	}
}

// line prints progress every few seconds.
func line(what string) func(done, total int) {
	last := time.Now()
	return func(done, total int) {
		if time.Since(last) > 5*time.Second {
			last = time.Now()
			fmt.Printf("  %s %d of %d\n", what, done, total)
		}
	}
}
