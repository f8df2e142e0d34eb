package pets

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// ModelPath is where [Learner.Save] writes a model of that name.
func (l Learner) ModelPath(name string) Path {
	sum := sha256.Sum256([]byte(l.desc.Data.Path))
	return Home().Join("learners", fmt.Sprintf("%s-%x", l.desc.Name, sum[:4]), name+".safetensors")
}

// modelFile is ModelPath for a call; a name that is not plain ends the cell.
func (l Learner) modelFile(name string) wire.LearnerCall {
	if !plainName(name) {
		fail(fmt.Errorf("model name %q: give a plain name such as \"stage-1\"; models are in %s",
			name, l.ModelPath("x").Parent()))
	}
	return wire.LearnerCall{Path: string(l.ModelPath(name))}
}

// Save writes weights and optimizer and returns the file's path.
func (l Learner) Save(name string) Path {
	q := l.modelFile(name)
	verb(l, wire.Save, q)
	return Path(q.Path)
}

// Load reads what Save wrote. What is frozen stays so, as in fastai.
func (l Learner) Load(name string) { verb(l, wire.Load, l.modelFile(name)) }

// LoadFile is Load for a file anywhere: one that Save wrote, or a copy of it.
func (l Learner) LoadFile(path Path) { verb(l, wire.Load, wire.LearnerCall{Path: path.absolute()}) }

// Export writes a safetensors file that needs nothing else: weights, classes, size, normalisation,
// transforms, split. [LoadLearner] predicts with it, as does gopets/pets/vision/train.LoadLearner.
func (l Learner) Export(file Path) Path {
	file = file.ending(".safetensors")
	verb(l, wire.Export, wire.LearnerCall{Path: string(file)})
	return file
}

// ending is the absolute path; the cell ends unless the path ends in ext.
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
	predict(by, wire.ExportONNX, with(wire.PredictCall{Path: string(file)}, options))
	return file
}

// Exported describes a learner in a file of [Learner.Export].
type Exported struct{ file Path }

// LoadLearner describes the learner in a file of [Learner.Export], for predictions only.
func LoadLearner(file Path) Exported { return Exported{file} }

// About describes an exported learner.
type About = wire.About

// About reads the description in the file.
func (e Exported) About() About { return predict(e, wire.Exported, wire.PredictCall{}) }

// Show prints the description in a line.
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
