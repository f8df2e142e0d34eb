// Package interpret analyses what a trained network gets wrong: largest losses, confusion matrix,
// most confused pairs, precision and recall, accuracy with its uncertainty. Rules are fastai
// 1.0.48's (§11), the order of ties too. train's Learner.ValidProbs and Learner.TTA make
// [Predictions].
package interpret
