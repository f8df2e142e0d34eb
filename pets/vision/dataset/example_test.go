package dataset_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
)

// From a list of files to a split: labels from the names, a fifth for validation, seed 2 as in
// fastai's lesson.
func Example() {
	var files []string // dataset.ImageFiles(dir, false) for a folder
	for i := range 10 {
		files = append(files, fmt.Sprintf("images/%s_%d.jpg", []string{"beagle", "Ragdoll"}[i%2],
			i))
	}
	items, err := dataset.LabelByRegexp(files, `/([^/]+)_\d+.jpg$`)
	if err != nil {
		log.Fatal(err)
	}
	split, err := dataset.NewSplit(items, dataset.Options{Seed: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(split.Classes, len(split.Train), len(split.Valid))
	for _, it := range split.Valid {
		fmt.Println(it.Path, split.Classes[it.Label])
	}
	// Output:
	// [Ragdoll beagle] 8 2
	// images/beagle_4.jpg beagle
	// images/Ragdoll_1.jpg Ragdoll
}

// The error for a pattern that does not fit says how to change it.
func ExampleLabelByRegexp() {
	_, err := dataset.LabelByRegexp([]string{"my_pets/beagle_1.jpeg"}, `/([^/]+)_\d+.jpg$`)
	fmt.Println(err)
	// Output:
	// label pattern `/([^/]+)_\d+.jpg$`: it does not match 1 of 1 files, for example "my_pets/beagle_1.jpeg": the file ends in .jpeg and the pattern in .jpg$: end it with \.\w+$
}

// A table of names and labels, and the validation set's images by name.
func ExampleLabelByCSV() {
	dir, err := os.MkdirTemp("", "dataset-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	table := filepath.Join(dir, "labels.csv")
	if err := os.WriteFile(table, []byte("name,label\na.jpg,pug\nb.jpg,boxer\nc.jpg,pug\n"),
		0o600); err != nil {
		log.Fatal(err)
	}
	items, err := dataset.LabelByCSV(spec.CSV{File: table, Folder: "photos"})
	if err != nil {
		log.Fatal(err)
	}
	split, err := dataset.NewSplit(items,
		dataset.Options{Valid: []string{filepath.Join("photos", "c.jpg")}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(split.Classes, len(split.Train), filepath.ToSlash(split.Valid[0].Path))
	// Output: [boxer pug] 2 photos/c.jpg
}
