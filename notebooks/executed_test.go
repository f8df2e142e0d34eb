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

var update = flag.Bool("update", false, "run the notebook and keep it, and its page, in executed")

// The folder executed holds pets.ipynb and tour.ipynb as they look after a run, with their pages:
// part of the documentation. They are made anew by
//
//	go test ./notebooks -run TestExecuted -update -timeout 2h
//	go test ./notebooks -run TestTour -update
//
// and then the README's image by go test ./notebooks/lab -lab -update.
const executed = "executed"

// made is what an executed notebook was made from; it is in the notebook's metadata.
type made struct {
	Notebook string `json:"notebook"` // digest of the cells
	Sample   int    `json:"sample"`   // version of the drawn images
}

// digest returns the digest of a notebook's cells without their outputs.
func digest(nb *notebook.Notebook) string {
	sum := sha256.New()
	for _, c := range nb.Cells() {
		fmt.Fprintf(sum, "%s %s %d\n%s\n", c.Type(), c.ID(), len(c.Source()), c.Source())
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func TestExecutedNotebookIsFresh(t *testing.T) {
	nb := fresh(t, "pets")
	images := 0
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
			images += strings.Count(html, "<img ")
			if o.Data != nil && strings.TrimSpace(plain) == "" {
				t.Errorf("cell %q shows something that has no text form", c.ID())
			}
			if place := ofAMachine.FindString(o.Text + plain + withoutData(html)); place != "" {
				t.Errorf("cell %q shows a folder of somebody's machine: %s", c.ID(), place)
			}
		}
	}
	if images < 13 {
		t.Errorf("the executed notebook holds %d images, want at least 13", images)
	}
}

// fresh returns the executed notebook of the name, made anew with -update, and checks that it and
// its page belong to the notebook as it stands.
func fresh(t *testing.T, name string) *notebook.Notebook {
	t.Helper()
	source, err := notebook.ReadFile(name + ".ipynb")
	if err != nil {
		t.Fatal(err)
	}
	want := made{Notebook: digest(source), Sample: sample.Version}
	if *update {
		refresh(t, name, want)
	}
	nb, err := notebook.ReadFile(filepath.Join(executed, name+".ipynb"))
	if err != nil {
		t.Fatalf("%v: make it with -update", err)
	}
	var got made
	if raw, ok := nb.Metadata("gopets"); !ok || json.Unmarshal(raw, &got) != nil || got != want {
		t.Errorf("executed %s was made from %+v, now is %+v: make it anew with -update", name, got,
			want)
	}
	if digest(nb) != got.Notebook {
		t.Errorf("the cells of executed %s are not those that it was made from", name)
	}
	page, err := os.ReadFile(filepath.Join(executed, name+".html"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := render.HTML(nb, render.Options{Title: name})
	if err != nil || string(again) != string(page) {
		t.Errorf("the page of executed %s is not what is rendered (%v): make it anew with -update",
			name, err)
	}
	if n := len(nb.Bytes()) + len(page); n > 3<<20 {
		t.Errorf("executed %s and its page have %d kB, want at most 3072", name, n>>10)
	}
	return nb
}

var (
	ofAMachine = regexp.MustCompile(`/(home|root|Users|work|mnt|tmp|var)/\S*`)
	dataURI    = regexp.MustCompile(`data:image/[^"]*`)
)

// withoutData leaves out images, whose letters mean nothing.
func withoutData(html string) string { return dataURI.ReplaceAllString(html, "") }

// refresh runs the notebook with its own parameters and keeps it, with this machine's folders named
// as on any.
func refresh(t *testing.T, name string, from made) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "run", "./kernelext/nb", "run",
		"notebooks/"+name+".ipynb", "-o", filepath.Join(dir, name+".ipynb"), "--no-html")
	cmd.Dir = ".."
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("nb run: %v", err)
	}
	nb, err := notebook.ReadFile(filepath.Join(dir, name+".ipynb"))
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
	places := strings.NewReplacer(session.CacheDir()+"/", "~/.cache/gopets/", root+"/", "gopets/",
		root, "gopets",
		home+"/", "~/")
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
	page, err := render.HTML(nb, render.Options{Title: name})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(executed, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := nb.WriteFile(filepath.Join(executed, name+".ipynb")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(executed, name+".html"), page, 0o644); err != nil {
		t.Fatal(err)
	}
}

// anywhere returns an output with folders named as on any machine.
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
		if !strings.HasPrefix(mime, "text/") || named == text ||
			strings.Contains(text, "data:image/") {
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
