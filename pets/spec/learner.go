package spec

// Head shapes the classifier on top of a network's body. The zero value is fastai's.
type Head struct {
	// widths of the hidden layers; nil: one of 512; empty: none
	Hidden []int `json:"hidden,omitzero" name:"hidden layers" cell:"HiddenLayers" default:"[512]" min:"1" max:"1048576"`
	// before the last layer, half of it before the others
	Dropout Opt[float64] `json:"dropout,omitzero" default:"0.5" min:"0" below:"1"`
}

// Training are the options of a learner that every fit uses.
type Training struct {
	WeightDecay Opt[float64] `json:"weight_decay,omitzero" default:"0.01" min:"0"`
	// fraction of the target spread evenly over all classes (Szegedy et al. 2016); in training only
	LabelSmoothing float64 `json:"label_smoothing,omitempty" min:"0" below:"1"`
	// convolutions and linear layers in bfloat16, all else in float32, where the engine can
	BFloat16 bool `json:"bfloat16,omitempty"`
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

// Interp describes an interpretation: a name, and whose predictions it holds.
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
