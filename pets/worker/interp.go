package main

import (
	"context"
	"fmt"
	"path/filepath"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

// interpretation holds a learner's predictions of its validation images at one time.
type interpretation struct {
	*interpret.Interpretation
	desc     spec.Interp
	snapshot string // the learner's file then
	version  int    // of its weights
}

type interps struct {
	learners *store
	byName   map[string]*interpretation
}

func (i *interps) validate(c *call, q wire.LearnerCall) (*interpret.Interpretation, error) {
	l, err := i.learners.of(c, q)
	if err != nil {
		return nil, err
	}
	return validate(c, l, q.TTA)
}

func validate(c *call, l *learner, tta bool) (*interpret.Interpretation, error) {
	bar, predict := newBar(c), l.live.ValidProbs
	if tta {
		predict = func(ctx context.Context, ev train.Events) (*train.Predictions, error) {
			return l.live.TTA(ctx, spec.TTA{}, ev)
		}
	}
	p, err := predict(c, bar.events("predicting the validation images"))
	if err != nil {
		return nil, err
	}
	bar.end(fmt.Sprintf("%d validation images predicted", len(p.Labels)))
	return interpret.From(p)
}

// get returns the interpretation of a call, and makes it if it is missing or q.Anew.
func (i *interps) get(c *call, q wire.InterpCall) (*interpretation, error) {
	d := q.Interp
	if in := i.byName[d.Name]; in != nil && !q.Anew {
		err := sameOptions("interpretation", d.Name, "Compute", spec.Diff(in.desc, d))
		l := i.learners.byName[d.Learner.Name]
		if err == nil && (l == nil || l.version != in.version) {
			c.say("%[1]s: predictions of %[2]s %[3]s, not of its present weights: %[1]s.Compute() "+
				"makes new ones", d.Name, d.Learner.Name, in.State)
		}
		return in, err
	}
	l, err := i.learners.get(c, d.Learner)
	if err != nil {
		return nil, err
	}
	predicted, err := validate(c, l, d.TTA)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(i.learners.device.dir, "interp-"+fileName(d.Name)+".safetensors")
	if err := l.live.Snapshot(file); err != nil {
		return nil, fmt.Errorf("interpretation: keeping its weights: %w", err)
	}
	in := &interpretation{predicted, d, file, l.version}
	i.byName[d.Name] = in
	if !q.Anew {
		c.say("%s: predictions of %s %s", d.Name, d.Learner.Name, in.State)
	}
	return in, nil
}

func (in *interpretation) confusion() spec.Confusion {
	return spec.Confusion{Classes: in.Classes, Counts: in.Confusion(), State: in.State}
}

func mostConfused(_ *call, in *interpretation, q wire.InterpCall) ([]spec.Confused, error) {
	return in.MostConfused(q.MinVal), nil
}

func (i *interps) topLosses(c *call, in *interpretation, q wire.InterpCall) (plots.Chart, error) {
	if q.K < 1 || q.K > 200 {
		return nil, fmt.Errorf("top losses: %d images, want 1 to 200", q.K)
	}
	l, done, err := i.learnerOf(c, in)
	if err != nil {
		return nil, err
	}
	defer done()
	tops := in.TopLosses(q.K, !q.Smallest)
	list, classes := make([]*images.RGB, len(tops)), make([]int, len(tops))
	for k, t := range tops {
		if list[k], err = l.Open(dataset.Item{Path: t.Path}); err != nil {
			return nil, err
		}
		classes[k] = in.Labels[t.Index]
	}
	heat := make([]train.Heatmap, len(tops))
	if !q.NoHeatmap {
		if heat, err = l.GradCAM(c, list, classes); err != nil {
			return nil, err
		}
	}
	grid := plots.ImageGrid{Figure: c.figure("prediction/actual/loss/probability")}
	for k, t := range tops {
		shown, err := l.Display(list[k])
		if err != nil {
			return nil, err
		}
		cell := plots.ImageCell{Image: shown.Image(), Title: fmt.Sprintf("%s/%s / %.2f / %.2f",
			t.Predicted, t.Actual, t.Loss, t.Prob)}
		// smaller maps say nothing (fastai's heatmap_thresh)
		if h := heat[k]; h.W*h.H >= 16 {
			cell.Heat = &plots.Heat{W: h.W, H: h.H}
			for _, v := range h.Values {
				cell.Heat.Values = append(cell.Heat.Values, float64(v))
			}
		}
		grid.Cells = append(grid.Cells, cell)
	}
	return grid, nil
}

// learnerOf returns a learner with the interpretation's weights: the session's if it still has
// them, else a new one. Call done at the end.
func (i *interps) learnerOf(c *call, in *interpretation) (l *train.Learner, done func(),
	err error) {
	d := in.desc.Learner
	if l := i.learners.byName[d.Name]; l != nil && l.version == in.version {
		if l, err := i.learners.get(c, d); err == nil {
			return l.live, func() {}, nil
		}
	}
	past, err := i.learners.restored(c, d, in.snapshot)
	if err != nil {
		return nil, nil, err
	}
	return past.live, past.live.Close, nil
}

func matrix(c *call, in *interpretation, q wire.InterpCall) (plots.Matrix, error) {
	return plots.Matrix{Figure: c.figure("Confusion matrix"), Labels: in.Classes,
		Counts: in.Confusion(), Normalize: q.Normalize, XLabel: "Predicted", YLabel: "Actual"}, nil
}

// Limits on the images of an interactive matrix, which are all in the notebook's file.
const (
	perMistake = 6   // of one pair of classes
	perRight   = 2   // of those of a class that are right
	inAll      = 300 // about a megabyte and a half
)

func interactive(c *call, in *interpretation, q wire.InterpCall) (plots.Chart, error) {
	chosen, left := in.Examples(perMistake, perRight, inAll)
	examples := make([]plots.Example, len(chosen))
	for i, t := range chosen {
		if err := c.Err(); err != nil {
			return nil, err
		}
		img, err := images.DecodeFile(t.Path, images.Options{})
		if err != nil {
			return nil, err
		}
		examples[i] = plots.Example{Actual: in.Labels[t.Index], Predicted: in.Predicted[t.Index],
			Image: img.Image(),
			Title: fmt.Sprintf("%s, loss %.2f", filepath.Base(t.Path), t.Loss)}
	}
	if left > 0 {
		c.say("%d wrong images with smaller losses are counted but not shown", left)
	}
	m, err := matrix(c, in, q)
	return plots.InteractiveMatrix{Matrix: m, Examples: examples}, err
}

func report(c *call, in *interpretation, _ wire.InterpCall) (plots.Chart, error) {
	a := in.Score()
	c.say("%s, %s: accuracy %.1f %% (%d of %d; 95 %% interval %.1f–%.1f %%)", in.desc.Learner.Name,
		in.State, 100*(1-a.ErrorRate), a.Right, a.Total, 100*a.Low, 100*a.High)
	t := plots.Table{Header: []string{"class", "precision", "recall", "f1", "support"}}
	for _, r := range in.Report() {
		t.Rows = append(t.Rows, []string{r.Class, fmt.Sprintf("%.3f", r.Precision),
			fmt.Sprintf("%.3f", r.Recall), fmt.Sprintf("%.3f", r.F1), fmt.Sprint(r.Support)})
	}
	return t, nil
}
