package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"gopets/kernelext/session"
)

// The tests play a kernel: this process runs one program after the other, each a cell that
// evaluates all variables and then some verbs (testdata/cell). Networks are petnet10 on images of
// 32 pixels, on the Go backend.

var cell, photos string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "worker-test-*")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"GOPETS_CACHE": filepath.Join(dir, "cache"),
		"GOPETS_DATA": filepath.Join(dir, "kept"), "NB_WORKSPACE": "",
		"GOMLX_BACKEND": "go:ops_sequential"} {
		os.Setenv(name, value)
	}
	cell, photos = filepath.Join(dir, "cell"), filepath.Join(dir, "photos")
	code := 1
	if err := prepare(); err != nil {
		fmt.Println(err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// prepare builds the cell and draws images: four breeds, five each, a patch of colour on noise.
func prepare() error {
	if out, err := exec.Command("go", "build", "-o", cell,
		"./testdata/cell").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if err := os.MkdirAll(filepath.Join(photos, "images"), 0o755); err != nil {
		return err
	}
	random := rand.New(rand.NewSource(1))
	for breed, c := range map[string]color.RGBA{"Birman": {200, 60, 60, 255},
		"Ragdoll": {60, 200, 60, 255}, "beagle": {60, 60, 200, 255}, "pug": {180, 180, 60, 255}} {
		for i := range 5 {
			img := image.NewRGBA(image.Rect(0, 0, 48, 40))
			for p := range img.Pix {
				img.Pix[p] = uint8(random.Intn(120))
			}
			for y := 8; y < 32; y++ {
				for x := 10; x < 38; x++ {
					img.SetRGBA(x, y, c)
				}
			}
			var data bytes.Buffer
			if err := jpeg.Encode(&data, img, nil); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(photos, "images", fmt.Sprintf("%s_%d.jpg", breed,
				i+1)), data.Bytes(), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestNotebookRunTwice(t *testing.T) {
	k := newKernel(t)
	cells := [][]string{{"show", "batch", "classes"}, {"create"}, {"fit:2"}, {"save:stage-1"},
		{"compute"}, {"top", "matrix", "confused", "report"},
		{"unfreeze"}, {"fit:1"}, {"load:stage-1"}, {"find"}, {"plots", "validate"}, {"fit2:1"},
		{"compute2"}, {"predict", "image", "verify", "rows"}}
	var first []string
	for _, verbs := range cells {
		first = append(first, untimed(k.run(verbs...)))
	}
	for i, want := range []string{"Train: LabelList (16 items)", "1 496 996", "epoch  train_loss",
		"stage-1.safetensors", "interp: predictions of learn after fit 1, epoch 2"} {
		if !strings.Contains(first[i], want) {
			t.Errorf("cell %v: no %q in\n%s", cells[i], want, first[i])
		}
	}
	// The first interpretation, used after more training and after a second learner came, is the
	// same.
	later := k.run("top", "matrix", "confused", "report")
	if !strings.Contains(later, "interp: predictions of learn after fit 1, epoch 2") ||
		withoutNotes(later) != withoutNotes(first[5]) {
		t.Errorf("interp changed what it says:\n%s\nbefore:\n%s", later, first[5])
	}
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		return
	}
	for i, verbs := range cells {
		again := untimed(k.run(verbs...))
		// The second time a learner "learn2" is there already and its fit goes on, as in a notebook
		// without learn2.Create().
		if verbs[0] == "fit2:1" || verbs[0] == "compute2" {
			continue
		}
		if withoutNotes(again) != withoutNotes(first[i]) {
			t.Errorf("cell %v, run again:\n%s\nfirst time:\n%s", verbs, again, first[i])
		}
	}
}

// withoutNotes drops lines that belong to one time only: the engine, a build, what a bar left that
// was seen only because the machine was slow, which weights an old interpretation is of.
func withoutNotes(out string) string {
	return regexp.MustCompile(
		`(?m)^(engine|building |.*validation images predicted$|.*present weights|.*steps; suggested learning rates|done$).*\n`).ReplaceAllString(out, "")
}

func TestRefusals(t *testing.T) {
	k := newKernel(t)
	k.refused(`no learner "learn"`, "validate")
	k.refused("there is no file .*nowhere", "load:nowhere-"+filepath.Base(k.tmp))
	k.run("fit:1")
	before := withoutNotes(k.run("validate"))
	few := k.with("FNAMES=12")
	few.refused(`fnames: 20 → 12 entries.*nothing changed`, "fit:1")
	few.refused(`fnames: 20 → 12 entries`, "predict")
	few.refused(`fnames: 20 → 12 entries`, "compute")
	k.with("SIZE=40").refused(`size: 32 → 40`, "fit:1")
	k.with("NAME2=learn").refused(`"learn" in the session has other options \(.*permutation: 1 → 2`,
		"fit2:1")
	if after := withoutNotes(k.run("validate")); after != before {
		t.Errorf("a refused call changed the learner: %s → %s", before, after)
	}
	k.with("PATTERN=([").refused(`(?i)pattern`, "show")
	k.with(`PATTERN=_(\d+)\.jpeg$`).refused(`(?i)match`, "show")
	k.with("BATCH=500").refused(
		`pets.BatchSize is 500, want at most 16, the number of training images`, "create")
	k.with("BATCH=1").refused(`pets.BatchSize is 1, want at least 2`, "create")
	k.with("SIZE=1000000").refused(`pets.Size is 1000000`, "show")
	k.with("SIZE=8").refused(`pets.Size is 8, want at least 32`, "create")
	k.with("ARCH=resnet35").refused(`resnet35.*resnet34`, "create")
	k.with("IMAGE=/nowhere.jpg").refused(`nowhere.jpg`, "image")
	k.refused(`Epochs is 0, want at least 1`, "fit:0")
	k.end()
	k = newKernel(t).with("OPTION=no-valid")
	k.refused("there are no validation images: draw some", "create", "results")
}

// An image that cannot be read is named before training, and left out if asked.
func TestBrokenImage(t *testing.T) {
	source := t.TempDir()
	if err := os.CopyFS(source, os.DirFS(photos)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(source, "images", "pug_6.jpg"), []byte("not an image"),
		0o600); err != nil {
		t.Fatal(err)
	}
	k := newKernel(t).with("SOURCE=" + source)
	k.refused(`pug_6.jpg.*pets.SkipBroken`, "fit:1")
	if out := k.run("verify"); !strings.Contains(out, "21 images, 1 cannot be read") ||
		!strings.Contains(out, "pug_6.jpg") {
		t.Errorf("verify: %s", out)
	}
	out := k.with("SKIP=1", "OPTION=valid-last").run("create", "fit:1", "plots", "compute", "top")
	if !strings.Contains(out, "skipped") || !strings.Contains(out, "pug_6.jpg") {
		t.Errorf("fit with broken images skipped: %s", out)
	}
}

// A sample that an earlier version drew is not in the way, and stays.
func TestSampleOfAnotherVersion(t *testing.T) {
	earlier := filepath.Join(os.Getenv("GOPETS_DATA"), "data", "pets-sample-small")
	stamp := filepath.Join(earlier, "gopets-sample.json")
	if err := os.MkdirAll(earlier, 0o700); err != nil {
		t.Fatal(err)
	}
	content := []byte(`{"version":1,"seed":0,"per_breed":8}`)
	if err := os.WriteFile(stamp, content, 0o600); err != nil {
		t.Fatal(err)
	}
	out := newKernel(t).with("SOURCE=sample-small").run("verify")
	if !strings.Contains(out, "296 images, 0 cannot be read") {
		t.Errorf("verify: %s", out)
	}
	if _, err := os.Stat(stamp); err != nil {
		t.Error(err)
	}
}

// What makes the error rate look better than it is comes to the cell, with names.
func TestCreateWarnsOfLeaks(t *testing.T) {
	source := t.TempDir()
	if err := os.CopyFS(source, os.DirFS(photos)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(photos, "images", "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files { // each photo twice: some pair comes apart
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(source, "images",
				strings.Replace(filepath.Base(file), "_", "_10", 1)), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	out := newKernel(t).with("SOURCE=" + source).run("create")
	if !regexp.MustCompile(`\d validation images are in the training set too: \w+\.jpg = \w+\.jpg`).
		MatchString(out) {
		t.Errorf("created with duplicates:\n%s", out)
	}
	if out := newKernel(t).run("create"); strings.Contains(out, "training set too") {
		t.Errorf("created without:\n%s", out)
	}
}

// The summary counts what the step trains: of frozen layers the batch norms.
func TestSummaryCountsWhatTrains(t *testing.T) {
	k := newKernel(t)
	for _, c := range []struct {
		verbs []string
		want  string
	}{
		{[]string{"create", "summary"}, "Trainable: 1,496,996\nNot trainable: 0\n"},
		{[]string{"freeze", "summary"}, "Trainable: 269,636\nNot trainable: 1,227,360\n"},
	} {
		if out := k.run(c.verbs...); !strings.Contains(out, c.want) {
			t.Errorf("%v: no %q in\n%s", c.verbs, c.want, out)
		}
	}
}

// The same cells on XLA, where a plugin is named.
func TestOnXLA(t *testing.T) {
	plugin := os.Getenv("GOPETS_TEST_PLUGIN")
	if plugin == "" {
		t.Skip("GOPETS_TEST_PLUGIN names no PJRT plugin; the Go backend serves the other tests")
	}
	k := newKernel(t).with("GOMLX_BACKEND=xla:" + plugin)
	out := k.run("engine", "create", "fit:1", "compute", "top", "predict")
	for _, want := range []string{"engine: XLA on the ", "picked fast",
		"interp: predictions of learn after fit 1, epoch 1", "prediction/actual/loss/probability"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// builtWorker is the worker's program, built.
func builtWorker(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the worker")
	}
	_, file, _, _ := runtime.Caller(0)
	program, err := session.Worker{Name: "pets", Package: "gopets/pets/worker",
		Source: file}.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func TestDoctorAnswersInJSON(t *testing.T) {
	program := builtWorker(t)
	out, err := exec.Command(program, "doctor", "--json").Output()
	var answer struct {
		Checks []struct {
			Name, Detail string
			OK           bool
		}
	}
	if jsonErr := json.Unmarshal(out, &answer); err != nil || jsonErr != nil ||
		len(answer.Checks) < 3 {
		t.Fatalf("%v, %v: %s", err, jsonErr, out)
	}
	if out, err := exec.Command(program, "version").Output(); err != nil ||
		!strings.HasPrefix(string(out), "gopets ") {
		t.Errorf("version: %v, %s", err, out)
	}
	if out, err := exec.Command(program, "nonsense").CombinedOutput(); err == nil {
		t.Errorf("nonsense: %s", out)
	}
}
