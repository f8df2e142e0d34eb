package spec

import (
	"encoding/json"
	"fmt"
)

// Head holds the options of the classifier after a network's body. The zero value is fastai's.
type Head struct {
	// widths of the hidden layers; nil: one of 512; empty: none
	Hidden []int `json:"hidden,omitzero" name:"hidden layers" cell:"HiddenLayers" default:"[512]" min:"1" max:"1048576"`
	// before the last layer, half of it before the others
	Dropout Opt[float64] `json:"dropout,omitzero" default:"0.5" min:"0" below:"1"`
}

// Training holds the options of a learner that every fit uses.
type Training struct {
	WeightDecay Opt[float64] `json:"weight_decay,omitzero" default:"0.01" min:"0"`
	// fraction of the target spread evenly over all classes (Szegedy et al. 2016); in training only
	LabelSmoothing float64 `json:"label_smoothing,omitempty" min:"0" below:"1"`
	Balance        Balance `json:"balance,omitempty" one:"loss sampler"`
	// weights of classes in the training loss, in place of 1 or of Balance's
	ClassWeights ClassWeights `json:"class_weights,omitempty"`

	Compute
}

// Balance is how classes of unequal size are trained as if they were of equal size.
type Balance string

const (
	// BalanceLoss weighs an image by N/(K·n): N images, K classes, n of its class.
	BalanceLoss Balance = "loss"
	// BalanceSampler draws from all classes equally often.
	BalanceSampler Balance = "sampler"
)

// ClassWeights are positive weights of some classes by name, made by [WeightsOf]; comparable.
type ClassWeights string

// WeightsOf returns the weights of a map from class to weight.
func WeightsOf(weights map[string]float64) ClassWeights {
	if len(weights) == 0 {
		return ""
	}
	text, err := json.Marshal(weights) // with sorted keys
	if err != nil {
		return ClassWeights(fmt.Sprint(weights)) // not a number: Check refuses it
	}
	return ClassWeights(text)
}

// Map returns the weights by class.
func (w ClassWeights) Map() (map[string]float64, error) {
	if w == "" {
		return nil, nil
	}
	var weights map[string]float64
	if err := json.Unmarshal([]byte(w), &weights); err != nil {
		return nil, &OptionError{Option: "ClassWeights", Got: string(w),
			Want: "a positive number for each class that is named"}
	}
	for _, v := range weights {
		if !(v > 0) {
			return nil, &OptionError{Option: "ClassWeights", Got: string(w),
				Want: "positive numbers"}
		}
	}
	return weights, nil
}

func (w ClassWeights) Check() error {
	_, err := w.Map()
	return err
}

// Learner describes a network and the data that it is trained on.
type Learner struct {
	Name        string `json:"name"`
	Data        Data   `json:"data"`
	Arch        string `json:"arch" name:"network"`
	Scratch     bool   `json:"scratch,omitempty" name:"random first weights" cell:"Pretrained"`
	WeightsFile string `json:"weights_file,omitempty" name:"file of first weights"`

	Head
	Training
}

// Interp describes an interpretation: its name, and whose predictions it holds.
type Interp struct {
	Name    string  `json:"name"`
	Learner Learner `json:"learner"`
	TTA     bool    `json:"tta,omitempty" name:"TTA"`
}

// TTA holds the options of test-time augmentation (fastai §12). The zero value is fastai's.
type TTA struct {
	// weight of the plain prediction, the rest is the augmented ones' mean
	Beta Opt[float64] `json:"beta,omitzero" default:"0.4" min:"0" max:"1"`
	// zoom into each corner
	Scale float64 `json:"scale,omitempty" default:"1.35" min:"1" max:"10"`
}
