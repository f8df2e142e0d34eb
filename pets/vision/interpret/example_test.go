package interpret_test

import (
	"fmt"

	"gopets/pets/vision/interpret"
)

func ExampleFrom() {
	in, err := interpret.From(&interpret.Predictions{
		Classes: []string{"Birman", "Ragdoll"},
		Paths:   []string{"Birman_1.jpg", "Ragdoll_1.jpg", "Ragdoll_2.jpg"},
		Labels:  []int{0, 1, 1},
		Probs:   [][]float32{{.9, .1}, {.8, .2}, {.3, .7}},
		Losses:  []float64{.105, 1.609, .357},
		State:   "after fit 1, epoch 4",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pair := range in.MostConfused(1) {
		fmt.Println(pair.Actual, "called", pair.Predicted, pair.Count)
	}
	worst := in.TopLosses(1, true)[0]
	fmt.Printf("%s: %s/%s / %.2f / %.2f\n", worst.Path, worst.Predicted, worst.Actual, worst.Loss,
		worst.Prob)
	a := in.Score()
	fmt.Printf("%d of %d, 95 %% between %.2f and %.2f\n", a.Right, a.Total, a.Low, a.High)
	// Output:
	// Ragdoll called Birman 1
	// Ragdoll_1.jpg: Birman/Ragdoll / 1.61 / 0.20
	// 2 of 3, 95 % between 0.21 and 0.94
}
