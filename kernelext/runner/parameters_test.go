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
const (
	first = 1 << iota
	second
)
var (
	layers = []int{1, 2}
	names  []string = []string{"a"}
	ratio  float32 = 1
	// How large.
	size [2]int = [2]int{1, 2}
	tiny         uint8 = 1
	key          = 'a'
	limits       = map[string]float64{"a": 1}
	grid         = [][]int{{1}}
	pause        = 3 * time.Second
	free     any = 1
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
	want := "source string, size1 int, rate float64, layers []int, names []string, ratio " +
		"float32, on bool, limit int, when , wait time.Duration"
	want = strings.Replace(want, "ratio float32,",
		"ratio float32, size [2]int, tiny uint8, key rune, limits map[string]float64, grid "+
			"[][]int, pause time.Duration, free any,", 1)
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if params[6].Doc != "How large." {
		t.Errorf("the comment above is %q", params[6].Doc)
	}
	if params[0].Doc != "where from" || params[1].Default != "pets.Pick(96, 64)" {
		t.Errorf("got %+v", params[:2])
	}
}

func TestSetGoParameters(t *testing.T) {
	expectSettings(t, "go", goCell, map[string]string{
		`source=a "b"`:             `var source = "a \"b\""`,
		"source=12":                `var source = "12"`,
		"size1=64":                 "var size1 = 64",
		"size1=abc":                "error: whole number",
		"size1=1.5":                "error: pets.Pick(96, 64)",
		"rate=1e-4":                "const rate = 1e-4",
		"rate=1":                   "const rate = 1.0",
		"rate=NaN":                 "error: number",
		"layers=3, 4":              "var layers = []int{3, 4}",
		"layers=[5]":               "var layers = []int{5}",
		"layers=":                  "var layers = []int{}",
		"layers=x":                 "error: whole number",
		`names=["x", 'y z']`:       `var names []string = []string{"x", "y z"}`,
		"ratio=2":                  "var ratio float32 = 2.0",
		"on=false":                 "var on = false",
		"on=maybe":                 "error: true or false",
		"limit=-7":                 "var limit = -7",
		"when=soon":                `var when = "soon"`,
		"wait=5*time.Hour":         "var wait time.Duration = 5*time.Hour",
		"wait=;":                   "error: Go expression",
		"wait=1m30s":               "var wait time.Duration = 90 * time.Second",
		"pause=0s":                 "var pause = 0 * time.Nanosecond",
		"when=12":                  "var when = 12",
		"when=null":                "var when = nil",
		"source=null":              `var source = "null"`,
		"names=[a: b]":             "error: it cannot be a map",
		`names=["a,b", c]`:         `var names []string = []string{"a,b", "c"}`,
		"names=[01, yes]":          `var names []string = []string{"01", "yes"}`,
		"layers=[]int{7, 8}":       "var layers = []int{7, 8}",
		"layers=1":                 "var layers = []int{1}",
		"layers=[1":                "error: give a list like",
		"layers={a: 1}":            "error: it cannot be a map",
		"size=3,4":                 "var size [2]int = [2]int{3, 4}",
		"size=3":                   "error: give 2 values, not 1",
		"tiny=256":                 "error: a whole number that fits in uint8",
		"tiny=-1":                  "error: a whole number that fits in uint8",
		"limit=012":                "var limit = 12",
		"limit=0x10":               "var limit = 16",
		"limit=1_000":              "var limit = 1000",
		"limit=1e6":                "var limit = 1000000",
		"limit=1e30":               "error: whole number",
		"key=z":                    "var key = 'z'",
		"key=65":                   "var key = 65",
		"ratio=1e300":              "error: float32",
		`limits={b: 2, "c d": .5}`: `var limits = map[string]float64{"b": 2.0, "c d": .5}`,
		"limits=[1]":               "error: it cannot be a list",
		"grid=[[1, 2], [3]]":       "var grid = [][]int{[]int{1, 2}, []int{3}}",
		"free=[1, [x]]":            `var free any = []any{1, []string{"x"}}`,
		"free=[x":                  `var free any = "[x"`,
		"free=a b":                 `var free any = "a b"`,
		"size3=1":                  "var size3 = 1",
		"local=a":                  `var local = "a"`,
		"new={a: [1]}":             `var new = map[string][]int{"a": []int{1}}`,
		"a-b=1":                    "error: not a name in go",
		"func=1":                   "error: not a name in go",
	})
}

// expectSettings sets parameters, each alone, behind a cell, and compares what is injected.
func expectSettings(t *testing.T, language, cell string, settings map[string]string) {
	t.Helper()
	for setting, want := range settings {
		nb := book(t, "#parameters "+cell)
		name, value, _ := strings.Cut(setting, "=")
		_, err := runner.SetParameters(nb, language, []runner.Setting{{Name: name, Value: value}})
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
		comment, got, _ := strings.Cut(nb.Cells()[1].Source(), "\n")
		if !strings.HasSuffix(comment, " Parameters given to nb run") || got != want ||
			!nb.Cells()[1].HasTag("injected-parameters") {
			t.Errorf("%s: injected %q", setting, got)
		}
	}
}

func TestSetPythonParameters(t *testing.T) {
	const cell = "name = 'x'  # who\nn: int = 1\nrate = 0.1\non = True\nxs = [1]\nd = {}\n" +
		"what = f()\nnone = None\nshape = (224, 224)\nopt: Optional[int] = None\nids: list[int] " +
		"= [1]\nby: dict[str, list[float]] = {}\n" +
		"lr = None  # type: float the rate\nlong = [\n  1,  # one\n  2,\n]\ntext = \"\"\"a # b\n" +
		"c = 1\n\"\"\"\none = 1; two = 2\nif n == 1:\n    inner = 2\n"
	expectSettings(t, "python", cell, map[string]string{
		"name=12":                          `name = "12"`,
		"n=3":                              "n = 3",
		"n=x":                              "error: whole number",
		"rate=2":                           "rate = 2.0",
		"on=false":                         "on = False",
		`xs=[1, "a"]`:                      `xs = [1, "a"]`,
		"xs=1,b":                           `xs = [1, "b"]`,
		"name=None":                        `name = "None"`,
		"name=<é>":                         `name = "<é>"`,
		"n=None":                           "n = None",
		"n=1e3":                            "n = 1000",
		"n=0.5":                            "error: whole number",
		"two=0.5":                          "two = 0.5",
		"two=1e3":                          "two = 1000",
		"two=x":                            "error: give a number",
		"n=123456789012345678901234567890": "n = 123456789012345678901234567890",
		"rate=inf":                         `rate = float("inf")`,
		"rate=x":                           "error: number",
		"shape=64,64":                      "shape = (64, 64)",
		"shape=(8,)":                       "shape = (8,)",
		"opt=7":                            "opt = 7",
		"opt=x":                            "error: whole number",
		"opt=None":                         "opt = None",
		"ids=[1, 2]":                       "ids = [1, 2]",
		"ids=a":                            "error: whole number",
		"by={a: [1.5]}":                    `by = {"a": [1.5]}`,
		"by={a: 1}":                        "error: give a list like",
		"lr=3":                             "lr = 3.0",
		"long=[2]":                         "long = [2]",
		"text=a\nb":                        `text = "a\nb"`,
		"two=4":                            "two = 4",
		`d={"a": null}`:                    `d = {"a": None}`,
		"d=x":                              "error: give a map like",
		"what=[1, {a: b}]":                 `what = [1, {"a": "b"}]`,
		"what=[":                           `what = "["`,
		"what=None":                        "what = None",
		"what=hi \"you\"":                  `what = "hi \"you\""`,
		"inner=1":                          "inner = 1",
		"class=1":                          "error: not a name in python",
		"none=(-1, 1)":                     "none = (-1, 1)",
		"none=[(1, 2), {'a': None}]":       "none = [(1, 2), {'a': None}]",
		"none={1, 2}":                      "none = {1, 2}",
		"none=()":                          "none = ()",
		"none=(see below)":                 `none = "(see below)"`,
		"none=(1, os.x)":                   `none = "(1, os.x)"`,
		"none=(1) + (2)":                   `none = "(1) + (2)"`,
		"none=1.5":                         "none = 1.5",
		"none=~":                           `none = "~"`,
		"none='it''s'":                     `none = "'it''s'"`,
		"xs=[(1, 2)]":                      "xs = [(1, 2)]",
		"shape=[1, 2]":                     "shape = (1, 2)",
	})
}

// -r sets a string, whatever the declaration says, and so does a string in YAML's quotation marks.
func TestStringsStayStrings(t *testing.T) {
	quotes, err := runner.ReadSettings([]byte(`n: "3"`))
	if err != nil {
		t.Fatal(err)
	}
	for _, given := range [][]runner.Setting{{runner.StringSetting("n", "3")}, quotes} {
		for _, declared := range []string{"n = 1", "n: int = 1", "n = True", "n = [1]", "n = None",
			"other = 1"} {
			nb := book(t, "#parameters "+declared)
			if _, err := runner.SetParameters(nb, "python", given); err != nil ||
				!strings.HasSuffix(nb.Cells()[1].Source(), "\nn = \"3\"") {
				t.Errorf("%s: error %v, %q", declared, err, nb.Cells()[1].Source())
			}
		}
	}
	if _, err := runner.SetParameters(book(t, "#parameters var n = 1"), "go",
		[]runner.Setting{runner.StringSetting("n", "3")}); err == nil ||
		!strings.Contains(err.Error(), "-r gives a string") {
		t.Errorf("error %v", err)
	}
}

// Names that no cell declares are set, and returned for a warning.
func TestUndeclaredParameters(t *testing.T) {
	given := []runner.Setting{{Name: "x", Value: "2"}, {Name: "epoch", Value: "3"}}
	nb := book(t, "print", "#parameters x = 1", "print")
	undeclared, err := runner.SetParameters(nb, "python", given)
	if err != nil || strings.Join(undeclared, " ") != "epoch" ||
		nb.Cells()[2].Source() != "# Parameters given to nb run\nx = 2\nepoch = 3" {
		t.Errorf("%v, error %v: %q", undeclared, err, nb.Cells()[2].Source())
	}
	nb = book(t, "print")
	undeclared, err = runner.SetParameters(nb, "go", given)
	if err != nil || len(undeclared) != 2 ||
		nb.Cells()[0].Source() != "// Parameters given to nb run\nvar x = 2\nvar epoch = 3" {
		t.Errorf("no cell is tagged: %v, error %v: %q", undeclared, err, nb.Cells()[0].Source())
	}
}

func TestOtherLanguages(t *testing.T) {
	values := []string{"n=2", "f=1e-3", `s=a "b" $c`, "on=true", "xs=[1, x]", "m={k: 2.5}",
		"no=null"}
	for language, want := range map[string]string{
		"R":          `n = 2|f = 1e-3|s = "a \"b\" $c"|on = TRUE|xs = list(1, "x")|m = list("k" = 2.5)|no = NULL`,
		"julia":      `n = 2|f = 1e-3|s = "a \"b\" \$c"|on = true|xs = [1, "x"]|m = Dict("k" => 2.5)|no = nothing`,
		"scala":      `val n = 2|val f = 1e-3|val s = "a \"b\" $c"|val on = true|val xs = Seq(1, "x")|val m = Map("k" -> 2.5)|val no = None`,
		"typescript": `var n = 2;|var f = 1e-3;|var s = "a \"b\" $c";|var on = true;|var xs = [1, "x"];|var m = {"k": 2.5};|var no = null;`,
		"ruby":       `n = 2|f = 1e-3|s = "a \"b\" $c"|on = true|xs = [1, "x"]|m = {"k" => 2.5}|no = nil`,
		"bash":       `n=2|f=1e-3|s="a \"b\" \$c"|on=true|xs=(1 "x")|error|error`,
		"octave":     `n = 2;|f = 1e-3;|s = "a \"b\" $c";|on = true;|xs = {1, "x"};|m = struct("k", 2.5);|no = [];`,
		"C#":         `var n = 2;|var f = 1e-3;|var s = "a \"b\" $c";|var on = true;|var xs = new object[] { 1, "x" };|var m = new Dictionary<string, object> { { "k", 2.5 } };|error`,
		"F#":         `let n = 2|let f = 1e-3|let s = "a \"b\" $c"|let on = true|let xs = [ 1; "x" ]|let m = Map.ofList [ ("k", 2.5) ]|error`,
		"PowerShell": "$n = 2|$f = 1e-3|$s = \"a `\"b`\" `$c\"|$on = $true|$xs = @(1, \"x\")|$m " +
			"= @{ \"k\" = 2.5 }|$no = $null",
		"rust": `let n = 2;|let f = 1e-3;|let s = "a \"b\" $c";|let on = true;|let xs = vec![1, "x"];|error|error`,
	} {
		for i, want := range strings.Split(want, "|") {
			nb := book(t, "#parameters ")
			name, value, _ := strings.Cut(values[i], "=")
			_, err := runner.SetParameters(nb, language, []runner.Setting{{Name: name,
				Value: value}})
			if err != nil {
				if want != "error" {
					t.Errorf("%s, %s: %v", language, values[i], err)
				}
				continue
			}
			if _, got, _ := strings.Cut(nb.Cells()[1].Source(), "\n"); got != want {
				t.Errorf("%s, %s: %s, want %s", language, values[i], got, want)
			}
		}
	}
	nb := book(t, "#parameters n <- 3 # how many\nx.y = 'a'\nf(n)\nif (n == 1) 2")
	params, err := runner.Parameters(nb, "R")
	if err != nil || len(params) != 2 || params[0] != (runner.Parameter{Name: "n", Default: "3",
		Doc: "how many"}) || params[1].Name != "x.y" {
		t.Errorf("%+v, error %v", params, err)
	}
	if undeclared, err := runner.SetParameters(nb, "R", []runner.Setting{{Name: "x.y",
		Value: "b"}}); err != nil || len(undeclared) > 0 {
		t.Errorf("%v, error %v", undeclared, err)
	}
}

func TestParametersThatCannotBeSet(t *testing.T) {
	one := []runner.Setting{{Name: "x", Value: "1"}}
	if _, err := runner.SetParameters(book(t, "#parameters x := 1"), "go", one); err == nil ||
		!strings.Contains(err.Error(), "not valid Go") {
		t.Errorf("error %v", err)
	}
	if _, err := runner.SetParameters(book(t, "#parameters x = 1"), "cobol", one); err == nil ||
		!strings.Contains(err.Error(), `in "cobol" cannot be set: known are bash, c#`) {
		t.Errorf("error %v", err)
	}
	if _, err := runner.SetParameters(book(t, "#parameters var x = 1"), "go",
		append(one, runner.Setting{Name: "x", Value: "y"})); err == nil ||
		!strings.Contains(err.Error(), "whole number") {
		t.Errorf("error %v", err)
	}
	if _, err := runner.SetParameters(book(t, "print"), "cobol", nil); err != nil {
		t.Errorf("no settings: error %v", err)
	}
}

func TestParametersReplaceThoseOfAnEarlierRun(t *testing.T) {
	nb := book(t, "#parameters var x = 1", "print a")
	for _, v := range []string{"2", "3"} {
		if _, err := runner.SetParameters(nb, "go", []runner.Setting{{Name: "x",
			Value: v}}); err != nil {
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
	if _, err := runner.SetParameters(nb, "go", []runner.Setting{{Name: "epochs", Value: "2"},
		{Name: "source", Value: "pets"}}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(nb.Cells()[1].Source())
	// Output:
	// // Parameters given to nb run
	// var epochs = 2
	// var source = "pets"
}
