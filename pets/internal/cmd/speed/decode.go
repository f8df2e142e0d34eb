package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
)

func imagesCommand() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use: "images", Short: "Measure decoding and augmenting on one core", SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return compareImages(cmd.Context(),
				cmd.OutOrStdout(), o)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.Photos, "photos", "", "a folder of JPEG files")
	if err := cmd.MarkFlagRequired("photos"); err != nil {
		panic(err) // the flag was defined above
	}
	return cmd
}

// decoding is a job: decode and augment the photos of a folder, several times.
type decoding struct {
	Photos string
	Side   int
	Epochs int
}

// rates are images per second on one core, an entry for each epoch.
type rates struct {
	Full  []float64 // fastai's transforms; the peer's nearest of torchvision
	Short []float64 // the peer's fewest: crop and flip
}

// compareImages prints how many images a second one core decodes and augments.
func compareImages(ctx context.Context, w io.Writer, o options) error {
	p, err := newPeer(ctx, o.Python)
	if err != nil {
		return err
	}
	defer p.close()
	job := decoding{Photos: o.Photos, Side: 224, Epochs: 3}
	var first, later, full, short []float64
	for range o.Rounds {
		ours, err := measureSelf[rates](ctx, "decode", job)
		if err != nil {
			return err
		}
		first, later = append(first, ours.Full[0]), append(later, slices.Max(ours.Full[1:]))
		if o.Python == "" {
			continue
		}
		theirs, err := measure[rates](ctx, p.command("decode", job))
		if err != nil {
			return fmt.Errorf("measuring Pillow and torchvision: %w", err)
		}
		full, short = append(full, slices.Max(theirs.Full)), append(short, slices.Max(theirs.Short))
	}
	fmt.Fprintf(w, "%s; %s; median of %d rounds; images/s on one core, to %d px\n\n", machine(),
		p.version, o.Rounds, job.Side)
	fmt.Fprintln(w, "| | images/s | of Pillow's |")
	fmt.Fprintln(w, "|---|---|---|")
	peer := middle(full)
	for _, line := range []struct {
		name   string
		values []float64
	}{{"gopets, first epoch", first}, {"gopets, later epochs, from the cache", later},
		{"Pillow, torchvision: perspective, rotation, crop, flip, light", full},
		{"Pillow, torchvision: crop, flip", short}} {
		if len(line.values) > 0 {
			fmt.Fprintf(w, "| %s | %.0f | %s |\n", line.name, middle(line.values),
				ratio(middle(line.values), peer))
		}
	}
	return nil
}

func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func ratio(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", a/b)
}

// decodeCommand is the child that measures our side.
func decodeCommand() *cobra.Command {
	return &cobra.Command{Use: "decode JOB", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var job decoding
			if err := json.Unmarshal([]byte(args[0]), &job); err != nil {
				return err
			}
			runtime.GOMAXPROCS(1)
			r, err := job.measure()
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
		}}
}

func (d decoding) measure() (rates, error) {
	files, err := dataset.ImageFiles(d.Photos, false)
	if err != nil {
		return rates{}, err
	}
	if len(files) == 0 {
		return rates{}, fmt.Errorf("%s has no images", d.Photos)
	}
	dir, err := os.MkdirTemp("", "speed-*")
	if err != nil {
		return rates{}, err
	}
	defer os.RemoveAll(dir)
	cache, err := images.OpenCache(dir, 2*d.Side)
	if err != nil {
		return rates{}, err
	}
	defer cache.Close()
	transforms, random := augment.Config(spec.DefaultTransforms()), rand.New(rand.NewPCG(1, 2))
	dst := make([]float32, 3*d.Side*d.Side)
	var r rates
	for range d.Epochs {
		begin := time.Now()
		for _, file := range files {
			image, err := cache.Get(file)
			if err != nil {
				return rates{}, err
			}
			if err := transforms.Apply(dst, image, spec.Square(d.Side),
				transforms.Draw(random)); err != nil {
				return rates{}, err
			}
		}
		r.Full = append(r.Full, float64(len(files))/time.Since(begin).Seconds())
	}
	return r, nil
}
