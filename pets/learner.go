package pets

import (
	"fmt"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Arch is a network by name.
type Arch string

// The networks. The first five have torchvision's ImageNet weights, the last two embedded weights.
const (
	ResNet18     Arch = "resnet18"
	ResNet34     Arch = "resnet34"
	ResNet50     Arch = "resnet50"
	MobileNetV2  Arch = "mobilenet_v2"
	ConvNeXtTiny Arch = "convnext_tiny"
	PetNet10     Arch = "petnet10"
	PetNet18     Arch = "petnet18"
)

// Learner describes a network and its data. The session's learner of that name is made by
// [Learner.Create] or the first fit, and outlives cells.
type Learner struct {
	desc spec.Learner
	data Data
}

// CNNLearner describes a pretrained, frozen network with a new head for the data's classes.
func CNNLearner(data Data, arch Arch, options ...LearnerOption) Learner {
	l := Learner{spec.Defaults(spec.Learner{}), data}
	l.desc.Name, l.desc.Arch, l.desc.Data = "learn", string(arch), data.desc
	for _, o := range options {
		o.toLearner(&l.desc)
	}
	return l
}

// LearnerOption changes a learner's description.
type LearnerOption interface{ toLearner(*spec.Learner) }

type set func(*spec.Learner)

func (o set) toLearner(l *spec.Learner) { o(l) }

// Name names a learner ("learn" by default) or an interpretation ("interp").
type Name string

func (n Name) toLearner(l *spec.Learner) { l.Name = string(n) }
func (n Name) toInterp(i *spec.Interp)   { i.Name = string(n) }

// Pretrained (false) starts from random weights, with nothing frozen.
func Pretrained(yes bool) LearnerOption { return set(func(l *spec.Learner) { l.Scratch = !yes }) }

// WeightsFile is a .safetensors or .pth file with torchvision's names; "" changes nothing.
func WeightsFile(path Path) LearnerOption {
	return set(func(l *spec.Learner) {
		if l.WeightsFile = ""; path != "" {
			l.WeightsFile = path.absolute()
		}
	})
}

// WeightDecay is 0.01 by default.
func WeightDecay(wd float64) LearnerOption {
	return set(func(l *spec.Learner) { l.WeightDecay = spec.Some(wd) })
}

// Dropout is the probability before the last layer, 0.5 by default; before the others, half of it.
func Dropout(p float64) LearnerOption {
	return set(func(l *spec.Learner) { l.Dropout = spec.Some(p) })
}

// HiddenLayers are the widths of the head's hidden layers, one of 512 by default.
func HiddenLayers(widths ...int) LearnerOption {
	return set(func(l *spec.Learner) { l.Hidden = append([]int{}, widths...) })
}

// LabelSmoothing spreads a fraction of each label over all classes, in training only.
func LabelSmoothing(fraction float64) LearnerOption {
	return set(func(l *spec.Learner) { l.LabelSmoothing = fraction })
}

// How [Balance] makes up for classes with few images.
const (
	BalanceLoss    = spec.BalanceLoss    // a larger weight in the loss for rarer classes
	BalanceSampler = spec.BalanceSampler // images of all classes drawn equally often
)

// Balance trains on classes of unequal size as if they were equal.
func Balance(by spec.Balance) LearnerOption { return set(func(l *spec.Learner) { l.Balance = by }) }

// ClassWeights weighs classes in the training loss, as in ClassWeights(map[string]float64{"pug":
// 3}); the others weigh 1, or as [Balance] says.
func ClassWeights(weights map[string]float64) LearnerOption {
	return set(func(l *spec.Learner) { l.ClassWeights = spec.WeightsOf(weights) })
}

// BFloat16 computes convolutions and linear layers in bfloat16: the default on GPUs that have it.
func BFloat16() LearnerOption { return precision(spec.BFloat16) }

// Float32 computes everything in float32, on GPUs too.
func Float32() LearnerOption { return precision(spec.Float32) }

func precision(p spec.Precision) LearnerOption {
	return set(func(l *spec.Learner) { l.Precision = p })
}

// Where [TransformsOn] has images warped, lit and cropped.
const (
	OnHost   = spec.OnHost   // by Go, on the processor's cores: the default with a CPU
	OnDevice = spec.OnDevice // by the engine, from images in its memory: the default with a GPU
)

// TransformsOn says where training images are transformed. Results differ by rounding only.
func TransformsOn(place spec.Place) LearnerOption {
	return set(func(l *spec.Learner) { l.TransformsOn = place })
}

// ImageMemory limits the images in a device's memory, in MB; more are sent batch by batch. 0, the
// default, is half of the free memory.
func ImageMemory(mb int) LearnerOption { return set(func(l *spec.Learner) { l.ImageMemory = mb }) }

// Devices divides every batch among n GPUs (or XLA devices on the CPU), one by default.
func Devices(n int) LearnerOption { return set(func(l *spec.Learner) { l.Devices = n }) }

// String describes the learner in a line.
func (l Learner) String() string {
	return fmt.Sprintf("learner %q: %s on %v", l.desc.Name, l.desc.Arch, l.data)
}

func verb[A any](l Learner, m wire.Method[wire.LearnerCall, A], q wire.LearnerCall) A {
	l.check()
	q.Learner = l.desc
	return must(m, q, l.data.lists)
}

func (l Learner) check() {
	failIf(l.data.err)
	if n := l.desc.Name; len(n) > 60 || !plainName(n) {
		fail(fmt.Errorf("learner: its name is %q: "+
			`give a short one without slashes, for instance pets.Name("learn2")`, n))
	}
}

func plainName(name string) bool {
	return name != "" && name[0] != '.' && !strings.ContainsAny(name, "/\\\x00")
}

// Create makes the learner in the session, in place of one of the same name, and describes it.
func (l Learner) Create() { verb(l, wire.Create, wire.LearnerCall{}) }

// Summary shows the network's layers.
func (l Learner) Summary() { verb(l, wire.Summary, wire.LearnerCall{}) }

// Freeze makes only the head train, and the scales and offsets of batch norms.
func (l Learner) Freeze() { l.FreezeTo(-1) }

// Unfreeze makes everything train.
func (l Learner) Unfreeze() { l.FreezeTo(0) }

// FreezeTo makes the layer groups from n on train; negative n counts from the end.
func (l Learner) FreezeTo(n int) { verb(l, wire.Freeze, wire.LearnerCall{FreezeTo: n}) }

// Score is the loss and the error rate of a set of predictions.
type Score = spec.Score

// Validate predicts the validation images, and prints and returns loss and error rate.
func (l Learner) Validate() Score { return l.score(false) }

// TTA is [Learner.Validate] with the mean of nine views of each image: nine times as slow.
func (l Learner) TTA() Score { return l.score(true) }

func (l Learner) score(tta bool) Score {
	s := verb(l, wire.Validate, wire.LearnerCall{TTA: tta})
	fmt.Println(l.desc.Name, s.State+":", s)
	return s
}

// ShowResults shows validation images with actual and predicted class, 3 rows by default.
func (l Learner) ShowResults(options ...PlotOption) {
	verb(l, wire.ShowResults, wire.LearnerCall{Plot: plot(options)})
}
