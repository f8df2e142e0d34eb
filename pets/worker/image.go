package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"sort"

	"gopets/kernelext/session"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/interpret"
	"gopets/pets/wire"
	"gopets/plots"
)

// showImage serves Image.Show.
func (h *house) showImage(ctx context.Context, c *session.Call, q wire.ImageCall) (any, error) {
	p, err := picture(q, images.Options{})
	if err != nil {
		return nil, err
	}
	f := figure(q.Plot)
	if f.Width == 0 && f.Height == 0 {
		f.Width, f.Height = 3*float64(p.W)/float64(p.H), 3
	}
	f.Alt = filepath.Base(q.Path)
	return nil, draw(c, q.Plot, plots.ImageGrid{Figure: f, Columns: 1, Cells: []plots.ImageCell{{Image: p.Image()}}})
}

// predict serves Learner.Predict and Exported.Predict.
func (h *house) predict(ctx context.Context, c *session.Call, q wire.ImageCall) (any, error) {
	l, err := h.speakerFor(ctx, c, q)
	if err != nil {
		return nil, err
	}
	picture, err := picture(q, l.Config().Decode())
	if err != nil {
		return nil, err
	}
	rows, err := l.Predict(ctx, []*images.RGB{picture})
	if err != nil {
		return nil, err
	}
	classes := l.Split().Classes
	answer := wire.Prediction{Classes: classes, Probabilities: float64s(rows[0]), State: l.State()}
	order := make([]int, len(rows[0]))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rows[0][order[a]] > rows[0][order[b]] })
	chart := plots.Prediction{Figure: figure(q.Plot), Image: picture.Image(), Bars: plots.Bars{Percent: true, Highlight: 1}}
	chart.Title = fmt.Sprintf("%s: %s", filepath.Base(q.Path), classes[order[0]])
	for _, i := range order[:min(5, len(order))] {
		chart.Bars.Labels = append(chart.Bars.Labels, classes[i])
		chart.Bars.Values = append(chart.Bars.Values, answer.Probabilities[i])
	}
	return answer, draw(c, q.Plot, chart)
}

// showResults serves Learner.ShowResults: validation pictures, actual over predicted class.
func (h *house) showResults(ctx context.Context, c *session.Call, q wire.LearnerCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	rows := q.Plot.Rows
	if rows == 0 {
		rows = 3
	}
	if rows < 1 || rows > 20 {
		return nil, fmt.Errorf("show results: %d rows: give 1 to 20", rows)
	}
	items := l.split.Valid[:min(rows*rows, len(l.split.Valid))]
	pictures := make([]*images.RGB, len(items))
	for i, item := range items {
		if pictures[i], err = l.live.Open(item); err != nil {
			return nil, err
		}
	}
	probs, err := l.live.Predict(ctx, pictures)
	if err != nil {
		return nil, err
	}
	f := figure(q.Plot)
	f.Title = "actual / predicted"
	grid := plots.ImageGrid{Figure: f, Columns: int(math.Ceil(math.Sqrt(float64(len(items)))))}
	for i, item := range items {
		shown, err := l.live.Display(pictures[i])
		if err != nil {
			return nil, err
		}
		guess, color := interpret.Argmax(probs[i]), "green"
		if guess != item.Label {
			color = "red"
		}
		grid.Cells = append(grid.Cells, plots.ImageCell{Image: shown.Image(), Color: color,
			Title: l.split.Classes[item.Label] + "\n" + l.split.Classes[guess]})
	}
	return nil, draw(c, q.Plot, grid)
}
