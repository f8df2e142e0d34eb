package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const blogPattern = `/([^/]+)_\d+.jpg$`

func labels(items []Labelled) (ls []string) {
	for _, it := range items {
		ls = append(ls, it.Label)
	}
	return ls
}

func TestLabelByRegexp(t *testing.T) {
	items, err := LabelByRegexp([]string{"images/great_pyrenees_173.jpg", "a_1.jpg/images/Egyptian_Mau_14.jpg"}, blogPattern)
	if err != nil || !slices.Equal(labels(items), []string{"great_pyrenees", "Egyptian_Mau"}) {
		t.Errorf("%v, %v", items, err)
	}
}

// Every message must show the pattern, one path, and what to change.
func TestLabelPatternMistakes(t *testing.T) {
	for _, c := range []struct{ file, pattern, advice string }{
		{"images/beagle_1.jpeg", blogPattern, `end it with \.\w+$`},
		{"beagle_1.jpg", blogPattern, "leave the / out"},
		{"images/BEAGLE_1.JPG", `/([a-z]+)_\d+.jpg$`, "(?i)"},
		{"images/beagle-1.jpg", blogPattern, `([^/]+)[-.]\d+\.\w+$`},
		{"images/beagle/x.jpg", blogPattern, `([^/]+)/[^/]+$`},
		{"images/_1.jpg", `/([^/]*)_\d+.jpg$`, "empty"},
	} {
		_, err := LabelByRegexp([]string{c.file, "images/fine_1.jpg"}, c.pattern)
		says(t, c.file, err, c.advice, filepath.Base(c.file), "of 2 files")
	}
	_, err := LabelByRegexp([]string{"x.jpg"}, `/[^/]+_\d+.jpg$`)
	says(t, "no group", err, "no group", "parentheses")
	_, err = LabelByRegexp([]string{"x.jpg"}, `(?<=/)([^/]+)`)
	says(t, "look-behind", err, "no look-ahead")
	_, err = LabelByRegexp([]string{"x.jpg"}, `(x`)
	says(t, "syntax", err, "missing closing )")
}

func TestOtherLabels(t *testing.T) {
	items, err := LabelByFolder([]string{"pets/cat/1.jpg", "pets/dog/1.jpg"})
	if err != nil || !slices.Equal(labels(items), []string{"cat", "dog"}) {
		t.Errorf("folder: %v, %v", items, err)
	}
	_, err = LabelByFolder([]string{"1.jpg"})
	says(t, "folder", err, `"1.jpg"`, "no folder")

	_, err = LabelByFunc([]string{"x.jpg"}, func(string) (string, error) { return "", errors.New("who knows") })
	says(t, "func", err, `"x.jpg"`, "who knows")

	items, err = LabelByLists([]string{"x", "y"}, []string{"a", "b"})
	if err != nil || !slices.Equal(labels(items), []string{"a", "b"}) {
		t.Errorf("lists: %v, %v", items, err)
	}
	_, err = LabelByLists([]string{"x", "y"}, []string{"a"})
	says(t, "lists", err, "2 files but 1 labels")
}

func TestLabelByCSV(t *testing.T) {
	file := filepath.Join(t.TempDir(), "labels.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("name,label\ntrain/3/7463.png,0\n\"train/7/2,1.png\", 1\n")
	items, err := LabelByCSV(file, "mnist", CSVOptions{})
	if err != nil || !slices.Equal(labels(items), []string{"0", "1"}) || items[0].Path != filepath.Join("mnist", "train", "3", "7463.png") {
		t.Errorf("%v, %v", items, err)
	}
	write("7;cat;one\n8;dog;two\n")
	items, err = LabelByCSV(file, "", CSVOptions{Comma: ';', NoHeader: true, Name: 2, Label: 1, Suffix: ".jpg"})
	if err != nil || !slices.Equal(items, []Labelled{{"one.jpg", "cat"}, {"two.jpg", "dog"}}) {
		t.Errorf("%v, %v", items, err)
	}
	write("label,name\ncat,one.jpg\n")
	items, err = LabelByCSV(file, "", CSVOptions{Name: 1, Label: -1})
	if err != nil || !slices.Equal(items, []Labelled{{"one.jpg", "cat"}}) {
		t.Errorf("labels first: %v, %v", items, err)
	}
	_, err = LabelByCSV(file, "", CSVOptions{Name: -1})
	says(t, "negative", err, "counted from 0")
	write("name,label\njust one\n")
	_, err = LabelByCSV(file, "", CSVOptions{})
	says(t, "columns", err, "line 2 has 1 columns", "Comma")
	_, err = LabelByCSV(file+"x", "", CSVOptions{})
	says(t, "no file", err, "labels.csvx")
}
