package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

type predictions struct {
	learners *store
	exported *train.Predictor // the last one that was asked
	info     os.FileInfo      // of its file
}

func table(c *call, q wire.Table) (none wire.None, err error) {
	return none, c.show(plots.Table{Header: q.Header, Rows: q.Rows})
}

func (p *predictions) of(c *call, q wire.PredictCall) (*train.Predictor, error) {
	if q.Learner == nil {
		return p.open(c, q.Exported)
	}
	l, err := p.learners.get(c, *q.Learner)
	if err != nil {
		return nil, err
	}
	return &l.live.Predictor, nil
}

func (p *predictions) open(c *call, path string) (*train.Predictor, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("load learner: there is no file %s: give one that Export wrote",
			path)
	}
	if p.exported != nil && os.SameFile(p.info, info) && p.info.ModTime().Equal(info.ModTime()) {
		return p.exported, nil
	}
	p.close()
	eng, err := p.learners.device.engine(c)
	if err != nil {
		return nil, err
	}
	p.info = info
	p.exported, err = train.LoadLearner(eng, path)
	return p.exported, err
}

func (p *predictions) close() {
	if p.exported != nil {
		p.exported.Close()
		p.exported = nil
	}
}

func about(l *train.Predictor) wire.About {
	s := l.Split()
	return wire.About{Network: l.Net().Name, Classes: s.Classes, Size: l.Config().Size,
		State: l.State(), Train: len(s.Train), Valid: len(s.Valid), Split: s.SplitHash}
}

func decode(_ *call, q wire.PredictCall) (*images.RGB, error) {
	return decodeAs(q.Image, images.Options{})
}

func decodeAs(q wire.Image, o images.Options) (*images.RGB, error) {
	if q.Data == nil {
		return images.DecodeFile(q.Path, o)
	}
	img, err := images.Decode(q.Data, o)
	if err != nil {
		err = &images.Error{Path: q.Path, Err: err}
	}
	return img, err
}

func imageChart(c *call, img *images.RGB, q wire.PredictCall) (plots.Chart, error) {
	f := c.figure("")
	if f.Width == 0 && f.Height == 0 {
		f.Width, f.Height = 3*float64(img.W)/float64(img.H), 3
	}
	f.Alt = filepath.Base(q.Image.Path)
	return plots.ImageGrid{Figure: f, Columns: 1,
		Cells: []plots.ImageCell{{Image: img.Image()}}}, nil
}

func predict(c *call, l *train.Predictor, q wire.PredictCall) (answer spec.Prediction, err error) {
	img, err := decodeAs(q.Image, l.Config().Decode())
	if err != nil {
		return answer, err
	}
	probs, err := l.Predict(c, []*images.RGB{img})
	if err != nil {
		return answer, err
	}
	answer = spec.NewPrediction(l.Split().Classes, probs[0], l.State())
	title := fmt.Sprintf("%s: %s", filepath.Base(q.Image.Path), answer.Class)
	chart := plots.Prediction{Figure: c.figure(title), Image: img.Image(),
		Bars: plots.Bars{Percent: true, Highlight: 1}}
	for _, r := range answer.TopK(5) {
		chart.Bars.Labels = append(chart.Bars.Labels, r.Class)
		chart.Bars.Values = append(chart.Bars.Values, r.Probability)
	}
	return answer, c.show(chart)
}

func predictMany(c *call, l *train.Predictor, q wire.PredictCall) (spec.FilePredictions, error) {
	b := newBar(c)
	list, err := l.PredictFiles(c, q.Paths, b.events("predicting"))
	if err != nil {
		return nil, err
	}
	b.end(fmt.Sprintf("%s images predicted", spec.Thousands(len(list))))
	return list, nil
}

func onnx(_ *call, l *train.Predictor, q wire.PredictCall) (none wire.None, err error) {
	return none, l.ExportONNX(q.Path, train.ONNX{Bytes: q.Bytes})
}

func results(c *call, l *learner, q wire.LearnerCall) (_ plots.Chart, err error) {
	rows := q.Rows.Or(3)
	split := l.live.Split()
	var items []dataset.Item
	var list []*images.RGB
	for _, item := range split.Valid {
		if len(items) == rows*rows {
			break
		}
		img, err := l.live.Open(item)
		var bad *images.Error
		if errors.As(err, &bad) && l.desc.Data.Skip {
			continue // the first call that opened all images reported it
		}
		if err != nil {
			return nil, err
		}
		items, list = append(items, item), append(list, img)
	}
	if len(items) == 0 {
		return nil, errors.New("results: there are no validation images: draw some, for instance " +
			"with pets.ValidPct(0.2)")
	}
	probs, err := l.live.Predict(c, list)
	if err != nil {
		return nil, err
	}
	grid := plots.ImageGrid{Figure: c.figure("actual / predicted"),
		Columns: int(math.Ceil(math.Sqrt(float64(len(items)))))}
	for i, item := range items {
		shown, err := l.live.Display(list[i])
		if err != nil {
			return nil, err
		}
		guess, color := interpret.Argmax(probs[i]), "green"
		if guess != item.Label {
			color = "red"
		}
		grid.Cells = append(grid.Cells, plots.ImageCell{Image: shown.Image(), Color: color,
			Title: split.Classes[item.Label] + "\n" + split.Classes[guess]})
	}
	return grid, nil
}
