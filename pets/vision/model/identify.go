package model

import (
	"fmt"
	"slices"
	"strings"

	"gopets/pets/vision/weights"
)

// Identify returns the name of the network whose body a weight file holds: one of [Names], another
// ResNet, or a family known by tensors' names; "" if unknown.
func Identify(f *weights.File) string {
	shapes := map[string][]int{}
	for _, t := range f.Tensors {
		shapes[t.Name] = t.Shape
	}
	for _, name := range Names() {
		n, err := New(name, 2, HeadOptions{})
		if err == nil && n.isBodyOf(f) {
			return name
		}
	}
	if name := resNetName(f, shapes); name != "" {
		return name
	}
	for _, family := range families {
		if _, ok := shapes[family.tensor]; ok {
			return family.name
		}
	}
	return ""
}

func (n *Net) isBodyOf(f *weights.File) bool {
	shapes := map[string][]int{}
	var names []string
	for _, t := range f.Tensors {
		name := n.ourName(t.Name)
		shapes[name], names = t.Shape, append(names, t.Name)
	}
	known := map[string]bool{}
	for _, p := range n.Params {
		known[p.Name] = true
		if shape, ok := shapes[p.Name]; p.inBody() &&
			(!ok || !slices.Equal(shape, torchShape(p.Shape))) {
			return false
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return known[n.ourName(name)] || strings.HasSuffix(name, ".num_batches_tracked")
	})
	return len(n.foreign(names)) == 0
}

func (p Param) inBody() bool { return !strings.HasPrefix(p.Name, "head.") }

// resNets are torchvision's ResNets by the blocks of their stages. Where wide is above 0, blocks
// have three convolutions, the first with that many channels.
var resNets = []struct {
	blocks      [4]int
	wide, group int
	name        string
}{
	{[4]int{2, 2, 2, 2}, 0, 0, "resnet18"},
	{[4]int{3, 4, 6, 3}, 0, 0, "resnet34"},
	{[4]int{3, 4, 6, 3}, 64, 64, "resnet50"},
	{[4]int{3, 4, 23, 3}, 64, 64, "resnet101"},
	{[4]int{3, 8, 36, 3}, 64, 64, "resnet152"},
	{[4]int{3, 4, 6, 3}, 128, 128, "wide_resnet50_2"},
	{[4]int{3, 4, 23, 3}, 128, 128, "wide_resnet101_2"},
	{[4]int{3, 4, 6, 3}, 128, 4, "resnext50_32x4d"},
	{[4]int{3, 4, 23, 3}, 256, 8, "resnext101_32x8d"},
	{[4]int{3, 4, 23, 3}, 256, 4, "resnext101_64x4d"},
}

func resNetName(f *weights.File, shapes map[string][]int) string {
	var blocks [4]int
	for _, t := range f.Tensors {
		var stage, block int
		if n, _ := fmt.Sscanf(t.Name, "layer%d.%d.conv1.weight", &stage, &block); n == 2 &&
			stage >= 1 && stage <= 4 && strings.HasSuffix(t.Name, ".conv1.weight") {
			blocks[stage-1] = max(blocks[stage-1], block+1)
		}
	}
	first := shapes["conv1.weight"]
	if slices.Contains(blocks[:], 0) || len(first) != 4 {
		return ""
	}
	wide, group := 0, 0
	if s := shapes["layer1.0.conv2.weight"]; shapes["layer1.0.conv3.weight"] != nil &&
		len(s) == 4 {
		wide, group = s[0], s[1]
	}
	for _, r := range resNets {
		if r.blocks == blocks && r.wide == wide && r.group == group &&
			slices.Equal(first, []int{64, 3, 7, 7}) {
			return r.name
		}
	}
	kind := "a ResNet with %d, %d, %d and %d blocks that begins with %v"
	return fmt.Sprintf(kind, blocks[0], blocks[1], blocks[2], blocks[3], first)
}

// families are recognised by the name of a tensor that no other has.
var families = []struct{ tensor, name string }{
	{"conv_proj.weight", "a vision transformer (ViT)"},
	{"features.0.0.weight", "a MobileNet, EfficientNet, Swin or ConvNeXt of another size"},
	{"blocks.0.attn.qkv.weight", "a vision transformer of timm (ViT)"},
	{"layers.0.blocks.0.attn.qkv.weight", "a Swin transformer of timm"},
	{"stages.0.blocks.0.conv_dw.weight", "a ConvNeXt of timm, which names its tensors otherwise"},
	{"stages.0.blocks.0.gamma", "a ConvNeXt of timm, which names its tensors otherwise"},
	{"conv1.0.weight", "a ResNet of timm with a stem of three convolutions"},
	{"conv_stem.weight", "an EfficientNet or MobileNet of timm, which names its tensors otherwise"},
	{"_conv_stem.weight", "an EfficientNet of efficientnet_pytorch"},
	{"features.denseblock1.denselayer1.norm1.weight", "a DenseNet"},
	{"Conv2d_1a_3x3.conv.weight", "an Inception"},
	{"classifier.6.weight", "a VGG or an AlexNet"},
	{"visual.conv1.weight", "a CLIP model"},
}

// WrongFile returns the error of a file whose body is not this network's, with the name of the
// file's network.
func (n *Net) WrongFile(f *weights.File, why string) error {
	of := Identify(f)
	remedy := "give a file of " + n.Name
	switch {
	case of == n.Name:
		return fmt.Errorf("network %s: the file is not complete (%s): give a whole file of %s",
			n.Name, why, n.Name)
	case of == "":
		of = "another network"
	case slices.Contains(Names(), of):
		remedy += ", or use " + of
	}
	return fmt.Errorf("network %s: the file is of %s (%s): %s", n.Name, of, why, remedy)
}
