// Package interpret analyses what a trained network gets wrong, by fastai 1.0.48's rules (§11), the
// order of ties too. train's Learner.ValidProbs and Learner.TTA make [Predictions].
package interpret
