package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

// The notebooks of GoNB's own tests, with the reasons why they differ on the kernel "go", by cell.
// On the kernel "gonb" nothing may differ.
var gonbBooks = map[string]map[int]string{
	"bash_script": {2: inModule, 3: inModule},
	"capture":     {},
	"errors":      {},
	"functions":   {1: noCover},
	"goflags": {1: noCover, 2: noCover, 4: noCover, 7: noCover,
		10: "cells are no package of the module"},
	"gonbui": {1: noCover, 3: follows},
	"gotest": {1: noCover, 3: noGet, 4: ownList, 5: noGet, 6: noGet, 7: noGet},
	"gowork": {1: noCover, 5: follows, 6: ownModule, 7: follows, 8: ownModule, 9: follows},
	"hello":  {1: noCover},
	"init":   {1: noCover, 3: runsOnce, 4: runsOnce, 5: runsOnce, 7: runsOnce},
	"script": {},
	"vartuple": {2: ownList,
		4: "a variable of a var declaration of several lives on without the others"},
	"writefile": {},
}

const (
	noCover   = "-cover is not for live cells"
	runsOnce  = "an initialiser runs when its cell runs"
	ownList   = "%ls is a text"
	inModule  = "!* runs in the folder of the module"
	ownModule = "the module is the notebook's own"
	noGet     = "the user's go.mod is not written: testify is not got"
	follows   = "packages on disk are followed: nothing is tracked or replaced"
)

// Those that import packages of other modules, and so run beside a module that has them.
var gonbBooksBeside = []string{"capture", "errors", "functions", "gotest"}

// Those that are not compared, with the reason.
var gonbBooksLeft = map[string]string{
	"comms":       "needs a browser that runs its scripts",
	"dom":         "needs a browser that runs its scripts",
	"widgets":     "needs a browser that runs its scripts",
	"input_boxes": "needs a user who answers",
	"wasm":        "plain GoNB looks for a file that Go 1.24 has moved",
}

// plainResults are what the notebooks show on plain GoNB, in a file, as they depend on nothing of
// ours. With another GoNB or Go than the file's, plain GoNB runs them.
type plainResults struct {
	GoNB  string              `json:"gonb"`
	Go    string              `json:"go"`
	Books map[string][]string `json:"books"`
}

var updateBooks = flag.Bool("update", false, "run GoNB's notebooks on plain GoNB again")

const plainFile = "testdata/gonbbooks.json"

func readPlain(t *testing.T, gonb, golang string) plainResults {
	t.Helper()
	var p plainResults
	text, err := os.ReadFile(plainFile)
	if (err != nil || json.Unmarshal(text, &p) != nil) && !*updateBooks {
		t.Errorf("%s cannot be read: make it anew with -update", plainFile)
	}
	if *updateBooks || p.GoNB != gonb || p.Go != golang {
		p = plainResults{gonb, golang, map[string][]string{}}
	}
	return p
}

func (p plainResults) write(t *testing.T) {
	t.Helper()
	text, err := json.MarshalIndent(p, "", " ")
	if err == nil {
		err = os.WriteFile(plainFile, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestGoNBsOwnNotebooks runs the notebooks of GoNB's own tests, from the module cache, on both
// kernels and compares with plain GoNB. Programs come from the user's cache, as nb run's do.
func TestGoNBsOwnNotebooks(t *testing.T) {
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("runs some dozen notebooks: set GOPETS_TEST_LONG")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}} {{.Version}}",
		gonbPackage).Output()
	gonb, version, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	golang, errGo := exec.Command("go", "env", "GOVERSION").Output()
	if errGo != nil {
		t.Fatal(errGo)
	}
	files, _ := filepath.Glob(filepath.Join(gonb, "examples", "tests", "*.ipynb"))
	if err != nil || len(files) == 0 {
		t.Skipf("GoNB's notebooks are not in the module cache: %v", err)
	}
	nb := filepath.Join(t.TempDir(), "nb")
	if out, err := exec.Command("go", "build", "-o", nb, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Setenv("GOPROXY", "off")
	ours, err := findWorkspace(t.Context(), ".")
	if err == nil {
		err = (&setup{log: io.Discard}).tools(t.Context(), ours)
	}
	if err != nil {
		t.Fatal(err)
	}
	reference := readPlain(t, version, strings.TrimSpace(string(golang)))
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ipynb")
		t.Run(name, func(t *testing.T) {
			rules, known := gonbBooks[name]
			if why, left := gonbBooksLeft[name]; left {
				t.Skip(why)
			} else if !known {
				t.Fatal("this notebook is in no list")
			}
			run := func(kernel string) []string { return runGonbBook(t, nb, gonb, file, kernel) }
			ours := run(gonbKernel)
			if missing := slices.ContainsFunc(ours, isMissing); missing {
				t.Skip("needs modules that are not in the module cache")
			}
			plain, known := reference.Books[name]
			if !known {
				plain = run(plainKernel)
				reference.Books[name] = plain
			}
			if name == "capture" && !slices.Equal(ours, plain) {
				ours = run(gonbKernel) // GoNB sometimes closes the file before a display is in it
			}
			compareGonbBook(t, gonbKernel, plain, ours, nil)
			compareGonbBook(t, liveKernel, plain, run(liveKernel), rules)
		})
	}
	if *updateBooks {
		reference.write(t)
	}
	for _, name := range slices.Sorted(maps.Keys(gonbBooks)) {
		if _, err := os.Stat(filepath.Join(gonb, "examples", "tests", name+".ipynb")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func isMissing(cell string) bool {
	return strings.Contains(cell, "module lookup disabled by GOPROXY=off")
}

func compareGonbBook(t *testing.T, kernel string, want, got []string, rules map[int]string) {
	t.Helper()
	for i, w := range want {
		if i >= len(got) {
			t.Errorf("%s: %d cells, want %d", kernel, len(got), len(want))
			return
		}
		rule, differs := rules[i+1]
		switch {
		case !differs && got[i] != w:
			t.Errorf("%s, cell %d:\n%s\nwant:\n%s", kernel, i+1, got[i], w)
		case differs && got[i] == w:
			t.Errorf("%s, cell %d is as on plain GoNB, and a rule says otherwise: %s", kernel, i+1,
				rule)
		}
	}
}

// runGonbBook runs a notebook and returns what its cells show.
func runGonbBook(t *testing.T, nb, gonb, file, kernel string) []string {
	t.Helper()
	dir := t.TempDir()
	work := ""
	if slices.Contains(gonbBooksBeside, strings.TrimSuffix(filepath.Base(file), ".ipynb")) {
		work = filepath.Join(dir, "ws")
		if err := makeWorkspace(work); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cover", "files"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(dir, "out.ipynb")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Two runs of a benchmark show what a second of them does.
	text = bytes.ReplaceAll(text, []byte("%test -test.bench=."),
		[]byte("%test -test.benchtime=2x -test.bench=."))
	book := filepath.Join(dir, "book.ipynb")
	if err := os.WriteFile(book, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nb, "run", book, "-k", kernel, "-o", to, "--no-html", "--allow-errors",
		"--offline")
	cmd.Dir = dir // beside no module
	cmd.Env = append(os.Environ(), "NB_WORKSPACE="+work, "GONB_GIT_ROOT="+gonb,
		"GOCOVERDIR="+filepath.Join(dir, "cover"), "TEST_DIR="+filepath.Join(dir, "files")+"/",
		"GOFLAGS=")
	log, _ := cmd.CombinedOutput() // cells fail, as they should
	done, err := notebook.ReadFile(to)
	if err != nil {
		t.Fatalf("%s: %v\n%s", kernel, err, log)
	}
	var cells []string
	for _, c := range done.Cells() {
		if c.Type() == notebook.Code {
			cells = append(cells, strings.ReplaceAll(shown(t, c, dir), gonb, "MODULE"))
		}
	}
	return cells
}

// varies is what is another in each run, with what takes its place.
var varies = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`(/[\w.-]+)*/gonb_[0-9a-f]{8}\b`), "GONB"},
	{regexp.MustCompile(`\bgonb_[0-9a-f]{8}\b`), "GONB"},
	{regexp.MustCompile(`/tmp/gonb_tests_gowork_\w+`), "PACKAGE"},
	{regexp.MustCompile(`_~\d+`), "_~N"},
	{regexp.MustCompile(`(Benchmark\w+)-\d+`), "$1"},
	{regexp.MustCompile(`\s+\d+\s+[\d.]+ ns/op`), "\tN ns/op"},
	{regexp.MustCompile(`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`), "DATE"},
	{regexp.MustCompile(`(?m)(^|^stdout: )(pkg|goos|goarch|cpu|coverage): .*\n`), "$1"},
	{regexp.MustCompile(`(?m)^(pkg|goos|goarch|cpu|coverage): .*\n`), ""},
	// A stack has the kernel's own terms.
	{regexp.MustCompile(`(?s)(\nmain\.\w+\n)\t.*`), "$1"},
}

// shown is what a cell shows, as a text.
func shown(t *testing.T, c *notebook.Cell, dir string) string {
	t.Helper()
	outputs := c.Outputs()
	streams := map[string]string{}
	var displays []string
	for _, o := range outputs {
		switch o.Type {
		case notebook.StreamOutput:
			streams[o.Name] += o.Text
		case notebook.ErrorOutput:
			displays = append(displays, "an error")
			if strings.Contains(o.EValue, "GOPROXY=off") {
				displays = append(displays, o.EValue)
			}
		default:
			text, err := json.Marshal(o.Data)
			if err != nil {
				t.Fatal(err)
			}
			displays = append(displays, string(text))
		}
	}
	text := fmt.Sprintf("stdout: %s\nstderr: %s\n%s", streams["stdout"], streams["stderr"],
		strings.Join(displays, "\n"))
	text = strings.ReplaceAll(text, dir, "DIR")
	for _, v := range varies {
		text = v.pattern.ReplaceAllString(text, v.by)
	}
	return text
}
