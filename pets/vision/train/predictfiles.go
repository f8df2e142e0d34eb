package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

// many is how many images of a list of files are evaluated at once.
const many = 32

// PredictFiles classifies the images in files, in their order, as [Predictor.PredictFile] does. A
// file that cannot be read has the reason in its place. Events.Batch is called after every batch.
// If the context ends the call, the error comes with the results so far.
func (p *Predictor) PredictFiles(ctx context.Context, files []string,
	ev Events) (spec.FilePredictions, error) {
	list := make(spec.FilePredictions, 0, len(files))
	rows := min(many, p.exec.inner)
	for rows > 1 && len(files) <= rows/2 { // as in imagesJob
		rows /= 2
	}
	batches := (len(files) + rows - 1) / rows
	for part := range slices.Chunk(files, 16*rows) { // what an error may lose
		at := len(list) / rows
		some, err := p.predictFiles(ctx, part, rows, func(k, _ int) {
			ev.batch(BatchInfo{Phase: PhaseValid, Epochs: 1, Batch: at + k, Batches: batches})
		}, ev)
		list = append(list, some...)
		if err != nil {
			return list, fmt.Errorf("predict: after %d of %d files: %w", len(list), len(files), err)
		}
	}
	return list, nil
}

func (p *Predictor) predictFiles(ctx context.Context, files []string, rows int, done func(k, n int),
	ev Events) (spec.FilePredictions, error) {
	reasons := make([]string, len(files))
	blank := images.New(1, 1)
	j := p.load.validJob(nil, rows)
	j.order = inOrder(len(files))
	j.open = func(i int) (*images.RGB, error) {
		img, err := images.DecodeFile(files[i], p.load.cfg.Decode())
		if err == nil {
			return img, nil
		}
		reasons[i] = err.Error()
		var named *images.Error
		if errors.As(err, &named) {
			reasons[i] = named.Err.Error()
		}
		return blank, nil
	}
	logits, err := p.logits(ctx, j, done, ev)
	if err != nil {
		return nil, err
	}
	list := make(spec.FilePredictions, len(files))
	for i, row := range logits {
		list[i] = spec.FilePrediction{File: files[i], Error: reasons[i]}
		if reasons[i] == "" {
			list[i].Prediction = spec.NewPrediction(p.data.Classes, softmax(row), p.State())
		}
	}
	return list, nil
}
