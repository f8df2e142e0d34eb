package plots_test

import (
	"time"

	"gopets/plots"
)

func epochs() plots.EpochTable {
	return plots.EpochTable{Rows: []plots.EpochRow{
		{Epoch: 0, TrainLoss: 1.409, ValidLoss: 0.345327, Metrics: []float64{0.110284},
			Time: 83 * time.Second},
		{Epoch: 1, TrainLoss: 0.562432, ValidLoss: 0.265438, Metrics: []float64{0.086604},
			Time: 79*time.Second + 900*time.Millisecond},
	}}
}

func summary() plots.Summary {
	return plots.Summary{Title: "petnet10, frozen up to the head", Rows: []plots.LayerRow{
		{Name: "conv1", Output: "32 × 48 × 48", Params: 4704}, {Name: "bn1", Output: "32 × 48 × 48",
			Params: 64, Trainable: 64},
		{Name: "maxpool", Output: "32 × 24 × 24"}, {Name: "head.2", Output: "512", Params: 262144,
			Trainable: 262144},
	}, Notes: []string{"Optimizer: AdamW in three groups"}}
}
