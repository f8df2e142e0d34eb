package pets_test

import (
	"fmt"
	"os"
	"strings"

	"gopets/pets"
)

// The pets lesson in a plain program: what a notebook would show is printed as text.
func Example() {
	path := pets.UntarData(pets.URLs.PetsSample)
	images := path.Join("images")
	data := pets.FromNameRE(images, pets.GetImageFiles(images), `/([^/]+)_\d+.jpg$`,
		pets.Transforms(pets.GetTransforms()), pets.Size(96), pets.BatchSize(32),
		pets.Seed(2)).Normalize(pets.ImagenetStats)
	learn := pets.CNNLearner(data, pets.PetNet10)
	learn.Create()
	learn.FitOneCycle(4)
	learn.Save("stage-1")
	interp := pets.InterpretationFrom(learn)
	interp.PlotTopLosses(9, pets.FigSize(15, 11))
	pets.Show(interp.MostConfused(pets.MinVal(2)))
	fmt.Println(learn.Predict(pets.OpenImage(pets.GetImageFiles(path.Join("my_pets"))[0])))
}

// A description never fails: the first verb reports its mistakes.
func ExampleFromNameRE() {
	files := pets.Paths{"/photos/images/pug_1.jpg", "/photos/images/boxer_2.jpg"}
	data := pets.FromNameRE("/photos/images", files, `/([^/]+)_\d+.jpg$`, pets.Size(224),
		pets.BatchSize(64))
	fmt.Println(data)
	fmt.Println(pets.CNNLearner(data, pets.ResNet34, pets.Name("mine")))
	// Output:
	// data: 2 images of /photos/images, size 224, batches of 64
	// learner "mine": resnet34 on data: 2 images of /photos/images, size 224, batches of 64
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

// Transforms for satellite images: any orientation, no perspective.
func ExampleGetTransforms() {
	t := pets.GetTransforms(pets.FlipVert(true), pets.MaxWarp(0), pets.PLighting(0.5),
		pets.Cutout(1, 40))
	fmt.Println(t.FlipVert, t.MaxWarp, t.MaxRotate, t.PLighting, t.Cutout)
	// Output: true 0 10 0.5 1
}

// The function runs in the cell; the session gets its labels.
func ExampleFromNameFunc() {
	files := pets.Paths{"/photos/cat-7.jpg", "/photos/dog-1.jpg"}
	data := pets.FromNameFunc("/photos", files, func(f pets.Path) string { return f.Name()[:3] },
		pets.Size(128), pets.Stratify())
	fmt.Println(data)
	// Output: data: 2 images of /photos, size 128, batches of 64
}

// Labels from anywhere, and the exam's images named.
func ExampleFromLists() {
	files := pets.Paths{"/photos/a.jpg", "/photos/b.jpg", "/photos/c.jpg"}
	data := pets.FromLists("/photos", files, []string{"cat", "dog", "cat"},
		pets.ValidFiles(files[2:]), pets.SizeHW(96, 128), pets.Pad())
	fmt.Println(data)
	// Output: data: 3 images of /photos, size 96×128, batches of 64
}

func ExampleFromCSV() {
	dir, err := os.MkdirTemp("", "photos")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(dir+"/labels.csv", []byte("name,label\na,cat\nb,dog\n"),
		0o600); err != nil {
		panic(err)
	}
	data := pets.FromCSV(pets.Path(dir), pets.CSV{Folder: "train", Suffix: ".jpg"},
		pets.BatchSize(16))
	fmt.Println(strings.Replace(data.String(), dir, "…", 1))
	// Output: data: the images of …/labels.csv, size 224, batches of 16
}

// Your own photos, in a folder for each kind, to a file that predicts.
func ExampleFromFolder() {
	data := pets.FromFolder("/photos", pets.Transforms(pets.GetTransforms()),
		pets.Seed(2)).Normalize(pets.ImagenetStats)
	learn := pets.CNNLearner(data, pets.MobileNetV2, pets.LabelSmoothing(0.1))
	learn.FineTune(4, pets.EarlyStopping(2), pets.KeepBest())
	learn.TTA()
	file := learn.Export("/photos/mine.safetensors")
	fmt.Println(pets.LoadLearner(file).Predict(pets.OpenImage("/photos/new.jpg")))
}

// Many images to a table; those that cannot be read have the reason in their row.
func ExamplePredictFiles() {
	photos := pets.GetImageFilesRecursive("/photos")
	table := pets.PredictFiles(pets.LoadLearner("/photos/mine.safetensors"), photos)
	table.Show()
	fmt.Println(table.WriteCSV("/photos/kinds.csv"))
}

// The split that published error rates refer to.
func ExampleFromOfficialSplit() {
	data := pets.FromOfficialSplit(pets.UntarData(pets.URLs.Pets),
		pets.Transforms(pets.GetTransforms())).Normalize(pets.ImagenetStats)
	learn := pets.CNNLearner(data, pets.ResNet34)
	lr := learn.LRFind()
	learn.Recorder().Plot()
	learn.FitOneCycle(4, pets.MaxLR(pets.Slice(0, lr.Valley())))
	interp := pets.InterpretationFrom(learn, pets.WithTTA())
	interp.PlotConfusionMatrix(pets.Shares())
	interp.Report()
}
