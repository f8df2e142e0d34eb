package runner_test

import (
	"fmt"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

const goCell = `import "gopets/pets"
%args -x
!ls
var source = pets.Pick("sample", "sample-small") // where from
var size1 = pets.Pick(96, 64)
const rate = 1e-3
var (
	layers = []int{1, 2}
	names  []string = []string{"a"}
	ratio  float32 = 1
)
var on, limit = true, -5
var when = time.Now()
var wait time.Duration = 3
var a, b = f()
var none int
%%
var local = 3
`

func TestGoParameters(t *testing.T) {
	nb := book(t, "#parameters "+goCell)
	params, err := runner.Parameters(nb, "go")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range params {
		got = append(got, p.Name+" "+p.Type)
	}
	want := "source string, size1 int, rate float64, layers []int, names []string, ratio float32, on bool, limit int, when , wait time.Duration"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if params[0].Doc != "where from" || params[1].Default != "pets.Pick(96, 64)" {
		t.Errorf("got %+v", params[:2])
	}
}

func TestSetGoParameters(t *testing.T) {
	for setting, want := range map[string]string{
		`source=a "b"`:       `var source = "a \"b\""`,
		"source=12":          `var source = "12"`,
		"size1=64":           "var size1 = 64",
		"size1=abc":          "error: whole number",
		"size1=1.5":          "error: pets.Pick(96, 64)",
		"rate=1e-4":          "const rate = 1e-4",
		"rate=1":             "const rate = 1.0",
		"rate=NaN":           "error: number",
		"layers=3, 4":        "var layers = []int{3, 4}",
		"layers=[5]":         "var layers = []int{5}",
		"layers=":            "var layers = []int{}",
		"layers=x":           "error: whole number",
		`names=["x", 'y z']`: `var names []string = []string{"x", "y z"}`,
		"ratio=2":            "var ratio float32 = 2.0",
		"on=false":           "var on = false",
		"on=maybe":           "error: true or false",
		"limit=-7":           "var limit = -7",
		"when=soon":          `var when = "soon"`,
		"wait=5*time.Hour":   "var wait time.Duration = 5*time.Hour",
		"wait=;":             "error: Go expression",
		"size3=1":            `error: it has source, size1, rate`,
		"local=1":            "error: not one of",
	} {
		nb := book(t, "#parameters "+goCell)
		name, value, _ := strings.Cut(setting, "=")
		err := runner.SetParameters(nb, "go", []runner.Setting{{Name: name, Value: value}})
		if text, isError := strings.CutPrefix(want, "error: "); isError {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: error %v, wanted %q in it", setting, err, text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", setting, err)
			continue
		}
		c := nb.Cells()[1]
		if got := c.Source(); got != "// Parameters given to nb run\n"+want || !c.HasTag("injected-parameters") {
			t.Errorf("%s: injected %q", setting, got)
		}
	}
}

func TestSetPythonParameters(t *testing.T) {
	const cell = "name = 'x'  # who\nn: int = 1\nrate = 0.1\non = True\nxs = [1]\nd = {}\nwhat = f()\nif n == 1:\n    inner = 2\n"
	for setting, want := range map[string]string{
		"name=12":         `name = "12"`,
		"n=3":             "n = 3",
		"n=x":             "error: whole number",
		"rate=2":          "rate = 2.0",
		"on=false":        "on = False",
		`xs=[1, "a"]`:     `xs = [1, "a"]`,
		"xs=1,b":          `xs = [1, "b"]`,
		`d={"a": null}`:   `d = {"a": None}`,
		"d=x":             "error: JSON object",
		"what=None":       "what = None",
		"what=hi \"you\"": `what = "hi \"you\""`,
		"inner=1":         "error: not one of",
	} {
		nb := book(t, "#parameters "+cell)
		name, value, _ := strings.Cut(setting, "=")
		err := runner.SetParameters(nb, "python", []runner.Setting{{Name: name, Value: value}})
		if text, isError := strings.CutPrefix(want, "error: "); isError {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: error %v, wanted %q in it", setting, err, text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", setting, err)
		} else if got := nb.Cells()[1].Source(); got != "# Parameters given to nb run\n"+want {
			t.Errorf("%s: injected %q", setting, got)
		}
	}
}

func TestParametersNeedACell(t *testing.T) {
	one := []runner.Setting{{Name: "x", Value: "1"}}
	if err := runner.SetParameters(book(t, "var x = 1"), "go", one); err == nil || !strings.Contains(err.Error(), "no cell tagged") {
		t.Errorf("error %v", err)
	}
	if err := runner.SetParameters(book(t, "#parameters x := 1"), "go", one); err == nil || !strings.Contains(err.Error(), "not valid Go") {
		t.Errorf("error %v", err)
	}
	if err := runner.SetParameters(book(t, "#parameters x = 1"), "r", one); err == nil || !strings.Contains(err.Error(), "only Go and Python") {
		t.Errorf("error %v", err)
	}
	if err := runner.SetParameters(book(t, "#parameters var x = 1"), "go", append(one, one...)); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("error %v", err)
	}
	if err := runner.SetParameters(book(t, "print"), "r", nil); err != nil {
		t.Errorf("no settings: error %v", err)
	}
}

func TestParametersReplaceThoseOfAnEarlierRun(t *testing.T) {
	nb := book(t, "#parameters var x = 1", "print a")
	for _, v := range []string{"2", "3"} {
		if err := runner.SetParameters(nb, "go", []runner.Setting{{Name: "x", Value: v}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(nb.Cells()); n != 3 {
		t.Errorf("%d cells", n)
	}
	if got := nb.Cells()[1].Source(); !strings.Contains(got, "var x = 3") {
		t.Errorf("injected %q", got)
	}
}

func ExampleSetParameters() {
	nb := notebook.New("gonb", "Go", "go")
	c := notebook.NewCell(notebook.Code, "var epochs = 4\nvar source = \"sample\"")
	if err := c.SetMetadata([]string{"parameters"}, "tags"); err != nil {
		fmt.Println(err)
	}
	nb.Insert(0, c)
	if err := runner.SetParameters(nb, "go", []runner.Setting{{Name: "epochs", Value: "2"}, {Name: "source", Value: "pets"}}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(nb.Cells()[1].Source())
	// Output:
	// // Parameters given to nb run
	// var epochs = 2
	// var source = "pets"
}
