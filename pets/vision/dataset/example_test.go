package dataset_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"gopets/pets/vision/dataset"
)

// From a list of files to a split: labels from the names, a fifth for validation, seed 2 as in
// fastai's lesson.
func Example() {
	var files []string // dataset.ImageFiles(dir, false) for a folder
	for i := range 10 {
		files = append(files, fmt.Sprintf("images/%s_%d.jpg", []string{"beagle", "Ragdoll"}[i%2], i))
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

// A pattern that does not fit tells how to change it.
func ExampleLabelByRegexp() {
	_, err := dataset.LabelByRegexp([]string{"my_pets/beagle_1.jpeg"}, `/([^/]+)_\d+.jpg$`)
	fmt.Println(err)
	// Output:
	// label pattern `/([^/]+)_\d+.jpg$`: it does not match 1 of 1 files, for example "my_pets/beagle_1.jpeg": the file ends in .jpeg and the pattern in .jpg$: end it with \.\w+$
}

// Broken pictures are found before training, with the reason for each.
func ExampleVerify() {
	dir := exampleFolder()
	defer os.RemoveAll(dir)
	files, err := dataset.ImageFiles(dir, false)
	if err != nil {
		log.Fatal(err)
	}
	for _, bad := range dataset.Verify(context.Background(), files, dataset.VerifyOptions{}) {
		fmt.Printf("%s: %s\n", filepath.Base(bad.Path), bad.Reason)
	}
	// Output:
	// cut.png: the PNG data ends early: the file (60 bytes) is cut off
	// page.jpg: not a picture that can be read (it begins with "<html></html"; wanted JPEG, PNG, GIF, WebP, TIFF or BMP)
}

// The second epoch decodes nothing.
func ExampleOpenCache() {
	dir := exampleFolder()
	defer os.RemoveAll(dir)
	cache, err := dataset.OpenCache(filepath.Join(dir, "decoded"), 2*224)
	if err != nil {
		log.Fatal(err)
	}
	defer cache.Close()
	p, err := cache.Get(filepath.Join(dir, "good.png"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.W, p.H, p.Pix[:3])
	// Output: 4 3 [200 100 50]
}

// The real photographs, where there is a network; without one the error says what to do.
func ExampleUntar() {
	dir, err := dataset.Untar(context.Background(), dataset.Pets, "data", func(done, total int64) {
		fmt.Printf("\r%d of %d MB", done>>20, total>>20)
	})
	if err != nil {
		log.Fatal(err)
	}
	files, err := dataset.ImageFiles(filepath.Join(dir, "images"), false)
	fmt.Println(len(files), err)
}

func ExampleDecodeFile() {
	dir := exampleFolder()
	defer os.RemoveAll(dir)
	p, err := dataset.DecodeFile(filepath.Join(dir, "good.png"), dataset.DecodeOptions{})
	fmt.Println(p.W, p.H, err)
	_, err = dataset.DecodeFile(filepath.Join(dir, "cut.png"), dataset.DecodeOptions{})
	fmt.Println(err)
	// Output:
	// 4 3 <nil>
	// cut.png: the PNG data ends early: the file (60 bytes) is cut off
}

// exampleFolder holds one good picture and two broken ones.
func exampleFolder() string {
	dir, err := os.MkdirTemp("", "dataset-*")
	if err != nil {
		log.Fatal(err)
	}
	p := dataset.NewPicture(4, 3)
	copy(p.Pix, []uint8{200, 100, 50})
	good := filepath.Join(dir, "good.png")
	f, err := os.Create(good)
	if err != nil {
		log.Fatal(err)
	}
	if err := png.Encode(f, p.Image()); err != nil {
		log.Fatal(err)
	}
	f.Close()
	data, err := os.ReadFile(good)
	if err != nil {
		log.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, "cut.png"), data[:60], 0o644)
	os.WriteFile(filepath.Join(dir, "page.jpg"), []byte("<html></html>"), 0o644)
	return dir
}

// Colours are raw: what lies under transparent pixels is kept, as Pillow keeps it.
func ExampleFromImage() {
	img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	img.SetNRGBA(0, 0, color.NRGBA{R: 200, G: 100, B: 50, A: 0})
	fmt.Println(dataset.FromImage(img).Pix)
	// Output: [200 100 50]
}

// A table of names and labels, and the exam's pictures named one by one.
func ExampleLabelByCSV() {
	dir, err := os.MkdirTemp("", "dataset-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	table := filepath.Join(dir, "labels.csv")
	if err := os.WriteFile(table, []byte("name,label\na.jpg,pug\nb.jpg,boxer\nc.jpg,pug\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	items, err := dataset.LabelByCSV(table, "photos", dataset.CSVOptions{})
	if err != nil {
		log.Fatal(err)
	}
	split, err := dataset.NewSplit(items, dataset.Options{Valid: []string{filepath.Join("photos", "c.jpg")}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(split.Classes, len(split.Train), filepath.ToSlash(split.Valid[0].Path))
	// Output: [boxer pug] 2 photos/c.jpg
}
