package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/spec"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/train"
)

// result is a run's file; peer.py writes the same fields.
type result struct {
	Side      string       `json:"side"` // "gopets" or "PyTorch"
	Engine    string       `json:"engine"`
	Seed      uint64       `json:"seed"`
	Size      int          `json:"size"`             // of the last fit
	Recipe    string       `json:"recipe,omitempty"` // empty: the lesson's
	Train     int          `json:"train"`            // photos
	Valid     int          `json:"valid"`
	Seconds   float64      `json:"seconds"` // from the first fit to the end of the last
	Fits      []fit        `json:"fits"`
	Classes   []string     `json:"classes"`
	Confusion [][]int      `json:"confusion"` // row = actual
	Finder    *train.Curve `json:"finder,omitempty"`
}

type fit struct {
	Name   string     `json:"name"`
	Rows   []spec.Row `json:"rows"`
	Losses []float64  `json:"losses"` // smoothed, of every batch
}

func (r result) errorRate() float64 {
	rows := r.Fits[len(r.Fits)-1].Rows
	return rows[len(rows)-1].ErrorRate
}

func runCommand() *cobra.Command {
	var s setting
	var frozen, unfrozen int
	var find bool
	var recipe string
	cmd := &cobra.Command{
		Use:   "run",
		Short: "One run of the recipe",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			stages := []stage{{s.Size, frozen, true, spec.Slice1(3e-3)},
				{s.Size, unfrozen, false, spec.Slice(1e-5, 1e-3)}}
			switch recipe {
			case "":
			case "progressive":
				stages, s.Size = progressive, progressive[0].Size
			default:
				return fmt.Errorf(
					"run: no recipe is called %q: want progressive, or none for the lesson's",
					recipe)
			}
			return s.run(cmd.Context(), recipe, stages, find)
		},
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.IntVar(&frozen, "frozen", 4, "epochs with the body frozen")
	f.IntVar(&unfrozen, "unfrozen", 2, "epochs with everything training")
	f.StringVar(&recipe, "recipe", "",
		"progressive: 2 frozen epochs at 128 px, 3 of everything at 160 px, 3 at 224 px, "+
			"whatever the other flags say (default: the lesson's)")
	f.BoolVar(&find, "find", false,
		"take the rates from the learning-rate finder: its valley for the frozen part, a third "+
			"of it at most for the rest")
	return cmd
}

func (s setting) run(ctx context.Context, recipe string, stages []stage, find bool) error {
	eng, l, err := s.learner(ctx, spec.DefaultTransforms(), spec.Head{}, 0)
	if err != nil {
		return err
	}
	defer eng.Close()
	defer func() { l.Close() }()
	events := train.Events{
		Epoch: func(r spec.Row) { fmt.Println(r) },
		Note:  func(note string) { fmt.Println(note) },
	}
	res := result{Side: "gopets", Engine: eng.Name + " on " + cores(), Seed: s.Seed,
		Size: stages[len(stages)-1].Size, Recipe: recipe,
		Train: len(l.Split().Train), Valid: len(l.Split().Valid), Classes: l.Split().Classes}
	if find && recipe == "" {
		if res.Finder, err = l.LRFind(ctx, spec.Find{}, events); err != nil {
			return err
		}
		rate, err := valley(res.Finder)
		if err != nil {
			return err
		}
		fmt.Printf("the finder's valley: %.2g\n", rate)
		stages[0].LR, stages[1].LR = spec.Slice1(rate), spec.Slice(rate/300, rate/3)
	}
	begin := time.Now()
	if l, res.Fits, err = fitStages(ctx, eng, l, stages, events); err != nil {
		return err
	}
	res.Seconds = time.Since(begin).Seconds()
	preds, err := l.ValidProbs(ctx, events)
	if err != nil {
		return err
	}
	in, err := interpret.From(preds)
	if err != nil {
		return err
	}
	res.Confusion = in.Confusion()
	text, err := json.Marshal(res)
	if err != nil {
		return err
	}
	return atomicfile.Bytes(s.Out, append(text, '\n'), 0o644)
}

func valley(c *train.Curve) (float64, error) {
	if lr := c.Suggest().Valley(); lr > 0 {
		return lr, nil
	}
	return 0, fmt.Errorf("the learning-rate finder saw no valley in %d steps", c.Steps)
}

// cores describes the processor, where the system does.
func cores() string {
	name := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if key, value, ok := strings.Cut(line, ":"); ok &&
				strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores, %s", runtime.NumCPU(), name)
}
