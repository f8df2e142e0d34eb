package model

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Winograd's algorithm F(4, 3) over rows (Lavin and Gray 2016): six sums of rows of the image, each
// convolved along the rows with its own sum of the kernel's rows, give four rows of the result,
// with half of a 3×3 convolution's products.
var (
	winogradImage = [6][6]float64{{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
		{0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}}
	winogradKernel = [6][3]float64{{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6},
		{-1. / 6, 1. / 6, -1. / 6}, {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6},
		{0, 0, 1}}
	winogradResult = [4][6]float64{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0},
		{0, 1, -1, 8, -8, 1}}
)

// winogradPays reports whether a 3×3 convolution with stride 1 is faster by Winograd's algorithm.
// On XLA's CPU backend that is in training, in float32, for large convolutions of images with
// enough rows, since compiling it and its gradient takes half a second of one core each.
func winogradPays(p *pass, x, w *graph.Node) bool {
	const fewRowsOnGo, fewRows, manyProducts = 4, 14, 1 << 29
	d := x.Shape().Dimensions
	if p.goBackend {
		return d[1] >= fewRowsOnGo
	}
	return p.mode.Train && onXLACPU(x.Graph()) && x.DType() == dtypes.Float32 && d[1] >= fewRows &&
		d[0]*d[1]*d[2]*w.Shape().Size() >= manyProducts
}

func winograd(x, w *graph.Node) *graph.Node {
	if onXLACPU(x.Graph()) {
		return convolved(x, w, 1, winogradSum, nativeGradient)
	}
	return convolved(x, w, 1, winogradSum, shiftedGradient)
}

func winogradSum(x, w *graph.Node, _ int) *graph.Node {
	const rows = len(winogradResult)
	d, k := x.Shape().Dimensions, w.Shape().Dimensions
	tiles := (d[1] + rows - 1) / rows
	padded := graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), compute.PadAxis{},
		compute.PadAxis{Start: 1, End: rows*tiles + 1 - d[1]}, compute.PadAxis{}, compute.PadAxis{})
	padded = settled(padded, w)
	var images, kernels []*graph.Node
	for i := range winogradImage {
		images = append(images, graph.Slice(padded, graph.AxisRange(),
			graph.AxisRange(i, i+(tiles-1)*rows+1).Stride(rows)))
	}
	for i := range k[0] {
		kernels = append(kernels, graph.Slice(w, graph.AxisRange(i, i+1)))
	}
	var products, results []*graph.Node
	for i := range winogradImage {
		products = append(products, alongRows(weighted(images, winogradImage[i][:]),
			weighted(kernels, winogradKernel[i][:])))
	}
	for i := range winogradResult {
		results = append(results, graph.Reshape(weighted(products, winogradResult[i][:]), d[0],
			tiles, 1, d[2], k[3]))
	}
	y := graph.Reshape(graph.Concatenate(results, 2), d[0], rows*tiles, d[2], k[3])
	if rows*tiles != d[1] {
		y = graph.Slice(y, graph.AxisRange(), graph.AxisRange(0, d[1]))
	}
	return y
}

func weighted(x []*graph.Node, weights []float64) *graph.Node {
	var sum *graph.Node
	for i, weight := range weights {
		if weight != 0 {
			sum = plus(sum, graph.MulScalar(x[i], weight))
		}
	}
	return sum
}

// nativeGradient is the gradient of a 3×3 kernel as a convolution of the image with the result's
// gradient v, with channels and batch exchanged.
func nativeGradient(x, v *graph.Node, _, _ int) *graph.Node {
	return graph.Convolve(x, v).AxesConfig(compute.ConvolveAxesConfig{
		InputBatch: 3, InputChannels: 0, InputSpatial: []int{1, 2},
		KernelInputChannels: 0, KernelOutputChannels: 3, KernelSpatial: []int{1, 2},
		OutputBatch: 2, OutputChannels: 3, OutputSpatial: []int{0, 1},
	}).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
}

// alongRows is a convolution with a 1×3 kernel; the Go backend does it in three products.
func alongRows(x, w *graph.Node) *graph.Node {
	if onXLACPU(x.Graph()) {
		return graph.Convolve(x, w).Strides(1).PaddingPerDim([][2]int{{0, 0}, {1, 1}}).Done()
	}
	d, k := x.Shape().Dimensions, w.Shape().Dimensions
	padded := graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), compute.PadAxis{},
		compute.PadAxis{}, compute.PadAxis{Start: 1, End: 1}, compute.PadAxis{})
	var sum *graph.Node
	for j := range k[1] {
		view := graph.Slice(padded, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(j, j+d[2]))
		sum = plus(sum, graph.MatMul(graph.Reshape(view, -1, k[2]), graph.Reshape(graph.Slice(w,
			graph.AxisRange(), graph.AxisRange(j, j+1)), k[2], k[3])))
	}
	return graph.Reshape(sum, d[0], d[1], d[2], k[3])
}
