package notebooks_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/pets/vision/sample"
)

// quickstart runs quickstart.ipynb in a real kernel, on the Go backend and with small parameters.
// What it keeps is the test's own.
func quickstart(t *testing.T, home string, parameters ...string) (shown map[string]string,
	log string, err error) {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles and runs cells in a real kernel: not with -short")
	}
	out := filepath.Join(t.TempDir(), "out.ipynb")
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "./kernelext/nb", "run", "notebooks/quickstart.ipynb", "-o", out,
		"--no-html", "--offline"}
	for _, p := range append([]string{"size=32", "epochs=1", "batch=8"}, parameters...) {
		args = append(args, "-p", p)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go", "NB_WORKSPACE="+root, "GOPETS_DATA="+home)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	runErr := cmd.Run()
	nb, err := notebook.ReadFile(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, output.String())
	}
	shown = map[string]string{}
	for _, c := range nb.Cells() {
		shown[c.ID()] = text(c)
	}
	return shown, output.String(), runErr
}

func TestQuickstartIsSixShortCells(t *testing.T) {
	nb, err := notebook.ReadFile("quickstart.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	code := 0
	for _, c := range nb.Cells() {
		if n := strings.Count(c.Source(), "\n") + 1; n > 8 {
			t.Errorf("cell %q has %d lines; wanted 8 at most", c.ID(), n)
		}
		if c.Type() == notebook.Code {
			code++
			if len(c.Outputs()) > 0 {
				t.Errorf("cell %q comes with outputs", c.ID())
			}
		}
	}
	if code != 6 {
		t.Errorf("%d code cells; the title says six", code)
	}
}

// Without parameters it draws its images, trains on them, and the exported file predicts.
func TestQuickstart(t *testing.T) {
	home := t.TempDir()
	shown, log, err := quickstart(t, home)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	for id, want := range map[string]string{
		"data":    `<img `,
		"train":   `a new head for 6 classes[\s\S]*96 for training, 24 for validation[\s\S]*error_rate`,
		"results": `actual / predicted[\s\S]*Confusion`,
		"export":  `quickstart.safetensors: petnet10 after fit 2, epoch 1, 6 classes, size 32, trained on 96 images`,
		"ask":     `(Bombay|Siamese|Sphynx|beagle|pug|samoyed) \d+\.\d %, `,
	} {
		if !regexp.MustCompile(want).MatchString(shown[id]) {
			t.Errorf("cell %q: no %s in\n%.2000s", id, want, shown[id])
		}
	}
	if info, err := os.Stat(filepath.Join(home, "models", "quickstart.safetensors")); err != nil ||
		info.Size() < 1<<20 {
		t.Errorf("the exported file: %v, %v", info, err)
	}
}

// A user's folder, with a photo that cannot be read and one to predict.
func TestQuickstartWithUserFolder(t *testing.T) {
	long(t)
	home, mine := t.TempDir(), filepath.Join(t.TempDir(), "my photos")
	if err := sample.Generate(t.Context(), mine,
		sample.Options{PerBreed: 8, Folders: []string{"Sphynx", "samoyed"}}, nil); err != nil {
		t.Fatal(err)
	}
	asked := filepath.Join(t.TempDir(), "new.jpg")
	if err := os.Rename(filepath.Join(mine, "Sphynx", "Sphynx_8.jpg"), asked); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mine, "samoyed", "broken.jpg"), []byte("no image"),
		0o600); err != nil {
		t.Fatal(err)
	}
	shown, log, err := quickstart(t, home, "source="+mine, "photo="+asked)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	all := ""
	for _, s := range shown {
		all += s
	}
	for _, want := range []string{"broken.jpg", ", 1 skipped", "a new head for 2 classes",
		"new.jpg: "} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing shows %q: %s", want, log)
		}
	}
	if !regexp.MustCompile(`(Sphynx|samoyed) \d+\.\d %, (Sphynx|samoyed) \d`).MatchString(
		shown["ask"]) {
		t.Errorf("the answer: %s", shown["ask"])
	}
}
