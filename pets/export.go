package pets

import (
	"fmt"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Export writes a safetensors file that needs nothing else: weights, classes, size, normalisation,
// transforms, split. [LoadLearner] predicts with it, as does gopets/pets/vision/train.LoadLearner.
func (l Learner) Export(file Path) Path {
	file = file.ending(".safetensors")
	verb(l, wire.Export, wire.LearnerCall{Path: string(file)})
	return file
}

// ending is the path as the session sees it; the cell fails unless it ends in ext.
func (p Path) ending(ext string) Path {
	if !strings.HasSuffix(string(p), ext) {
		fail(fmt.Errorf("export %s: give a file name that ends in %s", string(p), ext))
	}
	return Path(p.absolute())
}

// ExportONNX writes the network as an ONNX file. Its input "image" is float32 [batch, 3, height,
// width], RGB in [0,1], or with [ONNXBytes] uint8 [batch, height, width, 3]; its outputs are
// "probabilities" and "logits". Normalisation is part of the network. The metadata holds the
// classes, and how an image is resized.
func (l Learner) ExportONNX(file Path, options ...ONNXOption) Path {
	return exportONNX(l, file, options)
}

// ONNXOption changes what [Learner.ExportONNX] writes.
type ONNXOption func(*wire.PredictCall)

// ONNXBytes makes the input the pixels of RGB images, as decoders return them.
func ONNXBytes() ONNXOption { return func(c *wire.PredictCall) { c.Bytes = true } }

func exportONNX(by Predictor, file Path, options []ONNXOption) Path {
	file = file.ending(".onnx")
	call := wire.PredictCall{Path: string(file)}
	for _, o := range options {
		o(&call)
	}
	predict(by, wire.ExportONNX, call)
	return file
}

// Exported describes a learner in a file of [Learner.Export].
type Exported struct{ file Path }

// LoadLearner describes the learner in a file that [Learner.Export] wrote, for predictions. To
// train further, use [Learner.LoadFile].
func LoadLearner(file Path) Exported { return Exported{file} }

// About is what an exported file says of itself.
type About = wire.About

// About returns what the file says of itself.
func (e Exported) About() About { return predict(e, wire.Exported, wire.PredictCall{}) }

// Show prints that in a line.
func (e Exported) Show() {
	a := e.About()
	fmt.Printf("%s: %s %s, %d classes, size %v, trained on %s images\n", e.file.Name(), a.Network,
		a.State, len(a.Classes), a.Size, spec.Thousands(a.Train))
}

// Predict classifies an image: see [Learner.Predict].
func (e Exported) Predict(img Image, options ...PlotOption) Prediction {
	return Prediction{predict(e, wire.Predict, img.call(options))}
}

// ExportONNX writes the network as an ONNX file: see [Learner.ExportONNX].
func (e Exported) ExportONNX(file Path, options ...ONNXOption) Path {
	return exportONNX(e, file, options)
}
