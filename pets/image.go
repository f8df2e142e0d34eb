package pets

import (
	"fmt"
	"sort"
	"strings"

	"gopets/pets/wire"
)

// Image describes a picture in a file.
type Image struct{ path Path }

// OpenImage describes the picture in a file; it is opened when it is shown or predicted.
func OpenImage(path Path) Image { return Image{path} }

// Path is the picture's file.
func (i Image) Path() Path { return i.path }

func (i Image) check() {
	if err := explain(i.path); err != nil {
		fail(err)
	}
	if i.path == "" {
		fail(fmt.Errorf("open image: no file is named: give one, for instance pets.OpenImage(fnames[0])"))
	}
}

// Show shows the picture.
func (i Image) Show(options ...PlotOption) {
	i.check()
	must[none](wire.MethodShowImage, wire.ImageCall{Path: i.path.absolute(), Plot: plot(options)}, nil)
}

// Predict asks a learner what a picture shows. The picture is resized, cropped and normalised as validation pictures are; it is shown with the
// most probable classes.
func (l Learner) Predict(img Image, options ...PlotOption) Prediction {
	img.check()
	answer := verb[wire.Prediction](l, wire.MethodPredict, wire.ImageCall{Learner: &l.desc, Path: img.path.absolute(), Plot: plot(options)})
	p := Prediction{Classes: answer.Classes, Probabilities: answer.Probabilities, State: answer.State}
	if best := p.TopK(1); len(best) > 0 {
		p.Class, p.Probability = best[0].Class, best[0].Probability
	}
	return p
}

// Prediction is what a learner says about a picture.
type Prediction struct {
	Class         string // the most probable one
	Probability   float64
	Classes       []string  // of the data
	Probabilities []float64 // of each class
	State         string    // of the weights that spoke: "after fit 1, epoch 4"
}

// Ranked is a class with its probability.
type Ranked struct {
	Class       string
	Probability float64
}

// TopK gives the k most probable classes, the most probable first.
func (p Prediction) TopK(k int) []Ranked {
	all := make([]Ranked, len(p.Classes))
	for i, c := range p.Classes {
		all[i] = Ranked{c, p.Probabilities[i]}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Probability > all[j].Probability })
	return all[:min(max(k, 0), len(all))]
}

// Of is the probability of one class by name.
func (p Prediction) Of(class string) float64 {
	for i, c := range p.Classes {
		if c == class {
			return p.Probabilities[i]
		}
	}
	fail(fmt.Errorf("prediction: there is no class %q; the classes are %s", class, strings.Join(p.Classes, ", ")))
	return 0
}

// String names the class and the two runners-up.
func (p Prediction) String() string {
	var parts []string
	for _, r := range p.TopK(3) {
		parts = append(parts, fmt.Sprintf("%s %.1f %%", r.Class, 100*r.Probability))
	}
	return strings.Join(parts, ", ")
}
