package pets

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Image describes an image in a file.
type Image struct {
	path Path
	data []byte // an encoded image, instead of the file
	err  error
}

// OpenImage describes the image in a file; it is opened when it is shown or predicted.
func OpenImage(path Path) Image {
	i := Image{path: path, err: explain(path)}
	if path == "" {
		i.err = errors.New("open image: no file is named: " +
			"give one, for instance pets.OpenImage(fnames[0])")
	}
	return i
}

// ImageFromBytes describes an encoded image (JPEG, PNG and so on) in memory.
func ImageFromBytes(data []byte) Image {
	i := Image{path: "image", data: data}
	if len(data) == 0 {
		i.err = errors.New("image: there are no bytes")
	}
	return i
}

// ImageFrom describes an image of Go's image packages. For JPEGs, [OpenImage] and [ImageFromBytes]
// are closer to what the network was trained on than image/jpeg.
func ImageFrom(img image.Image) Image {
	var data bytes.Buffer
	if img == nil || img.Bounds().Empty() {
		return Image{err: errors.New("image: it is empty")}
	}
	err := png.Encode(&data, img)
	return Image{path: "image", data: data.Bytes(), err: err}
}

func (i Image) call(options []PlotOption) wire.PredictCall {
	failIf(i.err)
	image := wire.Image{Path: string(i.path), Data: i.data}
	if i.data == nil {
		image.Path = i.path.absolute()
	}
	return wire.PredictCall{Image: image, Plot: plot(options)}
}

// Path is the image's file.
func (i Image) Path() Path { return i.path }

// Show shows the image.
func (i Image) Show(options ...PlotOption) { must(wire.ShowImage, i.call(options), nil) }

// Predict classifies an image, prepared as validation images are, and shows it with the most
// probable classes.
func (l Learner) Predict(img Image, options ...PlotOption) Prediction {
	return Prediction{predict(l, wire.Predict, img.call(options))}
}

// Predictor is a [Learner] or an [Exported] one.
type Predictor interface{ predictor(*wire.PredictCall) lists }

func (l Learner) predictor(q *wire.PredictCall) lists {
	l.check()
	q.Learner = &l.desc
	return l.data.lists
}

func (e Exported) predictor(q *wire.PredictCall) lists {
	q.Exported = e.file.absolute()
	return nil
}

func predict[A any](by Predictor, m wire.Method[wire.PredictCall, A], q wire.PredictCall) A {
	lists := by.predictor(&q)
	return must(m, q, lists)
}

// Prediction is what a learner says about an image.
type Prediction struct{ spec.Prediction }

// Ranked is a class with its probability.
type Ranked = spec.Ranked

// Of is the probability of one class by name.
func (p Prediction) Of(class string) float64 {
	if i := slices.Index(p.Classes, class); i >= 0 {
		return p.Probabilities[i]
	}
	fail(fmt.Errorf("prediction: there is no class %q; the classes are %s", class,
		strings.Join(p.Classes, ", ")))
	return 0
}
