package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
	"gopets/plots"
)

// interpretation is a live one: what a learner said at one time, and the weights that said it.
type interpretation struct {
	desc    wire.Interp
	in      *interpret.Interpretation
	weights string // file
	version int    // of the learner's weights then
}

// validProbs predicts the validation pictures with a bar, by one look at each or by several.
func validProbs(ctx context.Context, c *session.Call, l *learner, tta bool) (*interpret.Interpretation, error) {
	bar := newBar(c)
	ev := train.Events{Note: func(line string) { say(c, line) }, Batch: func(b train.BatchInfo) {
		label := "predicting the validation pictures"
		if b.Phase == train.PhaseCheck {
			label = "opening pictures"
		}
		bar.step(label, b.Batch+1, b.Batches, "")
	}}
	var p *interpret.Predictions
	var err error
	if tta {
		p, err = l.live.TTA(ctx, spec.TTA{}, ev)
	} else {
		p, err = l.live.ValidProbs(ctx, ev)
	}
	if err != nil {
		if errors.Is(err, context.Canceled) {
			err = cancelled("nothing has changed")
		}
		return nil, err
	}
	bar.end(fmt.Sprintf("%d validation pictures predicted", len(p.Labels)))
	return interpret.From(p)
}

func score(in *interpret.Interpretation) wire.Score {
	a := in.Accuracy()
	s := wire.Score{ErrorRate: 1 - a.Share, Right: a.Right, Total: a.Total, Low: a.Low, High: a.High, State: in.State}
	for _, loss := range in.Losses {
		s.Loss += loss / float64(len(in.Losses))
	}
	return s
}

// validate serves Learner.Validate.
func (h *house) validate(ctx context.Context, c *session.Call, q wire.LearnerCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	in, err := validProbs(ctx, c, l, false)
	if err != nil {
		return nil, err
	}
	return score(in), nil
}

// tta serves Learner.TTA.
func (h *house) tta(ctx context.Context, c *session.Call, q wire.LearnerCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	in, err := validProbs(ctx, c, l, true)
	if err != nil {
		return nil, err
	}
	return score(in), nil
}

// interpret serves Interpretation.Compute.
func (h *house) interpret(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	return score(i.in), nil
}

// computed gives the live interpretation of a description, and makes it if there is none, or if the
// request says so.
func (h *house) computed(ctx context.Context, c *session.Call, q wire.InterpCall) (*interpretation, error) {
	d := q.Interp
	if i := h.interps[d.Name]; i != nil && !q.Anew {
		if i.desc.Learner.Name != d.Learner.Name {
			return nil, fmt.Errorf("the live interpretation %q speaks of the learner %q, not of %q: give the second one another name (pets.Name(\"%s2\")), or run its Compute() to replace it",
				d.Name, i.desc.Learner.Name, d.Learner.Name, d.Name)
		}
		if diff := wire.Difference(i.desc.Learner, d.Learner); diff != "" {
			return nil, fmt.Errorf("the live interpretation %q was made from another description (%s): run its Compute() to make it anew, or set the variables back", d.Name, diff)
		}
		if i.desc.TTA != d.TTA {
			return nil, fmt.Errorf("the live interpretation %q was made with TTA %v: run its Compute() to make it anew with %v", d.Name, i.desc.TTA, d.TTA)
		}
		return i, nil
	}
	l, err := h.use(ctx, c, d.Learner, false)
	if err != nil {
		return nil, err
	}
	in, err := validProbs(ctx, c, l, d.TTA)
	if err != nil {
		return nil, err
	}
	i := &interpretation{desc: d, in: in, version: l.version, weights: filepath.Join(h.scratch, "interp-"+safe(d.Name)+".safetensors")}
	if err := l.live.Save(i.weights); err != nil {
		return nil, fmt.Errorf("interpretation: keeping the weights that it speaks of: %w", err)
	}
	h.interps[d.Name] = i
	if !q.Anew {
		say(c, fmt.Sprintf("%s speaks of %s %s", d.Name, d.Learner.Name, in.State))
	}
	return i, nil
}

// safe makes a file name of a name.
func safe(name string) string { return fmt.Sprintf("%x", name) }

// about says which weights an interpretation speaks of, if the learner was trained since.
func (h *house) about(c *session.Call, i *interpretation) {
	if l := h.learners[i.desc.Learner.Name]; l == nil || l.version != i.version {
		say(c, fmt.Sprintf("%s speaks of %s %s, as computed then; Compute() looks at the present weights", i.desc.Name, i.desc.Learner.Name, i.in.State))
	}
}

// topLosses serves PlotTopLosses (fastai §11.2).
func (h *house) topLosses(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	if q.K < 1 || q.K > 200 {
		return nil, fmt.Errorf("top losses: %d pictures: give 1 to 200", q.K)
	}
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	h.about(c, i)
	tops := i.in.TopLosses(q.K, !q.Plot.Smallest)
	pictures, shown := make([]*images.RGB, len(tops)), make([]*images.RGB, len(tops))
	classes := make([]int, len(tops))
	speaker, done, err := h.speaker(ctx, c, i)
	if err != nil {
		return nil, err
	}
	defer done()
	for k, t := range tops {
		if pictures[k], err = speaker.Open(dataset.Item{Path: t.Path}); err != nil {
			return nil, err
		}
		if shown[k], err = speaker.Display(pictures[k]); err != nil {
			return nil, err
		}
		classes[k] = i.in.Labels[t.Index]
	}
	var heat []train.Heatmap
	if !q.Plot.NoHeatmap {
		if heat, err = speaker.GradCAM(ctx, pictures, classes); err != nil {
			return nil, err
		}
	}
	figure := figure(q.Plot)
	figure.Title = "prediction/actual/loss/probability"
	grid := plots.ImageGrid{Figure: figure}
	for k, t := range tops {
		cell := plots.ImageCell{Image: shown[k].Image(), Title: fmt.Sprintf("%s/%s / %.2f / %.2f", t.Predicted, t.Actual, t.Loss, t.Prob)}
		// smaller maps say nothing (fastai's heatmap_thresh)
		if heat != nil && heat[k].W*heat[k].H >= 16 {
			cell.Heat = &plots.Heat{W: heat[k].W, H: heat[k].H, Values: float64s(heat[k].Values)}
		}
		grid.Cells = append(grid.Cells, cell)
	}
	return nil, draw(c, q.Plot, grid)
}

func float64s(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}

// speaker gives a learner with the weights that an interpretation speaks of: the live one if it
// still has them, else one made for the purpose, which done frees.
func (h *house) speaker(ctx context.Context, c *session.Call, i *interpretation) (speaker *train.Learner, done func(), err error) {
	d := i.desc.Learner
	if l := h.learners[d.Name]; l != nil && l.version == i.version && wire.Difference(l.desc, d) == "" {
		if l, err = h.use(ctx, c, d, false); err != nil {
			return nil, nil, err
		}
		return l.live, func() {}, nil
	}
	if err := h.room(nil); err != nil {
		return nil, nil, err
	}
	past, err := h.build(ctx, c, d, false)
	if err != nil {
		return nil, nil, err
	}
	if _, err := past.live.Load(i.weights); err != nil {
		past.live.Close()
		return nil, nil, err
	}
	return past.live, past.live.Close, nil
}

// matrix serves PlotConfusionMatrix.
func (h *house) matrix(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	h.about(c, i)
	return nil, draw(c, q.Plot, i.confusionMatrix(q.Plot))
}

// confusion serves Interpretation.Confusion.
func (h *house) confusion(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	return wire.Confusion{Classes: i.in.Classes, Counts: i.in.Confusion(), State: i.in.State}, nil
}

// mostConfused serves Interpretation.MostConfused.
func (h *house) mostConfused(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	h.about(c, i)
	pairs := []wire.Confused{}
	for _, p := range i.in.MostConfused(q.MinVal) {
		pairs = append(pairs, wire.Confused{Actual: p.Actual, Predicted: p.Predicted, Count: p.Count})
	}
	return pairs, nil
}

// report serves Interpretation.Report.
func (h *house) report(ctx context.Context, c *session.Call, q wire.InterpCall) (any, error) {
	i, err := h.computed(ctx, c, q)
	if err != nil {
		return nil, err
	}
	a := i.in.Accuracy()
	say(c, fmt.Sprintf("%s, %s: accuracy %.1f %% (%d of %d; 95 %% interval %.1f–%.1f %%)", i.desc.Learner.Name, i.in.State, 100*a.Share, a.Right, a.Total, 100*a.Low, 100*a.High))
	t := plots.Table{Header: []string{"class", "precision", "recall", "f1", "support"}}
	for _, r := range i.in.Report() {
		t.Rows = append(t.Rows, []string{r.Class, fmt.Sprintf("%.3f", r.Precision), fmt.Sprintf("%.3f", r.Recall), fmt.Sprintf("%.3f", r.F1), fmt.Sprint(r.Support)})
	}
	return nil, show(c, t)
}
