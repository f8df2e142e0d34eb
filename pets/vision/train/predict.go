package train

import (
	"math"

	"gopets/pets/vision/interpret"
)

// Predictions is what [Learner.ValidProbs] returns; see package interpret.
type Predictions = interpret.Predictions

type scored struct {
	logits [][]float32
	labels []int
}

// loss is the cross-entropy of one image.
func (s scored) loss(i int) float64 {
	row := s.logits[i]
	top := float64(row[interpret.Argmax(row)])
	sum := 0.0
	for _, z := range row {
		sum += math.Exp(float64(z) - top)
	}
	return top + math.Log(sum) - float64(row[s.labels[i]])
}

// meanLoss is NaN without images.
func (s scored) meanLoss() float64 {
	sum := 0.0
	for i := range s.labels {
		sum += s.loss(i)
	}
	return sum / float64(len(s.labels))
}

// errorRate is NaN without images.
func (s scored) errorRate() float64 {
	wrong := 0
	for i, row := range s.logits {
		if interpret.Argmax(row) != s.labels[i] {
			wrong++
		}
	}
	return float64(wrong) / float64(len(s.labels))
}

func softmax(logits []float32) []float32 {
	top := float64(logits[interpret.Argmax(logits)])
	e, sum := make([]float64, len(logits)), 0.0
	for i, z := range logits {
		e[i] = math.Exp(float64(z) - top)
		sum += e[i]
	}
	probs := make([]float32, len(logits))
	for i := range e {
		probs[i] = float32(e[i] / sum)
	}
	return probs
}
