package train_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/train"
)

// small makes a learner of eight plain images, and what closes it.
func small() (*train.Learner, *engine.Engine, func()) {
	eng, err := engine.Open(engine.Options{Spec: "go"})
	if err != nil {
		log.Fatal(err)
	}
	data := &dataset.Split{Classes: []string{"green", "red"}}
	for i := range 8 {
		data.Train = append(data.Train, dataset.Item{Path: fmt.Sprint("image ", i), Label: i % 2})
	}
	data.Valid = data.Train[:2]
	learn, err := train.CNNLearner(context.Background(), eng, data, "petnet10",
		train.Config{Batches: spec.Batches{Size: spec.Square(32), Batch: 4,
			Transforms: spec.DefaultTransforms()}, Images: plain},
		train.CNN{Head: spec.Head{Hidden: []int{16}}})
	if err != nil {
		log.Fatal(err)
	}
	return learn, eng, func() {
		learn.Close()
		eng.Close()
	}
}

// One file is enough for predictions.
func ExampleLoadLearner() {
	learn, eng, done := small()
	defer done()
	dir, err := os.MkdirTemp("", "model-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "pets.safetensors")
	if err := learn.Export(file); err != nil {
		log.Fatal(err)
	}
	pets, err := train.LoadLearner(eng, file)
	if err != nil {
		log.Fatal(err)
	}
	defer pets.Close()
	img, err := plain(dataset.Item{})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := pets.PredictImage(context.Background(), img.Image())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Classes, len(answer.TopK(5)), len(pets.Split().Train))
	// Output: [green red] 2 8
}

func ExampleLearner_FineTune() {
	learn, _, done := small()
	defer done()
	if err := learn.FineTune(context.Background(), 1, spec.Fit{}, train.Events{}); err != nil {
		log.Fatal(err)
	}
	for _, run := range learn.Recorder().Runs {
		fmt.Println(run.Name())
	}
	// Output:
	// fit_one_cycle(1, slice(0.002), wd=0.01)
	// fit_one_cycle(1, slice(1e-05, 0.001), wd=0.01)
}

// A fit that stops when two epochs were no better, and ends with the best one's weights.
func ExampleWatch() {
	learn, _, done := small()
	defer done()
	// no error rate falls by more than 1: for the example's sake
	watch := spec.Watch{Metric: spec.ErrorRate, Patience: 2, KeepBest: true, MinDelta: 1}
	err := learn.FitOneCycle(context.Background(), 10, spec.Fit{Watch: watch},
		train.Events{Note: func(s string) { fmt.Println(s) }})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(learn.State())
	// Unordered output:
	// stopped early: no better error_rate in the last 2 epochs
	// the weights are those of epoch 0 in the table, the best: error_rate 0.500000
	// after fit 1, epoch 1
}

func ExampleLearner_TTA() {
	learn, _, done := small()
	defer done()
	predictions, err := learn.TTA(context.Background(), spec.TTA{}, train.Events{})
	if err != nil {
		log.Fatal(err)
	}
	in, err := interpret.From(predictions)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(in.State, in.Score().Total)
	// Output: before any fit, TTA 2
}

func ExampleLearner_LRFind() {
	learn, _, done := small()
	defer done()
	curve, err := learn.LRFind(context.Background(), spec.Find{Steps: 10, NoStop: true},
		train.Events{})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range curve.Suggest() {
		fmt.Println(s.Name, s.LR > 0)
	}
	fmt.Println(learn.State())
	// Output:
	// steep true
	// valley true
	// minimum/10 true
	// before any fit
}

func ExampleLearner_Save() {
	learn, _, done := small()
	defer done()
	dir, err := os.MkdirTemp("", "model-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	stage1 := filepath.Join(dir, "stage-1.safetensors")
	if err := learn.Save(stage1); err != nil {
		log.Fatal(err)
	}
	if err := learn.Unfreeze(); err != nil {
		log.Fatal(err)
	}
	warnings, err := learn.Load(stage1) // saved frozen: fastai would keep stale moments silently
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(warnings), learn.Frozen())
	// Output: 1 false
}
