package pets

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/spec"
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
	image := wire.Image{Path: i.path.absolute(), Data: i.data}
	return wire.PredictCall{Image: image, Plot: plot(options)}
}

// Path is the image's file.
func (i Image) Path() Path { return i.path }

// Show shows the image.
func (i Image) Show(options ...PlotOption) { must(wire.ShowImage, i.call(options), nil) }

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

// Prediction is the result of classifying an image.
type Prediction struct{ spec.Prediction }

// Ranked is a class with its probability.
type Ranked = spec.Ranked

// Predict classifies an image, prepared as for validation, and shows the most probable classes.
func (l Learner) Predict(img Image, options ...PlotOption) Prediction {
	return Prediction{predict(l, wire.Predict, img.call(options))}
}

// Of is the probability of one class by name.
func (p Prediction) Of(class string) float64 {
	if i := slices.Index(p.Classes, class); i >= 0 {
		return p.Probabilities[i]
	}
	fail(fmt.Errorf("prediction: there is no class %q; the classes are %s", class,
		strings.Join(p.Classes, ", ")))
	return 0
}

// PredictFiles classifies many images, in order; for a file that cannot be read, the row holds the
// reason. Call it below %%, or it runs in every cell.
func PredictFiles(by Predictor, files Paths) FilePredictions {
	for _, f := range files {
		failIf(explain(f))
	}
	call := wire.PredictCall{Paths: files.absolute()}
	return FilePredictions{predict(by, wire.PredictFiles, call)}
}

// FilePredictions are the predictions of a list of files, in its order.
type FilePredictions struct{ List spec.FilePredictions }

// Show shows the first rows as a table.
func (p FilePredictions) Show() {
	const most = 20
	rows := each(p.List[:min(most, len(p.List))], func(f spec.FilePrediction) []string {
		if f.Error != "" {
			return []string{Path(f.File).Name(), "", f.Error}
		}
		return []string{Path(f.File).Name(), f.Class, fmt.Sprintf("%.1f %%", 100*f.Probability)}
	})
	must(wire.ShowTable, wire.Table{Header: []string{"file", "class", "probability"}, Rows: rows},
		nil)
	if n := len(p.List) - most; n > 0 {
		fmt.Printf("and %s more\n", spec.Thousands(n))
	}
}

// WriteCSV writes a table: file, the three most probable classes with their probabilities, error.
// The name ends in .csv, so that no image or model is replaced by mistake.
func (p FilePredictions) WriteCSV(file Path) Path {
	return p.write(file.ending(".csv"), p.List.WriteCSV)
}

// WriteJSONLines writes a line for each file, with the probabilities of all classes. The name ends
// in .jsonl.
func (p FilePredictions) WriteJSONLines(file Path) Path {
	return p.write(file.ending(".jsonl"), p.List.WriteJSONLines)
}

func (p FilePredictions) write(file Path, write func(io.Writer) error) Path {
	err := os.MkdirAll(string(file.Parent()), 0o755)
	if err == nil {
		err = atomicfile.Write(string(file), 0o644, func(f *os.File) error { return write(f) })
	}
	if err != nil {
		fail(fmt.Errorf("predictions: %w", err))
	}
	return file
}
