// Package interpret looks at what a trained network got wrong: the images with the largest
// losses, the confusion matrix, the most confused pairs, precision and recall per class, and the
// accuracy with its uncertainty.
//
// It is arithmetic on [Predictions], which pets/vision/train makes with Learner.ValidProbs: no
// network, no images, no drawing. The rules are fastai 1.0.48's (reference section 11), among
// them the order of ties in [Interpretation.MostConfused].
//
// Several looks at each image (TTA) belong to the predictions, not to their interpretation: give
// [From] what Learner.TTA made. (In fastai 1.0.48 an interpretation with tta=True calls a function
// that is not there.)
package interpret
