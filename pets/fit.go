package pets

import (
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// FitOneCycle trains with the one-cycle schedule, and shows a row and writes a snapshot for each
// epoch (see [Resume]). An interrupt keeps the weights.
func (l Learner) FitOneCycle(epochs int, options ...FitOption) {
	l.fit(spec.OneCycle, epochs, options)
}

// Fit trains at a constant learning rate, that of [MaxLR].
func (l Learner) Fit(epochs int, options ...FitOption) { l.fit(spec.Constant, epochs, options) }

// FineTune is fastai v2's recipe: an epoch ([FreezeEpochs]) with the body frozen, then epochs of
// everything, at learning rates by [BaseLR] and [LRMult].
func (l Learner) FineTune(epochs int, options ...FitOption) {
	l.fit(spec.FineTune, epochs, options)
}

func (l Learner) fit(kind spec.Kind, epochs int, options []FitOption) {
	f := spec.Fit{Kind: kind}.WithDefaults()
	f.Epochs = epochs
	f = with(f, options)
	verb(l, wire.Fit, wire.LearnerCall{Fit: &f})
}

// FitOption changes how a fit trains.
type FitOption func(*spec.Fit)

// LRRange is a learning rate for each layer group.
type LRRange = spec.LR

// LR is the same learning rate for all layer groups.
func LR(lr float64) LRRange { return spec.Const(lr) }

// Slice returns learning rates from lo for the first layer group to hi for the last, geometric in
// between; with lo 0, a tenth of hi for all but the last, as Python's slice(hi).
func Slice(lo, hi float64) LRRange {
	if lo == 0 {
		return spec.Slice1(hi)
	}
	return spec.Slice(lo, hi)
}

// MaxLR is the highest learning rate, [Slice] or [LR]; Slice(0, 3e-3) by default.
func MaxLR(lr LRRange) FitOption { return func(f *spec.Fit) { f.MaxLR = lr } }

// Momentums are the highest and the lowest momentum of the cycle, 0.95 and 0.85 by default.
func Momentums(high, low float64) FitOption {
	return func(f *spec.Fit) { f.Moms = spec.Some([2]float64{high, low}) }
}

// DivFactor is how many times lower than the highest the first learning rate is, 25 by default.
func DivFactor(n float64) FitOption { return func(f *spec.Fit) { f.DivFactor = n } }

// PctStart is the fraction of the cycle in which the learning rate rises, 0.3 by default.
func PctStart(fraction float64) FitOption {
	return func(f *spec.Fit) { f.PctStart = spec.Some(fraction) }
}

// GradClip limits the norm of all gradients together (torch's clip_grad_norm_); 0, the default: no.
func GradClip(norm float64) FitOption { return func(f *spec.Fit) { f.GradClip = norm } }

// BaseLR is FineTune's highest learning rate while the body is frozen, 2e-3 by default; then half.
func BaseLR(lr float64) FitOption { return func(f *spec.Fit) { f.BaseLR = lr } }

// LRMult is how many times slower than the head FineTune trains the first layers, 100 by default.
func LRMult(n float64) FitOption { return func(f *spec.Fit) { f.LRMult = n } }

// FreezeEpochs is the number of FineTune's epochs with the body frozen, 1 by default.
func FreezeEpochs(n int) FitOption { return func(f *spec.Fit) { f.FreezeEpochs = spec.Some(n) } }

// EarlyStopping ends a fit after so many epochs in a row without an improvement.
func EarlyStopping(patience int) FitOption { return func(f *spec.Fit) { f.Patience = patience } }

// KeepBest ends a fit with the weights of its best epoch; an interrupted fit keeps its last.
func KeepBest() FitOption { return func(f *spec.Fit) { f.KeepBest = true } }

// Monitor says what makes an epoch better for [EarlyStopping] and [KeepBest]: "valid_loss" (the
// default) or "error_rate", lower by more than delta.
func Monitor(metric string, delta float64) FitOption {
	return func(f *spec.Fit) { f.Metric, f.MinDelta = spec.Metric(metric), delta }
}

// Resume goes on with the same fit after its last finished epoch, also after a kill, to the same
// rows.
func Resume() FitOption { return func(f *spec.Fit) { f.Resume = true } }

// FindOption changes the search for a learning rate.
type FindOption func(*spec.Find)

// FindRange is the first and the last learning rate of the search, 1e-7 and 10 by default.
func FindRange(start, end float64) FindOption {
	return func(f *spec.Find) { f.Start, f.End = start, end }
}

// FindSteps is the number of batches, 100 by default.
func FindSteps(n int) FindOption { return func(f *spec.Find) { f.Steps = n } }

// Suggestions are the learning rates that [Learner.LRFind] suggests.
type Suggestions = spec.Suggestions

// LRFind tries learning rates from very small to very large, a batch each, restores everything and
// returns what three rules suggest. [Recorder.Plot] draws it.
func (l Learner) LRFind(options ...FindOption) Suggestions {
	f := with(spec.Defaults(spec.Find{}), options)
	found := verb(l, wire.Find, wire.LearnerCall{Find: &f})
	fmt.Printf("The learning rate finder is done: %s.Recorder().Plot() shows it.\n", l.desc.Name)
	return found
}

// Recorder returns the history of the learner's training.
func (l Learner) Recorder() Recorder { return Recorder{l} }

// Recorder shows the history of a learner's training.
type Recorder struct{ learn Learner }

// Plot draws the loss over the learning rate of the last LRFind, with its suggestions.
func (r Recorder) Plot(options ...PlotOption) { r.draw(wire.PlotFind, options) }

// PlotLosses draws the last fit's smoothed training loss, and the validation losses.
func (r Recorder) PlotLosses(options ...PlotOption) { r.draw(wire.PlotLosses, options) }

// PlotLR draws learning rate and momentum of the last fit.
func (r Recorder) PlotLR(options ...PlotOption) { r.draw(wire.PlotLR, options) }

// PlotMetrics draws the error rate after each epoch of the last fit.
func (r Recorder) PlotMetrics(options ...PlotOption) { r.draw(wire.PlotMetrics, options) }

func (r Recorder) draw(m wire.Method[wire.LearnerCall, wire.None], options []PlotOption) {
	verb(r.learn, m, wire.LearnerCall{Plot: plot(options)})
}

// Row is an epoch's line of the table.
type Row = spec.Row

// Rows are the rows of the last fit.
func (r Recorder) Rows() []Row { return verb(r.learn, wire.Rows, wire.LearnerCall{}) }
