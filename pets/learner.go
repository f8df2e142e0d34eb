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

// The networks. The first five have torchvision's ImageNet weights; the weights of the last two,
// made by this project from drawings, are part of the program.
const (
	ResNet18     Arch = "resnet18"
	ResNet34     Arch = "resnet34"
	ResNet50     Arch = "resnet50"
	MobileNetV2  Arch = "mobilenet_v2"
	ConvNeXtTiny Arch = "convnext_tiny"
	PetNet10     Arch = "petnet10"
	PetNet18     Arch = "petnet18"
)

// Learner describes a network and its data. The learner of that name in the session is made by
// [Learner.Create] or the first fit, and outlives cells.
type Learner struct {
	desc spec.Learner
	data Data
}

// LearnerOption changes a learner's description.
type LearnerOption interface{ toLearner(*spec.Learner) }

// Name names a learner ("learn" by default) or an interpretation ("interp").
type Name string

func (n Name) toLearner(l *spec.Learner) { l.Name = string(n) }
func (n Name) toInterp(i *spec.Interp)   { i.Name = string(n) }

type learnerOption func(*spec.Learner)

func (o learnerOption) toLearner(l *spec.Learner) { o(l) }

// Pretrained (false) starts from random weights, and with nothing frozen.
func Pretrained(yes bool) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Scratch = !yes })
}

// WeightsFile takes pretrained weights from a .safetensors or .pth file with torchvision's names;
// an empty path is without effect.
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

// Dropout is that before the last layer, 0.5 by default; earlier ones have half of it.
func Dropout(p float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Dropout = spec.Some(p) })
}

// HiddenLayers are the widths of the head's hidden layers, one of 512 by default.
func HiddenLayers(widths ...int) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Hidden = append([]int{}, widths...) })
}

// LabelSmoothing spreads a fraction of each label over all classes in training; valid_loss is
// without.
func LabelSmoothing(fraction float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.LabelSmoothing = fraction })
}

// How [Balance] makes up for classes with few images.
const (
	BalanceLoss    = spec.BalanceLoss    // by weights of the loss, the rarer the greater
	BalanceSampler = spec.BalanceSampler // by drawing images of all classes equally often
)

// Balance trains on classes of unequal size as if they were equal.
func Balance(by spec.Balance) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Balance = by })
}

// ClassWeights weighs some classes in the training loss: ClassWeights(map[string]float64{"pug":
// 3}); the others weigh 1, or as [Balance] says.
func ClassWeights(weights map[string]float64) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.ClassWeights = spec.WeightsOf(weights) })
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

// Create makes the learner in the session, in place of one of the same name, and shows what it is.
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
// between; with lo 0, a tenth of hi for all but the last, as Python's slice(hi).
func Slice(lo, hi float64) LRRange {
	if lo == 0 {
		return spec.Slice1(hi)
	}
	return spec.Slice(lo, hi)
}

// MaxLR is the highest learning rate, [Slice] or [LR]; Slice(0, 3e-3) by default.
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

// GradClip bounds the norm of all gradients together (torch's clip_grad_norm_); 0, the default,
// does not.
func GradClip(norm float64) FitOption { return func(f *spec.Fit) { f.GradClip = norm } }

// Resume goes on with the same fit after its last finished epoch, in this session or after a kill,
// with the rows of an uninterrupted fit.
func Resume() FitOption { return func(f *spec.Fit) { f.Resume = true } }

// FitOneCycle trains with the one-cycle schedule and shows a row for each epoch. After each epoch a
// snapshot is written: see [Resume]. An interrupt keeps the weights.
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

// LRFind tries learning rates from very small to very large, a batch each, restores everything and
// returns what three rules suggest. [Recorder.Plot] draws it.
func (l Learner) LRFind(options ...FindOption) Suggestions {
	f := spec.Defaults(spec.Find{})
	for _, o := range options {
		o(&f)
	}
	found := verb(l, wire.Find, wire.LearnerCall{Find: &f})
	fmt.Printf("The learning rate finder is done: %s.Recorder().Plot() shows it.\n", l.desc.Name)
	return found
}

// ModelPath is where [Learner.Save] puts a model of that name.
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

// TTA is [Learner.Validate] with the mean of the predictions of nine views of each image: mostly a
// little better, nine times as long.
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

// PlotLosses draws the last fit's smoothed training loss, and the validation losses.
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
