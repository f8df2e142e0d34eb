// Command realrun trains MobileNetV2 on all photos of the Oxford-IIIT Pet set, as peer.py does with
// PyTorch, and writes the epoch tables, the losses of every batch, the confusion matrix, the most
// confused pairs, the times. Folder results holds the results of both and README.md their tables.
//
//	go run ./pets/internal/cmd/realrun run --photos DIR --weights mobilenet_v2.safetensors --seed 0 -o ours-0.json
//	go run ./pets/internal/cmd/realrun first --photos DIR --weights mobilenet_v2.safetensors -o first.safetensors
//	go run ./pets/internal/cmd/realrun report pets/internal/cmd/realrun/results
//
// The recipe: numpy's split with seed 2 over the sorted names, fastai v1's transforms, batches of
// 64; the body frozen with its batch norms training, 4 epochs of one-cycle at slice(3e-3); then
// everything, 2 epochs at slice(1e-5, 1e-3). run --recipe progressive, in both programs, aims at
// the lowest error instead: 8 epochs with growing images (recipe.go). --find takes the first
// learning rate from the finder. A seed determines the head, the order, the transforms and dropout;
// the split is the same for all. fastai_peer.py is the recipe with fastai 2 itself, for wall times.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"gopets/pets/spec"
	"gopets/pets/vision/command"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

const (
	arch    = "mobilenet_v2"
	pattern = `/([^/]+)_\d+.jpg$`
	split   = 2 // the blog's numpy seed
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cmd := &cobra.Command{Use: "realrun",
		Short: "Train on all photos, and compare with PyTorch", SilenceUsage: true,
		SilenceErrors: true}
	cmd.AddCommand(runCommand(), firstCommand(), reportCommand())
	err := command.Prepare(nil)
	if err == nil {
		err = cmd.ExecuteContext(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "realrun:", err)
		os.Exit(1)
	}
}

type setting struct {
	Photos  string
	Weights string
	Out     string
	Cache   string
	Backend string
	Seed    uint64
	Size    int
}

func (s *setting) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.Photos, "photos", "", "the folder of the photos (<breed>_<number>.jpg)")
	f.StringVar(&s.Weights, "weights", "",
		"MobileNetV2 with ImageNet's weights, in torchvision's names (default: looked for, else "+
			"downloaded)")
	f.StringVarP(&s.Out, "output", "o", "", "the file to write")
	f.StringVar(&s.Cache, "cache", "",
		"keep decoded photos in this folder (default: decode them every time)")
	f.StringVar(&s.Backend, "backend", "",
		"engine, for instance go or xla:cpu (default: the best available)")
	f.Uint64Var(&s.Seed, "seed", 0, "fixes the head, the order, the transforms and dropout")
	f.IntVar(&s.Size, "size", 128, "side of the network's input in pixels")
	for _, name := range []string{"photos", "output"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag was defined above
		}
	}
}

// learner opens the engine and makes the frozen learner, of all training photos or of some. The
// caller closes both.
func (s setting) learner(ctx context.Context, transforms spec.Transforms, head spec.Head,
	some int) (*engine.Engine, *train.Learner, error) {
	files, err := dataset.ImageFiles(s.Photos, false)
	if err != nil {
		return nil, nil, err
	}
	items, err := dataset.LabelByRegexp(files, pattern)
	if err != nil {
		return nil, nil, err
	}
	data, err := dataset.NewSplit(items, dataset.Options{Seed: split})
	if err != nil {
		return nil, nil, err
	}
	if some > 0 {
		var spaced []dataset.Item
		for i := range some {
			spaced = append(spaced, data.Train[i*len(data.Train)/some])
		}
		data.Train = spaced
	}
	eng, err := engine.Open(engine.Options{Spec: s.Backend})
	if err != nil {
		return nil, nil, err
	}
	c := train.Config{Batches: spec.Batches{Seed: int(s.Seed), Size: spec.Square(s.Size),
		Transforms: transforms}, CacheDir: s.Cache}
	l, err := train.CNNLearner(ctx, eng, data, arch, c,
		train.CNN{Head: head, Weights: weights.Options{Path: s.Weights}})
	if err != nil {
		eng.Close()
		return nil, nil, err
	}
	return eng, l, nil
}
