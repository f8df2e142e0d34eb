package pets

import (
	"fmt"
	"math"
	"os"

	"gopets/pets/wire"
)

// Data describes labelled pictures, split into those to learn from and those to be examined on, and
// how they become batches. It is fastai's ImageDataBunch.
type Data struct {
	desc  wire.Data
	files Paths
	// other lists that the description names by digest: labels, validation files
	more map[string]Paths
	err  error // a mistake in the description, told by the first verb
}

// DataOption changes how data is split or prepared.
type DataOption func(*Data)

// FromNameRE describes data whose labels are in the file names: pattern is searched in each path
// (with slashes), and its first group is the label. The pictures of a fifth of the list, drawn at
// random, are for validation. path is where the data belongs to.
//
// Defaults are fastai's: size 224, batches of 64, no random transforms, not normalised.
func FromNameRE(path Path, fnames Paths, pattern string, options ...DataOption) Data {
	return describe(path, fnames, wire.Data{Labels: wire.LabelRegexp, Pattern: pattern}, options)
}

func describe(path Path, files Paths, desc wire.Data, options []DataOption) Data {
	desc.Path, desc.ValidPct, desc.Permutation = path.absolute(), 0.2, 1
	desc.Size, desc.Batch = wire.Size{H: 224, W: 224}, 64
	d := Data{desc: desc, files: files}
	if err := explain(path); err != nil {
		d.err = err
	}
	for _, o := range options {
		o(&d)
	}
	d.files = absolutes(files)
	d.desc.Files = wire.FilesOf(d.files)
	if len(files) == 0 && desc.CSV == nil {
		d.mistake("data: there are no pictures in the list for %s: give a folder with pictures to GetImageFiles", path)
	}
	return d
}

// absolutes gives the same list with absolute paths; the list itself is left alone.
func absolutes(files Paths) Paths {
	list, copied := files, false
	for i, f := range files {
		if abs := f.absolute(); abs != string(f) {
			if !copied {
				list, copied = append(Paths{}, files...), true
			}
			list[i] = Path(abs)
		}
	}
	return list
}

// keep remembers a list and gives what stands for it.
func (d *Data) keep(list Paths) wire.Files {
	f := wire.FilesOf(list)
	more := map[string]Paths{f.Digest: list}
	for digest, other := range d.more {
		more[digest] = other
	}
	d.more = more
	return f
}

// mistake notes the first thing that is wrong.
func (d *Data) mistake(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// Size is the pictures' height and width in pixels after cropping.
func Size(side int) DataOption { return SizeHW(side, side) }

// SizeHW is Size for pictures that are not square.
func SizeHW(height, width int) DataOption {
	return func(d *Data) {
		d.desc.Size = wire.Size{H: height, W: width}
		if height < 1 || width < 1 || height > 4096 || width > 4096 {
			d.mistake("data: a size of %d×%d pixels cannot work: give 32 to 4096, for instance pets.Size(224)", height, width)
		}
	}
}

// BatchSize is the number of pictures in a step.
func BatchSize(n int) DataOption {
	return func(d *Data) {
		d.desc.Batch = n
		if n < 2 {
			d.mistake("data: a batch of %d cannot work, batch normalisation needs at least 2: give for instance pets.BatchSize(64)", n)
		}
	}
}

// Seed fixes the split and everything random in training: order, transforms, dropout, the head's
// first weights.
func Seed(n int) DataOption {
	return func(d *Data) {
		d.desc.Seed = uint32(n)
		if n < 0 || n > math.MaxUint32 {
			d.mistake("data: the seed is %d: give 0 to %d", n, uint32(math.MaxUint32))
		}
	}
}

// Permutation says which permutation of the seed's stream splits the pictures: 1 the first (the
// default), 2 the one that a second data object gets in the lesson, where the seed is set only
// once.
func Permutation(n int) DataOption {
	return func(d *Data) {
		d.desc.Permutation = n
		if n < 1 || n > 1000 {
			d.mistake("data: permutation %d: give 1 for the first, 2 for the second, and so on", n)
		}
	}
}

// ValidPct is the share of pictures for validation, drawn at random, 0.2 by default.
func ValidPct(share float64) DataOption {
	return func(d *Data) {
		d.desc.ValidPct, d.desc.Valid = share, nil
		if !(share >= 0 && share < 1) {
			d.mistake("data: a share of %v for validation: give at least 0 and less than 1, for instance pets.ValidPct(0.2)", share)
		}
	}
}

// SkipBroken leaves pictures out that cannot be read and reports them; without it they are refused
// before training begins.
func SkipBroken() DataOption { return func(d *Data) { d.desc.Skip = true } }

// ValidFiles names the pictures for validation, instead of drawing them.
func ValidFiles(files Paths) DataOption {
	return func(d *Data) {
		f := d.keep(absolutes(files))
		d.desc.Valid = &f
		if len(files) == 0 {
			d.mistake("data: the list of validation files is empty: name some, or pets.ValidPct(0) for none")
		}
	}
}

// Stratify takes of every class the same share for validation, so that a rare class is in both
// halves. fastai v1 cannot.
func Stratify() DataOption { return func(d *Data) { d.desc.Stratify = true } }

// IgnoreEXIF leaves photographs as they are stored, on their side perhaps, as fastai does. Without
// it they are turned upright.
func IgnoreEXIF() DataOption { return func(d *Data) { d.desc.IgnoreEXIF = true } }

// Crop brings the short side to the size and crops the long one: the default where pictures are to
// be square.
func Crop() DataOption { return func(d *Data) { d.desc.Resize = wire.ResizeCrop } }

// Squish resizes pictures to the size without keeping their proportions: the default where pictures
// are not to be square ([SizeHW]).
func Squish() DataOption { return func(d *Data) { d.desc.Resize = wire.ResizeSquish } }

// Pad brings the long side to the size and fills the rest with the picture's own reflection.
func Pad() DataOption { return func(d *Data) { d.desc.Resize = wire.ResizePad } }

// Transforms sets the random changes of training pictures: see [GetTransforms].
func Transforms(t TransformSet) DataOption {
	return func(d *Data) { d.desc.Transforms = &t }
}

// Stats are the means and standard deviations of red, green and blue.
type Stats = wire.Stats

// ImagenetStats are those of ImageNet, which pretrained networks expect.
var ImagenetStats = Stats{Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225}}

// Normalize describes the same data with each colour shifted and scaled by its mean and deviation.
func (d Data) Normalize(stats Stats) Data {
	if d.desc.Stats != nil {
		d.mistake("data: it is normalised twice: call Normalize once")
	}
	for _, s := range stats.Std {
		if !(s > 0) {
			d.mistake("data: normalised with a deviation of %v: give positive ones, for instance pets.ImagenetStats", s)
		}
	}
	d.desc.Stats = &stats
	return d
}

// String says briefly what is described, without looking at a picture.
func (d Data) String() string {
	pictures := wire.Thousands(d.desc.Files.Count) + " pictures of " + d.desc.Path
	if t := d.desc.CSV; t != nil {
		pictures = "the pictures of " + t.File
	}
	return fmt.Sprintf("data: %s, size %v, batches of %d", pictures, d.desc.Size, d.desc.Batch)
}

func (d Data) lists() map[string]Paths {
	lists := map[string]Paths{d.desc.Files.Digest: d.files}
	for digest, list := range d.more {
		lists[digest] = list
	}
	return lists
}

func (d Data) check() {
	if d.err != nil {
		fail(d.err)
	}
}

// Show prints both halves of the split as fastai does.
func (d Data) Show() {
	d.check()
	fmt.Print(must[wire.DataInfo](wire.MethodDescribe, wire.DataCall{Data: d.desc}, d.lists()).Text)
}

// ShowBatch shows pictures of a training batch, transformed, under their labels: Rows rows of as
// many pictures, 5 by default.
func (d Data) ShowBatch(options ...PlotOption) {
	d.check()
	must[none](wire.MethodShowBatch, wire.DataCall{Data: d.desc, Plot: plot(options)}, d.lists())
}

// Classes are the labels of the training pictures, sorted.
func (d Data) Classes() []string {
	key := "classes " + d.desc.Files.Digest + d.desc.Pattern + d.desc.LabelList.Digest
	if d.desc.CSV != nil {
		key += d.desc.CSV.Digest
	}
	place := Path(d.desc.Path)
	if d.err != nil {
		failValue(key, place, d.err)
		return nil
	}
	if quiet(key, place) {
		return nil
	}
	info, err := ask[wire.DataInfo](wire.MethodDescribe, wire.DataCall{Data: d.desc}, d.lists())
	if err != nil {
		failValue(key, place, err)
		return nil
	}
	succeeded(key)
	return info.Classes
}

// C is the number of classes.
func (d Data) C() int { return len(d.Classes()) }

// PlotOption changes how pictures and charts look. An option that a chart has no use for is without
// effect.
type PlotOption func(*wire.Plot)

func plot(options []PlotOption) wire.Plot {
	p := wire.Plot{PNG: os.Getenv("GOPETS_PNG") != ""}
	for _, o := range options {
		o(&p)
	}
	return p
}

// FigSize is the size of a figure in inches, 72 pixels each unless [DPI] says otherwise.
func FigSize(width, height float64) PlotOption {
	return func(p *wire.Plot) { p.Width, p.Height = width, height }
}

// DPI is the number of pixels to an inch.
func DPI(n float64) PlotOption { return func(p *wire.Plot) { p.DPI = n } }

// Rows is the number of rows of pictures; there are as many columns.
func Rows(n int) PlotOption { return func(p *wire.Plot) { p.Rows = n } }

// Heatmap (false) leaves out where the network looked.
func Heatmap(show bool) PlotOption { return func(p *wire.Plot) { p.NoHeatmap = !show } }

// Largest (false) shows the smallest losses instead of the largest.
func Largest(largest bool) PlotOption { return func(p *wire.Plot) { p.Smallest = !largest } }

// PNG adds the picture as image/png, for viewers that show no HTML: PDF exports, some consoles. A
// notebook's file grows by as much; the environment variable GOPETS_PNG adds it to every picture.
func PNG() PlotOption { return func(p *wire.Plot) { p.PNG = true } }

// Shares shows a confusion matrix in shares of each row.
func Shares() PlotOption { return func(p *wire.Plot) { p.Normalize = true } }
