package model

import "strings"

// fastaiStages are the children of a ResNet's body, which fastai numbers: conv1 and bn1 (a ReLU and
// the pool follow), then the layers.
var fastaiStages = map[string]string{"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2",
	"6": "layer3", "7": "layer4"}

// ourName translates a name from a file of fastai v1 (fastai §14.3), where a model is the pair of
// body "0" and head "1":
//
//	0.0.weight, 0.1.bias            conv1.weight, bn1.bias
//	0.4.0.conv1.weight … 0.7.2.…    layer1.0.conv1.weight … layer4.2.…
//	0.0.18.1.weight                 features.18.1.weight (MobileNetV2 and ConvNeXt, whose body is one child)
//	1.4.weight                      head.4.weight
//
// Other names stay as they are: none of ours begins with a digit.
func (n *Net) ourName(name string) string {
	part, rest, _ := strings.Cut(name, ".")
	switch part {
	case "0":
		stage, below, _ := strings.Cut(rest, ".")
		if stage == "0" && strings.HasPrefix(n.Params[0].Name, "features.") {
			return "features." + below
		}
		if ours, ok := fastaiStages[stage]; ok {
			return ours + "." + below
		}
	case "1":
		return "head." + rest
	}
	return name
}
