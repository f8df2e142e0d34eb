package interpret

import (
	"fmt"
	"math"

	"gopets/pets/spec"
)

// Predictions are a network's predictions of images with known classes: a snapshot.
type Predictions struct {
	Classes []string    // class names; a label is an index into them
	Paths   []string    // one file per image
	Labels  []int       // the true class of each image
	Probs   [][]float32 // softmax of the logits, [images][classes]
	Losses  []float64   // cross-entropy of each image, nats
	State   string      // of the weights: "after fit 1, epoch 4"
}

// Interpretation analyses a set of predictions. Make one with [From].
type Interpretation struct {
	Predictions
	Predicted []int // the most probable class of each image, the first of equals
}

// From checks predictions and adds the predicted classes. It does not copy the slices.
func From(p *Predictions) (*Interpretation, error) {
	n, c := len(p.Labels), len(p.Classes)
	if n == 0 {
		return nil, fmt.Errorf("interpretation: the validation set is empty: " +
			"split the data with a ValidPct above 0")
	}
	if len(p.Probs) != n || len(p.Losses) != n || len(p.Paths) != n {
		return nil, fmt.Errorf("interpretation: %d labels need as many probabilities, losses and "+
			"paths, got %d, %d and %d", n, len(p.Probs), len(p.Losses), len(p.Paths))
	}
	in := &Interpretation{Predictions: *p, Predicted: make([]int, n)}
	for i, row := range p.Probs {
		if len(row) != c {
			return nil, fmt.Errorf("interpretation: image %d (%s) has %d probabilities for %d "+
				"classes", i, p.Paths[i], len(row), c)
		}
		if p.Labels[i] < 0 || p.Labels[i] >= c {
			return nil, fmt.Errorf("interpretation: image %d (%s) has label %d, outside the %d "+
				"classes", i, p.Paths[i], p.Labels[i], c)
		}
		in.Predicted[i] = Argmax(row)
	}
	return in, nil
}

// Argmax returns the index of the largest value, the first of equals.
func Argmax(values []float32) int {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}

// Score returns the mean loss and the error rate, with the accuracy's 95 % interval (Wilson 1927).
func (in *Interpretation) Score() spec.Score {
	s := spec.Score{Total: len(in.Labels), State: in.State}
	for i, p := range in.Predicted {
		if p == in.Labels[i] {
			s.Right++
		}
		s.Loss += in.Losses[i] / float64(s.Total)
	}
	s.ErrorRate = 1 - float64(s.Right)/float64(s.Total)
	s.Low, s.High = wilson(s.Right, s.Total)
	return s
}

func wilson(right, total int) (low, high float64) {
	const z = 1.959963984540054 // the normal distribution's 97.5 % point
	n, p := float64(total), float64(right)/float64(total)
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, centre-half), min(1, centre+half)
}
