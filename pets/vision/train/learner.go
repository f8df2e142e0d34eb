package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// Learner trains a network on labelled images. Its methods as a [Predictor] are safe for concurrent
// use; every other method is for one goroutine at a time, with no prediction running.
type Learner struct {
	Predictor
	opt  optimizer
	loop loop
	set  *examples
}

// New returns a learner whose weights are the network's initial values from the seed
// ([Learner.SetWeights] brings pretrained ones). Everything trains until [Learner.Freeze].
func New(eng *engine.Engine, net *model.Net, data *dataset.Split, c Config) (*Learner, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if net.Classes != len(data.Classes) {
		return nil,
			fmt.Errorf(
				"learner: the network %s has %d outputs, the data %d classes (%s): make the "+
					"network with %d classes",
				net.Name, net.Classes, len(data.Classes), some(data.Classes, 5), len(data.Classes))
	}
	set, err := newExamples(data, c, net.Classes)
	if err != nil {
		return nil, err
	}
	p, err := newPredictor(eng, net, data, c)
	if err != nil {
		return nil, err
	}
	set.note = p.exec.lacks
	if p.exec.shape.weights, err = lossWeights(data, c); err != nil {
		return nil, fmt.Errorf("learner: %w", err)
	}
	l := &Learner{Predictor: *p, opt: optimizer{p.exec, p.weights}, set: set}
	if c.TransformsOn == spec.OnDevice || c.TransformsOn == "" && eng.Name == engine.CUDA {
		set.store = newStore(p.exec, c)
	}
	return l, l.FreezeTo(0)
}

// Close frees what [Predictor.Close] does, and the images on the device.
func (l *Learner) Close() {
	if l.set.store != nil {
		l.set.store.close()
	}
	l.Predictor.Close()
}

// placed has a job's images transformed where the learner's are, and sent ahead in pieces of inner
// images.
func (l *Learner) placed(j job, inner int) job {
	j.store = l.set.store
	if j.store != nil || l.exec.eng.Name == engine.CUDA {
		j.ahead = func(b *batch) error { return b.send(l.exec, inner) }
	}
	return j
}

func (l *Learner) validJob() job {
	return l.placed(l.load.validJob(l.set.valid, l.exec.inner), l.exec.inner)
}

// SetWeights replaces all weights, in the order of the network's Params, and starts a new
// optimizer. The learner owns the tensors.
func (l *Learner) SetWeights(values []*tensors.Tensor) error {
	if err := l.setWeights(values, l.State()); err != nil {
		return err
	}
	l.weights.resetOptimizer(l.exec.plan)
	return nil
}

// Freeze makes only the head and the batch norms' scales and offsets train (fastai §6.2), with a
// new optimizer.
func (l *Learner) Freeze() error { return l.FreezeTo(-1) }

// Unfreeze makes everything train, with a new optimizer.
func (l *Learner) Unfreeze() error { return l.FreezeTo(0) }

// FreezeTo makes the layer groups from n on train, and of the others the batch norms' scales and
// offsets; negative n counts from the end. As in fastai the optimizer starts anew.
func (l *Learner) FreezeTo(n int) error { return l.opt.freezeTo(n) }

// TrainFrom returns the first layer group that trains wholly.
func (l *Learner) TrainFrom() int { return l.exec.plan.from }

// Frozen reports whether a part of the network does not train.
func (l *Learner) Frozen() bool { return l.TrainFrom() > 0 }

// Trains reports for each of the network's Params whether it trains.
func (l *Learner) Trains() []bool { return l.exec.plan.trains }

// Recorder returns a copy of what happened so far.
func (l *Learner) Recorder() *Recorder { return l.loop.Recorder.clone() }

// InnerBatch returns the number of images on the device at once; it shrinks when memory runs out.
func (l *Learner) InnerBatch() int { return l.exec.inner }

// Skipped returns the broken images that Config.Skip left out, known after the first call that
// needs images.
func (l *Learner) Skipped() []images.Bad { return l.set.skipped }

// Check opens every image, as the first call that needs them does otherwise, and returns how many
// training and validation images can be read. Damaged ones are an error, or skipped with
// Config.Skip.
func (l *Learner) Check(ctx context.Context, ev Events) (training, validation int, err error) {
	if err := l.set.check(ctx, l.load, ev); err != nil {
		return 0, 0, err
	}
	return len(l.set.train), len(l.set.valid), nil
}

// score runs the validation set through the network in evaluation mode, in the split's order.
func (l *Learner) score(ctx context.Context, at BatchInfo, ev Events) (scored, error) {
	at.Phase = PhaseValid
	s := scored{labels: make([]int, len(l.set.valid))}
	for i, it := range l.set.valid {
		s.labels[i] = it.Label
	}
	var err error
	s.logits, err = l.logits(ctx, l.validJob(), func(k, n int) {
		at.Batch, at.Batches = k, n
		ev.batch(at)
	}, ev)
	return s, err
}

func (l *Learner) validation(ctx context.Context, ev Events) (*Predictions, error) {
	if err := l.set.check(ctx, l.load, ev); err != nil {
		return nil, err
	}
	if len(l.set.valid) == 0 {
		return nil,
			errors.New(
				"the validation set is empty: make the split with a fraction for validation " +
					"above 0")
	}
	p := &Predictions{Classes: l.data.Classes, State: l.State()}
	for _, it := range l.set.valid {
		p.Paths, p.Labels = append(p.Paths, it.Path), append(p.Labels, it.Label)
	}
	return p, nil
}

// ValidProbs predicts the validation set (fastai §11.1), in the split's order.
func (l *Learner) ValidProbs(ctx context.Context, ev Events) (*Predictions, error) {
	p, err := l.validation(ctx, ev)
	if err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	s, err := l.score(ctx, BatchInfo{Epochs: 1}, ev)
	if err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	for i, row := range s.logits {
		p.Probs, p.Losses = append(p.Probs, softmax(row)), append(p.Losses, s.loss(i))
	}
	return p, nil
}

// Shown is an image as the network gets it, but not normalised.
type Shown struct {
	Image *images.RGB
	Label string
	Path  string
}

// Batch returns the first n images of a batch, as show_batch displays them (fastai §5): of the
// training set shuffled and transformed, or of the validation set in order. It returns the same
// images until an epoch is trained, and does not affect training.
func (l *Learner) Batch(ctx context.Context, n int, train bool) ([]Shown, error) {
	j := l.load.validJob(l.set.valid, 1)
	if train {
		j = l.load.trainJob(l.set.train, forShow, forShow, forShow, l.loop.Epochs)
		j.rows = 1
	}
	j.order = j.order[:min(n, len(j.order), l.load.cfg.Batch)]
	var list []Shown
	for b, err := range l.load.batches(ctx, j) {
		if err != nil {
			return nil, fmt.Errorf("show batch: %w", err)
		}
		item := j.items[j.order[len(list)]]
		list = append(list, Shown{augment.Image(b.data, b.size), l.data.Classes[item.Label],
			item.Path})
	}
	return list, nil
}
