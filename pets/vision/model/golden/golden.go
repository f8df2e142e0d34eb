// Package golden compares networks with values that PyTorch computed. testdata/golden.py of package
// model writes the files; this package reads them and makes the same weights and images.
//
// Weights, images and labels are functions of a name and an index ([Numbers]), the same in Python
// and Go. Of a large tensor the files keep a [Digest]. Everything is in torch's layout.
package golden

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/vision/weights"
)

// A Case is one network with one batch, and its results in float64.
type Case struct {
	Arch      string
	Seed      int
	Shape     [3]int // batch, height, width
	Hidden    []int
	Classes   int
	Offset    float64           // of batch norms before a ReLU: around 2, most values pass
	Float32   float64           // how far gradients move in torch when float64 becomes float32
	Eval      []float64         // logits in evaluation mode
	Loss      float64           // cross-entropy in training mode
	Logits    []float64         // in training mode
	Gradients map[string]Digest // of the loss
	Running   map[string]Digest // statistics after the pass
	AdamW     struct {
		LRs              []float64 // per layer group
		Betas            []float64 // β1, per step
		Decay            float64
		Unfrozen, Frozen Run
	}
}

// A Run is three steps of AdamW.
type Run struct {
	Losses []float64 // before each step, and after the last
	// difference of what trains to its start, sampled where no gradient is near 0
	Moved   map[string]Digest
	Running map[string]Digest // statistics after the last step
}

// Read reads a JSON file that golden.py wrote.
func Read[T any](t testing.TB, path string) (value T) {
	t.Helper()
	content, err := os.ReadFile(filepath.FromSlash(path))
	if err == nil {
		err = json.Unmarshal(content, &value)
	}
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Fill replaces the values of a network's file by the case's weights, which depend on names and
// shapes alone.
func (c Case) Fill(f *weights.File) {
	for i, w := range f.Tensors {
		scale, shift := .25, 0.0
		switch {
		case strings.HasSuffix(w.Name, "layer_scale"):
		case len(w.Shape) > 1: // a convolution or linear layer: variance 1/fan-in
			scale = math.Sqrt(3 / float64(w.Len()/w.Shape[0]))
		case strings.HasSuffix(w.Name, "running_var"):
			scale, shift = .5, 1
		case strings.HasSuffix(w.Name, "running_mean"):
		case w.Name == "head.2.bias" || w.Name == "head.6.bias": // batch norms that no ReLU follows
		case strings.HasSuffix(w.Name, "bias"):
			shift = c.Offset
		default: // batch norm's scale
			shift = 1
		}
		f.Tensors[i].Data = c.values(w.Name, w.Len(), scale, shift)
	}
}

// Images returns the batch, NHWC, normalised.
func (c Case) Images() []float32 {
	return c.values("pictures", c.Shape[0]*c.Shape[1]*c.Shape[2]*3, 2, 0)
}

// Labels returns the batch's classes.
func (c Case) Labels() []int32 {
	labels := make([]int32, c.Shape[0])
	for i, u := range c.numbers("labels", len(labels)) {
		labels[i] = int32((u + 1) / 2 * float64(c.Classes))
	}
	return labels
}
