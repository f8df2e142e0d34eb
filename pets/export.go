package pets

import (
	"fmt"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Export writes the learner as one file that needs nothing else: weights, classes, size,
// normalisation, transforms, and the split. It is a safetensors file; give a name that ends so.
// [LoadLearner] predicts with it, in any notebook; in a Go program
// gopets/pets/vision/train.LoadLearner does.
func (l Learner) Export(file Path) Path {
	file = Path(file.absolute())
	if !strings.HasSuffix(string(file), ".safetensors") {
		fail(fmt.Errorf("export %s: give a file name that ends in .safetensors", string(file)))
	}
	verb(l, wire.Export, wire.FileCall{Learner: l.desc, Path: string(file)})
	return file
}

// ExportONNX writes the learner's network as an ONNX file, for ONNX Runtime and other programs: for
// example breeds.onnx. Its input "image" is float32 [batch, 3, height, width], RGB in [0,1], or
// with [ONNXBytes] uint8 [batch, height, width, 3]; its outputs are "probabilities" and "logits".
// Normalisation is part of the network. The file's metadata holds the classes, and says how an
// image is resized.
func (l Learner) ExportONNX(file Path, options ...ONNXOption) Path {
	call := onnxCall(file, options)
	call.Learner = &l.desc
	verb(l, wire.ExportONNX, call)
	return Path(call.Path)
}

// ONNXOption changes what [Learner.ExportONNX] writes.
type ONNXOption func(*wire.ONNXCall)

// ONNXBytes makes the input the pixels of RGB images, as decoders return them.
func ONNXBytes() ONNXOption { return func(c *wire.ONNXCall) { c.Bytes = true } }

func onnxCall(file Path, options []ONNXOption) wire.ONNXCall {
	call := wire.ONNXCall{Path: file.absolute()}
	if !strings.HasSuffix(call.Path, ".onnx") {
		fail(fmt.Errorf("export %s: give a file name that ends in .onnx", call.Path))
	}
	for _, o := range options {
		o(&call)
	}
	return call
}

// Exported describes a learner in a file of [Learner.Export].
type Exported struct{ file Path }

// LoadLearner describes the learner in a file that [Learner.Export] wrote. It can only predict. To
// train it further, describe a learner with the data and use [Learner.LoadFile].
func LoadLearner(file Path) Exported { return Exported{file} }

// About is what an exported file says of itself.
type About = wire.About

// About returns what the file says of itself.
func (e Exported) About() About {
	return must(wire.Exported, wire.Place{Path: e.file.absolute()}, nil)
}

// Show prints that in a line.
func (e Exported) Show() {
	a := e.About()
	fmt.Printf("%s: %s %s, %d classes, size %v, trained on %s images\n", e.file.Name(), a.Network,
		a.State, len(a.Classes), a.Size, spec.Thousands(a.Train))
}

// Predict classifies an image: see [Learner.Predict].
func (e Exported) Predict(img Image, options ...PlotOption) Prediction {
	img.check()
	call := img.call(options)
	call.Exported = e.file.absolute()
	return Prediction{must(wire.Predict, call, nil)}
}

// ExportONNX writes the network as an ONNX file: see [Learner.ExportONNX].
func (e Exported) ExportONNX(file Path, options ...ONNXOption) Path {
	call := onnxCall(file, options)
	call.Exported = e.file.absolute()
	must(wire.ExportONNX, call, nil)
	return Path(call.Path)
}
