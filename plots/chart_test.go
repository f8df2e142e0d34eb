package plots_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"gopets/plots"
)

var _ = []plots.Chart{plots.ImageGrid{}, plots.Lines{}, plots.Panels{}, plots.LRFinder{},
	plots.Matrix{}, plots.Bars{}, plots.Prediction{}, plots.Histogram{}, plots.Table{},
	plots.EpochTable{}, plots.Summary{}}

// TestMistakesAreNamed asks for errors that say what was wrong and what was wanted; never a panic.
func TestMistakesAreNamed(t *testing.T) {
	photo := image.NewGray(image.Rect(0, 0, 8, 8))
	for name, c := range map[string]struct {
		chart plots.Chart
		want  string
	}{
		"rows": {plots.Matrix{Labels: []string{"a", "b"}, Counts: [][]int{{1, 2}}},
			"2 labels but 1 rows"},
		"columns": {plots.Matrix{Labels: []string{"a", "b"}, Counts: [][]int{{1, 2}, {3}}},
			"row 1 (b) has 1 counts"},
		"negative": {plots.Matrix{Labels: []string{"a"}, Counts: [][]int{{-1}}},
			"cannot be negative"},
		"no labels": {plots.Matrix{}, "no labels"},
		"crowded": {plots.Matrix{Figure: plots.Figure{Width: 0.5, Height: 0.5},
			Labels: make([]string, 100), Counts: square(100)}, "do not fit"},
		"no cells":  {plots.ImageGrid{}, "no images"},
		"nil image": {plots.ImageGrid{Cells: []plots.ImageCell{{Title: "pug"}}}, "cell 0 (pug)"},
		"colour": {plots.ImageGrid{Cells: []plots.ImageCell{{Image: photo, Color: "reddish"}}},
			`unknown colour "reddish"`},
		"heat": {plots.ImageGrid{Cells: []plots.ImageCell{{Image: photo,
			Heat: &plots.Heat{W: 7, H: 7}}}}, "has 0 values; want 49"},
		"alpha": {plots.ImageGrid{Cells: []plots.ImageCell{{Image: photo,
			Heat: &plots.Heat{W: 1, H: 1, Values: []float64{1}, Alpha: 2}}}}, "alpha 2"},
		"many": {plots.ImageGrid{Figure: plots.Figure{Width: 1, Height: 1}, Columns: 50,
			Cells: make([]plots.ImageCell, 100)}, "do not fit into"},
		"lengths": {plots.Lines{Series: []plots.Series{{Name: "Train", X: []float64{1},
			Y: []float64{1, 2}}}}, "series 0 (Train) has 1 x and 2 y"},
		"finder": {plots.LRFinder{Loss: []float64{1}}, "has 0 x and 1 y"},
		"panels": {plots.Panels{}, "no charts"},
		"bars":   {plots.Bars{Labels: []string{"a"}}, "1 labels for 0 values"},
		"minus": {plots.Bars{Labels: []string{"a"}, Values: []float64{-1}},
			"value 0 (a) is -1"},
		"no photo": {plots.Prediction{}, "no image"},
		"inches":   {plots.Bars{Figure: plots.Figure{Width: 1e9}}, "cannot be drawn"},
		"dpi":      {plots.Bars{Figure: plots.Figure{DPI: -72}}, "cannot be drawn"},
		"nan":      {plots.Lines{Figure: plots.Figure{Height: math.NaN()}}, "cannot be drawn"},
	} {
		for form, draw := range map[string]func() error{
			"SVG":  func() error { _, err := c.chart.SVG(); return err },
			"PNG":  func() error { _, err := c.chart.PNG(); return err },
			"HTML": func() error { _, err := c.chart.HTML(); return err },
		} {
			if err := draw(); err == nil || !strings.Contains(err.Error(), c.want) ||
				!strings.HasPrefix(err.Error(), "plots: ") {
				t.Errorf("%s: %s: error %v; want one with %q", name, form, err, c.want)
			}
		}
		c.chart.Text() // must not panic
	}
}

func square(n int) [][]int {
	out := make([][]int, n)
	for i := range out {
		out[i] = make([]int, n)
	}
	return out
}

// TestEmptyDataIsDrawn: an epoch without values, a class without images.
func TestEmptyDataIsDrawn(t *testing.T) {
	for name, c := range map[string]plots.Chart{
		"lines": plots.Lines{}, "series": plots.Lines{LogX: true,
			Series: []plots.Series{{}, {X: []float64{-1, 0}, Y: []float64{1, 2}}}},
		"histogram": plots.Histogram{Values: []float64{math.NaN()}},
		"equal":     plots.Histogram{Values: []float64{2, 2, 2}}, "bars": plots.Bars{},
		"zero bars": plots.Bars{Labels: []string{"a"}, Values: []float64{0}},
		"table":     plots.Table{}, "matrix": plots.Matrix{Labels: []string{"a", "b"},
			Counts: square(2), Normalize: true}, "epochs": plots.EpochTable{},
		"summary": plots.Summary{},
		"flat":    plots.Lines{Series: []plots.Series{{Y: []float64{3, 3, 3}}}},
		"many":    plots.Matrix{Labels: make([]string, 300), Counts: square(300)},
		"flat heat": plots.ImageGrid{Cells: []plots.ImageCell{
			{Image: image.NewGray(image.Rect(0, 0, 8, 8)), Heat: &plots.Heat{W: 1, H: 1,
				Values: []float64{1}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			if svg, err := c.SVG(); err != nil {
				t.Error(err)
			} else {
				checkSVG(t, svg)
			}
			if _, err := c.PNG(); err != nil {
				t.Error(err)
			}
			c.Text()
		})
	}
}

// TestSizes compares a figure's pixels with its inches.
func TestSizes(t *testing.T) {
	large := topLosses()
	large.Width, large.Height = 15, 11
	for want, c := range map[string]plots.Chart{
		"504x432": batch(), "1080x792": large, "1200x1200": charts()["confusion"],
		"432x288": lrFinder(), "864x288": schedule(),
	} {
		data, err := c.PNG()
		if err != nil {
			t.Fatal(err)
		}
		size, err := png.DecodeConfig(bytes.NewReader(data))
		if got := fmt.Sprintf("%dx%d", size.Width, size.Height); err != nil || got != want {
			t.Errorf("got %s, want %s (%v)", got, want, err)
		}
		html, err := c.HTML()
		if err != nil || !strings.Contains(html, fmt.Sprintf(`width="%d"`, size.Width)) {
			t.Errorf("HTML does not show %s at its width: %v", want, err)
		}
	}
}

// TestMatrixLeavesZeroBlank counts the numbers in a matrix.
func TestMatrixLeavesZeroBlank(t *testing.T) {
	m := plots.Matrix{Labels: []string{"a", "b", "c"}, Counts: [][]int{{5, 0, 1}, {0, 0, 0},
		{0, 2, 7}}}
	svg, err := m.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for text, n := range map[string]int{">5<": 1, ">1<": 1, ">2<": 1, ">7<": 1, ">0<": 0} {
		if got := strings.Count(string(svg), text); got != n {
			t.Errorf("%q stands %d times, want %d", text, got, n)
		}
	}
}

func TestImageWithoutTitleHasText(t *testing.T) {
	cells := []plots.ImageCell{{Image: creature(20, 20, furs[0])}}
	for want, g := range map[string]plots.ImageGrid{
		"pug_1.jpg\n": {Figure: plots.Figure{Alt: "pug_1.jpg"},
			Cells: cells},
		"Image grid: 1 images: untitled\n": {Cells: cells}} {
		if got := g.Text(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestHeatShowsWhereItIsHot paints a map with one hot corner on grey.
func TestHeatShowsWhereItIsHot(t *testing.T) {
	grey := image.NewUniform(color.Gray{128})
	photo := image.NewRGBA(image.Rect(0, 0, 100, 100))
	for y := range 100 {
		for x := range 100 {
			photo.Set(x, y, grey.C)
		}
	}
	values := make([]float64, 16)
	values[3] = 1 // upper right
	data, err := plots.ImageGrid{Figure: plots.Figure{Width: 2, Height: 2},
		Cells: []plots.ImageCell{{Image: photo, Heat: &plots.Heat{W: 4, H: 4,
			Values: values}}}}.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	red := func(x, y int) uint8 { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA).R }
	if hot, cold := red(130, 16), red(16, 130); hot < 170 || cold > 70 {
		t.Errorf("the hot corner has red %d, the cold one %d", hot, cold)
	}
	if got := color.NRGBAModel.Convert(photo.At(90, 10)).(color.NRGBA); got.R != 128 {
		t.Error("the caller's image was painted over")
	}
}

func TestEpochTableNumbers(t *testing.T) {
	table := plots.EpochTable{Metrics: []string{"error_rate", "accuracy"}, Rows: []plots.EpochRow{
		{Epoch: 3, TrainLoss: 0.5, ValidLoss: math.NaN(), Metrics: []float64{98.0 / 1478},
			Time: 3725 * time.Second},
	}}.Table()
	if got, want := strings.Join(table.Rows[0], "|"), "3|0.500000||0.066306||1:02:05"; got != want {
		t.Errorf("row is %s, want %s", got, want)
	}
}

func TestProgressStates(t *testing.T) {
	for _, c := range []struct {
		bar  plots.ProgressBar
		want string
	}{
		{plots.ProgressBar{Total: 92}, "0.00% [0/92 00:00<?]"},
		{plots.ProgressBar{Done: 46, Total: 92, Elapsed: 30 * time.Second, Comment: "0.5513"},
			"50.00% [46/92 00:30<00:30 0.5513]"},
		{plots.ProgressBar{Done: 92, Total: 92, Elapsed: time.Hour, State: plots.Finished},
			"100.00% [92/92 1:00:00<00:00]"},
		{plots.ProgressBar{Done: 1, Total: 4, Elapsed: time.Second, State: plots.Interrupted},
			"Interrupted 25.00% [1/4 00:01<00:03]"},
		{plots.ProgressBar{}, "0.00% [0/0 00:00<?]"},
	} {
		if got := c.bar.Status(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		checkHTML(t, plots.Progress(c.bar))
	}
	done := plots.Training{Epochs: plots.ProgressBar{State: plots.Finished}, Table: epochs()}
	if html := done.HTML(); strings.Contains(html, "<progress") ||
		!strings.Contains(html, "0.345327") {
		t.Errorf("a finished training shows more or less than its table: %s", html)
	}
}
