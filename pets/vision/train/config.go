package train

import (
	"fmt"
	"runtime"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
)

// Config holds a learner's options for its data. The zero value trains at 224×224 in batches of 64
// without random transforms, normalised with ImageNet's statistics; [spec.DefaultTransforms] are
// fastai's get_transforms().
type Config struct {
	spec.Batches
	spec.Training

	// images on the device at once, whose gradients are added up; zero: Batch. Batch norms see the
	// inner batch.
	InnerBatch int
	// goroutines that prepare images; zero: GOMAXPROCS. Results do not depend on it.
	Workers  int
	CacheDir string  // where decoded images are kept; empty: nowhere
	Graphs   *Graphs // compiled functions to share with other learners; nil: none

	// Images, if set, returns an item's image in place of its file. It is called from several
	// goroutines.
	Images func(dataset.Item) (*images.RGB, error)
}

func (c Config) withDefaults() (Config, error) {
	c.Batches, c.Training = spec.Defaults(c.Batches), spec.Defaults(c.Training)
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	for _, options := range []any{c.Batches, c.Training} {
		if err := spec.Check(options); err != nil {
			return c, fmt.Errorf("learner: %w", err)
		}
	}
	if c.InnerBatch < 0 || c.InnerBatch == 1 {
		return c, fmt.Errorf("learner: InnerBatch is %d, want at least 2", c.InnerBatch)
	}
	if c.InnerBatch == 0 {
		c.InnerBatch = c.Batch
	}
	devices := max(1, c.Devices)
	if c.Batch%devices != 0 {
		return c, fmt.Errorf("learner: %w", &spec.OptionError{Option: "Batch",
			Got:  fmt.Sprint(c.Batch),
			Want: fmt.Sprintf("a multiple of %d, the number of devices", devices)})
	}
	inner := divisor(c.Batch, c.InnerBatch, devices)
	if inner == 0 {
		return c, fmt.Errorf("learner: %w", &spec.OptionError{Option: "Batch",
			Got: fmt.Sprint(c.Batch),
			Want: fmt.Sprintf("a number with a divisor from 2 to %d, the inner batch",
				c.InnerBatch)})
	}
	c.InnerBatch = inner
	return c, nil
}

// Decode returns the options with which images are decoded.
func (c Config) Decode() images.Options { return images.Options{IgnoreEXIF: c.IgnoreEXIF} }

func (c Config) augment() augment.Config { return augment.Config(c.Transforms) }

// divisor is the largest divisor of n between 2 and most that is a multiple of unit, or 0.
func divisor(n, most, unit int) int {
	for d := min(n, most); d >= 2; d-- {
		if n%d == 0 && d%unit == 0 {
			return d
		}
	}
	return 0
}
