package notebooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/pets/vision/sample"
)

// A run is a notebook made of cells of pets.ipynb and of cells of the test's own, executed by `nb
// run` in a real kernel, with GoMLX's Go backend and small parameters.
type run struct {
	t        *testing.T
	original map[string]string // source by cell id
	nb       *notebook.Notebook
	labels   []string
}

func newRun(t *testing.T, kernel string) *run {
	t.Helper()
	long(t)
	nb, err := notebook.ReadFile("pets.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, original: map[string]string{}, nb: notebook.New(kernel, kernel, "go")}
	for _, c := range nb.Cells() {
		r.original[c.ID()] = c.Source()
	}
	return r
}

// long skips a test that runs dozens of cells in a real kernel, unless $GOPETS_TEST_LONG is set, as
// in CI.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("takes long: set GOPETS_TEST_LONG")
	}
}

// again appends cells of pets.ipynb.
func (r *run) again(ids ...string) {
	r.t.Helper()
	for _, id := range ids {
		source, ok := r.original[id]
		if !ok {
			r.t.Fatalf("pets.ipynb has no cell %q", id)
		}
		r.cell(id, source)
	}
}

// cell appends a cell and remembers it by label.
func (r *run) cell(label, source string) {
	r.nb.Insert(len(r.nb.Cells()), notebook.NewCell(notebook.Code, source))
	r.labels = append(r.labels, label)
}

// parameters appends small parameters for the images under dir.
func (r *run) parameters(dir string) {
	r.cell("parameters", `import (
	"fmt"

	"gopets/pets"
)

var source = "`+dir+`"
var arch1 = "petnet10"
var arch2 = "petnet10"
var size1 = 32
var size2 = 40
var bs1 = 16
var bs2 = 16
var epochs1 = 2
var weights1, weights2 = "", ""
var epochs3 = 1
var seed = 2`)
}

// do executes and returns what each cell showed in the end, and the error of the whole.
func (r *run) do() ([]string, error) {
	r.t.Helper()
	done, err := r.execute()
	var texts []string
	for _, c := range done.Cells() {
		texts = append(texts, lasting(c))
	}
	return texts, err
}

// execute executes and returns the executed notebook, and the error of the whole.
func (r *run) execute() (*notebook.Notebook, error) {
	r.t.Helper()
	dir := r.t.TempDir()
	in, out := filepath.Join(dir, "in.ipynb"), filepath.Join(dir, "out.ipynb")
	if err := r.nb.WriteFile(in); err != nil {
		r.t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "run", "./kernelext/nb", "run", in, "-o", out,
		"--no-html", "--offline", "--allow-errors")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go", "NB_WORKSPACE="+root)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	err = cmd.Run()
	done, readErr := notebook.ReadFile(out)
	if readErr != nil {
		r.t.Fatalf("%v\n%s", readErr, log.String())
	}
	r.t.Logf("%s", log.String())
	return done, err
}

var times = regexp.MustCompile(`\b\d+:\d\d(:\d\d)?\b|\d+ ?m?s\b`)

// text returns what a cell shows, without times.
func text(c *notebook.Cell) string {
	var b strings.Builder
	for _, o := range c.Outputs() {
		b.WriteString(o.Text)
		for _, mime := range []string{"text/plain", "text/html"} {
			var s string
			if json.Unmarshal(o.Data[mime], &s) == nil {
				b.WriteString(s)
			} else {
				var lines []string
				if json.Unmarshal(o.Data[mime], &lines) == nil {
					b.WriteString(strings.Join(lines, ""))
				}
			}
		}
		b.WriteString(o.EValue)
	}
	return times.ReplaceAllString(b.String(), "…")
}

// building is what the start of a session says where its program takes long to build.
var building = regexp.MustCompile(`(?m)^building .*\(once; .*\n`)

// lasting is what a cell shows that neither a clock nor a race decides: its streams, each for
// itself, and then its displays, for GoNB keeps no order between them. A display of one line of
// text is what a progress bar leaves, and there is one only where the work took longer than a
// moment.
func lasting(c *notebook.Cell) string {
	streams := map[string]string{}
	displays := notebook.NewCell(notebook.Code, "")
	var shown []notebook.Output
	for _, o := range c.Outputs() {
		html, _ := o.Mime("text/html")
		switch {
		case o.Type == notebook.StreamOutput:
			streams[o.Name] += o.Text
		case html == "" || strings.Contains(html, "<"):
			shown = append(shown, o)
		}
	}
	displays.SetOutputs(shown)
	lines := streams["stdout"] + building.ReplaceAllString(streams["stderr"], "")
	return times.ReplaceAllString(lines, "…") + text(displays)
}

// GoNB's races, and lines that only a slow machine shows, change nothing.
func TestLasting(t *testing.T) {
	display := func(text, html string) notebook.Output {
		data := map[string]json.RawMessage{}
		for mime, s := range map[string]string{"text/plain": text, "text/html": html} {
			raw, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			data[mime] = raw
		}
		return notebook.Display(data, nil)
	}
	table, bar, out := display("epoch 1", "<table>1</table>"), display("148 images predicted\n",
		"148 images predicted"), notebook.Stream("stdout", "a\nb\n")
	cell := func(outputs ...notebook.Output) string {
		c := notebook.NewCell(notebook.Code, "")
		c.SetOutputs(outputs)
		return lasting(c)
	}
	want := cell(out, table)
	for i, got := range []string{
		cell(table, out), cell(bar, out, table, bar),
		cell(notebook.Stream("stderr",
			"building the pets session's program from /x (once; half a minute on a slow "+
				"machine)\n"), out, table), cell(notebook.Stream("stdout", "a\n"), table, notebook.Stream("stdout", "b\n")),
	} {
		if got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	if got := cell(out, display("epoch 1", "<table>2</table>")); got == want {
		t.Error("another table changes nothing")
	}
}

func smallSample(t *testing.T, perBreed int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pets")
	if err := sample.Generate(t.Context(), dir, sample.Options{PerBreed: perBreed},
		nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// All cells twice in one kernel give the same tables; an interpretation stays that of its learner
// after a second one exists; files that change after training are refused.
func TestNotebookInOneKernel(t *testing.T) {
	r := newRun(t, "gonb")
	first := []string{"untar", "folders", "fnames", "pattern", "data", "learner", "fit-1", "interp",
		"most-confused"}
	second := []string{"data-2", "learner-2", "fit-3"}
	dir := smallSample(t, 3)
	pass := func(suffix string) {
		r.parameters(dir)
		r.again(first...)
		r.again(second...)
		r.again("most-confused") // of the first learner, with the second on the device
		for i := range r.labels {
			if !strings.Contains(r.labels[i], "/") {
				r.labels[i] += "/" + suffix
			}
		}
	}
	pass("1")
	pass("2")
	r.cell("fewer files", "var fnames = pets.GetImageFiles(pathImg)[:40]")
	r.cell("refused", "%%\nlearn.FitOneCycle(1)")
	r.cell("live", "var fnames = pets.GetImageFiles(pathImg)\n\n%%\nfmt.Println(learn.Validate())")

	shown, err := r.do()
	if err == nil {
		t.Error("a run with a refused cell must not end with status 0")
	}
	at := map[string]string{}
	var repeated []string
	for i, label := range r.labels {
		if _, ok := at[label]; ok {
			repeated = append(repeated, label, shown[i])
		}
		at[label] = shown[i]
	}
	for _, id := range append(first, second...) {
		if strings.HasPrefix(id, "learner") {
			continue // the second time Create also says that it starts over
		}
		if a, b := at[id+"/1"], at[id+"/2"]; a != b {
			t.Errorf("cell %q differs between two runs of all cells in one kernel:\n%s\n---\n%s",
				id, a, b)
		}
	}
	if len(repeated) != 4 || repeated[1] == "" {
		t.Fatalf("want the most confused pairs twice in each pass, got %d repetitions",
			len(repeated)/2)
	}
	for i := 0; i < len(repeated); i += 2 {
		first := shown[indexOf(r.labels, repeated[i])]
		if repeated[i+1] != first {
			t.Errorf(
				"with a second learner alive the first interpretation shows\n%s\n"+
					"before it showed\n%s", repeated[i+1], first)
		}
	}
	if s := at["fit-1/1"]; !strings.Contains(s, "error_rate") {
		t.Errorf("the fit shows no table:\n%s", s)
	}
	if s := at["refused"]; !strings.Contains(s, "40") || !strings.Contains(s, "Create") {
		t.Errorf(
			"files that changed after training must be refused with the difference and the "+
				"remedy; shown:\n%s", s)
	}
	if s := at["live"]; strings.Contains(strings.ToLower(s), "error:") || s == "" {
		t.Errorf("the trained learner must have survived the refusal; shown:\n%s", s)
	}
}

func indexOf(all []string, s string) int {
	for i := range all {
		if all[i] == s {
			return i
		}
	}
	return -1
}
