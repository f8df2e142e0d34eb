package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// shownText returns what a view prints of one cell.
func shownText(t *testing.T, outputs ...notebook.Output) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v := newView(f)
	place := runner.Place{Cell: notebook.NewCell(notebook.Code, "x"), Number: 1, Of: 1}
	v.event(runner.CellStart{Place: place})
	for _, o := range outputs {
		v.event(runner.Shown{Place: place, Output: o})
	}
	v.event(runner.CellEnd{CellReport: runner.CellReport{Place: place, Status: runner.OK}})
	v.finish(&runner.Report{}, nil)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(text), "\n")
	shown, _, _ = strings.Cut(shown, "0 of 0")
	return shown
}

func TestWhatAViewPrints(t *testing.T) {
	bars := strings.Repeat("\r 50% of what there is", 10_000)
	for name, c := range map[string]struct {
		outputs []notebook.Output
		want    string
	}{
		"pieces of a line": {[]notebook.Output{notebook.Stream("stdout", "a"),
			notebook.Stream("stdout", "b\nc")}, indent + "ab\n" + indent + "c\n"},
		"a bar": {[]notebook.Output{notebook.Stream("stderr", "\r1%"),
			notebook.Stream("stderr", "\r100%"), notebook.Stream("stderr", "\n")},
			indent + "100%\n"},
		"a bar that ends short": {[]notebook.Output{notebook.Stream("stderr",
			"\r100%\r\x1b[Kok\n")}, indent + "ok\n"},
		"a bar of many pieces": {[]notebook.Output{notebook.Stream("stdout", bars),
			notebook.Stream("stdout", "\r100%\x1b[K")}, indent + "100%\n"},
		"nested bars": {[]notebook.Output{notebook.Stream("stderr",
			"epoch 1\nbatch 1\r\x1b[Aepoch 2\n")}, indent + "epoch 2\n" + indent + "batch 1\n"},
		"a long line": {[]notebook.Output{notebook.Stream("stdout",
			strings.Repeat("x", 1000)+"\n")}, indent + strings.Repeat("x", maxLine-1) + "…\n"},
		"an endless line": {[]notebook.Output{notebook.Stream("stdout",
			strings.Repeat("y", 2*maxPartial)), notebook.Stream("stdout", "z\n")},
			indent + strings.Repeat("y", maxLine-1) + "…\n"},
		"many lines": {[]notebook.Output{notebook.Stream("stdout",
			strings.Repeat("l\n", maxLines+5))}, strings.Repeat(indent+"l\n", maxLines) + indent +
			"… 5 more lines, in the notebook\n"},
		"colours": {[]notebook.Output{notebook.Stream("stdout",
			"\x1b[31mred\x1b[0m\x07\n")}, indent + "red\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := shownText(t, c.outputs...); got != c.want {
				t.Errorf("got %.200q, wanted %.200q", got, c.want)
			}
		})
	}
}

// A line that grows to fifty megabytes in small pieces must not be copied repeatedly: that would
// take hours.
func TestALineWithoutEnd(t *testing.T) {
	piece := notebook.Stream("stdout", strings.Repeat("x", 1000))
	outputs := make([]notebook.Output, 50_000)
	for i := range outputs {
		outputs[i] = piece
	}
	if got := shownText(t, outputs...); len(got) > maxLine+2*len(indent) {
		t.Errorf("%d bytes were printed", len(got))
	}
}

// What GitHub takes apart is escaped: of a message the line ends, of a title also what ends it.
func TestAnnotation(t *testing.T) {
	var b bytes.Buffer
	a, err := newAnnotations("github", &b)
	if err != nil {
		t.Fatal(err)
	}
	a.failure("a,b.ipynb", "x: 50%", "one\ntwo, 50%\x1b[31m::error::")
	if want := "::error file=a%2Cb.ipynb,title=x%3A 50%25::one%0Atwo, " +
		"50%25::error::\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
