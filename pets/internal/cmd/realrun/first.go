package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"gopets/pets/spec"
	"gopets/pets/vision/train"
	"gopets/pets/vision/weights"
)

func firstCommand() *cobra.Command {
	var s setting
	cmd := &cobra.Command{
		Use: "first",
		Short: "Write the initial weights, the first batch's files and its loss, for peer.py " +
			"first to compare",
		Long: `The loss of the very first step, with neither random transforms nor dropout, from weights that are written beside it together with
the names of the batch's photos: peer.py first computes the same from the same file.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.first(cmd.Context()) },
	}
	s.flags(cmd)
	return cmd
}

// first trains on 64 photos, evenly spaced through the training set: one batch, whatever its order.
func (s setting) first(ctx context.Context) error {
	eng, l, err := s.learner(ctx, spec.Transforms{}, spec.Head{Dropout: spec.Some(0.)}, 64)
	if err != nil {
		return err
	}
	defer eng.Close()
	defer l.Close()
	file, err := l.Net().ToFile(l.Weights())
	if err != nil {
		return err
	}
	var names []string
	var labels []int
	for _, item := range l.Split().Train {
		names, labels = append(names, filepath.Base(item.Path)), append(labels, item.Label)
	}
	loss := 0.0
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err = l.FitOneCycle(ctx, 1, spec.Fit{}, train.Events{Batch: func(b train.BatchInfo) {
		if loss = b.Loss; loss != 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("stopping after the first batch: %w", err)
	}
	about, err := json.Marshal(map[string]any{"files": names, "labels": labels,
		"classes": l.Split().Classes})
	if err != nil {
		return err
	}
	file.Meta = map[string]string{"batch": string(about), "loss": strconv.FormatFloat(loss, 'g', -1,
		64), "size": strconv.Itoa(s.Size)}
	fmt.Printf("loss of the first batch: %.7f\n", loss)
	return weights.WriteSafetensors(s.Out, file)
}
