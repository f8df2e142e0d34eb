package train

import (
	"context"
	"fmt"
	"math"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
)

// ttaPasses is the number of augmented passes: four corners, each mirrored too.
const ttaPasses = 8

// TTA predicts the validation set from nine views of each image (fastai §12): the plain one, and
// eight that zoom into a corner, half of them mirrored, with the training's other transforms. The
// losses are those of the averaged probabilities. The same call returns the same numbers, and does
// not affect later training.
func (l *Learner) TTA(ctx context.Context, o spec.TTA, ev Events) (*Predictions, error) {
	p, err := l.validation(ctx, ev)
	if err != nil {
		return nil, fmt.Errorf("TTA: %w", err)
	}
	p.State += ", TTA"
	if p.Probs, err = l.views(ctx, l.validJob(), o, ev); err != nil {
		return nil, err
	}
	for i, label := range p.Labels {
		p.Losses = append(p.Losses, -math.Log(max(float64(p.Probs[i][label]),
			math.SmallestNonzeroFloat32)))
	}
	return p, nil
}

// PredictTTA is [Predictor.Predict] with test-time augmentation: see [Learner.TTA].
func (p *Predictor) PredictTTA(ctx context.Context, list []*images.RGB, o spec.TTA) ([][]float32,
	error) {
	return p.views(ctx, p.imagesJob(list), o, Events{})
}

func (p *Predictor) views(ctx context.Context, j job, o spec.TTA, ev Events) ([][]float32, error) {
	o = spec.Defaults(o)
	if err := spec.Check(o); err != nil {
		return nil, fmt.Errorf("TTA: %w", err)
	}
	mean := make([][]float64, len(j.order))
	for i := range mean {
		mean[i] = make([]float64, p.exec.net.Classes)
	}
	for pass := range ttaPasses + 1 {
		weight := o.Beta.Get()
		if pass > 0 {
			weight = (1 - weight) / ttaPasses
			j.params = func(i int) augment.Params { return p.load.view(o.Scale, pass-1, i) }
		}
		logits, err := p.logits(ctx, j, func(k, n int) {
			ev.batch(BatchInfo{Phase: PhaseValid, Epochs: 1, Batch: pass*n + k,
				Batches: (ttaPasses + 1) * n})
		}, ev)
		if err != nil {
			return nil, fmt.Errorf("TTA: %w", err)
		}
		for i, row := range logits {
			for c, v := range softmax(row) {
				mean[i][c] += weight * float64(v)
			}
		}
	}
	probs := make([][]float32, len(mean))
	for i, row := range mean {
		probs[i] = make([]float32, len(row))
		for c, v := range row {
			probs[i][c] = float32(v)
		}
	}
	return probs, nil
}

// view draws the training transforms for one image and sets those that a pass fixes: zoom and crop
// at a corner (bit 0: bottom, bit 1: right), mirrored from the fourth pass on.
func (l *loader) view(scale float64, pass, index int) augment.Params {
	p := l.cfg.augment().Draw(l.stream(forTTA, pass, index))
	row, col := float64(pass&1), float64(pass>>1&1)
	p.Zoom, p.ZoomRow, p.ZoomCol, p.CropRow, p.CropCol = scale, row, col, row, col
	p.Flip, p.Dihedral = pass >= 4, 0
	return p
}
