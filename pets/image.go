package pets

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
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
func OpenImage(path Path) Image { return Image{path: path} }

// ImageFromBytes describes an encoded image (JPEG, PNG and so on) in memory, such as one that was
// downloaded.
func ImageFromBytes(data []byte) Image {
	i := Image{path: "picture", data: data}
	if len(data) == 0 {
		i.err = fmt.Errorf("image: there are no bytes")
	}
	return i
}

// ImageFrom describes an image of Go's image packages. For a JPEG file rather give [OpenImage] the
// file or [ImageFromBytes] its bytes: image/jpeg is a few levels off the colours that the network
// has learned from.
func ImageFrom(img image.Image) Image {
	i := Image{path: "picture"}
	if img == nil || img.Bounds().Empty() {
		i.err = fmt.Errorf("image: it is empty")
		return i
	}
	var data bytes.Buffer
	i.err = png.Encode(&data, img)
	i.data = data.Bytes()
	return i
}

// call asks for something about the image.
func (i Image) call(options []PlotOption) wire.ImageCall {
	c := wire.ImageCall{Path: string(i.path), Data: i.data, Plot: plot(options)}
	if i.data == nil {
		c.Path = i.path.absolute()
	}
	return c
}

// Path is the image's file.
func (i Image) Path() Path { return i.path }

func (i Image) check() {
	if i.err != nil {
		fail(i.err)
	}
	if err := explain(i.path); err != nil {
		fail(err)
	}
	if i.path == "" {
		fail(fmt.Errorf(
			"open image: no file is named: give one, for instance pets.OpenImage(fnames[0])"))
	}
}

// Show shows the image.
func (i Image) Show(options ...PlotOption) {
	i.check()
	must(wire.ShowImage, i.call(options), nil)
}

// Predict asks a learner what an image shows. The image is resized, cropped and normalised as
// validation images are; it is shown with the most probable classes.
func (l Learner) Predict(img Image, options ...PlotOption) Prediction {
	img.check()
	call := img.call(options)
	call.Learner = &l.desc
	return Prediction{verb(l, wire.Predict, call)}
}

// Prediction is what a learner says about an image.
type Prediction struct{ spec.Prediction }

// Ranked is a class with its probability.
type Ranked = spec.Ranked

// Of is the probability of one class by name.
func (p Prediction) Of(class string) float64 {
	for i, c := range p.Classes {
		if c == class {
			return p.Probabilities[i]
		}
	}
	fail(fmt.Errorf("prediction: there is no class %q; the classes are %s", class,
		strings.Join(p.Classes, ", ")))
	return 0
}
