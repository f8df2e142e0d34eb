package train

import (
	"fmt"
	"runtime"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
)

// Config says how a learner treats its data. The zero value trains at 224×224 in batches of 64
// without random transforms, normalised with ImageNet's statistics: set Transforms to
// [augment.Default] for fastai's get_transforms().
type Config struct {
	Seed        uint64  // of everything random: order, augmentation, dropout
	WeightDecay float64 // zero: 0.01; negative: none
	// training transforms; validation uses their resize and a centre crop
	Transforms augment.Config
	Size       augment.Size // zero: 224×224
	Batch      int          // zero: 64
	// at most so many pictures at once on the device, gradients added up; zero: Batch. Batch norms
	// see the inner batch.
	InnerBatch int
	Stats      augment.Stats // zero: augment.ImageNet
	// goroutines that prepare pictures; zero: GOMAXPROCS. Results do not depend on it.
	Workers  int
	Decode   images.Options
	CacheDir string  // decoded pictures are kept there; empty: decoded anew each time
	Graphs   *Graphs // compiled functions to share with other learners; nil: the learner's own
	Skip     bool    // leave broken pictures out and report them, rather than refuse to train

	// share of the target spread evenly over all classes, 0 to below 1 (Szegedy et al. 2016); in
	// training only, see crossEntropy
	LabelSmoothing float64
	// convolutions and linear layers in bfloat16, all else in float32; where the engine has none, a
	// note says so and float32 it is
	BFloat16 bool

	// Pictures, if set, supplies the pictures instead of the items' files: for pictures that are
	// drawn or already in memory. It is called from several goroutines.
	Pictures func(dataset.Item) (*images.RGB, error)
}

// withDefaults fills in what was left zero and refuses sizes and batches that cannot work.
func (c Config) withDefaults() (Config, error) {
	if c.WeightDecay == 0 {
		c.WeightDecay = .01
	}
	if c.Size == (augment.Size{}) {
		c.Size = augment.Size{H: 224, W: 224}
	}
	if c.Batch == 0 {
		c.Batch = 64
	}
	if c.Stats == (augment.Stats{}) {
		c.Stats = augment.ImageNet
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if !(c.LabelSmoothing >= 0 && c.LabelSmoothing < 1) {
		return c, fmt.Errorf("learner: LabelSmoothing is a share from 0 to below 1, as 0.1, got %v", c.LabelSmoothing)
	}
	if err := c.Transforms.Check(); err != nil {
		return c, fmt.Errorf("learner: %w", err)
	}
	if c.Size.H < smallest || c.Size.W < smallest {
		return c, fmt.Errorf("learner: the networks halve a picture five times, so its size must be at least %d×%d, got %d×%d: set Size larger",
			smallest, smallest, c.Size.H, c.Size.W)
	}
	if c.Batch < 2 {
		return c, fmt.Errorf("learner: batch normalisation needs at least 2 pictures in a batch, got %d: set Batch to 2 or more", c.Batch)
	}
	if c.InnerBatch < 0 || c.InnerBatch == 1 {
		return c, fmt.Errorf("learner: an inner batch needs at least 2 pictures, got %d", c.InnerBatch)
	}
	if c.InnerBatch == 0 {
		c.InnerBatch = c.Batch
	}
	inner := divisor(c.Batch, c.InnerBatch)
	if inner == 0 {
		return c, fmt.Errorf("learner: a batch of %d cannot be split into equal inner batches of 2 to %d: use a Batch with more divisors, for instance %d",
			c.Batch, c.InnerBatch, c.Batch/2*2)
	}
	c.InnerBatch = inner
	return c, nil
}

const smallest = 32

// divisor is the largest divisor of n between 2 and most, 0 if there is none.
func divisor(n, most int) int {
	for d := min(n, most); d >= 2; d-- {
		if n%d == 0 {
			return d
		}
	}
	return 0
}

// Events are told what goes on during a long call, on the calling goroutine. All are optional.
type Events struct {
	Batch func(BatchInfo)
	Epoch func(Row)
	Note  func(string) // something worth a line: a skipped picture, a smaller inner batch
}

func (e Events) batch(b BatchInfo) {
	if e.Batch != nil {
		e.Batch(b)
	}
}

func (e Events) note(format string, args ...any) {
	if e.Note != nil {
		e.Note(fmt.Sprintf(format, args...))
	}
}

// Phase is what a batch was for.
type Phase string

const (
	PhaseCheck Phase = "check" // pictures opened for the first time; a "batch" is one picture
	PhaseTrain Phase = "train"
	PhaseValid Phase = "valid"
)

// BatchInfo is the progress after a batch. Batch and Epoch count from 0, so Batch+1 of Batches are
// done.
type BatchInfo struct {
	Phase          Phase
	Epoch, Epochs  int
	Batch, Batches int
	Loss           float64 // smoothed training loss
	LR             float64 // of the last layer group
}
