package pets

import (
	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Fit trains at a constant learning rate, that of [MaxLR].
func (l Learner) Fit(epochs int, options ...FitOption) {
	l.fit(spec.Constant, epochs, options)
}

// FineTune is fastai v2's recipe: an epoch ([FreezeEpochs]) with the body frozen, then so many of
// everything, at learning rates by [BaseLR] and [LRMult] instead of [MaxLR].
func (l Learner) FineTune(epochs int, options ...FitOption) {
	l.fit(spec.FineTune, epochs, options)
}

func (l Learner) fit(kind spec.Kind, epochs int, options []FitOption) {
	f := spec.Fit{Kind: kind}.WithDefaults()
	f.Epochs = epochs
	for _, o := range options {
		o(&f)
	}
	verb(l, wire.Fit, wire.LearnerCall{Fit: &f})
}

// BaseLR is FineTune's highest learning rate while the body is frozen, 2e-3 by default; half of it
// afterwards.
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
