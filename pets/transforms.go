package pets

import "gopets/pets/spec"

// TransformSet are random changes of images, made by [GetTransforms]; its fields may be changed.
type TransformSet = spec.Transforms

// TransformOption changes one of fastai's default transforms.
type TransformOption func(*TransformSet)

// GetTransforms returns fastai's default transforms: mirrored half the time; each of warp, turn,
// zoom, brightness and contrast with probability 3/4.
func GetTransforms(options ...TransformOption) TransformSet {
	return with(spec.DefaultTransforms(), options)
}

// DoFlip (false) never mirrors.
func DoFlip(yes bool) TransformOption { return func(t *TransformSet) { t.Flip = yes } }

// FlipVert (true) turns and mirrors in all eight ways.
func FlipVert(yes bool) TransformOption { return func(t *TransformSet) { t.FlipVert = yes } }

// MaxRotate is the largest turn in degrees to either side, 10 by default.
func MaxRotate(degrees float64) TransformOption {
	return func(t *TransformSet) { t.MaxRotate = degrees }
}

// MaxZoom is the largest magnification, 1.1 by default; 1 is none.
func MaxZoom(times float64) TransformOption { return func(t *TransformSet) { t.MaxZoom = times } }

// MaxLighting is the largest change of brightness and contrast, 0.2 by default.
func MaxLighting(fraction float64) TransformOption {
	return func(t *TransformSet) { t.MaxLighting = fraction }
}

// MaxWarp is the largest change of perspective, 0.2 by default.
func MaxWarp(fraction float64) TransformOption {
	return func(t *TransformSet) { t.MaxWarp = fraction }
}

// PAffine is the probability of each of turn, zoom and warp, 0.75 by default.
func PAffine(p float64) TransformOption {
	return func(t *TransformSet) { t.PAffine = spec.Some(p) }
}

// PLighting is the probability of each of brightness and contrast, 0.75 by default.
func PLighting(p float64) TransformOption {
	return func(t *TransformSet) { t.PLighting = spec.Some(p) }
}

// Cutout blackens so many squares of side pixels at random places (DeVries & Taylor 2017).
func Cutout(holes, side int) TransformOption {
	return func(t *TransformSet) { t.Cutout, t.CutoutLength = holes, side }
}
