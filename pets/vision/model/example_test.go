package model_test

import (
	"fmt"
	"log"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// Logits of a fresh network for two grey images.
func ExampleNet_Forward() {
	eng, err := engine.Open(engine.Options{Spec: "go"})
	if err != nil {
		log.Fatal(err)
	}
	defer eng.Close()
	net, err := model.New("petnet10", 37, model.HeadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	inputs := []any{tensors.FromFlatDataAndDimensions(make([]float32, 2*64*64*3), 2, 64, 64, 3)}
	for _, v := range net.Init(1) { // or replaced by net.FromFile
		inputs = append(inputs, v)
	}
	err = engine.Call("forward", func() {
		exec := graph.MustNewExec(eng.Backend, func(in []*graph.Node) *graph.Node {
			return net.Forward(in[0], in[1:], model.Mode{}).Logits
		})
		out, err := exec.Call(inputs...)
		if err != nil {
			panic(err)
		}
		fmt.Println(out[0].Shape())
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: (Float32)[2, 37]
}

func ExampleNet_Summary() {
	net, err := model.New("petnet10", 37, model.HeadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range net.Summary(96, 96, net.Frozen(net.Groups()-1, true)) {
		fmt.Printf("%-8s %-43s %-12s %7d\n", r.Name, r.Kind, fmt.Sprint(r.Output), r.Params)
	}
	// Output:
	// conv1    7×7 convolution, batch norm, ReLU, max pool [24 24 32]      4768
	// layer1.0 basic block                                 [24 24 32]     18560
	// layer2.0 basic block                                 [12 12 64]     57728
	// layer3.0 basic block                                 [6 6 128]     230144
	// layer4.0 basic block                                 [3 3 256]     919040
	// head.0   max and average pool                        [512]              0
	// head.4   batch norm, dropout, linear                 [512]         263680
	// head.8   batch norm, dropout, linear                 [37]           20005
}

// With the body frozen, only the head and the batch norms' scales and offsets train.
func ExampleNet_Frozen() {
	net, err := model.New("resnet34", 37, model.HeadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, from := range []int{2, 0} {
		values := 0
		for i, trains := range net.Frozen(from, true) {
			if trains {
				values += net.Params[i].Size()
			}
		}
		fmt.Println("training from group", from, "on:", values, "values")
	}
	// Output:
	// training from group 2 on: 563877 values
	// training from group 0 on: 21831525 values
}
