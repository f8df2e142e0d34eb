// Command pretrain makes the embedded backbones: it trains a small network on generated images of
// creatures that are none of the 37 breeds (package sample/creatures) and writes the body as
// float16 safetensors.
//
//	go run ./pets/internal/cmd/pretrain --net petnet10
//	go run ./pets/internal/cmd/pretrain --net petnet18
//	go run ./pets/internal/cmd/pretrain/compare          # what they gain
//
// The file's metadata holds the recipe (network, classes, images, size, epochs, seed) and the
// accuracy reached. The same flags on the same engine make the same file. A snapshot beside the
// output is written after every epoch; a later run with the same flags continues from it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	worker "gopets/pets/vision/command"
	"gopets/pets/vision/engine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := worker.Prepare(nil)
	if err == nil {
		err = command().ExecuteContext(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pretrain:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	r := recipe{Phases: phases{{Size: 96, Epochs: 8, LR: 4e-3}}}
	var backend string
	root := &cobra.Command{
		Use:           "pretrain",
		Short:         "Train an embedded backbone on generated creatures",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			eng, err := open(backend)
			if err != nil {
				return err
			}
			defer eng.Close()
			return r.run(cmd.Context(), eng)
		},
	}
	f := root.Flags()
	f.StringVar(&r.Net, "net", "petnet10", "network: petnet10 or petnet18")
	f.IntVar(&r.Classes, "classes", 0, "creatures to tell apart (0: all)")
	f.IntVar(&r.PerClass, "per-class", 60,
		"training images per creature; a tenth as many more are drawn for validation")
	f.BoolVar(&r.Fine, "fine", false,
		"draw images at twice the size and make them small, for detail as fine as in photos")
	f.Var(&r.Phases, "fit",
		"fits, one after the other: side of the images, epochs, maximal learning rate of all "+
			"layers")
	f.IntVar(&r.Batch, "batch", 32, "images per step")
	f.Uint64Var(&r.Seed, "seed", 1, "of drawings, initial weights, order and augmentation")
	f.StringVar(&r.From, "from", "",
		"file of an earlier run to go on from, on other creatures (default: random weights)")
	f.StringVar(&r.Out, "out", "",
		"file to write (default pets/vision/weights/embedded/NET.safetensors)")
	f.StringVar(&backend, "backend", "",
		"engine, for instance go or xla:cpu (default: the best available)")
	return root
}

func open(backend string) (*engine.Engine, error) {
	eng, err := engine.Open(engine.Options{Spec: backend})
	if err != nil {
		return nil, err
	}
	fmt.Println("engine:", eng.Name, eng.Description)
	if len(eng.Notes) > 0 {
		fmt.Println(strings.Join(eng.Notes, "\n"))
	}
	return eng, nil
}
