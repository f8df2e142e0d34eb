package dataset

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func numbered(n int, dir string, label func(i int) string) []Labelled {
	items := make([]Labelled, n)
	for i := range items {
		items[i] = Labelled{fmt.Sprintf("%s/%s_%04d.jpg", dir, label(i), i), label(i)}
	}
	return items
}

// index is the number in a file's name.
func index(it Item) (i int) {
	base := filepath.Base(it.Path)
	fmt.Sscanf(base[strings.LastIndex(base, "_")+1:], "%d.jpg", &i)
	return i
}

func indices(items []Item) []int {
	is := make([]int, len(items))
	for i, it := range items {
		is[i] = index(it)
	}
	return is
}

// The blog's split: 7390 files, seed 2, and the second data set from the same stream (numbers from
// fastai §2.3, §2.4).
func TestSplitIsFastai(t *testing.T) {
	items := numbered(7390, "images", func(i int) string { return fmt.Sprint("breed", i%37) })
	r := NewRandom(2)
	first, err := NewSplit(items, Options{Random: r})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Train) != 5912 || len(first.Valid) != 1478 || len(first.Classes) != 37 {
		t.Fatalf("%d/%d items, %d classes", len(first.Train), len(first.Valid), len(first.Classes))
	}
	valid := indices(first.Valid)
	if want := []int{1804, 1664, 4513, 4180, 7191, 1221, 109, 4787, 6889,
		5641}; !slices.Equal(valid[1468:], want) {
		t.Errorf("validation ends %v, want %v", valid[1468:], want)
	}
	if valid[0] != 564 {
		t.Errorf("validation begins with %d, want 564: it must stay in permutation order", valid[0])
	}
	sum := 0
	for _, v := range valid {
		sum += v
	}
	if sum != 5426354 {
		t.Errorf("sum of validation indices %d, want 5426354", sum)
	}
	if got, want := indices(first.Train)[:20], []int{0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17,
		18, 19, 21, 22, 23, 24}; !slices.Equal(got, want) {
		t.Errorf("training begins %v, want %v", got, want)
	}
	second, err := NewSplit(items, Options{Random: r})
	if err != nil {
		t.Fatal(err)
	}
	common, was := 0, map[int]bool{}
	for _, v := range valid {
		was[v] = true
	}
	for _, v := range indices(second.Valid) {
		if was[v] {
			common++
		}
	}
	if common != 301 {
		t.Errorf("the second validation set shares %d images with the first, want 301", common)
	}
	seeded, err := NewSplit(items, Options{Seed: 2})
	if err != nil || seeded.SplitHash != first.SplitHash {
		t.Errorf("Seed 2 and a fresh stream of seed 2 differ (%v)", err)
	}
	if second.SplitHash == first.SplitHash {
		t.Error("two different splits have one hash")
	}
}

func TestClassesAreSortedByCodePoint(t *testing.T) {
	items := []Labelled{{"1", "beagle"}, {"2", "Ragdoll"}, {"3", "Abyssinian"}, {"4", "émeu"},
		{"5", "american_bulldog"}}
	s, err := NewSplit(items, Options{ValidPct: -1})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Abyssinian", "Ragdoll", "american_bulldog", "beagle",
		"émeu"}; !slices.Equal(s.Classes, want) {
		t.Errorf("classes %q, want %q", s.Classes, want)
	}
	if len(s.Valid) != 0 || s.Classes[s.Train[0].Label] != "beagle" {
		t.Errorf("a negative fraction left %d validation items; first label %d", len(s.Valid),
			s.Train[0].Label)
	}
}

func TestLabelsOnlyInValidationAreDropped(t *testing.T) {
	items := []Labelled{{"a/1.jpg", "cat"}, {"a/2.jpg", "cat"}, {"a/3.jpg", "lynx"},
		{"a/4.jpg", "dog"}, {"a/5.jpg", "dog"}}
	s, err := NewSplit(items, Options{Valid: []string{"a/5.jpg", "a/3.jpg"}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.DroppedLabels, []string{"lynx"}) || len(s.Valid) != 1 ||
		s.Valid[0].Path != "a/5.jpg" || !slices.Equal(s.Classes, []string{"cat", "dog"}) {
		t.Errorf("%+v", s)
	}
}

func TestStratified(t *testing.T) {
	items := numbered(230, "x", func(i int) string {
		switch {
		case i < 200:
			return "common"
		case i < 229:
			return "rare"
		}
		return "single"
	})
	s, err := NewSplit(items, Options{Seed: 5, Stratify: true})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, it := range s.Valid {
		counts[s.Classes[it.Label]]++
	}
	if counts["common"] != 40 || counts["rare"] != 6 || counts["single"] != 0 ||
		len(s.Train) != 184 {
		t.Errorf("validation %v, %d training items", counts, len(s.Train))
	}
}

func TestSplitHashIsIndependentOfPlace(t *testing.T) {
	label := func(i int) string { return fmt.Sprint(i % 3) }
	var hashes []string
	for _, dir := range []string{"/data/pets/images", "images", "/home/someone/oxford/images"} {
		s, err := NewSplit(numbered(40, dir, label), Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, s.SplitHash)
	}
	if hashes[0] != hashes[1] || hashes[0] != hashes[2] {
		t.Errorf("hashes differ with the folder: %v", hashes)
	}
}

func TestSplitMistakes(t *testing.T) {
	items := numbered(10, "x", func(i int) string { return "a" })
	for name, c := range map[string]struct {
		items []Labelled
		o     Options
		want  []string
	}{
		"nothing":  {nil, Options{}, []string{"no images", "folder"}},
		"fraction": {items, Options{ValidPct: 20}, []string{"ValidPct is 20", "0.2"}},
		"all": {items[:1], Options{Valid: []string{"x/a_0000.jpg"}},
			[]string{"none is left to train"}},
		"unknown file": {items, Options{Valid: []string{"x/b.jpg"}},
			[]string{`"x/b.jpg"`, "not among the 10"}},
		"twice": {append(slices.Clone(items), items[3]), Options{},
			[]string{"x/a_0003.jpg", "twice"}},
	} {
		_, err := NewSplit(c.items, c.o)
		says(t, name, err, c.want...)
	}
}

// says checks that an error exists and contains every one of the words.
func says(t *testing.T, name string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: the error lacks %q: %v", name, w, err)
		}
	}
}
