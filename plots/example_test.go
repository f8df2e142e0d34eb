package plots_test

import (
	"fmt"
	"image"
	"os"
	"strings"
	"time"

	"gopets/plots"
)

func ExampleImageGrid() {
	photo := image.NewGray(image.Rect(0, 0, 224, 224))
	g := plots.ImageGrid{
		Figure: plots.Figure{Width: 7, Height: 6},
		Cells: []plots.ImageCell{{Image: photo, Title: "Ragdoll"},
			{Image: photo, Title: "pug", Color: "red"}, {Image: photo, Title: "boxer"}},
	}
	html, err := g.HTML()
	fmt.Println(html[:49], err)
	fmt.Print(g.Text())
	// Output:
	// <img alt="Image grid: 3 images: Ragdoll, pug, box <nil>
	// Ragdoll  pug
	// boxer
}

func ExampleLines() {
	l := plots.Lines{XLabel: "Batches processed", YLabel: "Loss", Series: []plots.Series{
		{Name: "Train", Y: []float64{4, 2, 1, 0.5, 0.4}},
		{Name: "Validation", X: []float64{2, 4}, Y: []float64{0.9, 0.6}, Points: true},
	}}
	svg, err := l.SVG()
	fmt.Println(strings.Contains(string(svg), ">Batches processed</text>"), err)
	// Output: true <nil>
}

func ExamplePanels() {
	p := plots.Panels{Figure: plots.Figure{Width: 12, Height: 4}, Charts: []plots.Lines{
		{XLabel: "Iterations", YLabel: "Learning Rate",
			Series: []plots.Series{{Y: []float64{1e-4, 3e-3, 1e-6}}}},
		{XLabel: "Iterations", YLabel: "Momentum",
			Series: []plots.Series{{Y: []float64{0.95, 0.85, 0.95}}}},
	}}
	png, err := p.PNG()
	if err != nil {
		fmt.Println(err)
		return
	}
	c, _, err := image.DecodeConfig(strings.NewReader(string(png)))
	fmt.Println(c.Width, c.Height, err)
	// Output: 864 288 <nil>
}

func ExampleLRFinder() {
	f := plots.LRFinder{
		LR: []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1}, Loss: []float64{4, 3.9, 3, 1, 0.5, 9},
		Suggestions: []plots.Mark{{Name: "steepest", LR: 1e-3, Loss: 1}},
	}
	html, err := f.HTML()
	fmt.Println(html[:43], err)
	// Output: <img alt="Loss against Learning Rate (logar <nil>
}

func ExampleMatrix() {
	m := plots.Matrix{Labels: []string{"Birman", "Ragdoll", "pug"},
		Counts: [][]int{{38, 2, 0}, {8, 31, 0}, {0, 0, 40}}}
	fmt.Print(m.Text())
	// Output:
	// Actual \ Predicted  Birman  Ragdoll  pug
	// Birman                  38        2
	// Ragdoll                  8       31
	// pug                                   40
}

func ExampleBars() {
	b := plots.Bars{Labels: []string{"Ragdoll", "Birman"}, Values: []float64{0.5, 0.1},
		Percent: true}
	fmt.Print(b.Text())
	// Output:
	// Ragdoll  ███████████████                 50.0 %
	// Birman   ███                             10.0 %
}

func ExamplePrediction() {
	p := plots.Prediction{
		Figure: plots.Figure{Title: "pomeranian"},
		Image:  image.NewGray(image.Rect(0, 0, 300, 200)),
		Bars: plots.Bars{Labels: []string{"pomeranian", "chihuahua"}, Values: []float64{0.9, 0.1},
			Percent: true, Highlight: 1},
	}
	fmt.Print(p.Text())
	// Output:
	// pomeranian
	// pomeranian  ███████████████████████████     90.0 %
	// chihuahua   ███                             10.0 %
}

func ExampleHistogram() {
	h := plots.Histogram{Values: []float64{0.1, 0.2, 0.3, 0.3, 0.9}, Bins: 2, XLabel: "Loss"}
	fmt.Print(h.Text())
	// Output:
	// 0.1 – 0.5  ██████████████████████████████  4
	// 0.5 – 0.9  ████████                        1
}

func ExampleTable() {
	t := plots.Table{Header: []string{"actual", "predicted", "count"},
		Rows: [][]string{{"Ragdoll", "Birman", "8"}, {"Bengal", "Egyptian_Mau", "12"}}}
	fmt.Print(t.Text())
	// Output:
	// actual   predicted     count
	// Ragdoll  Birman            8
	// Bengal   Egyptian_Mau     12
}

func ExampleEpochTable() {
	t := plots.EpochTable{Rows: []plots.EpochRow{{Epoch: 0, TrainLoss: 1.409, ValidLoss: 0.345,
		Metrics: []float64{0.1103}, Time: 83 * time.Second}}}
	fmt.Print(t.Text())
	// Output:
	// epoch  train_loss  valid_loss  error_rate  time
	//     0    1.409000    0.345000    0.110300  01:23
}

func ExampleSummary() {
	s := plots.Summary{Rows: []plots.LayerRow{{Name: "conv1", Output: "64 × 112 × 112",
		Params: 9408}, {Name: "head.8", Output: "37", Params: 18981, Trainable: 18981}}}
	fmt.Print(s.Text())
	// Output:
	// Layer   Output shape    Parameters  Trainable
	// conv1   64 × 112 × 112       9,408  no
	// head.8  37                  18,981  yes
	//
	// Parameters: 28,389
	// Trainable: 18,981
	// Not trainable: 9,408
}

func ExampleProgress() {
	bar := plots.ProgressBar{Label: "Epoch 1/4", Done: 3, Total: 4, Elapsed: 81 * time.Second,
		Comment: "0.4132"}
	fmt.Println(plots.Progress(bar))
	fmt.Println(bar.Text())
	// Output:
	// <div><progress value="3" max="4" style="width:300px;height:20px;vertical-align:middle"></progress> 75.00% [3/4 01:21&lt;00:27 0.4132]</div>
	// Epoch 1/4 : |██████████████████████████████----------| 75.00% [3/4 01:21<00:27 0.4132]
}

func ExampleTraining() {
	t := plots.Training{
		Epochs: plots.ProgressBar{Done: 1, Total: 2, Elapsed: 60 * time.Second},
		Table: plots.EpochTable{Rows: []plots.EpochRow{{TrainLoss: 1.4, ValidLoss: 0.3,
			Metrics: []float64{0.11}, Time: time.Minute}}},
		Batches: plots.ProgressBar{Label: "Epoch 2/2", Done: 1, Total: 2, Elapsed: 30 * time.Second,
			State: plots.Interrupted},
	}
	fmt.Print(t.Text())
	// Output:
	// epoch  train_loss  valid_loss  error_rate  time
	//     0    1.400000    0.300000    0.110000  01:00
	// Epoch 2/2 : |████████████████████--------------------| Interrupted 50.00% [1/2 00:30<00:30]
}

// A chart as a file.
func Example() {
	b := plots.Bars{Figure: plots.Figure{Width: 4, Height: 1}, Labels: []string{"cats", "dogs"},
		Values: []float64{12, 25}}
	svg, err := b.SVG()
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := os.CreateTemp("", "bars-*.svg")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	defer file.Close()
	_, err = file.Write(svg)
	fmt.Println(err)
	// Output: <nil>
}
