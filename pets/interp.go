package pets

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Interpretation describes what a learner gets wrong (fastai's ClassificationInterpretation). The
// one in the session is a snapshot of [Interpretation.Compute] or its first use.
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

// InterpretationFrom describes an interpretation, named "interp" unless [Name] says otherwise.
func InterpretationFrom(learn Learner, options ...InterpOption) Interpretation {
	i := Interpretation{spec.Interp{Name: "interp", Learner: learn.desc}, learn}
	for _, o := range options {
		o.toInterp(&i.desc)
	}
	return i
}

func about[A any](i Interpretation, m wire.Method[wire.InterpCall, A], q wire.InterpCall) A {
	i.learn.check()
	q.Interp = i.desc
	return must(m, q, i.learn.data.lists)
}

// Compute predicts the validation images with the present weights and prints the score.
func (i Interpretation) Compute() Score {
	s := about(i, wire.Interpret, wire.InterpCall{Anew: true})
	fmt.Printf("%s: predictions of %s %s: %v\n", i.desc.Name, i.learn.desc.Name, s.State, s)
	return s
}

// PlotTopLosses shows the k images with the largest losses, with Grad-CAM of the actual class.
func (i Interpretation) PlotTopLosses(k int, options ...PlotOption) {
	about(i, wire.TopLosses, wire.InterpCall{K: k, Plot: plot(options)})
}

// PlotConfusionMatrix shows how often each class was taken for each.
func (i Interpretation) PlotConfusionMatrix(options ...PlotOption) {
	about(i, wire.Matrix, wire.InterpCall{Plot: plot(options)})
}

// Interactive shows the confusion matrix with images behind its cells; a plain one without scripts.
func (i Interpretation) Interactive(options ...PlotOption) {
	about(i, wire.Interactive, wire.InterpCall{Plot: plot(options)})
}

// Confusion is the matrix itself.
type Confusion = spec.Confusion

// Confusion returns the counts [actual][predicted].
func (i Interpretation) Confusion() Confusion { return about(i, wire.Confusion, wire.InterpCall{}) }

// MostConfused lists the confused pairs of classes, at least MinVal times (1 by default).
func (i Interpretation) MostConfused(least ...MinVal) ConfusedPairs {
	times := cmp.Or(append(least, 1)...)
	return about(i, wire.MostConfused, wire.InterpCall{MinVal: int(times)})
}

// Report shows precision, recall and F1 of every class, and the accuracy with its uncertainty.
func (i Interpretation) Report() { about(i, wire.Report, wire.InterpCall{}) }

// MinVal is the least count that [Interpretation.MostConfused] lists.
type MinVal int

// ConfusedPairs are pairs of classes taken one for the other, the most frequent first.
type ConfusedPairs []spec.Confused

func (c ConfusedPairs) table() wire.Table {
	return wire.Table{Header: []string{"actual", "predicted", "times"},
		Rows: each(c, func(p spec.Confused) []string {
			return []string{p.Actual, p.Predicted, strconv.Itoa(p.Count)}
		})}
}

// String is a table.
func (c ConfusedPairs) String() string {
	if len(c) == 0 {
		return "no pair of classes was confused that often\n"
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{c.table().Header}, c.table().Rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	return out.String()
}

// Show shows the pairs as a table.
func (c ConfusedPairs) Show() {
	if len(c) == 0 {
		fmt.Print(c)
		return
	}
	must(wire.ShowTable, c.table(), nil)
}
