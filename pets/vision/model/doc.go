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
// Images are NHWC and normalised, convolution kernels HWIO, linear layers [in, out]; files keep
// torch's layouts, and [Net.FromFile] and [Net.ToFile] translate.
//
// How operations are written decides how fast XLA's CPU backend runs them. What pays, each with a
// gradient of its own (custom.go):
//   - 1×1 convolutions as matrix products, sliced first when strided;
//   - batch norm with sums over wide rows, around a shift so that a large mean costs no digits;
//   - max pooling with its gradient given to the index of each window's first maximum;
//   - depthwise convolutions as nine shifted multiply-adds;
//   - values with many users kept from being computed for each of them (fusion.go);
//   - all other convolutions as they are, given to Eigen and not to YNNPACK (package engine);
//   - on the Go backend, 3×3 convolutions as nine matrix products of shifted views.
//
// A maximum is found by index and not by comparing values: XLA may compute a value in two fused
// loops that round differently.
//
// Tried and given up: grouped convolutions (their gradient falls apart into one convolution per
// group); NCHW; XLA's own batch norm operation; oneDNN and fast-math flags; GoMLX's norm.BatchNorm
// (its gradient stops at the statistics); on the Go backend, a kernel's columns side by side for
// fewer and larger products (no faster). See also package train.
//
// # Speed on a CPU
//
// Command pets/internal/cmd/speed measures this table. Images a second beside PyTorch 2.15, on two
// cores of an AMD EPYC with AVX2 (no AVX-512), on which other work ran; one round, with priority;
// the last row is of an earlier run. "Before" is the ratio to PyTorch before the changes listed
// below, measured on another day on a machine of the same kind.
//
//	                                         gopets  PyTorch  ratio  before  first call
//	resnet34 b16 224 px, everything             5.2      5.3   0.98    0.45      11.8 s
//	resnet34 b16 224 px, body frozen            8.8      9.7   0.91    0.82       6.7 s
//	resnet34 b8 224 px, predict                18.3     20.0   0.92    1.06       1.2 s
//	resnet50 b16 224 px, everything             4.0      4.0   1.00    0.84      16.1 s
//	resnet50 b8 224 px, predict                12.1     16.4   0.74    1.10       2.1 s
//	resnet18 b32 128 px, everything            29.2     32.7   0.89       –       9.4 s
//	mobilenet_v2 b32 128 px, everything        60.8     66.2   0.92    0.70      16.2 s
//	mobilenet_v2 b64 128 px, body frozen       91.3     87.6   1.04    0.93      12.4 s
//
// Ideas and what came of them, on that machine (images of 224 px in batches of 16, one 3×3
// convolution of 64 to 512 channels, ms):
//
//   - The gradient of a 3×3 kernel: 157, 60, 48, 39 by YNNPACK, 58, 31, 27, 25 by Eigen, and 38,
//     30, 28, 30 by PyTorch: taken. A full step of ResNet-34 fell from 5.0 to 3.0 s.
//   - The same gradient as nine matrix products (70, 51, 33, 34), three of rows (75, 54, 37, 31),
//     one of patches (97, 47, 36, 28), patches image by image (59, 47, 38, 41), or in a loop over
//     images or taps: slower than Eigen's, and longer to compile.
//   - A loop over images around a native convolution: a hundred times slower; XLA gives a
//     convolution inside a loop to no library.
//   - Values with many users kept: MobileNetV2 recomputed each depthwise convolution up to twelve
//     times, in its own fused loops: 1.04 to 0.75 s a step, and a quarter less to compile: taken.
//     Optimisation barriers do nothing: XLA removes them before it fuses.
//   - A kept value divided by a one made of a parameter, not of the value: XLA computed the value's
//     first element again beside every other. A depthwise 7×7 convolution (8 images, 56 px, 96
//     channels) 74 to 15 ms of processor time, prediction with ConvNeXt 208 to 141 ms an image
//     (PyTorch on one core: 135), a step of MobileNetV2 (32 images, 128 px) 31 to 22 (PyTorch on
//     one core: 22): taken.
//   - Residual sums kept: each block of a layer added up all the blocks before it anew. Processor
//     time of a step of ResNet-34 349 to 315 ms an image (PyTorch on one core: 306), memory 2.3 to
//     2.1 GB, a tenth less to compile: taken.
//   - ConvNeXt-Tiny's step (8 images, 224 px) stays at 610 to 690 ms of processor time an image and
//     3.7 GB (PyTorch on one core: 420, 2.2 GB). Not profiled; the 49 sums of a 7×7 depthwise
//     kernel's gradient are where to look first.
//   - A depthwise convolution's padding kept, or its sum kept row by row: no faster. As XLA's
//     grouped convolution: forty times slower.
//   - XLA's order of operations for the least memory (package engine): ResNet-34 2.1 to 1.9 GB
//     (PyTorch 1.8), as fast: taken.
//   - The C library told to keep large blocks (glibc.malloc.mmap_threshold): 3 to 7 per cent less
//     processor time, a tenth to a fifth more memory: not taken.
//   - Convolutions of a forward pass by YNNPACK: ResNet-18 60 ms an image, by Eigen 54. Prediction
//     with ResNets is two thirds Eigen's product, a tenth its packing; the loops between use all
//     cores, and batch norm folded into weights would leave as many of them.
//   - Large sums from quarters: batch norm alone 1.5 to 2 times as fast, MobileNetV2 0.75 to 0.65
//     s; eighths and sixteenths are no faster. ResNets gain nothing.
//   - XLA's optimization levels, presets, codegen splits and schedulers: within noise, or a tenth
//     of the compile time for a tenth of the speed.
//   - The batch on two of XLA's devices: MobileNetV2 1.2 times as fast before values were kept.
//   - Not tried: Winograd's algorithm (a 3×3 convolution with 4/9 of the products).
//
// XLA crashed at 299 px with batches of 24 and more: YNNPACK's sum over rows of 2^25 values and
// more. Sums are taken in pieces.
package model
