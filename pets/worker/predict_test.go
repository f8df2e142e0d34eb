package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
)

// exportedModel writes an untrained learner of three classes.
func exportedModel(t *testing.T, file string) {
	t.Helper()
	net, err := model.New("petnet10", 3, model.HeadOptions{Hidden: []int{8}})
	if err != nil {
		t.Fatal(err)
	}
	data := &dataset.Split{Classes: []string{"a", "b", "c"}, Train: make([]dataset.Item, 2)}
	l, err := train.New(enginetest.Go(t), net, data,
		train.Config{Batches: spec.Batches{Size: spec.Square(32), Batch: 2}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Export(file); err != nil {
		t.Fatal(err)
	}
}

// Folders, files and a list become one table in order, in both formats; a broken file has its
// reason.
func TestPredictCommand(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	t.Setenv("GOPETS_WORKER_READY", "1") // this process stays
	dir := t.TempDir()
	model := filepath.Join(dir, "pets.safetensors")
	exportedModel(t, model)
	paint := func(name string, level uint8) string {
		img := images.New(40, 32)
		for i := range img.Pix {
			img.Pix[i] = level * uint8(1+i%3)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err == nil {
			err = errors.Join(png.Encode(f, img.Image()), f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	two, one, deep := paint("photos/two.png", 60), paint("photos/one.png", 20),
		paint("photos/below/three.png", 80)
	last := paint("last.png", 5)
	broken := filepath.Join(dir, "photos", "broken.jpg")
	list := filepath.Join(dir, "list.txt")
	for name, content := range map[string]string{broken: "no image",
		list: "\ufeff\n" + one + "\r\n"} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	table := filepath.Join(dir, "new", "table.csv")
	if err := run("predict", []string{model, last, filepath.Join(dir, "photos"), "-o", table,
		"--list", list}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"file", last, deep, broken, one, two, one}
	for i, row := range rows {
		if i >= len(want) || row[0] != want[i] {
			t.Fatalf("row %d is %v, want files %v", i, row, want)
		}
		if failed := row[len(row)-1] != ""; i > 0 && failed != (row[0] == broken) || i > 0 &&
			failed == (row[1] != "") {
			t.Errorf("row %v", row)
		}
	}
	if rows[4][2] != rows[6][2] || rows[4][1] != rows[6][1] {
		t.Errorf("one file, two predictions: %v and %v", rows[4], rows[6])
	}

	lines := filepath.Join(dir, "table.jsonl")
	if err := run("predict", []string{model, last, "-o", lines}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var line struct {
		File, Class   string
		Probabilities map[string]float64
	}
	if err := json.Unmarshal(text, &line); err != nil || line.File != last ||
		line.Class != rows[1][1] || len(line.Probabilities) != 3 {
		t.Errorf("%s: %v", text, err)
	}
	if err := run("onnx", []string{"--bytes", model, filepath.Join(dir, "also", "pets.onnx")}); err != nil {
		t.Error(err)
	}
	for want, args := range map[string][]string{
		"want a model and images": {model},
		"want csv or jsonl":       {model, last, "--format", "xml"},
		"no such file":            {model, filepath.Join(dir, "nowhere")},
		"is a folder":             {model, last, "-o", filepath.Join(dir, "photos")},
		"cannot be written":       {model, last, "-o", filepath.Join(last, "table.csv")},
		"no known format":         {model, last, "-o", filepath.Join(dir, "table.xlsx")},
		"is also read":            {model, last, "-o", model, "-format", "csv"},
		"last.png is also read":   {model, last, "-o", last, "-format", "csv"},
		"list.txt is also read":   {model, last, "-o", list, "-list", list},
	} {
		if err := run("predict", args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	if err := run("onnx", []string{model, model}); err == nil ||
		!strings.Contains(err.Error(), "is also read") {
		t.Errorf("onnx over its model: %v", err)
	}
}
