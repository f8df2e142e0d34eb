package train

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"slices"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/interpret"
)

// Prediction is what a learner says about one picture.
type Prediction struct {
	Class         string // the most probable
	Index         int    // of it in Classes
	Classes       []string
	Probabilities []float32 // of each class
}

// Ranked is a class with its probability.
type Ranked struct {
	Class       string
	Probability float32
}

// Top gives the k most probable classes, the most probable first.
func (p Prediction) Top(k int) []Ranked {
	all := make([]Ranked, len(p.Classes))
	for i, c := range p.Classes {
		all[i] = Ranked{c, p.Probabilities[i]}
	}
	slices.SortStableFunc(all, func(a, b Ranked) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(max(k, 0), len(all))]
}

// PredictFile says what the picture in a file shows (fastai's predict, §12).
func (l *Learner) PredictFile(ctx context.Context, path string) (Prediction, error) {
	picture, err := images.DecodeFile(path, l.cfg.Decode)
	if err != nil {
		return Prediction{}, fmt.Errorf("predict: %w", err)
	}
	return l.predictOne(ctx, picture)
}

// PredictBytes says what an encoded picture (JPEG, PNG, …) shows: an upload, for instance.
func (l *Learner) PredictBytes(ctx context.Context, data []byte) (Prediction, error) {
	picture, err := images.Decode(data, l.cfg.Decode)
	if err != nil {
		return Prediction{}, fmt.Errorf("predict: %w", err)
	}
	return l.predictOne(ctx, picture)
}

// PredictImage says what a decoded picture shows. Nothing is known of its EXIF orientation here.
func (l *Learner) PredictImage(ctx context.Context, img image.Image) (Prediction, error) {
	if img == nil || img.Bounds().Empty() {
		return Prediction{}, fmt.Errorf("predict: the image is empty")
	}
	return l.predictOne(ctx, images.FromImage(img))
}

func (l *Learner) predictOne(ctx context.Context, picture *images.RGB) (Prediction, error) {
	probs, err := l.Predict(ctx, []*images.RGB{picture})
	if err != nil {
		return Prediction{}, err
	}
	best := interpret.Argmax(probs[0])
	return Prediction{Class: l.data.Classes[best], Index: best, Classes: l.data.Classes, Probabilities: probs[0]}, nil
}
