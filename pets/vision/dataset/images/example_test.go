package images_test

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
	"gopets/pets/vision/dataset/images"
)

// Damaged images are found before training, with the reason for each.
func ExampleVerify() {
	dir := exampleFolder()
	defer os.RemoveAll(dir)
	files, err := dataset.ImageFiles(dir, false)
	if err != nil {
		log.Fatal(err)
	}
	for _, bad := range images.Verify(context.Background(), files, images.VerifyOptions{}) {
		fmt.Printf("%s: %s\n", filepath.Base(bad.Path), bad.Reason)
	}
	// Output:
	// cut.png: the PNG data ends early: the file (60 bytes) is cut off
	// page.jpg: a web page, which is not supported: download the image itself
}

// The second epoch decodes nothing.
func ExampleOpenCache() {
	dir := exampleFolder()
	defer os.RemoveAll(dir)
	cache, err := images.OpenCache(filepath.Join(dir, "decoded"), 2*224)
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

func ExampleDecodeFile() {
	dir := exampleFolder()
	defer os.RemoveAll(dir)
	p, err := images.DecodeFile(filepath.Join(dir, "good.png"), images.Options{})
	fmt.Println(p.W, p.H, err)
	_, err = images.DecodeFile(filepath.Join(dir, "cut.png"), images.Options{})
	fmt.Println(err)
	// Output:
	// 4 3 <nil>
	// cut.png: the PNG data ends early: the file (60 bytes) is cut off
}

// exampleFolder holds a good image and two damaged ones.
func exampleFolder() string {
	dir, err := os.MkdirTemp("", "dataset-*")
	if err != nil {
		log.Fatal(err)
	}
	p := images.New(4, 3)
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
	fmt.Println(images.FromImage(img).Pix)
	// Output: [200 100 50]
}
