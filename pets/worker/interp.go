package main

import (
	"context"
	"errors"
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

// interpretation is what a learner said of its validation images at one time, and with which
// weights.
type interpretation struct {
	*interpret.Interpretation
	desc    spec.Interp
	weights string // file
	version int    // of the learner's weights then
}

// interps keeps the interpretations of a session by name.
type interps struct {
	learners *store
	byName   map[string]*interpretation
}

func (i *interps) register(r *registry) {
	handle(r, wire.Validate, i.score(false))
	handle(r, wire.TTA, i.score(true))
	handle(r, wire.Interpret, func(ctx context.Context, c call, q wire.InterpCall) (spec.Score,
		error) {
		in, err := i.get(ctx, c, q)
		if err != nil {
			return spec.Score{}, err
		}
		return scoreOf(in.Interpretation), nil
	})
	handle(r, wire.Confusion, func(ctx context.Context, c call, q wire.InterpCall) (spec.Confusion,
		error) {
		in, err := i.get(ctx, c, q)
		if err != nil {
			return spec.Confusion{}, err
		}
		return spec.Confusion{Classes: in.Classes, Counts: in.Confusion(), State: in.State}, nil
	})
	handle(r, wire.MostConfused, func(ctx context.Context, c call,
		q wire.InterpCall) ([]spec.Confused, error) {
		in, err := i.announced(ctx, c, q)
		if err != nil {
			return nil, err
		}
		return in.MostConfused(q.MinVal), nil
	})
	handle(r, wire.Matrix, func(ctx context.Context, c call, q wire.InterpCall) (none wire.None,
		err error) {
		in, err := i.announced(ctx, c, q)
		if err != nil {
			return none, err
		}
		return none, c.draw(q.Plot, in.matrix(q.Plot))
	})
	handle(r, wire.TopLosses, i.topLosses)
	handle(r, wire.Interactive, i.interactive)
	handle(r, wire.Report, i.report)
}

// validate predicts the validation images with a bar, by one view of each or by several.
func validate(ctx context.Context, c call, l *learner, tta bool) (*interpret.Interpretation,
	error) {
	bar := newBar(c)
	ev := bar.events("predicting the validation images")
	predict := l.live.ValidProbs
	if tta {
		predict = func(ctx context.Context, ev train.Events) (*train.Predictions, error) {
			return l.live.TTA(ctx, spec.TTA{}, ev)
		}
	}
	p, err := predict(ctx, ev)
	if err != nil {
		bar.fail()
		if errors.Is(err, context.Canceled) {
			err = cancelled("nothing has changed")
		}
		return nil, err
	}
	bar.end(fmt.Sprintf("%d validation images predicted", len(p.Labels)))
	return interpret.From(p)
}

func scoreOf(in *interpret.Interpretation) spec.Score {
	a := in.Accuracy()
	s := spec.Score{ErrorRate: 1 - a.Share, Right: a.Right, Total: a.Total, Low: a.Low,
		High: a.High, State: in.State}
	for _, loss := range in.Losses {
		s.Loss += loss / float64(len(in.Losses))
	}
	return s
}

// score serves Learner.Validate and Learner.TTA.
func (i *interps) score(tta bool) func(context.Context, call, wire.LearnerCall) (spec.Score,
	error) {
	return func(ctx context.Context, c call, q wire.LearnerCall) (s spec.Score, err error) {
		l, err := i.learners.get(ctx, c, q.Learner)
		if err != nil {
			return s, err
		}
		in, err := validate(ctx, c, l, tta)
		if err != nil {
			return s, err
		}
		return scoreOf(in), nil
	}
}

// get returns the interpretation of a description, and makes it if there is none, or if the request
// says so.
func (i *interps) get(ctx context.Context, c call, q wire.InterpCall) (*interpretation, error) {
	d := q.Interp
	if in := i.byName[d.Name]; in != nil && !q.Anew {
		if in.desc.Learner.Name != d.Learner.Name {
			return nil,
				fmt.Errorf(
					"the interpretation %q in the session is of the learner %q, not of %q: give the second one another name (pets.Name(\"%s2\")), or run its Compute() to replace it",
					d.Name, in.desc.Learner.Name, d.Learner.Name, d.Name)
		}
		if diff := spec.Diff(in.desc, d); diff != "" {
			return nil,
				fmt.Errorf(
					"the interpretation %q in the session has other options (%s): run its Compute() to make it anew, or set the variables back", d.Name, diff)
		}
		return in, nil
	}
	l, err := i.learners.get(ctx, c, d.Learner)
	if err != nil {
		return nil, err
	}
	predicted, err := validate(ctx, c, l, d.TTA)
	if err != nil {
		return nil, err
	}
	in := &interpretation{predicted, d, filepath.Join(i.learners.device.dir,
		"interp-"+fileName(d.Name)+".safetensors"), l.version}
	if err := l.live.Save(in.weights); err != nil {
		return nil, fmt.Errorf("interpretation: keeping its weights: %w", err)
	}
	i.byName[d.Name] = in
	if !q.Anew {
		c.say("%s speaks of %s %s", d.Name, d.Learner.Name, in.State)
	}
	return in, nil
}

// announced is get, and says which weights the interpretation is of, if the learner was trained
// since.
func (i *interps) announced(ctx context.Context, c call, q wire.InterpCall) (*interpretation,
	error) {
	in, err := i.get(ctx, c, q)
	if err != nil {
		return nil, err
	}
	if l := i.learners.byName[in.desc.Learner.Name]; l == nil || l.version != in.version {
		c.say("%s speaks of %s %s, as computed then; Compute() looks at the present weights",
			in.desc.Name, in.desc.Learner.Name, in.State)
	}
	return in, nil
}

// topLosses serves PlotTopLosses (fastai §11.2).
func (i *interps) topLosses(ctx context.Context, c call, q wire.InterpCall) (none wire.None,
	err error) {
	if q.K < 1 || q.K > 200 {
		return none, fmt.Errorf("top losses: %d images, want 1 to 200", q.K)
	}
	in, err := i.announced(ctx, c, q)
	if err != nil {
		return none, err
	}
	l, done, err := i.learnerOf(ctx, c, in)
	if err != nil {
		return none, err
	}
	defer done()
	tops := in.TopLosses(q.K, !q.Plot.Smallest)
	list, classes := make([]*images.RGB, len(tops)), make([]int, len(tops))
	for k, t := range tops {
		if list[k], err = l.Open(dataset.Item{Path: t.Path}); err != nil {
			return none, err
		}
		classes[k] = in.Labels[t.Index]
	}
	var heat []train.Heatmap
	if !q.Plot.NoHeatmap {
		if heat, err = l.GradCAM(ctx, list, classes); err != nil {
			return none, err
		}
	}
	f := figure(q.Plot)
	f.Title = "prediction/actual/loss/probability"
	grid := plots.ImageGrid{Figure: f}
	for k, t := range tops {
		shown, err := l.Display(list[k])
		if err != nil {
			return none, err
		}
		cell := plots.ImageCell{Image: shown.Image(), Title: fmt.Sprintf("%s/%s / %.2f / %.2f",
			t.Predicted, t.Actual, t.Loss, t.Prob)}
		// smaller maps say nothing (fastai's heatmap_thresh)
		if heat != nil && heat[k].W*heat[k].H >= 16 {
			values := make([]float64, len(heat[k].Values))
			for n, v := range heat[k].Values {
				values[n] = float64(v)
			}
			cell.Heat = &plots.Heat{W: heat[k].W, H: heat[k].H, Values: values}
		}
		grid.Cells = append(grid.Cells, cell)
	}
	return none, c.draw(q.Plot, grid)
}

// learnerOf returns a learner with the weights that an interpretation is of: the one in the session
// if it still has them, else one made for the purpose, which done frees.
func (i *interps) learnerOf(ctx context.Context, c call, in *interpretation) (l *train.Learner,
	done func(), err error) {
	d := in.desc.Learner
	if l := i.learners.byName[d.Name]; l != nil && l.version == in.version &&
		spec.Diff(l.desc, d) == "" {
		if l, err = i.learners.get(ctx, c, d); err != nil {
			return nil, nil, err
		}
		return l.live, func() {}, nil
	}
	if err := i.learners.makeRoom(nil); err != nil {
		return nil, nil, err
	}
	past, err := i.learners.build(ctx, c, d, false)
	if err != nil {
		return nil, nil, err
	}
	if _, err := past.live.Load(in.weights); err != nil {
		past.live.Close()
		return nil, nil, err
	}
	return past.live, past.live.Close, nil
}

func (in *interpretation) matrix(p spec.Plot) plots.Matrix {
	f := figure(p)
	f.Title = "Confusion matrix"
	return plots.Matrix{Figure: f, Labels: in.Classes, Counts: in.Confusion(),
		Normalize: p.Normalize, XLabel: "Predicted", YLabel: "Actual"}
}

// report serves Interpretation.Report.
func (i *interps) report(ctx context.Context, c call, q wire.InterpCall) (none wire.None,
	err error) {
	in, err := i.get(ctx, c, q)
	if err != nil {
		return none, err
	}
	a := in.Accuracy()
	c.say("%s, %s: accuracy %.1f %% (%d of %d; 95 %% interval %.1f–%.1f %%)", in.desc.Learner.Name,
		in.State, 100*a.Share, a.Right, a.Total, 100*a.Low, 100*a.High)
	t := plots.Table{Header: []string{"class", "precision", "recall", "f1", "support"}}
	for _, r := range in.Report() {
		t.Rows = append(t.Rows, []string{r.Class, fmt.Sprintf("%.3f", r.Precision),
			fmt.Sprintf("%.3f", r.Recall), fmt.Sprintf("%.3f", r.F1), fmt.Sprint(r.Support)})
	}
	return none, c.show(t)
}
