package pets_test

import (
	"fmt"
	"os"

	"gopets/pets"
)

// The pets lesson in a plain program: what a notebook would show is printed as text.
func Example() {
	path := pets.UntarData(pets.URLs.PetsSample)
	images := path.Join("images")
	data := pets.FromNameRE(images, pets.GetImageFiles(images), `/([^/]+)_\d+.jpg$`,
		pets.Transforms(pets.GetTransforms()), pets.Size(96), pets.BatchSize(32), pets.Seed(2)).Normalize(pets.ImagenetStats)
	learn := pets.CNNLearner(data, pets.PetNet10)
	learn.Create()
	learn.FitOneCycle(4)
	learn.Save("stage-1")
	interp := pets.InterpretationFrom(learn)
	interp.PlotTopLosses(9, pets.FigSize(15, 11))
	pets.Show(interp.MostConfused(pets.MinVal(2)))
	fmt.Println(learn.Predict(pets.OpenImage(pets.GetImageFiles(path.Join("my_pets"))[0])))
}

// A description costs nothing and fails never: its mistakes are told by the first verb.
func ExampleFromNameRE() {
	files := pets.Paths{"/photos/images/pug_1.jpg", "/photos/images/boxer_2.jpg"}
	data := pets.FromNameRE("/photos/images", files, `/([^/]+)_\d+.jpg$`, pets.Size(224), pets.BatchSize(64))
	fmt.Println(data)
	fmt.Println(pets.CNNLearner(data, pets.ResNet34, pets.Name("mine")))
	// Output:
	// data: 2 pictures of /photos/images, size 224, batches of 64
	// learner "mine": resnet34 on data: 2 pictures of /photos/images, size 224, batches of 64
}

func ExampleGetImageFiles() {
	dir, err := os.MkdirTemp("", "photos")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"pug_2.JPG", "notes.txt", "boxer_1.png"} {
		if err := os.WriteFile(dir+"/"+name, nil, 0o600); err != nil {
			panic(err)
		}
	}
	for _, f := range pets.GetImageFiles(pets.Path(dir)) {
		fmt.Println(f.Name())
	}
	// Output:
	// boxer_1.png
	// pug_2.JPG
}
