package notebooks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

// TestTour runs tour.ipynb on the live kernel and compares what its cells show, and checks that the
// executed tour is that of the notebook as it stands.
func TestTour(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs cells in a real kernel: not with -short")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("the live kernel needs a C compiler")
	}
	fresh(t, "tour")
	out := filepath.Join(t.TempDir(), "tour.ipynb")
	cmd := exec.CommandContext(t.Context(), "go", "run", "./kernelext/nb", "run",
		"notebooks/tour.ipynb", "-o", out, "--no-html", "--offline")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
	if log, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nb run: %v\n%s", err, log)
	}
	nb, err := notebook.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, c := range nb.Cells() {
		shown[c.ID()] = everything(c)
	}
	for id, wants := range map[string][]string{
		"values-change": {"Felix:11", "Rex:7", "Tom:4"},
		"values-import": {"3 animals: Felix, Rex, Tom"},
		"types":         {"Name:Rex", "toys:[ball]"},
		"types-method":  {"Rex, 7 years, 2 toy(s)"},
		"generics":      {"Felix is 11"},
		"goroutine-ask": {"10² = 100", "12² = 144"},
		"server-ask":    {"hello Felix, you are visitor 1", "hello Tom, you are visitor 3"},
		"plot":          {"<img "},
		"images-show":   {"<img ", "rings-6.png"},
		"test":          {"BenchmarkFib", "PASS"},
		"compile-error": {"cell[15]:1:17", "cell[15]:2:5", "undefined: fmt.Printn"},
		"panic":         {"index out of range [3] with length 0"},
		"after-panic":   {"2"},
		"who":           {"ages", "map[string]int", "rex", "*Pet"},
		"time":          {"49999995000000"},
		"shell":         {"go version go1"},
	} {
		for _, want := range wants {
			if !strings.Contains(shown[id], want) {
				t.Errorf("cell %s shows %q, want %q in it", id, shown[id], want)
			}
		}
	}
}

// everything returns all forms of a cell's outputs, and its errors.
func everything(c *notebook.Cell) string {
	var b strings.Builder
	for _, o := range c.Outputs() {
		b.WriteString(o.Text)
		b.WriteString(o.EValue)
		b.WriteString(strings.Join(o.Traceback, "\n"))
		for mime := range o.Data {
			text, _ := o.Mime(mime)
			b.WriteString(text)
		}
	}
	return b.String()
}
