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

// Cells that are evaluated without a build do what compiled ones do, to the letter. What those did
// is in a file; where GOPETS_TEST_LONG or -update is set they are compiled now.
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
