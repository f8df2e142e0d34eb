package pets

import (
	"cmp"
	"fmt"

	"gopets/pets/spec"
	"gopets/pets/wire"
)

// Data describes labelled images, their split, and their batches: fastai's ImageDataBunch.
type Data struct {
	desc  spec.Data
	lists lists
	err   error // a mistake in the description, reported by the first verb
}

// DataOption changes how data is split or prepared.
type DataOption func(*Data)

// FromNameRE describes data whose label is the pattern's first group in each file's path (with
// slashes). A random fifth is for validation. Defaults: size 224, batches of 64, no transforms.
func FromNameRE(path Path, fnames Paths, pattern string, options ...DataOption) Data {
	return describe(path, fnames, spec.Data{Labels: spec.LabelRegexp, Pattern: pattern}, options)
}

func describe(path Path, files Paths, desc spec.Data, options []DataOption) Data {
	desc = spec.Defaults(desc)
	desc.Path, desc.ValidPct, desc.Stats = path.absolute(), 0.2, spec.NotNormalised
	d := with(Data{desc: desc, lists: lists{}, err: explain(path)}, options)
	d.desc.Files = d.keep(files.absolute())
	if len(files) == 0 && desc.CSV == nil {
		d.mistake("data: there are no images in the list for %s: "+
			"give a folder with images to GetImageFiles", path)
	}
	return d
}

// with returns a value that options have changed.
func with[T any, O ~func(*T)](v T, options []O) T {
	for _, o := range options {
		o(&v)
	}
	return v
}

func (d *Data) keep(list []string) spec.List {
	f := spec.ListOf(list)
	d.lists[f.Digest] = list
	return f
}

func (d *Data) mistake(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// Size is the images' height and width in pixels after cropping.
func Size(side int) DataOption { return SizeHW(side, side) }

// SizeHW is Size for images that are not square.
func SizeHW(height, width int) DataOption {
	return func(d *Data) { d.desc.Size = spec.Size{H: height, W: width} }
}

// BatchSize is the number of images in a step, 64 by default.
func BatchSize(n int) DataOption { return func(d *Data) { d.desc.Batch = n } }

// Seed fixes the split and everything random in training.
func Seed(n int) DataOption { return func(d *Data) { d.desc.Seed = n } }

// Permutation says which permutation of the seed's stream splits the images: 1, the default, or 2
// for a second data object as in the lesson, where the seed is set once.
func Permutation(n int) DataOption { return func(d *Data) { d.desc.Permutation = n } }

// ValidPct is the fraction of images for validation, drawn at random, 0.2 by default.
func ValidPct(fraction float64) DataOption {
	return func(d *Data) { d.desc.ValidPct, d.desc.Valid = fraction, nil }
}

// SkipBroken leaves broken images out and reports them; otherwise they stop the first fit.
func SkipBroken() DataOption { return func(d *Data) { d.desc.Skip = true } }

// ValidFiles names the images for validation, instead of drawing them.
func ValidFiles(files Paths) DataOption {
	return func(d *Data) {
		f := d.keep(files.absolute())
		d.desc.Valid = &f
		if len(files) == 0 {
			d.mistake("data: the list of validation files is empty: " +
				"name some, or pets.ValidPct(0) for none")
		}
	}
}

// Stratify takes the same fraction of every class for validation; fastai v1 cannot.
func Stratify() DataOption { return func(d *Data) { d.desc.Stratify = true } }

// IgnoreEXIF leaves photos as they are stored, as fastai does, instead of turning them upright.
func IgnoreEXIF() DataOption { return func(d *Data) { d.desc.IgnoreEXIF = true } }

// Crop brings the short side to the size and crops the long one: the default for square sizes.
func Crop() DataOption { return resize(spec.Crop) }

// Squish ignores proportions: the default for sizes that are not square.
func Squish() DataOption { return resize(spec.Squish) }

// Pad brings the long side to the size and fills the rest with the image's own reflection.
func Pad() DataOption { return resize(spec.Pad) }

func resize(how spec.Resize) DataOption { return func(d *Data) { d.desc.Transforms.Resize = how } }

// Transforms sets the random changes of training images: see [GetTransforms].
func Transforms(t TransformSet) DataOption {
	return func(d *Data) {
		t.Resize = cmp.Or(t.Resize, d.desc.Transforms.Resize)
		d.desc.Transforms = t
	}
}

// Stats are the means and standard deviations of red, green and blue.
type Stats = spec.Stats

// ImagenetStats are those of ImageNet, which pretrained networks expect.
var ImagenetStats = spec.ImageNet

// Normalize describes the same data with each colour shifted and scaled by its mean and deviation.
func (d Data) Normalize(stats Stats) Data {
	if d.desc.Stats != spec.NotNormalised {
		d.mistake("data: it is normalised twice: call Normalize once")
	}
	d.desc.Stats = stats
	return d
}

// String describes the data in a line, without opening an image.
func (d Data) String() string {
	files := spec.Thousands(d.desc.Files.Count) + " images of " + d.desc.Path
	if t := d.desc.CSV; t != nil {
		files = "the images of " + t.File
	}
	return fmt.Sprintf("data: %s, size %v, batches of %d", files, d.desc.Size, d.desc.Batch)
}

// Show prints both halves of the split as fastai does.
func (d Data) Show() {
	failIf(d.err)
	fmt.Print(must(wire.Describe, wire.DataCall{Data: d.desc}, d.lists).Text)
}

// ShowBatch shows transformed training images under their labels, 5 rows of 5 by default.
func (d Data) ShowBatch(options ...PlotOption) {
	failIf(d.err)
	must(wire.ShowBatch, wire.DataCall{Data: d.desc, Plot: plot(options)}, d.lists)
}

// Classes are the labels of the training images, sorted.
func (d Data) Classes() []string {
	key := "classes " + spec.Digest(d.desc)
	return value(key, Path(d.desc.Path), nil, func() ([]string, error) {
		if d.err != nil {
			return nil, d.err
		}
		info, err := ask(wire.Describe, wire.DataCall{Data: d.desc}, d.lists)
		return info.Classes, err
	})
}

// C is the number of classes.
func (d Data) C() int { return len(d.Classes()) }
