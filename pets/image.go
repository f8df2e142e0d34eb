package pets

import (
	"bytes"
	"errors"
	"image"
	"image/png"

	"gopets/pets/wire"
)

// Image describes an image in a file or in memory.
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
		i.err = errors.New("image: there is no data: give the bytes of a JPEG or PNG file")
	}
	return i
}

// ImageFrom describes an image of Go's image packages. For JPEGs, [OpenImage] and [ImageFromBytes]
// are closer to what the network was trained on than image/jpeg.
func ImageFrom(img image.Image) Image {
	var data bytes.Buffer
	if img == nil || img.Bounds().Empty() {
		return Image{err: errors.New("image: it has no pixels: give an image that is not empty")}
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
