package vision_test

import (
	"context"
	"fmt"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
)

// From a folder of photos to a prediction: label, split, train, export, load, predict. A real
// program would use 224 pixels, "resnet34" or "mobilenet_v2", batches of 64, and leave Spec out of
// the engine's options, so that the fastest one is taken.
func Example() {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	folder, err := photos()
	check(err)
	defer os.RemoveAll(folder)

	files, err := dataset.ImageFiles(folder, false)
	check(err)
	labelled, err := dataset.LabelByRegexp(files, `/([^/]+)_\d+.png$`)
	check(err)
	data, err := dataset.NewSplit(labelled, dataset.Options{Seed: 2, Stratify: true})
	check(err)

	eng, err := engine.Open(engine.Options{Spec: "go"})
	check(err)
	defer eng.Close()
	learn, err := train.CNNLearner(ctx, eng, data, "petnet10",
		train.Config{Batches: spec.Batches{Size: spec.Square(32), Batch: 8,
			Transforms: spec.DefaultTransforms()}}, train.CNN{})
	check(err)
	defer learn.Close()
	check(learn.FineTune(ctx, 3, spec.Fit{BaseLR: 1e-2}, train.Events{}))
	model := filepath.Join(folder, "pets.safetensors")
	check(learn.Export(model))

	// Another program, another day: the file is enough.
	pets, err := train.LoadLearner(eng, model)
	check(err)
	defer pets.Close()
	answer, err := pets.PredictFile(ctx, filepath.Join(folder, "green_3.png"))
	check(err)
	fmt.Println(answer.Class, len(answer.Classes), pets.State())
	// Output: green 2 after fit 2, epoch 3
}

// photos stands for your folder of photos: here ten plain images of each of two kinds.
func photos() (string, error) {
	folder, err := os.MkdirTemp("", "photos-*")
	if err != nil {
		return "", err
	}
	for i := range 20 {
		kind, channel := "red", 0
		if i%2 == 1 {
			kind, channel = "green", 1
		}
		p := images.New(40, 36)
		for at := channel; at < len(p.Pix); at += 3 {
			p.Pix[at] = uint8(150 + at*(i+1)%100)
		}
		f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s_%d.png", kind, i)))
		if err != nil {
			return "", err
		}
		if err := png.Encode(f, p.Image()); err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
	}
	return folder, nil
}
