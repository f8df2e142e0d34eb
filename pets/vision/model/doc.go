// Package model holds the networks of the lesson as GoMLX graphs: ResNet-18/34/50, MobileNetV2
// and ConvNeXt-Tiny with torchvision's names and semantics, two small ResNets of our own (petnet10,
// petnet18), and fastai's head on top.
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
//   - max pooling with its gradient given to the index of each window's first maximum: values
//     compared would not do, for XLA may compute one in two fused loops that round differently;
//   - depthwise convolutions as shifted multiply-adds;
//   - values with many users kept from being computed for each of them (fusion.go);
//   - in training, large 3×3 convolutions by Winograd's algorithm over rows (winograd.go);
//   - all other convolutions as they are, given to Eigen and not to YNNPACK (package engine);
//   - on the Go backend, convolutions as matrix products of shifted views, nine for a 3×3 kernel or,
//     by Winograd's algorithm, eighteen of a quarter of the rows: 16 px, 32 channels 14 to 8 ms,
//     8 px, 64 channels 12 to 9; a build with GOEXPERIMENT=simd makes a step of petnet10 1.4 to 1.6
//     times as fast (package kernelext/session builds its program so).
//
// Tried and given up: grouped convolutions; NCHW; XLA's own batch norm; oneDNN and fast-math flags;
// GoMLX's norm.BatchNorm (its gradient stops at the statistics); on the Go backend, a kernel's
// columns side by side for fewer and larger products.
//
// # Speed on a CPU
//
// Command pets/internal/cmd/speed measures this table. Images a second beside PyTorch 2.15, on two
// cores of an AMD EPYC with AVX2 (no AVX-512), nothing else running; medians of two rounds, of one
// in the rows with a star. "Before" is the ratio before the changes below, on another day, and
// "again" one round on a later evening: single rounds differ by a tenth and more here. "Loaded" is
// the first call in a process that finds the compiled program of an earlier one (package
// engine/programs), a step included. All: everything trains; frozen: of the body only its batch
// norms train.
//
//	                                gopets PyTorch ratio again before first call loaded  memory, GB
//	resnet34 b16 224 px, all *         6.2     5.5  1.13  0.99   0.45     14.5 s  4.8 s   1.89/1.87
//	resnet34 b16 224 px, frozen *     12.1    10.9  1.11  1.16   0.82     10.1 s  3.3 s   1.24/1.58
//	resnet34 b8 224 px, predict       18.2    17.4  1.05     –   1.06      1.3 s      –   0.70/0.94
//	resnet50 b16 224 px, all *         4.6     4.8  0.96  0.93   0.84     16.8 s  6.0 s   2.86/3.10
//	resnet50 b16 224 px, frozen *      7.6     7.6  0.99  0.92      –     12.4 s  4.1 s   1.96/2.81
//	resnet50 b8 224 px, predict *     14.2    13.2  1.08     –   1.10      2.1 s      –
//	resnet18 b8 224 px, predict *     31.3    29.5  1.06     –      –
//	mobilenet_v2 b32 128 px, all      61.0    65.2  0.94  1.08   0.70     21.1 s  2.8 s   1.36/1.92
//	mobilenet_v2 b64 128 px, frozen  118.5   110.3  1.08  0.94   0.93     12.2 s  2.7 s   1.38/2.69
//	petnet18 b16 128 px, all *       100.3   123.0  0.82  0.87      –      4.5 s  0.6 s   0.56/0.96
//
// Ideas and what came of them, on that machine. CPU is processor time, of all cores; PyTorch's is
// on one core.
//
//   - The gradient of a 3×3 kernel by Eigen (16 images; 64, 128, 256, 512 channels): 58, 31, 27, 25
//     ms, by YNNPACK 157, 60, 48, 39, by PyTorch 38, 30, 28, 30: taken. As nine products 70, 51,
//     33, 34; three of rows 75, 54, 37, 31; one of patches 97, 47, 36, 28; image by image 59, 47,
//     38, 41; all longer to compile. Step of ResNet-34: 5.0 to 3.0 s.
//   - A native convolution in a loop over images: a hundred times slower; no library gets it.
//   - Values with many users kept: MobileNetV2 1.04 to 0.75 s a step, a quarter less to compile:
//     taken. Optimisation barriers do nothing: XLA removes them before it fuses.
//   - The one by which a kept value is divided made of a parameter, not of the value: a depthwise
//     7×7 (8 images, 56 px, 96 channels) 74 to 15 ms CPU, a step of MobileNetV2 31 to 22 ms an
//     image (PyTorch 22), prediction with ConvNeXt 208 to 141 (135): taken.
//   - Residual sums kept: ResNet-34 349 to 315 ms CPU an image (PyTorch 306), memory 2.3 to 2.1 GB,
//     a tenth less to compile: taken.
//   - Large sums from quarters: batch norm alone 1.5 to 2 times as fast, MobileNetV2 0.75 to 0.65
//     s: taken; eighths and sixteenths are no faster; ResNets gain nothing.
//   - Quarters along the batch, not of flattened rows: the gradient of a 7×7 depthwise kernel 69 to
//     37 (56 px) and 21 to 9 ms CPU (14 px): taken.
//   - That gradient as a loop in the graph: a seventh to a third of the compile time, but 1.6 to 20
//     times slower (its sums are no library's, and go-xla refuses reductions in a loop's body).
//   - Depthwise convolutions over rows of width×channels: no faster. Padding kept, or the sum kept
//     row by row: no faster. As XLA's grouped convolution: forty times slower.
//   - ConvNeXt-Tiny's step profiled (perf; machine code matched with XLA's object files): 54 per
//     cent matrix products (YNNPACK 34; kernels' gradients by Eigen and oneDNN 20, at about the
//     same speed, and no faster with factors swapped or transposed), 20 fused loops (depthwise 9,
//     its kernel's gradient 6, GELU 4), 13 pages cleared by the system. Beside other work runs vary
//     from 550 to 740 ms CPU an image (PyTorch 420), before the quarters along the batch and after:
//     their gain in a whole step is within that. Memory 3.7 to 3.0–3.3 GB (2.2).
//   - petnet18's step profiled: 51 per cent oneDNN's product inside Eigen's convolutions, 10 its
//     packing, 9 Eigen's threads looking for work (the convolutions are small), 7 switches between
//     threads, 3 pages cleared; loops of ours are below 10. Nothing left to write otherwise.
//   - ResNet-50's step profiled (all training): 26 per cent oneDNN's product inside Eigen's
//     convolutions and 14 packing for it, 24 YNNPACK's product of the 1×1 convolutions, 14 loops of
//     XLA, 6 pages cleared, 2 Eigen's threads. Processor time an image 491 ms, PyTorch's 527.
//   - Elementwise loops: XLA divides the large ones among cores already (outer_dimension_partitions
//     in its dump).
//   - The compiler's memory returned before the first step (package engine): petnet18 0.74 to 0.52
//     GB, ResNet-34 1.76 (PyTorch 1.8): taken.
//   - XLA's order of operations for the least memory (package engine): ResNet-34 2.1 to 1.9 GB, as
//     fast: taken.
//   - The C library told to keep large blocks (glibc.malloc.mmap_threshold and trim_threshold):
//     between 5 per cent more CPU and 15 less in turns, for up to a fifth more memory: not taken.
//   - Convolutions of a forward pass by YNNPACK: ResNet-18 60 ms an image, by Eigen 54. Two thirds
//     of a ResNet's prediction are Eigen's product; batch norm folded into weights would not help.
//   - XLA's optimization levels, presets, codegen splits and schedulers: within noise, or a tenth
//     of the compile time for a tenth of the speed.
//   - The batch on two of XLA's devices: MobileNetV2 1.2 times as fast before values were kept.
//   - 3×3 convolutions by Winograd's algorithm F(4, 3) over rows, half of the products (16 images;
//     56, 28, 14 px): 52, 46, 45 to 31, 29, 30 ms CPU, half a second of one core to compile (0.04
//     before); a step of ResNet-34 433 to 346 ms CPU an image, frozen 245 to 201, its first call
//     12 to 21 s, memory a tenth more: taken for training. Over rows and columns, F(2×2, 3×3) as 16
//     products: 47, 26, 33 ms, twice as long to compile; as one batched product slower; F(2, 3) over
//     rows: 44, 32, 33. The kernel's sums as one product compile no faster. petnet18: 26 to 24 ms
//     CPU for 4 s more of compiling: not taken. The padded image not kept: 49 ms at 56 px. Rounding
//     errors are twice as large as without.
//
// XLA crashed at 299 px with batches of 24 and more: YNNPACK's sum over rows of 2^25 values and
// more. Sums are taken in pieces.
package model
