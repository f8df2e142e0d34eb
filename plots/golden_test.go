package plots_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gopets/plots"
)

var update = flag.Bool("update", false, "rewrite the golden images in testdata")

// charts are the charts of the golden images, by file name.
func charts() map[string]plots.Chart {
	return map[string]plots.Chart{
		"grid":       batch(),
		"top_losses": topLosses(),
		"results":    results(),
		"losses":     losses(),
		"schedule":   schedule(),
		"lr_finder":  lrFinder(),
		"confusion": confusion(37, plots.Figure{Width: 12, Height: 12, DPI: 100,
			Title: "Confusion matrix"}),
		"confusion_row": normalized(),
		"bars":          bars(),
		"prediction":    prediction(),
		"histogram":     histogram(),
		"table":         mostConfused(),
		"epochs":        epochs(),
		"summary":       summary(),
	}
}

// TestGolden compares every chart's image with the one in testdata. A difference is written next
// to the test's other files: what was drawn, and where it differs.
func TestGolden(t *testing.T) {
	for name, c := range charts() {
		t.Run(name, func(t *testing.T) {
			got, err := c.PNG()
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".png")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v (run go test ./plots -update to make it)", err)
			}
			if diff, n := difference(t, got, want); n > 0 {
				t.Errorf("%d pixels of %s look different; see %s "+
					"(run with -update if that is intended)", n, name,
					writeDifference(t, name, got, want, diff))
			}
		})
	}
}

// difference counts the pixels that differ by more than processors round differently, and shows
// them in red on a pale copy of the expected image.
func difference(t *testing.T, got, want []byte) (image.Image, int) {
	t.Helper()
	a, errA := png.Decode(bytes.NewReader(got))
	b, errB := png.Decode(bytes.NewReader(want))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	bounds := a.Bounds().Union(b.Bounds())
	diff := image.NewRGBA(bounds)
	count := 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			p, q := color.NRGBAModel.Convert(a.At(x, y)).(color.NRGBA),
				color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			pale := func(v uint8) uint8 { return 191 + v/4 }
			diff.SetRGBA(x, y, color.RGBA{pale(q.R), pale(q.G), pale(q.B), 255})
			if far(p.R, q.R) || far(p.G, q.G) || far(p.B, q.B) || p.A != q.A {
				diff.SetRGBA(x, y, color.RGBA{255, 0, 0, 255})
				count++
			}
		}
	}
	return diff, count
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 4 }

// writeDifference writes images of what was drawn, what was expected and the difference, and
// returns their folder.
func writeDifference(t *testing.T, name string, got, want []byte, diff image.Image) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "plots-"+name+"-")
	if err != nil {
		t.Fatal(err)
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, diff); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{"got.png": got, "want.png": want,
		"difference.png": encoded.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestDifferenceIsSeen draws two charts that differ in one value: the comparison must tell them
// apart.
func TestDifferenceIsSeen(t *testing.T) {
	a, b := bars(), bars()
	b.Values[1] += 0.02
	imageA, errA := a.PNG()
	imageB, errB := b.PNG()
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if _, n := difference(t, imageA, imageB); n == 0 {
		t.Error("a changed value must change the image")
	}
	if _, n := difference(t, imageA, imageA); n != 0 {
		t.Error("an image differs from itself")
	}
}

// creature paints an image that is easy to recognise: a face of the given colour.
func creature(w, h int, fur color.RGBA) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	cx, cy, r := float64(w)/2, float64(h)*0.55, float64(min(w, h))*0.34
	inside := func(x, y, cx, cy, r float64) bool { return math.Hypot(x-cx, y-cy) < r }
	for y := range h {
		for x := range w {
			fx, fy := float64(x), float64(y)
			c := color.RGBA{uint8(150 + 60*y/h), uint8(190 + 30*x/w), 170, 255}
			switch {
			case inside(fx, fy, cx-r*0.4, cy-r*0.2, r*0.12), inside(fx, fy, cx+r*0.4, cy-r*0.2,
				r*0.12), inside(fx, fy, cx, cy+r*0.25, r*0.16):
				c = color.RGBA{20, 20, 30, 255}
			case inside(fx, fy, cx, cy, r):
				c = fur
			case fy < cy && fy > cy-1.5*r && math.Abs(math.Abs(fx-cx)-0.6*r) < (fy-(cy-1.5*r))*0.4:
				c = color.RGBA{fur.R / 4 * 3, fur.G / 4 * 3, fur.B / 4 * 3, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

var furs = []color.RGBA{{200, 140, 80, 255}, {90, 90, 100, 255}, {235, 220, 200, 255},
	{130, 80, 50, 255}, {40, 40, 45, 255}, {220, 170, 110, 255}}

func batch() plots.ImageGrid {
	g := plots.ImageGrid{Figure: plots.Figure{Width: 7, Height: 6}}
	for i, name := range []string{"Ragdoll", "american_pit_bull_terrier", "newfoundland",
		"staffordshire_bull_terrier", "Birman", "shiba_inu", "Egyptian_Mau", "wheaten_terrier",
		"pug"} {
		g.Cells = append(g.Cells, plots.ImageCell{Image: creature(224, 224, furs[i%len(furs)]),
			Title: name})
	}
	return g
}

func topLosses() plots.ImageGrid {
	g := plots.ImageGrid{Figure: plots.Figure{Width: 7.5, Height: 5.5,
		Title: "prediction/actual/loss/probability"}}
	for i, title := range []string{"boxer/pug / 7.26 / 0.00",
		"american_pit_bull_terrier/staffordshire_bull_terrier / 6.90 / 0.00",
		"Ragdoll/Birman / 5.85 / 0.00",
		"shiba_inu/american_bulldog / 4.10 / 0.02", "Maine_Coon/Bengal / 3.97 / 0.02",
		"havanese/yorkshire_terrier / 3.33 / 0.04"} {
		heat := &plots.Heat{W: 7, H: 7}
		for k := range 49 {
			heat.Values = append(heat.Values,
				math.Exp(-(math.Pow(float64(k%7-3), 2)+math.Pow(float64(k/7-2-i%3), 2))/3))
		}
		g.Cells = append(g.Cells, plots.ImageCell{Image: creature(224, 224, furs[i]), Title: title,
			Heat: heat})
	}
	return g
}

func results() plots.ImageGrid {
	g := plots.ImageGrid{Figure: plots.Figure{Width: 8, Height: 3.4, Title: "actual / predicted"},
		Columns: 4}
	for i, wrong := range []bool{false, true, false, false} {
		c := plots.ImageCell{Image: creature(300-50*i, 200+20*i, furs[i]), Title: "Birman\nBirman",
			Color: "green"}
		if wrong {
			c.Title, c.Color = "Ragdoll\nBirman", "red"
		}
		g.Cells = append(g.Cells, c)
	}
	return g
}

// noise is a small repeatable disturbance.
func noise(i int) float64 {
	return math.Sin(float64(i)*12.9898)*0.5 +
		math.Sin(float64(i)*78.233)*0.5
}

func losses() plots.Lines {
	var train []float64
	for i := range 368 {
		train = append(train, 0.35+3.2*math.Exp(-float64(i)/55)+0.05*noise(i))
	}
	return plots.Lines{
		XLabel: "Batches processed", YLabel: "Loss",
		Series: []plots.Series{{Name: "Train", Y: train},
			{Name: "Validation", X: []float64{92, 184, 276, 368}, Y: []float64{0.52, 0.34, 0.26,
				0.23}, Points: true}},
	}
}

func schedule() plots.Panels {
	var lr, momentum []float64
	for i := range 368 {
		up, down := math.Min(float64(i)/110, 1), math.Max(float64(i-110)/258, 0)
		rise, fall := (1-math.Cos(math.Pi*up))/2, (1+math.Cos(math.Pi*down))/2
		lr = append(lr, 3e-3*(0.04+0.96*rise)*fall)
		momentum = append(momentum, 0.95-0.1*rise*fall)
	}
	return plots.Panels{Figure: plots.Figure{Width: 12, Height: 4}, Charts: []plots.Lines{
		{XLabel: "Iterations", YLabel: "Learning Rate", Series: []plots.Series{{Y: lr}}},
		{XLabel: "Iterations", YLabel: "Momentum", Series: []plots.Series{{Y: momentum}}},
	}}
}

func lrFinder() plots.LRFinder {
	var f plots.LRFinder
	for i := 10; i < 92; i++ {
		lr := 1e-7 * math.Pow(1e8, float64(i)/100)
		f.LR = append(f.LR, lr)
		f.Loss = append(f.Loss, 0.45-0.3/(1+math.Exp(-float64(i-55)/5))+math.Exp(float64(i-92)/4)+
			0.004*noise(i))
	}
	f.Suggestions = []plots.Mark{{Name: "steepest", LR: f.LR[44], Loss: f.Loss[44]},
		{Name: "minimum/10", LR: f.LR[57], Loss: f.Loss[57]}}
	return f
}

var breeds = []string{"Abyssinian", "Bengal", "Birman", "Bombay", "British_Shorthair",
	"Egyptian_Mau", "Maine_Coon", "Persian", "Ragdoll", "Russian_Blue", "Siamese", "Sphynx",
	"american_bulldog", "american_pit_bull_terrier", "basset_hound", "beagle", "boxer", "chihuahua",
	"english_cocker_spaniel", "english_setter", "german_shorthaired",
	"great_pyrenees", "havanese", "japanese_chin", "keeshond", "leonberger", "miniature_pinscher",
	"newfoundland", "pomeranian", "pug", "saint_bernard", "samoyed",
	"scottish_terrier", "shiba_inu", "staffordshire_bull_terrier", "wheaten_terrier",
	"yorkshire_terrier"}

func confusion(n int, f plots.Figure) plots.Matrix {
	m := plots.Matrix{Figure: f, Labels: breeds[:n]}
	for i := range n {
		row := make([]int, n)
		row[i] = 30 + (i*7)%13
		m.Counts = append(m.Counts, row)
	}
	for k, pair := range [][3]int{{8, 2, 8}, {13, 34, 6}, {34, 13, 5}, {2, 8, 4}, {6, 1, 3},
		{5, 1, 3}, {0, 9, 1}, {12, 16, 2}, {27, 25, 1}, {17, 26, 2}, {20, 15, 1}, {22, 36, 2}} {
		if pair[0] < n && pair[1] < n {
			m.Counts[pair[0]][pair[1]] = pair[2]
			m.Counts[pair[0]][pair[0]] -= k % 4
		}
	}
	return m
}

func normalized() plots.Matrix {
	m := confusion(9, plots.Figure{Title: "Cats, by row"})
	m.Normalize = true
	return m
}

func bars() plots.Bars {
	return plots.Bars{Figure: plots.Figure{Title: "Error rate by breed"},
		Labels: []string{"Ragdoll", "american_pit_bull_terrier", "Birman", "pug"},
		Values: []float64{0.241, 0.187, 0.121, 0}, Percent: true}
}

func prediction() plots.Prediction {
	return plots.Prediction{Figure: plots.Figure{Title: "pomeranian"},
		Image: creature(300, 260, furs[0]),
		Bars: plots.Bars{Labels: []string{"pomeranian", "chihuahua", "keeshond",
			"english_cocker_spaniel", "samoyed"}, Values: []float64{0.913, 0.052, 0.02, 0.008,
			0.0004}, Percent: true, Highlight: 1}}
}

func histogram() plots.Histogram {
	h := plots.Histogram{XLabel: "Loss of a validation image"}
	for i := range 900 {
		h.Values = append(h.Values, math.Abs(noise(i))*math.Abs(noise(i+7))*5)
	}
	return h
}

func mostConfused() plots.Table {
	return plots.Table{Header: []string{"actual", "predicted", "count"},
		Rows: [][]string{{"Ragdoll", "Birman", "8"}, {"american_pit_bull_terrier",
			"staffordshire_bull_terrier", "6"}, {"Maine_Coon", "Bengal", "12"}}}
}
