package dataset_test

import (
	"errors"
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
)

// A description names its lists by their digests.
func ExampleOpen() {
	files := []string{"/p/cat_1.jpg", "/p/dog_1.jpg", "/p/cat_2.jpg", "/p/dog_2.jpg"}
	d := spec.Defaults(spec.Data{Path: "/p", Files: spec.ListOf(files), ValidPct: 0.25,
		Labels: spec.LabelRegexp, Pattern: `/([^/]+)_\d+.jpg$`})
	split, err := dataset.Open(d, func(l spec.List) ([]string, error) {
		if l != d.Files {
			return nil, errors.New("unknown list")
		}
		return files, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(split.Classes, len(split.Train), len(split.Valid))
	// Output: [cat dog] 3 1
}
