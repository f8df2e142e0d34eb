// Command speed measures how fast networks train and predict, and how fast images are decoded and
// augmented, and compares both with PyTorch and Pillow, given a Python that has them:
//
//	go run ./pets/internal/cmd/speed --python /path/to/bin/python
//	go run ./pets/internal/cmd/speed images --photos DIR --python /path/to/bin/python
//
// Every measurement is a process of its own. Both sides run in turn, in rounds, with the same
// settings of the C library's allocator and as many threads as there are cores; the median counts.
// PyTorch runs with channels last and with its default layout; the faster one counts. Its network
// has fastai's head and AdamW. Batches are random numbers, made before the step. The first call is
// compilation and one step; memory is the process's largest resident set; processor time is summed
// over the cores, and says more than wall time where other work runs.
//
// The 102 original photos of the lesson's data set, on one core of an AMD EPYC with AVX2 beside
// other work: 38 images a second decoded and augmented in the first epoch and 129 from the cache in
// later ones, Pillow with torchvision's nearest transforms 31 in each (1.2 and 4.1 times).
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cmd := networksCommand()
	cmd.AddCommand(imagesCommand(), stepCommand(), decodeCommand())
	if err := cmd.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func networksCommand() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use: "speed", Short: "Measure training and prediction", SilenceUsage: true,
		SilenceErrors: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return compareNetworks(cmd.Context(), cmd.OutOrStdout(), o)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringArrayVar(&o.Rows, "rows", nil,
		"only rows whose description has this text, for instance \"resnet34 b16\"; may be repeated")
	cmd.Flags().Float64Var(&o.Seconds, "seconds", 8, "measure steps for about so long")
	return cmd
}

type options struct {
	Python  string
	Rounds  int
	Rows    []string
	Seconds float64
	Photos  string
}

func (o *options) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Python, "python", "",
		"a Python with torch and torchvision to compare with (default: none)")
	cmd.Flags().IntVar(&o.Rounds, "rounds", 3, "measure each so many times, in turn")
}
