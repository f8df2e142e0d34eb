package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Item is an image's file and the index of its class.
type Item struct {
	Path  string
	Label int
}

// Options are options for [NewSplit]. The zero value is fastai's: a fifth for validation, by seed
// 0.
type Options struct {
	ValidPct float64 // fraction for validation, below 1; 0: 0.2; negative: none
	Seed     uint32  // of numpy's generator
	// continue this stream instead of seeding one, as for the blog's second data set
	Random   *Random
	Stratify bool     // divide every class in the same ratio
	Valid    []string // the validation files, instead of a random choice
}

// Split is labelled images, training items as given, validation items as drawn (fastai §2.3).
type Split struct {
	// labels of the training items, sorted by code points; Item.Label indexes them
	Classes      []string
	Train, Valid []Item
	// labels of validation items only: those items are left out (fastai §2.2)
	DroppedLabels []string
	SplitHash     string // SHA-256 of classes and items, without the folder that all files share
}

// NewSplit divides items and numbers the classes. Labels are compared by Unicode's form NFC.
func NewSplit(items []Labelled, o Options) (*Split, error) {
	if len(items) == 0 {
		return nil,
			errors.New(
				"split: there are no images: is the folder right, and do the names end in .jpg, " +
					".png or the like?")
	}
	items = slices.Clone(items)
	for i := range items { // é may be one character or two
		items[i].Label = norm.NFC.String(items[i].Label)
	}
	seen := make(map[string]bool, len(items))
	for _, it := range items {
		if seen[it.Path] {
			return nil, fmt.Errorf("split: %q is listed twice, so it may be in both sets: "+
				"list it once", it.Path)
		}
		seen[it.Path] = true
	}
	valid, err := choose(items, o)
	if err != nil {
		return nil, err
	}
	inValid := make(map[int]bool, len(valid))
	for _, i := range valid {
		inValid[i] = true
	}
	if len(inValid) == len(items) {
		return nil, fmt.Errorf("split: all %d images are for validation, none is left to train "+
			"with: lower ValidPct or shorten Valid", len(items))
	}
	s := &Split{}
	for i, it := range items {
		if !inValid[i] {
			s.Classes = append(s.Classes, it.Label)
		}
	}
	slices.Sort(s.Classes)
	s.Classes = slices.Compact(s.Classes)
	number := make(map[string]int, len(s.Classes))
	for i, c := range s.Classes {
		number[c] = i
	}
	for i, it := range items {
		if !inValid[i] {
			s.Train = append(s.Train, Item{it.Path, number[it.Label]})
		}
	}
	for _, i := range valid {
		label, known := number[items[i].Label]
		if !known {
			s.DroppedLabels = append(s.DroppedLabels, items[i].Label)
			continue
		}
		s.Valid = append(s.Valid, Item{items[i].Path, label})
	}
	slices.Sort(s.DroppedLabels)
	s.DroppedLabels = slices.Compact(s.DroppedLabels)
	s.SplitHash = s.hash()
	return s, nil
}

func choose(items []Labelled, o Options) ([]int, error) {
	if o.Valid != nil {
		return listed(items, o.Valid)
	}
	pct := o.ValidPct
	switch {
	case pct < 0:
		return nil, nil
	case pct == 0:
		pct = 0.2
	case !(pct < 1):
		return nil, fmt.Errorf("split: ValidPct is %v: want a fraction between 0 and 1, as 0.2",
			pct)
	}
	r := o.Random
	if r == nil {
		r = NewRandom(o.Seed)
	}
	order := r.Permutation(len(items))
	if o.Stratify {
		return stratified(items, order, pct), nil
	}
	return order[:int(pct*float64(len(items)))], nil
}

func listed(items []Labelled, files []string) ([]int, error) {
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		wanted[filepath.Clean(f)] = true
	}
	var valid []int
	for i, it := range items {
		if path := filepath.Clean(it.Path); wanted[path] {
			valid = append(valid, i)
			delete(wanted, path)
		}
	}
	for _, f := range files {
		if wanted[filepath.Clean(f)] {
			return nil, fmt.Errorf("split: %d validation files are not among the %d images, for "+
				"example %q: give the paths as ImageFiles returns them", len(wanted), len(items), f)
		}
	}
	return valid, nil
}

// stratified chooses the same fraction of every class, rounded, and leaves each a training image.
func stratified(items []Labelled, order []int, pct float64) []int {
	quota := map[string]int{}
	for _, it := range items {
		quota[it.Label]++
	}
	for label, n := range quota {
		quota[label] = min(n-1, int(pct*float64(n)+0.5))
	}
	var valid []int
	for _, i := range order {
		if label := items[i].Label; quota[label] > 0 {
			quota[label]--
			valid = append(valid, i)
		}
	}
	return valid
}

// hash does not depend on where the images are.
func (s *Split) hash() string {
	root := s.Root()
	h := sha256.New()
	fmt.Fprintf(h, "classes %q\n", s.Classes)
	write := func(set string, items []Item) {
		for _, it := range items {
			fmt.Fprintf(h, "%s %d %q\n", set, it.Label,
				strings.TrimPrefix(filepath.ToSlash(it.Path), root))
		}
	}
	write("train", s.Train)
	write("valid", s.Valid)
	return hex.EncodeToString(h.Sum(nil))
}

// Root returns the folder that all files share, with slashes, one at its end; "" if there is none.
func (s *Split) Root() string {
	root, first := "", true
	for _, items := range [][]Item{s.Train, s.Valid} {
		for _, it := range items {
			dir := filepath.ToSlash(it.Path)
			dir = dir[:strings.LastIndex(dir, "/")+1]
			if first {
				root, first = dir, false
			}
			for !strings.HasPrefix(dir, root) {
				root = root[:strings.LastIndex(strings.TrimSuffix(root, "/"), "/")+1]
			}
		}
	}
	return root
}
