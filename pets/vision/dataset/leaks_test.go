package dataset

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDuplicates(t *testing.T) {
	root := tree(t, map[string]string{"a_1.jpg": "one", "a_2.jpg": "two", "b_1.jpg": "one",
		"b_2.jpg": "2wo", "c_1.jpg": "long one", "c_2.jpg": "", "d_1.jpg": ""})
	files, err := ImageFiles(root, false)
	if err != nil {
		t.Fatal(err)
	}
	items, err := LabelByRegexp(append(files, filepath.Join(root, "gone_1.jpg")), blogPattern)
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(root, name) }
	s, err := NewSplit(items, Options{Valid: []string{at("b_1.jpg"), at("a_2.jpg"), at("c_1.jpg"),
		at("d_1.jpg")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.duplicates(context.Background()); !slices.Equal(got,
		[]pair{{at("b_1.jpg"), at("a_1.jpg")}}) {
		t.Errorf("%v", got)
	}
	got := s.Warning(context.Background())
	for _, words := range []string{"1 class is left out", ": d:", "1 validation image is",
		"b_1.jpg = a_1.jpg"} {
		if !strings.Contains(got, words) {
			t.Errorf("the warning lacks %q: %s", words, got)
		}
	}
	s, err = NewSplit(items[:2], Options{Valid: []string{items[1].Path}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Warning(context.Background()); got != "" {
		t.Errorf("nothing to warn of: %s", got)
	}
}

// Names of one file in two folders are shown with their difference, and classes that seem to be
// one are named.
func TestWarningsOfSimilarNames(t *testing.T) {
	root := tree(t, map[string]string{"train/cat/1.jpg": "one", "valid/cat/1.jpg": "one",
		"train/Cat /2.jpg": "2", "train/dog/3.jpg": "3"})
	files, err := ImageFiles(root, true)
	if err != nil {
		t.Fatal(err)
	}
	items, err := LabelByFolder(files)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSplit(items, Options{Valid: []string{filepath.Join(root, "valid/cat/1.jpg")}})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Warning(t.Context())
	for _, words := range []string{"valid/cat/1.jpg = train/cat/1.jpg:",
		`almost one name: "Cat " and "cat": rename`} {
		if !strings.Contains(got, words) {
			t.Errorf("the warning lacks %q: %s", words, got)
		}
	}
}

func TestOneClassInTwoUnicodeForms(t *testing.T) {
	items := []Labelled{{"1", "b\u00e9arn"}, {"2", "be\u0301arn"}, {"3", "\u212b"},
		{"4", "A\u030a"}}
	s, err := NewSplit(items, Options{ValidPct: -1})
	if err != nil || !slices.Equal(s.Classes, []string{"b\u00e9arn", "\u00c5"}) {
		t.Errorf("%q, %v", s.Classes, err)
	}
}
