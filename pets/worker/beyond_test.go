package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// One seed makes one table, in any session and on any number of processors; another seed makes
// another.
func TestOneSeed(t *testing.T) {
	long(t)
	var tables []string
	for _, procs := range []string{"1", "3"} {
		k := newKernel(t).with("GOMAXPROCS=" + procs)
		tables = append(tables, fmt.Sprint(rows(t, k.run("create", "fit:2", "rows"))))
		k.end()
	}
	if tables[0] != tables[1] {
		t.Errorf("one processor gives\n%s\nthree give\n%s", tables[0], tables[1])
	}
	other := fmt.Sprint(rows(t, newKernel(t).with("SEED=3").run("create", "fit:2", "rows")))
	if other == tables[0] {
		t.Error("another seed makes the same table")
	}
}

// halves are the labels that a cell's "show" prints, of training and validation.
func halves(out string) string {
	return strings.Join(regexp.MustCompile(`(?m)^(Train|Valid): .*|^\w+(,\w+)+$`).FindAllString(out,
		-1), "\n")
}

// Labels from a function, lists or a table make the split that the pattern makes; folders and
// annotations bring their own.
func TestFromEverywhere(t *testing.T) {
	source := t.TempDir()
	if err := os.CopyFS(source, os.DirFS(photos)); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(source, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(source, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(source, "images", "*.jpg"))
	if err != nil || len(files) != 20 {
		t.Fatal(files, err)
	}
	table := "name,label\n"
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".jpg")
		table += name + "," + name[:strings.LastIndex(name, "_")] + "\n"
	}
	write("labels.csv", table)
	write("annotations/trainval.txt", "pug_1 1\nbeagle_1 2\npug_2 1\n")
	write("annotations/test.txt", "# exam\nbeagle_3 2\n")
	k := newKernel(t).with("SOURCE=" + source)
	want := halves(k.run("show"))
	if !strings.Contains(want, "Train: LabelList (16 items)") || strings.Count(want, "\n") != 3 {
		t.Fatalf("show: %s", want)
	}
	for _, from := range []string{"func", "lists", "csv"} {
		if got := halves(k.with("FROM=" + from).run("show")); got != want {
			t.Errorf("from %s:\n%s\nfrom the pattern:\n%s", from, got, want)
		}
	}
	if got := halves(k.with("FROM=official").run(
		"show")); got != "Train: LabelList (3 items)\npug,beagle,pug\nValid: LabelList (1 items)" {
		t.Errorf("official: %s", got)
	}
	if out := k.with("FROM=csv", "BATCH=4").run("classes", "batch"); !strings.Contains(out,
		"[Birman Ragdoll beagle pug] 4") {
		t.Errorf("classes of the table: %s", out)
	}
	k.with("FROM=lists", "LACKING=1").refused(`19 labels for 20 files`, "show")
	write("labels.csv", "name,label\npug_1,\n")
	k.with("FROM=csv").refused(`line 2 has an empty name or label`, "show")
	if err := os.Remove(filepath.Join(source, "labels.csv")); err != nil {
		t.Fatal(err)
	}
	k.with("FROM=csv").refused(`labels.csv`, "show")
	k.with("FROM=folder").refused(`20 images are in one class folder, images`, "show")
	for name, of := range map[string]string{"train/pug/1.jpg": "pug_1",
		"train/boxer/2.jpg": "Birman_1", "valid/boxer/3.jpg": "Birman_2",
		"valid/pug/4.jpg": "pug_3"} {
		text, err := os.ReadFile(filepath.Join(source, "images", of+".jpg"))
		if err != nil {
			t.Fatal(err)
		}
		write(name, string(text))
	}
	if got := halves(k.with("FROM=folder").run(
		"show")); got != "Train: LabelList (2 items)\nboxer,pug\nValid: LabelList (2 items)\n"+
		"boxer,pug" {
		t.Errorf("folders train and valid: %s", got)
	}
}

// Each option of the data is another description, and works.
func TestDataOptions(t *testing.T) {
	k := newKernel(t)
	for option, want := range map[string]string{"pad": "32", "squish": "32", "exif": "32",
		"stratify": "32", "wide": "Image (3, 32, 48)", "valid": "Valid: LabelList (3 items)",
		"cutout": "32"} {
		if out := k.with("OPTION="+option).run("show", "batch"); !strings.Contains(out, want) {
			t.Errorf("%s: no %q in %s", option, want, out)
		}
	}
	if got := halves(k.with("OPTION=stratify").run("show")); !strings.Contains(got,
		"Valid: LabelList (4 items)") {
		t.Errorf("stratified: %s", got)
	}
	k.run("create")
	k.with("OPTION=pad").refused(`resized by: crop → pad`, "fit:1")
	k.with("SMOOTHING=10").refused(`label smoothing: 0 → 0.1`, "fit:1")
}

// A learner exported in one session predicts the same in another, from a file, from bytes and from
// an image.
func TestExport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pets.safetensors")
	k := newKernel(t)
	said := regexp.MustCompile(`(?m)^\w+ \d.* %, .* %$`)
	broken := strings.TrimSuffix(file, ".safetensors")
	if err := os.WriteFile(broken, []byte("no image"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := k.run("fit:1", "predict", "export:"+file, "many:"+broken, "onnx:"+file+".onnx")
	if !strings.Contains(out, "the same in a file: true") {
		t.Errorf("an exported learner predicts something else: %s", out)
	}
	if table, err := os.ReadFile(broken + ".csv"); err != nil ||
		strings.Count(string(table), "\n") != 4 ||
		!strings.Contains(string(table), "\n"+broken+",,,") {
		t.Errorf("table %s: %v", table, err)
	}
	if onnx, err := os.ReadFile(file + ".onnx"); err != nil ||
		!strings.Contains(string(onnx), "uint8 [batch") {
		t.Errorf("no ONNX file of bytes: %v", err)
	}
	want := said.FindString(out)
	if want == "" {
		t.Fatalf("no prediction in %s", out)
	}
	k.end()
	out = newKernel(t).run("exported:" + file)
	// The image comes from image/jpeg, whose colours are a few levels off.
	if strings.Count(out, "exported says "+want) != 2 ||
		strings.Count(out, "exported says ") != 3 ||
		!strings.Contains(out,
			"pets.safetensors: petnet10 after fit 1, epoch 1, 4 classes, size 32, trained on 16 "+
				"images") {
		t.Errorf("want it twice: %q in %s", want, out)
	}
	k = newKernel(t)
	k.refused(`no file .*nowhere`, "exported:"+file+".nowhere")
	k.refused(`ends in .safetensors`, "export:"+file+".pkl")
	k.refused(`ends in .csv`, "csv:"+file) // the model stays
	k.refused(`no data`, "no-image")
}

func TestOtherFits(t *testing.T) {
	long(t)
	k := newKernel(t)
	out := k.run("create", "finetune", "rows")
	if got := rows(t, out); len(got) != 2 || strings.Count(out, "0  ") < 2 {
		t.Errorf("fine-tuning: %v in %s", got, out)
	}
	want := rows(t, out)
	if got := rows(t, newKernel(t).run("finetune-resume", "rows")); fmt.Sprint(got) != fmt.Sprint(
		want) {
		t.Errorf("a finished fine-tuning gone on with: %v, want %v", got, want)
	}
	out = k.run("create", "watch", "rows")
	if got := rows(t, out); len(got) != 2 ||
		!strings.Contains(out, "stopped early: no better error_rate in the last 1 epochs") ||
		!strings.Contains(out, "the weights are those of epoch 0") {
		t.Errorf("early stopping: %v in %s", got, out)
	}
	out = k.run("constant", "rows", "tta", "compute-tta") + k.run("create", "suggest")
	for _, mark := range []string{"valley: ", "steep: ", "minimum/10: "} {
		if !strings.Contains(out, mark) {
			t.Errorf("the finder's plot does not mark %s", mark)
		}
	}
	if len(rows(t, out)) != 2 || strings.Count(out, "after fit 2, epoch 2, TTA: valid_loss") != 2 ||
		!strings.Contains(out, "suggested true true true") {
		t.Errorf("constant rate, TTA, suggestions: %s", out)
	}
}
