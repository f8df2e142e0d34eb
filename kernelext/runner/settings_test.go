package runner_test

import (
	"fmt"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// Where the values come from YAML, their own types count only where the declaration has none.
func TestReadSettings(t *testing.T) {
	settings, err := runner.ReadSettings(
		[]byte(
			"layers: [3, 4]\nnames: &n [x, 1.0, no]\nlimits: {a: 3}\nsource: 007\n" +
				"when: [1, 2.5]\nfree: {a: *n}\nrate: 1.0e-3"))
	if err != nil {
		t.Fatal(err)
	}
	nb := book(t, "#parameters "+goCell)
	if _, err := runner.SetParameters(nb, "go", settings); err != nil {
		t.Fatal(err)
	}
	want := `// Parameters given to nb run
var source = "007"
const rate = 1.0e-3
var layers = []int{3, 4}
var names []string = []string{"x", "1.0", "no"}
var limits = map[string]float64{"a": 3.0}
var free any = map[string][]any{"a": []any{"x", 1.0, "no"}}
var when = []float64{1.0, 2.5}`
	if got := nb.Cells()[1].Source(); got != want {
		t.Errorf("got\n%s\nwanted\n%s", got, want)
	}
	nb = book(t, "#parameters a = None\nb = None\nc = 'x'\nd = None")
	settings, err = runner.ReadSettings(
		[]byte(
			"base: &base {lr: 1e-3}\na: {<<: *base, n: null, ok: true}\nb: \"12\"\n" +
				"c: 2024-01-01\nd: .inf"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runner.SetParameters(nb, "python", append(settings[1:], runner.StringSetting("b",
		"13"))); err != nil {
		t.Fatal(err)
	}
	want = "# Parameters given to nb run\na = {\"n\": None, \"ok\": True, \"lr\": 1e-3}\n" +
		"b = \"13\"\nc = \"2024-01-01\"\nd = float(\"inf\")"
	if got := nb.Cells()[1].Source(); got != want {
		t.Errorf("got\n%s\nwanted\n%s", got, want)
	}
}

func TestBadSettings(t *testing.T) {
	for text, want := range map[string]string{
		"[1, 2]":          "not a list",
		"just text":       `not "just text"`,
		"a: [1":           "line 1",
		"a: *b":           "unknown anchor",
		"a: 1\na: 2":      `"a" comes twice`,
		"[a]: 1":          "a name was expected, not a list",
		"a: 1\n---\nb: 2": "one YAML document",
	} {
		if _, err := runner.ReadSettings([]byte(text)); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, wanted %q in it", text, err, want)
		}
	}
	laughs := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c,
			strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ","))
	}
	if _, err := runner.ReadSettings([]byte(laughs)); err == nil ||
		!strings.Contains(err.Error(), "too many values") {
		t.Errorf("error %v", err)
	}
	for _, text := range []string{"", "# nothing\n", "null"} {
		if s, err := runner.ReadSettings([]byte(text)); err != nil || len(s) != 0 {
			t.Errorf("%q: %v, error %v", text, s, err)
		}
	}
}

// Every text ends with a cell or an error.
func FuzzSettings(f *testing.F) {
	f.Add("a: [1, {b: &x 2}]\nc: *x", "a = 1")
	f.Add("a: &x {<<: *x}", "a: list[int] = [1] # one\nb = \"\"\"x\"\"\"")
	f.Add("[1, 2]", "var a = map[string][]int{}")
	f.Fuzz(func(t *testing.T, text, cell string) {
		settings, err := runner.ReadSettings([]byte(text))
		if err != nil {
			settings = nil
		}
		for _, language := range []string{"go", "python"} {
			nb := book(t, "#parameters "+cell)
			params, err := runner.Parameters(nb, language)
			if err != nil {
				continue
			}
			all := settings
			for _, p := range params {
				all = append(all, runner.Setting{Name: p.Name, Value: text})
			}
			if _, err := runner.SetParameters(nb, language, all); err == nil && len(all) > 0 &&
				len(nb.Cells()) != 2 {
				t.Error("neither an error nor a cell")
			}
		}
	})
}

// Values from a file, with lists and maps, become a cell in the notebook's language.
func ExampleReadSettings() {
	settings, err := runner.ReadSettings(
		[]byte("sizes: [64, 96]\nrates: {head: 1e-3, body: 1e-5}\n"))
	if err != nil {
		fmt.Println(err)
	}
	nb := notebook.New("python3", "Python", "python")
	c := notebook.NewCell(notebook.Code, "sizes = [128]\nrates = {}")
	if err := c.SetMetadata([]string{"parameters"}, "tags"); err != nil {
		fmt.Println(err)
	}
	nb.Insert(0, c)
	if _, err := runner.SetParameters(nb, "python", settings); err != nil {
		fmt.Println(err)
	}
	fmt.Println(nb.Cells()[1].Source())
	// Output:
	// # Parameters given to nb run
	// sizes = [64, 96]
	// rates = {"head": 1e-3, "body": 1e-5}
}
