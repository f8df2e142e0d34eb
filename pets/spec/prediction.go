package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Prediction is a learner's prediction for one image.
type Prediction struct {
	Class         string    `json:"class"` // the most probable one
	Probability   float64   `json:"probability"`
	Classes       []string  `json:"classes"`       // of the data
	Probabilities []float64 `json:"probabilities"` // of each class
	State         string    `json:"state"`         // of the weights: "after fit 1, epoch 4"
}

// NewPrediction returns the prediction for classes and their probabilities.
func NewPrediction(classes []string, probabilities []float32, state string) Prediction {
	p := Prediction{Classes: classes, Probabilities: make([]float64, len(probabilities)),
		State: state}
	for i, v := range probabilities {
		p.Probabilities[i] = float64(v)
	}
	if best := p.TopK(1); len(best) > 0 {
		p.Class, p.Probability = best[0].Class, best[0].Probability
	}
	return p
}

// Ranked is a class with its probability.
type Ranked struct {
	Class       string  `json:"class"`
	Probability float64 `json:"probability"`
}

// TopK returns the k most probable classes, the most probable first.
func (p Prediction) TopK(k int) []Ranked {
	all := make([]Ranked, len(p.Classes))
	for i, c := range p.Classes {
		all[i] = Ranked{c, p.Probabilities[i]}
	}
	slices.SortStableFunc(all,
		func(a, b Ranked) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(max(k, 0), len(all))]
}

// String returns the class and the two next ones.
func (p Prediction) String() string {
	var parts []string
	for _, r := range p.TopK(3) {
		parts = append(parts, fmt.Sprintf("%s %.1f %%", r.Class, 100*r.Probability))
	}
	return strings.Join(parts, ", ")
}
