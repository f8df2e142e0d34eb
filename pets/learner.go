package pets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Arch is a network by name.
type Arch string

// The networks. The first five have torchvision's ImageNet weights; the last two are small, and
// their weights, made by this project from drawings, are part of the program.
const (
	ResNet18     Arch = "resnet18"
	ResNet34     Arch = "resnet34"
	ResNet50     Arch = "resnet50"
	MobileNetV2  Arch = "mobilenet_v2"
	ConvNeXtTiny Arch = "convnext_tiny"
	PetNet10     Arch = "petnet10"
	PetNet18     Arch = "petnet18"
)

// Learner describes a network and its data. The learner in the session is made by [Learner.Create]
// or by the first fit, is kept in the session under the learner's name, and outlives cells.
type Learner struct {
	desc spec.Learner
	data Data
}

// LearnerOption changes a learner's description.
type LearnerOption interface{ toLearner(*spec.Learner) }

// Name is the name of a learner ("learn" by default) or of an interpretation ("interp"): two that
// are to exist at once need two names.
type Name string

func (n Name) toLearner(l *spec.Learner) { l.Name = string(n) }
func (n Name) toInterp(i *spec.Interp)   { i.Name = string(n) }

type learnerOption func(*spec.Learner)

func (o learnerOption) toLearner(l *spec.Learner) { o(l) }

// Pretrained (false) starts from random weights, and with nothing frozen.
func Pretrained(yes bool) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Scratch = !yes })
}

// WeightsFile takes the pretrained weights from a file, .safetensors or .pth, with torchvision's
// names; an empty path finds them by the network's name, as without this option.
func WeightsFile(path Path) LearnerOption {
	return learnerOption(func(l *spec.Learner) {
		if l.WeightsFile = ""; path != "" {
			l.WeightsFile = path.absolute()
		}
	})
}

// WeightDecay is 0.01 by default.
func WeightDecay(wd float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.WeightDecay = spec.Some(wd) })
}

// Dropout is that before the last layer, 0.5 by default; earlier layers of the head have half of
// it.
func Dropout(p float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Dropout = spec.Some(p) })
}

// HiddenLayers are the widths of the head's hidden layers, one of 512 by default. Without widths
// there is none.
func HiddenLayers(widths ...int) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Hidden = append([]int{}, widths...) })
}

// LabelSmoothing spreads a fraction of each label evenly over all classes in training, for instance
// 0.1; valid_loss is without.
func LabelSmoothing(fraction float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.LabelSmoothing = fraction })
}

// How [Balance] makes up for classes with few images.
const (
	BalanceLoss    = spec.BalanceLoss    // by weights of the loss, the rarer the greater
	BalanceSampler = spec.BalanceSampler // by drawing images of all classes equally often
)

// Balance trains on classes of unequal size as if they were of equal size, by [BalanceLoss] or
// [BalanceSampler].
func Balance(by spec.Balance) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Balance = by })
}

// ClassWeights weighs some classes in the training loss, for instance
// ClassWeights(map[string]float64{"pug": 3}); the others weigh 1, or what [Balance] gives them.
func ClassWeights(weights map[string]float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.ClassWeights = spec.WeightsOf(weights) })
}

// CNNLearner describes a pretrained network with a new head for the data's classes. Its body is
// frozen at first.
func CNNLearner(data Data, arch Arch, options ...LearnerOption) Learner {
	l := Learner{spec.Defaults(spec.Learner{}), data}
	l.desc.Name, l.desc.Arch, l.desc.Data = "learn", string(arch), data.desc
	for _, o := range options {
		o.toLearner(&l.desc)
	}
	return l
}

// String describes the learner in a line.
func (l Learner) String() string {
	return fmt.Sprintf("learner %q: %s on %v", l.desc.Name, l.desc.Arch, l.data)
}

// verb asks the session for something about this learner.
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

// plainName reports whether a name can be part of a file's.
func plainName(name string) bool {
	return name != "" && name[0] != '.' && !strings.ContainsAny(name, "/\\\x00")
}

// Create makes the learner in the session and shows what it is. One of the same name is freed
// first; its last snapshot stays.
func (l Learner) Create() { verb(l, wire.Create, wire.LearnerCall{}) }

// Summary shows the network's layers.
func (l Learner) Summary() { verb(l, wire.Summary, wire.LearnerCall{}) }

// Freeze makes only the head train, and the scales and offsets of batch norms.
func (l Learner) Freeze() { l.FreezeTo(-1) }

// Unfreeze makes everything train.
func (l Learner) Unfreeze() { l.FreezeTo(0) }

// FreezeTo makes the layer groups from n on train; negative n counts from the end.
func (l Learner) FreezeTo(n int) { verb(l, wire.Freeze, wire.LearnerCall{FreezeTo: n}) }

// FitOption changes how a fit trains.
type FitOption func(*spec.Fit)

// LRRange is a learning rate for each layer group.
type LRRange = spec.LR

// LR is the same learning rate for all layer groups.
func LR(lr float64) LRRange { return spec.Const(lr) }

// Slice returns learning rates from lo for the first layer group to hi for the last, geometric in
// between. With lo 0, hi is for the last group and a tenth of it for the others, as Python's
// slice(hi).
func Slice(lo, hi float64) LRRange {
	if lo == 0 {
		return spec.Slice1(hi)
	}
	return spec.Slice(lo, hi)
}

// MaxLR is the highest learning rate of the cycle: MaxLR(Slice(1e-6, 1e-4)) or MaxLR(LR(1e-3)). The
// default is Slice(0, 3e-3).
func MaxLR(lr LRRange) FitOption { return func(f *spec.Fit) { f.MaxLR = lr } }

// Momentums are the highest and the lowest momentum of the cycle, 0.95 and 0.85 by default.
func Momentums(high, low float64) FitOption {
	return func(f *spec.Fit) { f.Moms = spec.Some([2]float64{high, low}) }
}

// DivFactor is how many times lower than the highest the first learning rate is, 25 by default.
func DivFactor(n float64) FitOption { return func(f *spec.Fit) { f.DivFactor = n } }

// PctStart is the fraction of the cycle in which the learning rate rises, 0.3 by default.
func PctStart(fraction float64) FitOption {
	return func(f *spec.Fit) { f.PctStart = spec.Some(fraction) }
}

// GradClip scales the gradients of a step down where their norm, all taken together, exceeds this
// (torch's clip_grad_norm_); 0, the default, never does.
func GradClip(norm float64) FitOption { return func(f *spec.Fit) { f.GradClip = norm } }

// Resume goes on with the same fit where its last finished epoch left it, in this session or an
// earlier one that was killed: the rows are those of an uninterrupted fit. Where there is nothing
// to go on with, the fit begins.
func Resume() FitOption { return func(f *spec.Fit) { f.Resume = true } }

// FitOneCycle trains for some epochs with the one-cycle schedule, showing progress and a row for
// each epoch. After each epoch a snapshot is written: see [Resume]. Interrupting it stops after the
// running batch and keeps the weights.
func (l Learner) FitOneCycle(epochs int, options ...FitOption) {
	l.fit(spec.OneCycle, epochs, options)
}

// Row is an epoch's line of the table.
type Row = spec.Row

// FindOption changes the search for a learning rate.
type FindOption func(*spec.Find)

// FindRange is the first and the last learning rate of the search, 1e-7 and 10 by default.
func FindRange(start, end float64) FindOption {
	return func(f *spec.Find) { f.Start, f.End = start, end }
}

// FindSteps is the number of batches, 100 by default.
func FindSteps(n int) FindOption { return func(f *spec.Find) { f.Steps = n } }

// Suggestions are the learning rates that the rules of [Learner.LRFind] found.
type Suggestions = spec.Suggestions

// LRFind tries learning rates from very small to very large, a batch each, and restores everything.
// [Recorder.Plot] draws what it saw. It returns the learning rates that three rules suggest, which
// the plot marks.
func (l Learner) LRFind(options ...FindOption) Suggestions {
	f := spec.Defaults(spec.Find{})
	for _, o := range options {
		o(&f)
	}
	found := verb(l, wire.Find, wire.LearnerCall{Find: &f})
	fmt.Printf("The learning rate finder is done: %s.Recorder().Plot() shows it.\n", l.desc.Name)
	return found
}

// ModelPath is where [Learner.Save] puts a model of that name. Models of one data folder and
// learner's name are together, not beside the images.
func (l Learner) ModelPath(name string) Path {
	sum := sha256.Sum256([]byte(l.desc.Data.Path))
	return Home().Join("learners", l.desc.Name+"-"+hex.EncodeToString(sum[:4]), name+".safetensors")
}

func (l Learner) modelPath(name string) Path {
	if !plainName(name) {
		fail(fmt.Errorf("model name %q: give a plain name such as \"stage-1\"; models are in %s",
			name, l.ModelPath("x").Parent()))
	}
	return l.ModelPath(name)
}

// Save writes weights and optimizer and returns the file's path.
func (l Learner) Save(name string) Path {
	path := l.modelPath(name)
	verb(l, wire.Save, wire.LearnerCall{Path: string(path)})
	return path
}

// Load reads what Save wrote. What is frozen stays as it is, as in fastai.
func (l Learner) Load(name string) {
	path := l.modelPath(name)
	verb(l, wire.Load, wire.LearnerCall{Path: string(path)})
}

// LoadFile is Load for a file anywhere: one that Save wrote, or a copy of it.
func (l Learner) LoadFile(path Path) {
	verb(l, wire.Load, wire.LearnerCall{Path: path.absolute()})
}

// Score is how a set of predictions did.
type Score = spec.Score

// Validate predicts the validation images, prints and returns loss and error rate.
func (l Learner) Validate() Score { return l.score(wire.Validate) }

// TTA is [Learner.Validate] with test-time augmentation: the mean of the predictions of the plain
// image and of eight augmented ones, zoomed into its corners and changed as in training. Mostly it
// is a little better, and takes nine times as long.
func (l Learner) TTA() Score { return l.score(wire.TTA) }

func (l Learner) score(m wire.Method[wire.LearnerCall, Score]) Score {
	s := verb(l, m, wire.LearnerCall{})
	fmt.Println(l.desc.Name, s.State+":", s)
	return s
}

// ShowResults shows validation images with actual and predicted class, 3 rows by default.
func (l Learner) ShowResults(options ...PlotOption) {
	verb(l, wire.ShowResults, wire.LearnerCall{Plot: plot(options)})
}

// Recorder returns what happened in training.
func (l Learner) Recorder() Recorder { return Recorder{l} }

// Recorder shows what happened in a learner's training.
type Recorder struct{ learn Learner }

// Plot draws the loss over the learning rate of the last LRFind, with the rates that it suggests.
func (r Recorder) Plot(options ...PlotOption) { r.draw(wire.ChartFind, options) }

// PlotLosses draws the training loss of the last fit, smoothed, and the validation loss after each
// epoch.
func (r Recorder) PlotLosses(options ...PlotOption) { r.draw(wire.ChartLosses, options) }

// PlotLR draws learning rate and momentum of the last fit.
func (r Recorder) PlotLR(options ...PlotOption) { r.draw(wire.ChartLR, options) }

// PlotMetrics draws the error rate after each epoch of the last fit.
func (r Recorder) PlotMetrics(options ...PlotOption) { r.draw(wire.ChartMetrics, options) }

func (r Recorder) draw(chart wire.Chart, options []PlotOption) {
	verb(r.learn, wire.Record, wire.LearnerCall{Chart: chart, Plot: plot(options)})
}

// Rows are the rows of the last fit.
func (r Recorder) Rows() []Row { return verb(r.learn, wire.Rows, wire.LearnerCall{}) }
