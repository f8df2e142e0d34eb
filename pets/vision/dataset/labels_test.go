package dataset

import (
	"errors"
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
	items, err := LabelByRegexp([]string{"images/great_pyrenees_173.jpg",
		"a_1.jpg/images/Egyptian_Mau_14.jpg"}, blogPattern)
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

	_, err = LabelByFunc([]string{"x.jpg"}, func(string) (string, error) {
		return "",
			errors.New("who knows")
	})
	says(t, "func", err, `"x.jpg"`, "who knows")

	items, err = LabelByLists([]string{"x", "y"}, []string{"a", "b"})
	if err != nil || !slices.Equal(labels(items), []string{"a", "b"}) {
		t.Errorf("lists: %v, %v", items, err)
	}
	_, err = LabelByLists([]string{"x", "y"}, []string{"a"})
	says(t, "lists", err, "2 files but 1 labels")
}

func TestClassFolders(t *testing.T) {
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{"d/cat/1.jpg", "d/dog/2.jpg"}, ""},
		{[]string{"d/a/cat/1.jpg", "d/a/dog/2.jpg"}, ""},
		{[]string{"d/1.jpg", "d/2.jpg"}, "its 2 images are in the folder itself"},
		{[]string{"d/cat/1.jpg", "d/dog/2.jpg", "d/stray.jpg"},
			"1 of 3 images are beside the class folders, for example stray.jpg"},
		{[]string{"d/cat/1.jpg", "d/cat/2.jpg"}, "one class folder, cat"},
		{nil, ""},
	} {
		err := checkClassFolders(c.files, "d")
		if c.want != "" {
			says(t, c.want, err, c.want, "folder with the class's name")
		} else if err != nil {
			t.Errorf("%v: %v", c.files, err)
		}
	}
}
