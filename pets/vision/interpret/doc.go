// Package interpret looks at what a trained network got wrong: the pictures with the largest losses, the confusion matrix,
// the most confused pairs, precision and recall per class, and the accuracy with its uncertainty.
//
// It is arithmetic on [Predictions], which pets/vision/train makes with Learner.ValidProbs: no network, no pictures, no
// drawing. The rules are fastai 1.0.48's (reference section 11), among them the order of ties in [Interpretation.MostConfused].
//
// Tried and left out: the average over several augmented passes (TTA), which is broken in fastai 1.0.48 itself and belongs to
// the predictions, not to their interpretation.
package interpret
