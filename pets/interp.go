package pets

import (
	"fmt"
	"strconv"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Interpretation describes what a learner gets wrong on its validation images. It is fastai's
// ClassificationInterpretation.
//
// The interpretation in the session is a snapshot, made by [Interpretation.Compute] or by its first
// use: it keeps what that moment's weights predict, whatever is trained later.
type Interpretation struct {
	desc  spec.Interp
	learn Learner
}

// InterpOption changes an interpretation's description: [Name], [WithTTA].
type InterpOption interface{ toInterp(*spec.Interp) }

type interpOption func(*spec.Interp)

func (o interpOption) toInterp(i *spec.Interp) { o(i) }

// WithTTA predicts from nine views of each image: see [Learner.TTA].
func WithTTA() InterpOption { return interpOption(func(i *spec.Interp) { i.TTA = true }) }

// InterpretationFrom describes an interpretation of a learner, named "interp" unless [Name] says
// otherwise.
func InterpretationFrom(learn Learner, options ...InterpOption) Interpretation {
	i := Interpretation{spec.Interp{Name: "interp", Learner: learn.desc}, learn}
	for _, o := range options {
		o.toInterp(&i.desc)
	}
	return i
}

// Compute predicts the validation images with the present weights, keeps that, and prints how it
// went.
func (i Interpretation) Compute() Score {
	s := verb(i.learn, wire.Interpret, wire.InterpCall{Interp: i.desc, Anew: true})
	fmt.Printf("%s speaks of %s\n", i.desc.Name, scoreLine(i.learn, s))
	return s
}

// PlotTopLosses shows the k images with the largest losses, each with prediction, actual class,
// loss and probability of the actual class, and with where the network looked (Grad-CAM for the
// actual class).
func (i Interpretation) PlotTopLosses(k int, options ...PlotOption) {
	verb(i.learn, wire.TopLosses, wire.InterpCall{Interp: i.desc, K: k, Plot: plot(options)})
}

// PlotConfusionMatrix shows how often each class was taken for each.
func (i Interpretation) PlotConfusionMatrix(options ...PlotOption) {
	verb(i.learn, wire.Matrix, wire.InterpCall{Interp: i.desc, Plot: plot(options)})
}

// Interactive shows the same as a matrix that answers, offline, where scripts may run: pointing at
// a cell shows the pair of classes and the count, a click shows images, those with the largest
// losses first. Elsewhere the image of the matrix stands.
func (i Interpretation) Interactive(options ...PlotOption) {
	verb(i.learn, wire.Interactive, wire.InterpCall{Interp: i.desc, Plot: plot(options)})
}

// Confusion is the matrix itself.
type Confusion = spec.Confusion

// Confusion returns the counts [actual][predicted].
func (i Interpretation) Confusion() Confusion {
	return verb(i.learn, wire.Confusion, wire.InterpCall{Interp: i.desc})
}

// MinVal is the least count that [Interpretation.MostConfused] lists.
type MinVal int

// ConfusedPairs are pairs of classes taken one for the other, the most frequent first.
type ConfusedPairs []spec.Confused

// String is a table.
func (c ConfusedPairs) String() string {
	if len(c) == 0 {
		return "no pair of classes was confused that often\n"
	}
	wide := [2]int{len("actual"), len("predicted")}
	for _, p := range c {
		wide = [2]int{max(wide[0], len(p.Actual)), max(wide[1], len(p.Predicted))}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%-*s  %-*s  times\n", wide[0], "actual", wide[1], "predicted")
	for _, p := range c {
		fmt.Fprintf(&out, "%-*s  %-*s  %5d\n", wide[0], p.Actual, wide[1], p.Predicted, p.Count)
	}
	return out.String()
}

// Show shows the pairs as a table.
func (c ConfusedPairs) Show() {
	if len(c) == 0 {
		fmt.Print(c)
		return
	}
	t := wire.Table{Header: []string{"actual", "predicted", "times"}}
	for _, p := range c {
		t.Rows = append(t.Rows, []string{p.Actual, p.Predicted, strconv.Itoa(p.Count)})
	}
	must(wire.ShowTable, t, nil)
}

// MostConfused lists the pairs of classes that were confused, at least MinVal times (once by
// default).
func (i Interpretation) MostConfused(least ...MinVal) ConfusedPairs {
	call := wire.InterpCall{Interp: i.desc, MinVal: 1}
	for _, m := range least {
		call.MinVal = int(m)
	}
	return verb(i.learn, wire.MostConfused, call)
}

// Report shows precision, recall and F1 of every class, and the accuracy with its uncertainty.
func (i Interpretation) Report() {
	verb(i.learn, wire.Report, wire.InterpCall{Interp: i.desc})
}
