package train

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// Learner holds a network's weights, its optimizer and the data it learns from. It is for one
// goroutine at a time.
type Learner struct {
	eng   *engine.Engine
	net   *model.Net
	data  *dataset.Split
	cfg   Config
	cache *images.Cache

	train, valid []dataset.Item // what is left of the split after the check of the pictures
	checked      bool
	skipped      []images.Bad

	now    state   // weights and optimizer
	held   *state  // the last finished epoch's while a fit or a search runs: its tensors must stay
	plan   *plan   // what trains
	graphs *Graphs // compiled
	inner  int     // current inner batch; shrinks when memory runs out

	epochs   int // finished in the learner's life: numbers the random streams
	progress progress
	recorder Recorder
	describe string        // what State says
	best     *weights.File // of the best epoch so far, while a run keeps it
	exported bool          // made by LoadLearner: there are no pictures to train on
	lacks    string        // what the engine cannot do of what was asked; told once
}

// progress is how far the last run in the recorder got.
type progress struct {
	Done   int      `json:"done"` // finished epochs
	Mid    int      `json:"mid"`  // batches into the next, when interrupted
	Smooth smoother `json:"smooth"`
}

// New joins an engine, a network and a split. The weights are the network's own initial values from
// the seed ([Learner.SetWeights] brings pretrained ones), and everything trains until
// [Learner.Freeze].
func New(eng *engine.Engine, net *model.Net, data *dataset.Split, c Config) (*Learner, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if net.Classes != len(data.Classes) {
		return nil, fmt.Errorf("learner: the network %s has %d outputs, the data %d classes (%s): make the network with %d classes",
			net.Name, net.Classes, len(data.Classes), some(data.Classes, 5), len(data.Classes))
	}
	for set, items := range map[string][]dataset.Item{"training": data.Train, "validation": data.Valid} {
		for _, it := range items {
			if it.Label < 0 || it.Label >= net.Classes {
				return nil, fmt.Errorf("learner: %s picture %s has label %d, outside the %d classes", set, it.Path, it.Label, net.Classes)
			}
		}
	}
	l := &Learner{eng: eng, net: net, data: data, cfg: c, train: data.Train, valid: data.Valid, inner: c.InnerBatch,
		graphs: c.Graphs, describe: "before any fit"}
	if l.graphs == nil {
		l.graphs = &Graphs{}
	}
	if err := l.enough(); err != nil {
		return nil, err
	}
	return l, l.begin()
}

// begin opens the cache and sets up weights, with everything training.
func (l *Learner) begin() (err error) {
	c := l.cfg
	if c.BFloat16 && !l.eng.Backend.Capabilities().DTypes[dtypes.BFloat16] {
		l.lacks = fmt.Sprintf("%s does not compute in bfloat16: float32 it is", l.eng.Name)
		l.cfg.BFloat16 = false
	}
	if c.CacheDir != "" && c.Pictures == nil {
		if l.cache, err = images.OpenCache(c.CacheDir, 2*min(c.Size.H, c.Size.W)); err != nil {
			return fmt.Errorf("learner: cache of decoded pictures: %w", err)
		}
		l.cache.Decode = c.Decode
	}
	l.now.params = l.net.Init(c.Seed)
	return l.FreezeTo(0)
}

// enough checks that a batch fits into the training set.
func (l *Learner) enough() error {
	if len(l.train) >= l.cfg.Batch {
		return nil
	}
	if len(l.train) < 2 {
		return fmt.Errorf("learner: %d training pictures cannot train anything: give more pictures or a smaller validation share", len(l.train))
	}
	return fmt.Errorf("learner: a batch of %d does not fit into %d training pictures: set Batch to %d or less", l.cfg.Batch, len(l.train), len(l.train))
}

// Close frees the tensors, the compiled functions (unless they are shared) and the pictures that
// came from the cache. The learner is of no use afterwards.
func (l *Learner) Close() {
	if l.cfg.Graphs == nil {
		l.graphs.Close()
	}
	l.now.free(nil)
	l.now = state{}
	if l.cache != nil {
		l.cache.Close()
	}
}

// SetWeights replaces all weights, in the order of the network's Params, and starts a new
// optimizer. The learner owns the tensors.
func (l *Learner) SetWeights(values []*tensors.Tensor) error {
	if len(values) != len(l.net.Params) {
		return fmt.Errorf("weights for %s: want %d tensors, got %d", l.net.Name, len(l.net.Params), len(values))
	}
	for i, p := range l.net.Params {
		if err := values[i].Shape().CheckDims(p.Shape...); err != nil {
			return fmt.Errorf("weights for %s: %s wants shape %v, got %v", l.net.Name, p.Name, p.Shape, values[i].Shape().Dimensions)
		}
	}
	old := l.now
	l.now = state{params: values}
	old.free(&l.now)
	return l.newOptimizer()
}

// Weights are the current values in the order of the network's Params. They belong to the learner:
// read them before its next call.
func (l *Learner) Weights() []*tensors.Tensor { return l.now.params }

// Freeze lets only the head and the batch norms' scales and offsets train (fastai §6.2), with a new
// optimizer.
func (l *Learner) Freeze() error { return l.FreezeTo(-1) }

// Unfreeze lets everything train, with a new optimizer.
func (l *Learner) Unfreeze() error { return l.FreezeTo(0) }

// FreezeTo lets the layer groups from n on train wholly, and of the others the batch norms' scales
// and offsets; negative n counts from the end. As in fastai the optimizer starts anew.
func (l *Learner) FreezeTo(n int) error {
	groups := l.net.Groups()
	from := n
	if n < 0 {
		from += groups
	}
	if from < 0 || from > groups {
		return fmt.Errorf("freeze to %d: %s has %d layer groups, so between %d and %d", n, l.net.Name, groups, -groups, groups)
	}
	shape := planShape{stats: l.cfg.Stats, smoothing: l.cfg.LabelSmoothing}
	if l.cfg.BFloat16 {
		shape.compute = dtypes.BFloat16
	}
	l.plan = newPlan(l.net, shape, from)
	return l.newOptimizer()
}

// Frozen tells whether a part of the network does not train.
func (l *Learner) Frozen() bool { return l.plan.from > 0 }

// Recorder is a copy of what happened so far.
func (l *Learner) Recorder() *Recorder { return l.recorder.clone() }

// State says which weights these are: "before any fit", "after fit 1, epoch 4", "after fit 2, epoch
// 1 and 13 batches".
func (l *Learner) State() string { return l.describe }

// Net is the network.
func (l *Learner) Net() *model.Net { return l.net }

// Config is the configuration with its defaults filled in.
func (l *Learner) Config() Config { return l.cfg }

// InnerBatch is the number of pictures on the device at once; it shrinks when memory runs out.
func (l *Learner) InnerBatch() int { return l.inner }

// Skipped are the broken pictures that Config.Skip left out, known after the first call that needs
// pictures.
func (l *Learner) Skipped() []images.Bad { return l.skipped }

// check opens every picture once, before the first long call, so that a broken one is told now and
// not after an hour. With a cache it is no lost time: the decoded pictures stay.
func (l *Learner) check(ctx context.Context, ev Events) error {
	if l.checked {
		return nil
	}
	if err := l.hasPictures(); err != nil {
		return err
	}
	if l.lacks != "" {
		ev.note("%s", l.lacks)
	}
	items := append(append([]dataset.Item{}, l.data.Train...), l.data.Valid...)
	bad, err := l.openAll(ctx, items, ev)
	if err != nil {
		return err
	}
	if len(bad) > 0 && !l.cfg.Skip {
		lines := make([]string, len(bad))
		for i, b := range bad {
			lines[i] = filepath.Base(b.Path) + ": " + b.Reason
		}
		return fmt.Errorf("%d of %d pictures cannot be read (%s): repair or remove them, or set Skip to leave them out",
			len(bad), len(items), some(lines, 5))
	}
	broken := map[string]bool{}
	for _, b := range bad {
		broken[b.Path] = true
		ev.note("skipped %s: %s", b.Path, b.Reason)
	}
	l.train, l.valid, l.skipped = without(l.data.Train, broken), without(l.data.Valid, broken), bad
	if err := l.enough(); err != nil {
		return err
	}
	l.checked = true
	return nil
}

func without(items []dataset.Item, broken map[string]bool) []dataset.Item {
	if len(broken) == 0 {
		return items
	}
	var kept []dataset.Item
	for _, it := range items {
		if !broken[it.Path] {
			kept = append(kept, it)
		}
	}
	return kept
}

// some joins the first n strings and says how many more there are.
func some(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}
