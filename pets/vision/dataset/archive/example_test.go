package archive_test

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/archive"
)

// The real photos, where there is a network; without one the error says what to do.
func ExampleUntar() {
	dir, err := archive.Untar(context.Background(), dataset.Pets, "data", func(done, total int64) {
		fmt.Printf("\r%d of %d MB", done>>20, total>>20)
	})
	if err != nil {
		log.Fatal(err)
	}
	files, err := dataset.ImageFiles(filepath.Join(dir, "images"), false)
	fmt.Println(len(files), err)
}
