package live_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/eval/live"
)

var update = flag.Bool("update", false, "write the golden files in testdata/cells anew")

// A corpusCell is a cell of a file in testdata/cells: its cells are run one after the other, twice,
// compiled and without a build. A line with a minus begins a cell; those that have to be compiled
// are below "- compiled", and of them only that is asked.
type corpusCell struct {
	code     string
	compiled bool
}

func readCorpus(t *testing.T, file string) (cells []corpusCell) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for cell := range strings.SplitSeq("-\n"+string(text), "\n-") {
		kind, code, _ := strings.Cut(cell, "\n")
		cells = append(cells, corpusCell{strings.TrimSuffix(code, "\n"),
			strings.TrimPrefix(kind, "-") == " compiled"})
	}
	return cells
}

// outcome runs a cell and returns all that its user sees.
func (n *notebook) outcome(code string) string {
	value, out, err := n.run(code)
	text := fmt.Sprintf("value %q\nout %q\nstderr %q", value, out, n.front.err.String())
	if err != nil {
		text += "\nerror " + describe(err)
	}
	return text
}

// libraryLine is a line of a traceback that depends on the version of Go.
var libraryLine = regexp.MustCompile(`(?m)^\$GOROOT/.*\n`)

// Cells that are evaluated without a build do exactly what compiled ones do. The compiled cells'
// outcomes are in a file; with GOPETS_TEST_LONG or -update they are compiled now.
func TestSameAsCompiled(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cells/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			testSameAsCompiled(t, readCorpus(t, file), strings.TrimSuffix(file, "txt")+"golden")
		})
	}
}

func testSameAsCompiled(t *testing.T, cells []corpusCell, golden string) {
	var why []string
	direct := open(t, live.Options{Logf: func(format string, args ...any) {
		why = append(why, fmt.Sprintf(format, args...))
	}})
	var compiled *notebook
	if *update || os.Getenv("GOPETS_TEST_LONG") != "" {
		compiled = open(t, live.Options{Compile: true})
	}
	var all strings.Builder
	for i, cell := range cells {
		why = nil
		got := direct.outcome(cell.code)
		if built := len(why) > 0; cell.compiled != built && i > 0 {
			t.Errorf("%s\nis compiled: %v, want %v: %v", cell.code, built, cell.compiled, why)
		}
		if compiled != nil {
			want := compiled.outcome(cell.code)
			if got != want && !cell.compiled {
				t.Errorf("%s\ngives\n%s\nwant as compiled\n%s", cell.code, got, want)
			}
			got = want
		}
		if !cell.compiled {
			fmt.Fprintf(&all, "%s\n%s\n\n", cell.code, libraryLine.ReplaceAllString(got, ""))
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(golden); err != nil {
		t.Error(err)
	} else if got := all.String(); got != string(want) {
		t.Errorf("the cells do not do what %s says:\n%s", golden,
			firstDifference(got, string(want)))
	}
}

// firstDifference returns the lines around the first difference of two texts.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			from := max(0, i-6)
			return strings.Join(g[from:min(len(g), i+3)], "\n") + "\nwant\n" +
				strings.Join(w[from:min(len(w), i+3)], "\n")
		}
	}
	return "one is longer"
}

// Compiled cells and others work on the same variables, types and functions, old and new.
func TestBuildOrNot(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want(
		"type Number interface{ ~int | ~float64 }\nfunc Sum[T Number](xs ...T) (s T) { for _, x := range xs { s += x }; return s }\nSum(1, 2)", "3")
	n.want(
		"type pair[K comparable, V any] struct { k K; v V }\nq := pair[string, int]{\"a\", 1}\nq",
		"{k:a v:1}")
	n.want("q.v = 7", "")
	n.want("q.v", "7")
	n.want(
		"type myErr struct{ code int }\nfunc (e *myErr) Error() string { return \"mine\" }\nvar err error = &myErr{3}\nerr", "mine")
	n.want("err.(*myErr).code", "3")
	n.want("func (e *myErr) Error() string { return \"other\" }", "")
	n.want("err.Error()", "other")
	n.want("err.Error()", "other")
	n.want("err.(*myErr).code", "3")
	n.want("e2 := &myErr{4}", "")
	n.want("e2.Error()", "other")
	n.want("list := []*myErr{e2}\nlist[0].code", "4")
	n.want("func total() int { t := 0; for _, e := range list { t += e.code }; return t }\ntotal()",
		"4")
	n.want("list = append(list, &myErr{10})\ntotal()", "14")
	n.want("func total() int { return -1 }", "")
	n.want("total()", "-1")
	n.want("total()", "-1")
	n.want("m := map[string]*myErr{\"a\": e2}", "")
	n.want("m[\"a\"].code++\nm[\"a\"].code", "5")
	n.want("for k, v := range m { fmt.Println(k, v.code) }", "a 5\n")
	n.want("var w io.Writer = os.Stdout\nfmt.Fprintln(w, \"x\")", "x\n")
	n.want("x := any(m)", "")
	n.want("x.(map[string]*myErr)[\"a\"].code", "5")
	n.want(
		"ok := false\n_, ok = x.(map[string]*myErr)\nfunc() bool { _, ok := x.(map[string]*myErr); return ok }()", "true")
	n.want("wg := sync.WaitGroup{}\nwg.Add(1)\ngo wg.Done()\nwg.Wait()", "")
	n.want("start := time.Now()", "")
	n.want("time.Since(start) < time.Hour", "true")
	n.want("ctx, cancel := context.WithCancel(context.Background())", "")
	n.want("cancel()\nctx.Err()", "context canceled")
	n.want("mu := new(sync.Mutex)\nmu.Lock()\nmu.Unlock()", "")
	n.want("var once sync.Once\nonce.Do(func() { fmt.Println(\"once\") })", "once\n")
	n.want("r := rand.New(rand.NewPCG(1, 2))\nr.IntN(10) >= 0", "true")
	n.want("bufio.NewReader(strings.NewReader(\"ab\")).ReadByte()", "97")
	n.want("type Celsius = float64\nvar c Celsius = 2\nc", "2")
	n.want("c + 1", "3")
	n.want("img := image.NewRGBA(image.Rect(0, 0, 2, 2))", "")
	n.want("img.Bounds().Dx()", "2")
	n.want("img.Set(0, 0, color.RGBA{255, 0, 0, 255})", "")
	n.want("img.RGBAAt(0, 0).R", "255")
	n.want("http.StatusText(404)", "Not Found")
	n.want("req, err := http.NewRequest(\"GET\", \"http://a/b\", nil)", "")
	n.want("req.URL.Path", "/b")
	n.want("req.Header.Set(\"A\", \"b\")\nreq.Header", "map[A:[b]]")
}
