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

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

// recipe is everything that a backbone depends on, besides the engine.
type recipe struct {
	Net               string
	Classes, PerClass int
	Fine              bool // the images are drawn larger and reduced
	Batch             int
	Phases            phases
	Seed              uint64
	From              string // a file with the first body; empty: random weights
	Out               string
}

// phase is a fit at one size; the next phase starts from its weights.
type phase struct {
	Size, Epochs int
	LR           float64 // the highest, the same in all layers
}

// phases is a flag's value: SIZE:EPOCHS:LR, separated by commas.
type phases []phase

func (p phases) String() string {
	var list []string
	for _, f := range p {
		list = append(list, fmt.Sprintf("%d:%d:%g", f.Size, f.Epochs, f.LR))
	}
	return strings.Join(list, ",")
}

func (p *phases) Set(text string) error {
	*p = nil
	for _, one := range strings.Split(text, ",") {
		var f phase
		if n, err := fmt.Sscanf(one, "%d:%d:%g", &f.Size, &f.Epochs, &f.LR); n != 3 || err != nil {
			return fmt.Errorf("want SIZE:EPOCHS:LR as 96:8:4e-3, got %q", one)
		}
		*p = append(*p, f)
	}
	return nil
}

func (p phases) Type() string { return "SIZE:EPOCHS:LR,…" }

func (r recipe) run(ctx context.Context, eng *engine.Engine) error {
	if r.Out == "" {
		r.Out = filepath.Join("pets", "vision", "weights", "embedded", r.Net+".safetensors")
		if _, err := os.Stat(filepath.Dir(r.Out)); err != nil {
			return fmt.Errorf("start at the root of the repository, or say --out: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(r.Out), 0o755); err != nil {
		return err
	}
	begin := time.Now()
	d, err := draw(ctx, r, line("drawing"))
	if err != nil {
		return err
	}
	fmt.Printf("%d creatures, %d training and %d validation images in %s\n",
		len(d.split.Classes), len(d.split.Train), len(d.split.Valid),
		time.Since(begin).Round(time.Second))
	net, err := model.New(r.Net, len(d.split.Classes), model.HeadOptions{Dropout: spec.Some(.25)})
	if err != nil {
		return err
	}
	var f *weights.File
	if r.From != "" {
		if f, err = weights.Read(r.From); err != nil {
			return err
		}
	}
	for i := range r.Phases {
		if f, err = r.train(ctx, eng, net, d, i, f); err != nil {
			return err
		}
	}
	f = r.body(f, len(d.split.Classes))
	if err := weights.WriteSafetensors(r.Out, f, weights.Float16()); err != nil {
		return err
	}
	fmt.Printf("validation accuracy %s, %s in all: %s\n", f.Meta["accuracy"],
		time.Since(begin).Round(time.Second), r.Out)
	for i := range r.Phases {
		if err := os.Remove(r.snapshot(i)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (r recipe) snapshot(i int) string { return fmt.Sprintf("%s.snapshot%d", r.Out, i) }

// train runs a phase from the weights before it (nil: random), or from its own snapshot, and
// returns the body.
func (r recipe) train(ctx context.Context, eng *engine.Engine, net *model.Net, d *drawings, i int,
	before *weights.File) (*weights.File, error) {
	p := r.Phases[i]
	l, err := train.New(eng, net, d.split, train.Config{Images: d.open,
		Batches: spec.Batches{Seed: int(r.Seed), Size: spec.Square(p.Size), Batch: r.Batch,
			Transforms: spec.DefaultTransforms()}})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if before != nil {
		values := net.Init(r.Seed)
		if _, _, _, err := net.FromFile(before, values); err != nil {
			return nil, err
		}
		if err := l.SetWeights(values); err != nil {
			return nil, err
		}
	}
	switch err := l.Restore(r.snapshot(i)); {
	case err == nil:
		fmt.Println("resuming from", r.snapshot(i))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w (remove %s to start over)", err, r.snapshot(i))
	}
	o := spec.Fit{MaxLR: spec.Const(p.LR), Snapshot: r.snapshot(i), Resume: true}
	if err := l.FitOneCycle(ctx, p.Epochs, o, table()); err != nil {
		return nil, err
	}
	all, err := l.Net().ToFile(l.Weights())
	if err != nil {
		return nil, err
	}
	rows := l.Recorder().Last().Rows
	all.Meta = map[string]string{"accuracy": strconv.FormatFloat(1-rows[len(rows)-1].ErrorRate, 'f',
		4, 64)}
	return all, nil
}

// body returns a network's file without its head, with the recipe as metadata.
func (r recipe) body(all *weights.File, classes int) *weights.File {
	f := &weights.File{Meta: map[string]string{
		"network": r.Net,
		"pictures": fmt.Sprintf("%d generated creatures, %d training pictures each", classes,
			r.PerClass),
		"recipe": fmt.Sprintf("one-cycle fits size:epochs:rate %s, batch %d, get_transforms",
			r.Phases.String(), r.Batch),
		"from":     filepath.Base(r.From),
		"seed":     strconv.FormatUint(r.Seed, 10),
		"accuracy": all.Meta["accuracy"],
		"made_by":  "gopets/pets/internal/cmd/pretrain",
		"licence":  "Apache-2.0",
	}}
	if r.Fine {
		f.Meta["pictures"] += ", drawn at twice the size"
	}
	if r.From == "" {
		delete(f.Meta, "from")
	}
	for _, t := range all.Tensors {
		if !strings.HasPrefix(t.Name, "head.") {
			f.Tensors = append(f.Tensors, t)
		}
	}
	return f
}

// table prints the epoch table as it grows, and progress in between.
func table() train.Events {
	last := time.Now()
	return train.Events{
		Batch: func(b train.BatchInfo) {
			if b.Phase != train.PhaseCheck && time.Since(last) > 15*time.Second {
				last = time.Now()
				fmt.Printf("  epoch %d/%d %s batch %d/%d loss %.4f\n", b.Epoch, b.Epochs, b.Phase,
					b.Batch+1, b.Batches, b.Loss)
			}
		},
		Epoch: func(r spec.Row) {
			if r.Epoch == 0 {
				fmt.Println("epoch train_loss valid_loss error_rate time")
			}
			fmt.Println(r)
		},
		Note: func(s string) { fmt.Println(" ", s) },
	}
}

func line(what string) func(done, total int) {
	last := time.Now()
	return func(done, total int) {
		if time.Since(last) > 5*time.Second {
			last = time.Now()
			fmt.Printf("  %s %d of %d\n", what, done, total)
		}
	}
}
