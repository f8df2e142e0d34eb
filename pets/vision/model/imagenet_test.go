package model_test

import (
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/model/golden"
	"gopets/pets/vision/weights"
)

// realMobileNet is a file beside a developer's checkout; it is not part of the project.
const realMobileNet = "../../../../shared/data/mobilenet_v2-imagenet.safetensors"

// softPattern is the image that golden.py shows the network: waves of colours and a little noise,
// 224 pixels wide, in [0, 1].
func softPattern() []float32 {
	const side = 224
	noise := golden.Numbers("imagenet", side*side*3)
	img := make([]float32, len(noise))
	for i := range img {
		y, x, c := float64(i/3/side), float64(i/3%side), float64(i%3)
		img[i] = float32(.5 + .4*math.Sin(.05*(1+c)*x+.03*y)*math.Cos(.04*y*(1+.5*c)) +
			.1*noise[i])
	}
	return img
}

// MobileNetV2 with its ImageNet weights against torchvision's with the same, by the features of one
// image.
func TestRealMobileNet(t *testing.T) {
	if _, err := os.Stat(realMobileNet); err != nil {
		t.Skip("the real MobileNetV2 weights are not beside this checkout")
	}
	want := golden.Read[struct {
		Features golden.Digest // of [1, 7, 7, 1280]
		Mean     []float64     // over the image, of the first 64 channels
	}](t, "testdata/imagenet.json")
	f, err := weights.ReadSafetensors(realMobileNet)
	if err != nil {
		t.Fatal(err)
	}
	net, err := model.New("mobilenet_v2", 37, model.HeadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	values := net.Init(1)
	loaded, missing, unexpected, err := net.FromFile(f, values)
	if err != nil || len(loaded) != 52*5 || len(missing) != 12 || unexpected != nil {
		t.Fatalf("loaded %d, missing %v, unexpected %v, %v", len(loaded), missing, unexpected, err)
	}
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		out := run(t, e, dtypes.Float32, func(in []*graph.Node) []*graph.Node {
			g := in[0].Graph()
			mean, std := graph.Const(g, spec.ImageNet.Mean[:]), graph.Const(g, spec.ImageNet.Std[:])
			x := graph.Div(graph.Sub(in[0], graph.Reshape(mean, 1, 1, 1, 3)),
				graph.Reshape(std, 1, 1, 1, 3))
			features := net.Forward(x, in[1:], model.Mode{}).Features
			return []*graph.Node{features, graph.ReduceMean(features, 0, 1, 2)}
		}, append([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(softPattern(), 1, 224, 224,
			3)}, values...)...)
		features, means := want.Features.Distance("features", out[0]),
			golden.Distance(out[1][:len(want.Mean)], want.Mean)
		t.Logf("features are off by %.1e, their means by %.1e", features, means)
		if !(features <= 1e-4) || !(means <= 1e-4) {
			t.Errorf("features are off by %.1e, their means by %.1e", features, means)
		}
	})
}
