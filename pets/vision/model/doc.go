// Package model holds the networks of the lesson as GoMLX graphs: ResNet-18/34/50 and MobileNetV2
// with torchvision's names and semantics, two small ResNets of our own (petnet10, petnet18), and
// fastai's head on top.
//
// A [Net] is a description: an ordered list of parameters and, over it, layers that know their
// parameters by index. It owns no values and no backend. Values are given as slices in the order of
// [Net.Params], and [Net.Forward] adds the network to a graph:
//
//	net, err := model.New("resnet34", 37, model.HeadOptions{})
//	values := net.Init(1)                        // or net.FromFile
//	pass := net.Forward(x, nodes, model.Mode{})  // inside a graph.Exec, nodes being the parameters
//
// Pictures are NHWC and normalised, convolution kernels HWIO, linear layers [in, out]; files keep
// torch's layouts, and [Net.FromFile] and [Net.ToFile] translate.
//
// How operations are said decides how fast XLA's CPU runs them. What pays, each with a gradient of
// its own (custom.go):
//   - 1×1 convolutions as matrix products, sliced first when strided;
//   - batch norm with sums over wide rows, around a shift so that a large mean costs no digits;
//   - max pooling with its gradient given to the index of each window's first maximum;
//   - depthwise convolutions as nine shifted multiply-adds;
//   - on the Go backend, 3×3 convolutions as nine matrix products of shifted views.
//
// A maximum is found by index and not by comparing values: XLA may compute a value in two fused
// loops that round differently.
//
// Tried and given up: grouped convolutions (their gradient falls apart into one convolution per
// group); NCHW; XLA's own batch norm operation; oneDNN and fast-math flags; GoMLX's norm.BatchNorm
// (its gradient stops at the statistics); on the Go backend, a kernel's columns side by side for
// fewer and larger products (no faster). See also package train.
package model
