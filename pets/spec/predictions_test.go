package spec

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

var manyPredictions = FilePredictions{
	{File: `a, "b".jpg`, Prediction: NewPrediction([]string{"cat", "dog"}, []float32{.25, .75},
		"after fit 1, epoch 1")},
	{File: "broken.jpg", Error: "no image format is known that begins so"},
}

func TestWriteCSV(t *testing.T) {
	var b strings.Builder
	if err := manyPredictions.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"file", "class", "probability", "class2", "probability2", "class3", "probability3",
			"error"},
		{`a, "b".jpg`, "dog", "0.750000", "cat", "0.250000", "", "", ""},
		{"broken.jpg", "", "", "", "", "", "", "no image format is known that begins so"},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("got %q, want %q", rows, want)
	}
}

func TestWriteJSONLines(t *testing.T) {
	var b strings.Builder
	if err := manyPredictions.WriteJSONLines(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	var first struct {
		File, Class   string
		Probability   float64
		Probabilities map[string]float64
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if first.File != `a, "b".jpg` || first.Class != "dog" || first.Probability != .75 ||
		first.Probabilities["cat"] != .25 {
		t.Errorf("first line %+v", first)
	}
	if want := `{"file":"broken.jpg","error":"no image format is known that begins so"}`; lines[1] != want {
		t.Errorf("second line %s, want %s", lines[1], want)
	}
}
