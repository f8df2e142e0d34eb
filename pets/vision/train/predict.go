package train

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/interpret"
)

// Predictions is what [Learner.ValidProbs] returns; see package interpret.
type Predictions = interpret.Predictions

// verdicts are logits with the true labels.
type verdicts struct {
	logits [][]float32
	labels []int
}

// loss is the cross-entropy of one picture, in float64.
func (v verdicts) loss(i int) float64 {
	row := v.logits[i]
	top := float64(row[interpret.Argmax(row)])
	sum := 0.0
	for _, z := range row {
		sum += math.Exp(float64(z) - top)
	}
	return top + math.Log(sum) - float64(row[v.labels[i]])
}

func (v verdicts) meanLoss() float64 {
	sum := 0.0
	for i := range v.labels {
		sum += v.loss(i)
	}
	return sum / float64(len(v.labels))
}

func (v verdicts) errorRate() float64 {
	wrong := 0
	for i, row := range v.logits {
		if interpret.Argmax(row) != v.labels[i] {
			wrong++
		}
	}
	return float64(wrong) / float64(len(v.labels))
}

// softmax of one row of logits.
func softmax(logits []float32) []float32 {
	top := float64(logits[interpret.Argmax(logits)])
	e, sum := make([]float64, len(logits)), 0.0
	for i, z := range logits {
		e[i] = math.Exp(float64(z) - top)
		sum += e[i]
	}
	probs := make([]float32, len(logits))
	for i := range e {
		probs[i] = float32(e[i] / sum)
	}
	return probs
}

// validate runs the validation set through the network in evaluation mode, in the split's order.
func (l *Learner) validate(ctx context.Context, at BatchInfo, ev Events) (verdicts, error) {
	at.Phase = PhaseValid
	v := verdicts{labels: make([]int, len(l.valid))}
	for i, it := range l.valid {
		v.labels[i] = it.Label
	}
	var err error
	v.logits, err = l.logits(ctx, l.validJob(l.valid, l.inner), func(k, n int) {
		at.Batch, at.Batches = k, n
		ev.batch(at)
	}, ev)
	return v, err
}

// validJob is a pass in order without random transforms.
func (l *Learner) validJob(items []dataset.Item, rows int) job {
	plain := l.cfg.Transforms.Valid()
	return job{items: items, order: inOrder(len(items)), rows: rows, params: func(int) augment.Params { return plain }}
}

// logits evaluates a job's pictures; done hears of every batch. When memory runs out it starts
// again with smaller batches.
func (l *Learner) logits(ctx context.Context, j job, done func(k, n int), ev Events) ([][]float32, error) {
	rows := make([][]float32, 0, len(j.order))
	k := 0
	for b, err := range l.batches(ctx, j) {
		if err != nil {
			return nil, err
		}
		values, err := l.evaluate(b, j.rows)
		if outOfMemory(err) && j.rows > 1 {
			j.rows = max(1, j.rows/2)
			ev.note("out of memory: evaluating in batches of %d", j.rows)
			return l.logits(ctx, j, done, ev)
		}
		if err != nil {
			return nil, fmt.Errorf("batch %d: %w", k, err)
		}
		for r := range b.n {
			rows = append(rows, values[r*l.net.Classes:(r+1)*l.net.Classes])
		}
		if done != nil {
			done(k, j.batches())
		}
		k++
	}
	return rows, nil
}

// evaluate gives the logits of a batch in pieces of rows, flat.
func (l *Learner) evaluate(b *batch, rows int) ([]float32, error) {
	var logits []float32
	for _, p := range b.pieces(rows) {
		out, err := l.call("evaluation", kindEval, append([]any{p.x}, anys(l.now.params)...)...)
		if err != nil {
			return nil, err
		}
		values, err := tensors.CopyFlatData[float32](out[0])
		out[0].MustFinalizeAll()
		if err != nil {
			return nil, fmt.Errorf("reading the logits back: %w", err)
		}
		logits = append(logits, values...)
	}
	return logits, nil
}

// ValidProbs predicts the validation set (fastai §11.1), in the split's order.
func (l *Learner) ValidProbs(ctx context.Context, ev Events) (*Predictions, error) {
	if err := l.check(ctx, ev); err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	if len(l.valid) == 0 {
		return nil, fmt.Errorf("predictions: the validation set is empty: make the split with a validation share above 0")
	}
	v, err := l.validate(ctx, BatchInfo{Epochs: 1}, ev)
	if err != nil {
		return nil, fmt.Errorf("predictions: %w", err)
	}
	p := &Predictions{Classes: l.data.Classes, Labels: v.labels, State: l.describe}
	for i, row := range v.logits {
		p.Paths = append(p.Paths, l.valid[i].Path)
		p.Probs = append(p.Probs, softmax(row))
		p.Losses = append(p.Losses, v.loss(i))
	}
	return p, nil
}

// few is the largest number of pictures that single predictions are evaluated with at once: a whole
// batch would waste time.
const few = 8

// Predict gives the class probabilities of pictures, treated like validation pictures: resized,
// cropped at the centre, normalised (fastai §12; the blog's own predictor forgot the resizing).
// Rows are in the order of the split's Classes. Nothing of the learner changes.
func (l *Learner) Predict(ctx context.Context, pictures []*images.RGB) ([][]float32, error) {
	j := l.pictureJob(pictures)
	// one picture is not to wait for seven that are not there; more sizes than a few would compile
	// for ever
	for j.rows > 1 && len(pictures) <= j.rows/2 {
		j.rows /= 2
	}
	logits, err := l.logits(ctx, j, nil, Events{})
	if err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	probs := make([][]float32, len(logits))
	for i, row := range logits {
		probs[i] = softmax(row)
	}
	return probs, nil
}

func (l *Learner) pictureJob(pictures []*images.RGB) job {
	j := l.validJob(nil, min(few, l.inner))
	j.order = inOrder(len(pictures))
	j.open = func(i int) (*images.RGB, error) { return pictures[i], nil }
	return j
}

// Shown is a picture as the network gets it, but not normalised, for display.
type Shown struct {
	Picture *images.RGB
	Label   string
	Path    string
}

// Batch gives the first n pictures of a batch as show_batch displays them (fastai §5): of the
// training set shuffled and transformed, or of the validation set in its order. The same call gives
// the same pictures until an epoch is trained, and training is not affected.
func (l *Learner) Batch(ctx context.Context, n int, train bool) ([]Shown, error) {
	if err := l.hasPictures(); err != nil {
		return nil, fmt.Errorf("show batch: %w", err)
	}
	j := l.validJob(l.valid, 1)
	if train {
		j = l.trainJob(forShow, forShow, forShow, l.epochs)
		j.rows = 1
	}
	j.order = j.order[:min(n, len(j.order), l.cfg.Batch)]
	var shown []Shown
	for b, err := range l.batches(ctx, j) {
		if err != nil {
			return nil, fmt.Errorf("show batch: %w", err)
		}
		item := j.items[j.order[len(shown)]]
		shown = append(shown, Shown{l.picture(b.data), l.data.Classes[item.Label], item.Path})
	}
	return shown, nil
}

// Display is a picture as validation and [Learner.Predict] see it: resized and cropped, not
// normalised.
func (l *Learner) Display(p *images.RGB) (*images.RGB, error) {
	data := make([]float32, l.cfg.Size.H*l.cfg.Size.W*3)
	if err := l.cfg.Transforms.Apply(data, p, l.cfg.Size, l.cfg.Transforms.Valid()); err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	return l.picture(data), nil
}

// picture turns values in [0,1] into bytes, as fastai shows them: times 255, cut.
func (l *Learner) picture(data []float32) *images.RGB {
	p := &images.RGB{W: l.cfg.Size.W, H: l.cfg.Size.H, Pix: make([]uint8, len(data))}
	for i, v := range data {
		p.Pix[i] = uint8(min(255, max(0, v*255)))
	}
	return p
}
