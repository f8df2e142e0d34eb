package main

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/spec"
)

// The page must hold both sides' tables and the comparison of their means; the charts must be
// images.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	write := func(name, side string, seed uint64, wrong int) {
		r := result{Side: side, Engine: "xla", Seed: seed, Size: 128, Seconds: 754,
			Classes: []string{"cat", "dog"}, Confusion: [][]int{{50 - wrong, wrong}, {0, 50}}}
		rows := []spec.Row{{Epoch: 0, TrainLoss: 1.5, ValidLoss: .5, ErrorRate: .3, Seconds: 61}}
		r.Fits = []fit{{"fit_one_cycle(4)", rows, []float64{3, 2, 1.5}},
			{"fit_one_cycle(2)", []spec.Row{{ErrorRate: float64(wrong) / 100}}, []float64{1, 1}}}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.json", "gopets", 0, 10)
	write("b.json", "gopets", 1, 12)
	write("c.json", "PyTorch", 0, 20)
	write("d.json", "PyTorch", 1, 24)
	if err := report(dir, "On a busy machine."); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| gopets | 1 | 30.00 % | **12.00 %** | 12:34 | xla |",
		"gopets 11.00 % (deviation 1.41), PyTorch 22.00 % (2.83). They differ by 11.00 points",
		"is 4.47",
		"| fit_one_cycle(4) | 0 | 1.500000 | 0.500000 | 0.300000 | 1:01 |",
		"On a busy machine.", "76 of 100 right", "cat → dog 24",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("README.md lacks %q:\n%s", want, text)
		}
	}
	for _, name := range []string{"losses.png", "confusion-gopets-128-0.png",
		"confusion-pytorch-128-1.png"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		f.Close()
	}
}

func TestReportRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := report(dir, "On a busy machine."); err == nil ||
		!strings.Contains(err.Error(), "holds no result") {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x.json"), []byte(`{"side":"gopets"}`),
		0o644); err != nil {
		t.Fatal(err)
	}
	if err := report(dir, "On a busy machine."); err == nil ||
		!strings.Contains(err.Error(), "x.json is not a whole result") {
		t.Error(err)
	}
}
