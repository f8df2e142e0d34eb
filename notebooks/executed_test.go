package notebooks_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
	"gopets/kernelext/session"
	"gopets/pets/vision/sample"
)

var update = flag.Bool("update", false, "run pets.ipynb as it stands and keep it, and its page, in executed")

// executed is the notebook as it looks after a run on the drawn pets, part of the documentation. It
// is made anew, in minutes where XLA is, by
//
//	go test ./notebooks -run TestExecuted -update -timeout 2h
//
// and after it the README's picture of it by go test ./notebooks/lab -lab -update.
const executed = "executed/pets.ipynb"

const executedPage = "executed/pets.html"

// made says from what the executed notebook was made; it lies in its metadata.
type made struct {
	Notebook string `json:"notebook"` // digest of the cells of pets.ipynb
	Sample   int    `json:"sample"`   // version of the drawn pictures
}

// digest is that of what a notebook says and does, not of what it shows.
func digest(nb *notebook.Notebook) string {
	sum := sha256.New()
	for _, c := range nb.Cells() {
		fmt.Fprintf(sum, "%s %s %d\n%s\n", c.Type(), c.ID(), len(c.Source()), c.Source())
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func TestExecutedNotebookIsFresh(t *testing.T) {
	source, err := notebook.ReadFile("pets.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	want := made{Notebook: digest(source), Sample: sample.Version}
	if *update {
		refresh(t, want)
	}
	nb, err := notebook.ReadFile(executed)
	if err != nil {
		t.Fatalf("%v: make it with -update", err)
	}
	var got made
	if raw, ok := nb.Metadata("gopets"); !ok || json.Unmarshal(raw, &got) != nil || got != want {
		t.Errorf("%s was made from %+v, now is %+v: make it anew with -update", executed, got, want)
	}
	if digest(nb) != got.Notebook {
		t.Errorf("the cells of %s are not those that it was made from", executed)
	}
	pictures := 0
	for _, c := range nb.Cells() {
		if c.Type() != notebook.Code {
			continue
		}
		if c.ExecutionCount() == 0 && strings.TrimSpace(c.Source()) != "" {
			t.Errorf("cell %q was not executed", c.ID())
		}
		for _, o := range c.Outputs() {
			if o.Type == notebook.ErrorOutput {
				t.Errorf("cell %q failed: %s", c.ID(), o.EValue)
			}
			html, _ := o.Mime("text/html")
			plain, _ := o.Mime("text/plain")
			pictures += strings.Count(html, "<img ")
			if o.Data != nil && strings.TrimSpace(plain) == "" {
				t.Errorf("cell %q shows something that has no text form", c.ID())
			}
			if place := ofAMachine.FindString(o.Text + plain + withoutData(html)); place != "" {
				t.Errorf("cell %q shows a folder of somebody's machine: %s", c.ID(), place)
			}
		}
	}
	if pictures < 13 {
		t.Errorf("%s holds %d pictures; the lesson draws 13 at least", executed, pictures)
	}
	page, err := os.ReadFile(executedPage)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := render.HTML(nb, render.Options{Title: "pets"}); err != nil || string(again) != string(page) {
		t.Errorf("%s is not the page of %s (%v): make it anew with -update", executedPage, executed, err)
	}
	if n := len(nb.Bytes()) + len(page); n > 3<<20 {
		t.Errorf("the executed notebook and its page have %d kB; wanted 3072 at most", n>>10)
	}
}

var (
	ofAMachine = regexp.MustCompile(`/(home|root|Users|work|mnt|tmp|var)/\S*`)
	dataURI    = regexp.MustCompile(`data:image/[^"]*`)
)

// withoutData leaves out pictures, whose letters mean nothing.
func withoutData(html string) string { return dataURI.ReplaceAllString(html, "") }

// refresh runs the notebook with its own parameters and writes what came of it, with this machine's
// folders named as on any.
func refresh(t *testing.T, from made) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "run", "./kernelext/nb", "run", "notebooks/pets.ipynb", "-o", filepath.Join(dir, "pets.ipynb"), "--no-html")
	cmd.Dir = ".."
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("nb run: %v", err)
	}
	nb, err := notebook.ReadFile(filepath.Join(dir, "pets.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	places := strings.NewReplacer(session.CacheDir()+"/", "~/.cache/gopets/", root+"/", "gopets/", home+"/", "~/")
	for _, c := range nb.Cells() {
		if c.Type() != notebook.Code {
			continue
		}
		outputs := c.Outputs()
		for i, o := range outputs {
			outputs[i] = anywhere(t, o, places)
		}
		c.SetOutputs(outputs)
	}
	if err := nb.SetMetadata(from, "gopets"); err != nil {
		t.Fatal(err)
	}
	page, err := render.HTML(nb, render.Options{Title: "pets"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(executed), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := nb.WriteFile(executed); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(executedPage, page, 0o644); err != nil {
		t.Fatal(err)
	}
}

// anywhere gives an output with folders named as on any machine.
func anywhere(t *testing.T, o notebook.Output, places *strings.Replacer) notebook.Output {
	t.Helper()
	if o.Type == notebook.StreamOutput {
		return notebook.Stream(o.Name, places.Replace(o.Text))
	}
	if o.Data == nil {
		return o
	}
	data := map[string]json.RawMessage{}
	for mime, raw := range o.Data {
		text, _ := o.Mime(mime)
		named := places.Replace(text)
		if !strings.HasPrefix(mime, "text/") || named == text || strings.Contains(text, "data:image/") {
			data[mime] = raw
			continue
		}
		encoded, err := json.Marshal(named)
		if err != nil {
			t.Fatal(err)
		}
		data[mime] = encoded
	}
	return notebook.Display(data, o.Metadata)
}
