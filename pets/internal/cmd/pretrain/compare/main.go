// Command compare measures what the embedded backbones gain: on the generated sample it trains the
// same head once on the backbone with its body frozen, once from random weights with everything
// training, each at the learning rate that its own finder suggests. It prints a table of error
// rates, a column per seed.
//
//	go run ./pets/internal/cmd/pretrain/compare
//
// With --lesson it runs the schedule and the settings of notebooks/pets.ipynb instead, and predicts
// the sample's own images; seed 2 is the notebook's.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gopets/pets/spec"
	worker "gopets/pets/vision/command"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/sample"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := worker.Prepare(nil)
	if err == nil {
		err = command().ExecuteContext(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

type comparison struct {
	Nets     []string
	PerBreed int
	Size     int
	Batch    int
	Epochs   int
	Seeds    []uint64
	Rule     string // of the finder's suggestions
	From     string // folder with NET.safetensors; empty: the embedded ones
}

// result is one line of the table: error rates per seed.
type result struct {
	Net        string
	Pretrained bool
	LRs        []float64
	Errors     []float64
}

func (r result) mean() float64 {
	sum := 0.0
	for _, e := range r.Errors {
		sum += e
	}
	return sum / float64(len(r.Errors))
}

func command() *cobra.Command {
	var c comparison
	var seeds int
	var backend string
	var asLesson bool
	cmd := &cobra.Command{
		Use:           "compare",
		Short:         "Pretrained against from scratch on the sample, means over seeds",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for s := range seeds {
				c.Seeds = append(c.Seeds, uint64(s))
			}
			eng, err := engine.Open(engine.Options{Spec: backend})
			if err != nil {
				return err
			}
			defer eng.Close()
			fmt.Println("engine:", eng.Name)
			if asLesson {
				all, err := lesson{Seeds: c.Seeds, From: c.From, PerBreed: c.PerBreed,
					Parts: notebook}.run(cmd.Context(), eng)
				if err == nil {
					fmt.Print(table(c.Seeds, all))
				}
				return err
			}
			results, err := c.run(cmd.Context(), eng)
			if err != nil {
				return err
			}
			fmt.Print(report(results))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&c.Nets, "net", []string{"petnet10", "petnet18"}, "networks")
	f.IntVar(&c.PerBreed, "per-breed", 0, "images per breed of the sample (0: its default)")
	f.IntVar(&c.Size, "size", 96, "side of the images in pixels")
	f.IntVar(&c.Batch, "batch", 16, "images per step")
	f.IntVar(&c.Epochs, "epochs", 4, "passes over the images")
	f.IntVar(&seeds, "seeds", 3, "runs of each side, with their own split, head and order")
	f.StringVar(&c.Rule, "rule", "valley",
		"suggestion of the learning-rate finder: steep, valley or minimum/10")
	f.StringVar(&c.From, "from", "",
		"folder with NET.safetensors to compare (default: the embedded ones)")
	f.StringVar(&backend, "backend", "",
		"engine, for instance go or xla:cpu (default: the best available)")
	f.BoolVar(&asLesson, "lesson", false,
		"run the schedule of notebooks/pets.ipynb instead; of the other flags, seeds, per-breed, "+
			"from and backend count")
	return cmd
}

func (c comparison) run(ctx context.Context, eng *engine.Engine) ([]result, error) {
	dir, err := os.MkdirTemp("", "pretrain-compare-")
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
	var results []result
	var graphs train.Graphs
	defer graphs.Close()
	for _, name := range c.Nets {
		net, err := model.New(name, len(sample.Breeds()), spec.Head{})
		if err != nil {
			return nil, err
		}
		for _, pretrained := range []bool{true, false} {
			r := result{Net: name, Pretrained: pretrained}
			for _, seed := range c.Seeds {
				begin := time.Now()
				split, err := dataset.NewSplit(items, dataset.Options{Seed: uint32(seed)})
				if err != nil {
					return nil, err
				}
				lr, rate, err := c.one(ctx, eng, net, &graphs, r, split, seed)
				if err != nil {
					return nil, fmt.Errorf("%s, seed %d: %w", r.side(), seed, err)
				}
				fmt.Printf("%s %s seed %d: rate %.2g, error %.4f (%s)\n", name, r.side(), seed, lr,
					rate, time.Since(begin).Round(time.Second))
				r.LRs, r.Errors = append(r.LRs, lr), append(r.Errors, rate)
			}
			results = append(results, r)
		}
	}
	return results, nil
}

func labelled(root string) ([]dataset.Labelled, error) {
	files, err := dataset.ImageFiles(filepath.Join(root, "images"), false)
	if err != nil {
		return nil, err
	}
	return dataset.LabelByRegexp(files, `/([^/]+)_\d+.jpg$`)
}

// one trains one side with one seed and returns its learning rate and final error rate.
func (c comparison) one(ctx context.Context, eng *engine.Engine, net *model.Net,
	graphs *train.Graphs, r result, split *dataset.Split, seed uint64) (lr, errorRate float64,
	err error) {
	l, err := train.New(eng, net, split, train.Config{Graphs: graphs,
		Batches: spec.Batches{Seed: int(seed), Size: spec.Square(c.Size), Batch: c.Batch,
			Transforms: spec.DefaultTransforms()}})
	if err != nil {
		return 0, 0, err
	}
	defer l.Close()
	if r.Pretrained {
		o := weights.Options{Offline: true}
		if c.From != "" {
			o.Path = filepath.Join(c.From, r.Net+".safetensors")
		}
		f, _, err := weights.Load(ctx, r.Net, o)
		if err != nil {
			return 0, 0, err
		}
		values := net.Init(seed)
		if _, missing, _, err := net.FromFile(f, values); err != nil ||
			len(missing) == len(net.Params) {
			return 0, 0, fmt.Errorf("the backbone does not fit: %d tensors missing (%w)",
				len(missing), err)
		}
		if err := l.SetWeights(values); err != nil {
			return 0, 0, err
		}
		if err := l.Freeze(); err != nil {
			return 0, 0, err
		}
	}
	curve, err := l.LRFind(ctx, spec.Find{}, train.Events{})
	if err != nil {
		return 0, 0, err
	}
	for _, s := range curve.Suggest() {
		if s.Name == c.Rule {
			lr = s.LR
		}
	}
	if lr == 0 {
		return 0, 0, fmt.Errorf("the learning-rate finder has no suggestion %q", c.Rule)
	}
	highest := spec.Const(lr)
	if r.Pretrained {
		highest = spec.Slice1(lr)
	}
	if err := l.FitOneCycle(ctx, c.Epochs, spec.Fit{MaxLR: highest}, train.Events{}); err != nil {
		return 0, 0, err
	}
	rows := l.Recorder().Last().Rows
	return lr, rows[len(rows)-1].ErrorRate, nil
}

func (r result) side() string {
	if r.Pretrained {
		return "pretrained"
	}
	return "scratch"
}

func report(results []result) string {
	var b strings.Builder
	b.WriteString(
		"\n| network | side | rates | error per seed | mean error |\n|---|---|---|---|---|\n")
	for _, r := range results {
		var rates, errors []string
		for i := range r.Errors {
			rates, errors = append(rates, fmt.Sprintf("%.1e", r.LRs[i])),
				append(errors, fmt.Sprintf("%.1f %%", 100*r.Errors[i]))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | **%.1f %%** |\n", r.Net, r.side(),
			strings.Join(rates, ", "), strings.Join(errors, ", "), 100*r.mean())
	}
	return b.String()
}
