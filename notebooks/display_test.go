package notebooks_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

// drawings are verbs that draw; each takes plot options.
var drawings = map[string]string{
	"a batch":        "data.ShowBatch(pets.Rows(2), pets.PNG())",
	"losses":         "learn.Recorder().PlotLosses(pets.PNG())",
	"schedules":      "learn.Recorder().PlotLR(pets.PNG())",
	"metrics":        "learn.Recorder().PlotMetrics(pets.PNG())",
	"learning rates": "learn.LRFind(pets.FindSteps(10))\nlearn.Recorder().Plot(pets.PNG())",
	"top losses":     "large.PlotTopLosses(4, pets.FigSize(5, 5), pets.PNG())",
	"top losses, no heat": "large.PlotTopLosses(4, pets.FigSize(5, 5), pets.PNG(), " +
		"pets.Heatmap(false))",
	"matrix":                "interp.PlotConfusionMatrix(pets.PNG())",
	"matrix of shares":      "interp.PlotConfusionMatrix(pets.Shares(), pets.PNG())",
	"matrix that answers":   "interp.Interactive(pets.PNG())",
	"results":               "learn.ShowResults(pets.Rows(2), pets.PNG())",
	"an image":              "pets.OpenImage(fnames[0]).Show(pets.PNG())",
	"a prediction":          "fmt.Println(learn.Predict(pets.OpenImage(fnames[0]), pets.PNG()))",
	"a batch, without PNG":  "data.ShowBatch(pets.Rows(2))",
	"a matrix, without PNG": "interp.PlotConfusionMatrix()",
}

// tables are verbs that show a table.
var tables = map[string]string{
	"the learner": "learn.Create()", "epochs": "learn.FitOneCycle(1)", "layers": "learn.Summary()",
	"pairs": "pets.Show(interp.MostConfused())", "report": "interp.Report()",
}

// Every drawing is one display, in the forms that viewers choose from: HTML, plain text, and PNG if
// requested.
func TestEveryDrawingIsOneDisplay(t *testing.T) {
	r := newRun(t, "go")
	r.parameters(smallSample(t, 3))
	r.again("untar", "folders", "fnames", "pattern", "data", "learner")
	for _, name := range []string{"the learner", "epochs", "layers"} {
		r.cell(name, "%%\n"+tables[name])
	}
	r.again("interp")
	for _, name := range []string{"pairs", "report"} {
		r.cell(name, "%%\n"+tables[name])
	}
	// A map of the smallest images has one value only, which is not drawn.
	r.cell("larger",
		`var learnLarge = pets.CNNLearner(pets.FromNameRE(pathImg, fnames, pat, pets.Size(128), pets.BatchSize(16)), pets.PetNet10, pets.Name("learnLarge"))

var large = pets.InterpretationFrom(learnLarge, pets.Name("large"))

%%
learnLarge.Create()
large.Compute()`)
	for name, source := range drawings {
		r.cell(name, "%%\n"+source)
	}
	nb, err := r.execute()
	if err != nil {
		t.Fatal(err)
	}
	heat := map[string]string{}
	for i, c := range nb.Cells() {
		name := r.labels[i]
		_, drawn := drawings[name]
		_, table := tables[name]
		if !drawn && !table {
			continue
		}
		var shown []notebook.Output
		for _, o := range c.Outputs() {
			if o.Type == notebook.DisplayOutput || o.Type == notebook.ResultOutput {
				shown = append(shown, o)
			}
		}
		if name == "learning rates" && len(shown) == 2 {
			shown = shown[1:] // the search has a bar of its own
		}
		if len(shown) != 1 {
			t.Errorf("%s: %d displays", name, len(shown))
			continue
		}
		html, _ := shown[0].Mime("text/html")
		plain, _ := shown[0].Mime("text/plain")
		if mark := map[bool]string{true: "<img alt=",
			false: "<table"}[drawn]; !strings.Contains(html, mark) {
			t.Errorf("%s: no %s in its HTML: %.200q", name, mark, html)
		}
		if strings.TrimSpace(plain) == "" {
			t.Errorf("%s: no plain text", name)
		}
		code, has := shown[0].Mime("image/png")
		if want := drawn && !strings.HasSuffix(name, "without PNG"); has != want {
			t.Errorf("%s: image/png: %v, wanted %v", name, has, want)
		} else if has {
			data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(code))
			if err == nil {
				_, err = png.Decode(bytes.NewReader(data))
			}
			if err != nil {
				t.Errorf("%s: its image/png: %v", name, err)
			}
		}
		heat[name] = html
	}
	if heat["top losses"] == heat["top losses, no heat"] {
		t.Error("the heat map cannot be switched off")
	}
	if !strings.Contains(heat["matrix that answers"], "<script>") {
		t.Error("the matrix cannot answer: it has no script")
	}
}
