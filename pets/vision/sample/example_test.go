package sample_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gopets/pets/vision/sample"
)

func ExampleGenerate() {
	parent, err := os.MkdirTemp("", "example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(parent)
	dir := filepath.Join(parent, "pets-sample")
	if err := sample.Generate(context.Background(), dir, sample.Options{PerBreed: 1},
		nil); err != nil {
		fmt.Println(err)
		return
	}
	images, _ := filepath.Glob(filepath.Join(dir, "images", "*.jpg"))
	own, _ := filepath.Glob(filepath.Join(dir, "my_pets", "*.jpeg"))
	fmt.Println(len(images), "images of", len(sample.Breeds()), "breeds, and", len(own),
		"of a pomeranian")
	// Output: 37 images of 37 breeds, and 4 of a pomeranian
}
