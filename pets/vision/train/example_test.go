package train_test

import (
	"context"
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
)

// plain draws an image of one colour in memory; a real program leaves Config.Images out and
// gives files.
func plain(item dataset.Item) (*images.RGB, error) {
	p := images.New(40, 40)
	for i := item.Label; i < len(p.Pix); i += 3 {
		p.Pix[i] = 200
	}
	return p, nil
}

func ExampleLearner() {
	eng, err := engine.Open(engine.Options{Spec: "go"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()
	data := &dataset.Split{Classes: []string{"green", "red"}}
	for i := range 8 {
		data.Train = append(data.Train, dataset.Item{Path: fmt.Sprint("image ", i), Label: i % 2})
	}
	data.Valid = data.Train[:2]
	net, err := model.New("petnet10", len(data.Classes), spec.Head{Hidden: []int{16}})
	if err != nil {
		fmt.Println(err)
		return
	}
	learn, err := train.New(eng, net, data,
		train.Config{Batches: spec.Batches{Size: spec.Square(32), Batch: 4,
			Transforms: spec.DefaultTransforms()}, Images: plain})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer learn.Close()
	err = learn.FitOneCycle(context.Background(), 1, spec.Fit{MaxLR: spec.Slice(1e-4, 1e-3)},
		train.Events{
			Epoch: func(r spec.Row) { fmt.Println("epoch", r.Epoch, "done") },
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(learn.State())
	fmt.Println(learn.Recorder().Last().Name())
	// Output:
	// epoch 0 done
	// after fit 1, epoch 1
	// fit_one_cycle(1, slice(0.0001, 0.001), wd=0.01)
}
