package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"gopets/pets/spec"
)

// Open labels and divides the images of d; list returns the lists that it names by digest.
func Open(d spec.Data, list func(spec.List) ([]string, error)) (*Split, error) {
	items, err := labelled(d, list)
	if err != nil {
		return nil, err
	}
	o := Options{ValidPct: d.ValidPct, Random: NewRandom(uint32(d.Seed)), Stratify: d.Stratify}
	for range d.Permutation - 1 {
		o.Random.Permutation(len(items))
	}
	if d.ValidPct == 0 {
		o.ValidPct = -1
	}
	if d.Valid != nil {
		if o.Valid, err = list(*d.Valid); err != nil {
			return nil, err
		}
	}
	return NewSplit(items, o)
}

func labelled(d spec.Data, list func(spec.List) ([]string, error)) ([]Labelled, error) {
	if t := d.CSV; t != nil {
		text, err := os.ReadFile(t.File)
		if sum := sha256.Sum256(text); err != nil || hex.EncodeToString(sum[:]) != t.Digest {
			return nil, fmt.Errorf("data: the table %s changed while the cell ran: run it again",
				t.File)
		}
		return LabelByCSV(*t)
	}
	files, err := list(d.Files)
	if err != nil {
		return nil, err
	}
	switch d.Labels {
	case spec.LabelFolder:
		return LabelByFolder(files)
	case spec.LabelRegexp:
		return LabelByRegexp(files, d.Pattern)
	}
	labels, err := list(d.LabelList)
	if err != nil {
		return nil, err
	}
	return LabelByLists(files, labels)
}

// Describe returns what fastai prints of a data bunch.
func (s *Split) Describe(size spec.Size, path string) string {
	var text strings.Builder
	text.WriteString("ImageDataBunch;\n\n")
	half := func(name string, items []Item) {
		var shapes, labels []string
		for _, item := range items[:min(5, len(items))] {
			shapes = append(shapes, fmt.Sprintf("Image (3, %d, %d)", size.H, size.W))
			labels = append(labels, s.Classes[item.Label])
		}
		fmt.Fprintf(&text,
			"%s: LabelList (%d items)\nx: ImageList\n%s\ny: CategoryList\n%s\nPath: %s;\n\n",
			name, len(items), strings.Join(shapes, ","), strings.Join(labels, ","), path)
	}
	half("Train", s.Train)
	half("Valid", s.Valid)
	text.WriteString("Test: None\n")
	if dropped := s.DroppedLabels; len(dropped) > 0 {
		fmt.Fprintf(&text, "\nLeft out of validation, because no training image has these labels: %s\n",
			strings.Join(dropped[:min(5, len(dropped))], ", "))
	}
	return text.String()
}
