package train

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/spec"
	"gopets/pets/vision/onnx"
)

// ONNX holds the options of [Predictor.ExportONNX]. The zero value takes images as torchvision's
// ToTensor makes them.
type ONNX struct {
	// Bytes makes the input "image" uint8 [batch, H, W, 3], RGB; without it the input is float32
	// [batch, 3, H, W] in [0,1].
	Bytes bool
}

// ExportONNX writes the network as an ONNX file (operator set [onnx.Opset], any batch) for ONNX
// Runtime and other programs. Its outputs are "probabilities" and "logits", [batch, classes].
// Normalisation is part of the graph; resizing is not: an image must have the learner's size,
// resized as the metadata's "resize" says. The metadata also holds the classes (a JSON list),
// network, size, state and operator set.
func (p *Predictor) ExportONNX(path string, o ONNX) error {
	if err := p.exportONNX(path, o); err != nil {
		return fmt.Errorf("export %s: %w", filepath.Base(path), err)
	}
	return nil
}

func (p *Predictor) exportONNX(path string, o ONNX) error {
	c := p.Config()
	classes := p.Split().Classes
	g := onnx.NewGraph(p.Net().Name)
	list, err := json.Marshal(classes)
	if err != nil {
		return err
	}
	g.Meta = map[string]string{
		"classes": string(list), "network": p.Net().Name, "size": fmt.Sprintf("%d×%d", c.Size.H,
			c.Size.W), "state": p.State(), "opset": strconv.Itoa(onnx.Opset),
		"input": "RGB in [0,1], float32 [batch, 3, height, width]; normalisation is part of the " +
			"network",
		"resize": resizeText(c),
	}
	h, w := c.Size.H, c.Size.W
	scale, shift := make([]float32, 3), make([]float32, 3)
	for i := range 3 {
		scale[i], shift[i] = 1/c.Stats.Std[i], -c.Stats.Mean[i]/c.Stats.Std[i]
	}
	var x string
	if o.Bytes {
		g.Meta["input"] = "RGB, uint8 [batch, height, width, 3]; scaling and normalisation are " +
			"part of the network"
		x = g.Input("image", onnx.Uint8, "batch", h, w, 3)
		x = g.Node("Transpose", onnx.Attributes{"perm": []int{0, 3, 1, 2}},
			g.Node("Cast", onnx.Attributes{"to": int(onnx.Float)}, x))
		for i := range scale {
			scale[i] /= 255
		}
	} else {
		x = g.Input("image", onnx.Float, "batch", 3, h, w)
	}
	vector := []int{1, 3, 1, 1}
	x = g.Node("Add", nil, g.Node("Mul", nil, x, g.Floats("normalise.scale", vector, scale)),
		g.Floats("normalise.shift", vector, shift))
	logits, err := p.Net().ONNX(g, p.Weights(), x)
	if err != nil {
		return err
	}
	g.Output("probabilities", g.Node("Softmax", onnx.Attributes{"axis": 1}, logits), onnx.Float,
		"batch", len(classes))
	g.Output("logits", logits, onnx.Float, "batch", len(classes))
	file, err := g.Encode()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err != nil {
		return err
	}
	return atomicfile.Bytes(path, file, 0o644)
}

// resizeText describes how validation images are resized.
func resizeText(c Config) string {
	method, square := c.Transforms.Resize, c.Size.H == c.Size.W
	how := fmt.Sprintf("bilinear to %v, aspect ratio lost", c.Size)
	switch {
	case method == spec.Pad:
		how = fmt.Sprintf("bilinear, the long side to %v, the rest padded by reflection", c.Size)
	case method == spec.Crop || method == spec.Auto && square:
		how = fmt.Sprintf(
			"bilinear, the short side to %v (corners aligned), then a crop of %v in the middle",
			min(c.Size.H, c.Size.W), c.Size)
	}
	return how + "; averaged over areas first where it shrinks to less than half"
}
