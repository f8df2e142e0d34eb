// Package interpret looks at what a trained network got wrong: largest losses, confusion matrix,
// most confused pairs, precision and recall, accuracy with its uncertainty. It is arithmetic on
// [Predictions], which train's Learner.ValidProbs or Learner.TTA make. The rules are fastai
// 1.0.48's (§11), the order of ties too.
package interpret
