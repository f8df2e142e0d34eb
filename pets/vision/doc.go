// Package vision is the root of a library that trains image classifiers as fastai v1 does, in plain
// Go programs without a notebook or session. It has no code itself; its example goes from a folder
// of photos to a prediction.
//
//	dataset    archives, image files, labels, split, decoding
//	sample     drawn images with the layout of the real ones
//	augment    random transforms
//	model      ResNet-18/34/50, MobileNetV2, ConvNeXt-Tiny, two small networks; layer groups
//	onnx       networks as files for ONNX Runtime
//	weights    weight files by name: find, download, check, read, write
//	train      learner: fit, learning-rate finder, predict, save, export
//	interpret  what a learner gets wrong
//	engine     XLA on CUDA or a CPU, or the pure Go backend
//
// fastai.md lists the tests that compare it with fastai and PyTorch, and intended differences.
package vision
