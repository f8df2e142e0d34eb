package train

import (
	"context"
	"fmt"
	"image"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// Predictor classifies images: a network with its weights, its classes, and how images are
// prepared. A [Learner] is one, and [LoadLearner] makes one of an exported file.
//
// Its methods are safe for concurrent use, but not while a method of the learner changes the
// weights.
type Predictor struct {
	exec    *executor
	load    *loader
	weights *versions
	data    *dataset.Split
}

func newPredictor(eng *engine.Engine, net *model.Net, data *dataset.Split, c Config) (*Predictor,
	error) {
	if n := eng.Backend.NumDevices(); c.Devices > n {
		return nil, fmt.Errorf("learner: %w", &spec.OptionError{Option: "Devices",
			Got: fmt.Sprint(c.Devices), Want: fmt.Sprintf("at most %d, those of %s", n, eng.Name)})
	}
	p := &Predictor{exec: newExecutor(eng, net, c), weights: &versions{}, data: data}
	var err error
	if p.load, err = newLoader(c); err != nil {
		return nil, err
	}
	p.weights.setParams(net.Init(uint64(c.Seed)), "before any fit")
	return p, nil
}

// Close frees the tensors, the compiled functions (unless they are shared) and the images from the
// cache.
func (p *Predictor) Close() {
	p.exec.close()
	p.weights.free()
	p.exec.copies.sweep()
	p.load.close()
}

// State names the weights: "before any fit", "after fit 1, epoch 4", "after fit 2, epoch 1 and 13
// batches".
func (p *Predictor) State() string { return p.weights.now.name }

// Net returns the network.
func (p *Predictor) Net() *model.Net { return p.exec.net }

// Config returns the options with their defaults.
func (p *Predictor) Config() Config { return p.load.cfg }

// Split returns the data's division. Of an exported file it is the one that the learner was trained
// on, its files relative to their common folder.
func (p *Predictor) Split() *dataset.Split { return p.data }

// Weights returns the current values in the order of the network's Params. They are valid until the
// learner's next call.
func (p *Predictor) Weights() []*tensors.Tensor { return p.weights.now.params }

// Open returns an item's image from Config.Images, the cache or the file. An error is an
// [images.Error]. Images from the cache are read-only and valid until Close.
func (p *Predictor) Open(item dataset.Item) (*images.RGB, error) { return p.load.open(item) }

// Display returns an image as validation and prediction see it: resized and cropped, not
// normalised.
func (p *Predictor) Display(img *images.RGB) (*images.RGB, error) { return p.load.display(img) }

// few is how many images single predictions are evaluated with at once.
const few = 8

// Predict returns the class probabilities of images, in the order of the split's Classes. Images
// are resized, cropped at the centre and normalised, as in validation (fastai §12; the blog's
// predictor does not resize).
func (p *Predictor) Predict(ctx context.Context, list []*images.RGB) ([][]float32, error) {
	logits, err := p.logits(ctx, p.imagesJob(list), nil, Events{})
	if err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	probs := make([][]float32, len(logits))
	for i, row := range logits {
		probs[i] = softmax(row)
	}
	return probs, nil
}

// imagesJob makes batches of few images, or of half as many while these suffice: little padding,
// and few sizes to compile.
func (p *Predictor) imagesJob(list []*images.RGB) job {
	j := p.load.imagesJob(list, min(few, p.exec.inner))
	for j.rows > 1 && len(list) <= j.rows/2 {
		j.rows /= 2
	}
	return j
}

// PredictFile classifies the image in a file (fastai's predict, §12).
func (p *Predictor) PredictFile(ctx context.Context, path string) (spec.Prediction, error) {
	img, err := images.DecodeFile(path, p.load.cfg.Decode())
	if err != nil {
		return spec.Prediction{}, fmt.Errorf("predict: %w", err)
	}
	return p.predictOne(ctx, img)
}

// PredictBytes classifies an encoded image (JPEG, PNG, …).
func (p *Predictor) PredictBytes(ctx context.Context, data []byte) (spec.Prediction, error) {
	img, err := images.Decode(data, p.load.cfg.Decode())
	if err != nil {
		return spec.Prediction{}, fmt.Errorf("predict: %w", err)
	}
	return p.predictOne(ctx, img)
}

// PredictImage classifies a decoded image. Its EXIF orientation is unknown.
func (p *Predictor) PredictImage(ctx context.Context, img image.Image) (spec.Prediction, error) {
	if img == nil || img.Bounds().Empty() {
		return spec.Prediction{}, fmt.Errorf("predict: the image is empty")
	}
	return p.predictOne(ctx, images.FromImage(img))
}

func (p *Predictor) predictOne(ctx context.Context, img *images.RGB) (spec.Prediction, error) {
	probs, err := p.Predict(ctx, []*images.RGB{img})
	if err != nil {
		return spec.Prediction{}, err
	}
	return spec.NewPrediction(p.data.Classes, probs[0], p.State()), nil
}

// logits evaluates a job's images; done is called after every batch. When memory runs out it starts
// again with smaller batches.
func (p *Predictor) logits(ctx context.Context, j job, done func(k, n int), ev Events) ([][]float32,
	error) {
	rows := make([][]float32, 0, len(j.order))
	k := 0
	for b, err := range p.load.batches(ctx, j) {
		if err != nil {
			return nil, err
		}
		values, err := p.evaluate(b, j.rows, ev)
		if engine.OutOfMemory(err) && j.rows > 1 {
			j.rows = max(1, j.rows/2)
			ev.note("out of memory: evaluating in batches of %d", j.rows)
			return p.logits(ctx, j, done, ev)
		}
		if err != nil {
			return nil, fmt.Errorf("batch %d: %w", k, err)
		}
		n := p.exec.net.Classes
		for r := range b.n {
			rows = append(rows, values[r*n:(r+1)*n])
		}
		if done != nil {
			done(k, j.batches())
		}
		k++
	}
	return rows, nil
}

// evaluate returns the logits of a batch in pieces of rows, flat.
func (p *Predictor) evaluate(b *batch, rows int, ev Events) ([]float32, error) {
	var logits []float32
	pieces, err := b.pieces(p.exec, rows)
	if err != nil {
		return nil, err
	}
	for _, piece := range pieces {
		out, err := p.exec.call("evaluation", kindEval, ev,
			append([]any{piece.x}, anys(p.weights.now.params)...)...)
		if err != nil {
			return nil, err
		}
		for _, part := range p.exec.copies.take(out[0]) {
			values, err := tensors.CopyFlatData[float32](part)
			part.MustFinalizeAll()
			if err != nil {
				return nil, fmt.Errorf("reading the logits back: %w", err)
			}
			logits = append(logits, values...)
		}
	}
	return logits, nil
}
