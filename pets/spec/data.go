package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// List is the number of files or labels in a list, and its digest. The list itself is sent once.
type List struct {
	Digest string `json:"digest"`
	Count  int    `json:"count"`
}

// ListOf returns a list's description.
func ListOf[S ~string](list []S) List {
	h := sha256.New()
	for _, s := range list {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return List{hex.EncodeToString(h.Sum(nil)[:16]), len(list)}
}

func (l List) String() string { return Thousands(l.Count) + " entries" }

// Size is the size of an image in pixels.
type Size struct {
	H int `json:"h"`
	W int `json:"w"`
}

// Square is a square size.
func Square(side int) Size { return Size{side, side} }

func (s Size) String() string {
	if s.H == s.W {
		return strconv.Itoa(s.H)
	}
	return fmt.Sprintf("%d×%d", s.H, s.W)
}

// Check returns an error for sizes that the networks cannot take: they halve an image five times.
func (s Size) Check() error {
	const smallest, largest = 32, 4096
	if min(s.H, s.W) < smallest || max(s.H, s.W) > largest {
		return &OptionError{Option: "Size", Got: s.String(),
			Want: fmt.Sprintf("at least %d and at most %d pixels", smallest, largest)}
	}
	return nil
}

// Stats are mean and standard deviation of each channel, of values in [0,1]: (x−Mean)/Std.
type Stats struct {
	Mean [3]float32 `json:"mean"`
	Std  [3]float32 `json:"std"`
}

var (
	// ImageNet are the statistics that pretrained networks expect (fastai's imagenet_stats).
	ImageNet = Stats{Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225}}
	// NotNormalised leaves values as they are.
	NotNormalised = Stats{Std: [3]float32{1, 1, 1}}
)

func (s Stats) String() string {
	switch s {
	case ImageNet:
		return "ImageNet"
	case NotNormalised:
		return "none"
	}
	return fmt.Sprintf("mean %v, deviation %v", s.Mean, s.Std)
}

// UnmarshalJSON reads the statistics, or "ImageNet".
func (s *Stats) UnmarshalJSON(text []byte) error {
	if string(text) == `"ImageNet"` {
		*s = ImageNet
		return nil
	}
	type plain Stats
	return json.Unmarshal(text, (*plain)(s))
}

// Check returns an error unless means are finite and deviations positive.
func (s Stats) Check() error {
	for i, d := range s.Std {
		if m := float64(s.Mean[i]); !(d > 0) || math.IsInf(float64(d), 0) || math.IsNaN(m) ||
			math.IsInf(m, 0) {
			return &OptionError{Option: "Stats", Got: s.String(),
				Want: "finite means and positive deviations"}
		}
	}
	return nil
}

// Resize is how an image gets the training size.
type Resize string

const (
	Auto   Resize = ""       // Crop for squares, Squish for rectangles, as fastai
	Crop   Resize = "crop"   // the short side to the size, the rest of the long side cut off
	Squish Resize = "squish" // straight to the size, aspect ratio lost
	Pad    Resize = "pad"    // the long side to the size, the rest filled by reflection
)

// Transforms are the random changes of training images, as in fastai's get_transforms. The zero
// value changes only the size, as does validation.
type Transforms struct {
	Flip bool `json:"flip,omitempty"` // mirror left and right, half of the time
	// with Flip: any of the eight rotations and mirrorings instead
	FlipVert  bool    `json:"flip_vert,omitempty"`
	MaxRotate float64 `json:"max_rotate,omitempty" min:"0" max:"180"` // degrees to either side
	// up to this magnification; 0 and 1: none
	MaxZoom float64 `json:"max_zoom,omitempty" min:"0" max:"10"`
	// change of brightness and contrast
	MaxLighting float64 `json:"max_lighting,omitempty" min:"0" below:"1"`
	// perspective: how far corners move, of half a side
	MaxWarp float64 `json:"max_warp,omitempty" min:"0" max:"0.5"`
	// probability of each of rotate, zoom and warp; unset: 0.75
	PAffine Opt[float64] `json:"p_affine,omitzero" min:"0" max:"1"`
	// probability of each of brightness and contrast; unset: 0.75
	PLighting Opt[float64] `json:"p_lighting,omitzero" min:"0" max:"1"`
	// black squares in each image, and their side in pixels (0: 40)
	Cutout       int `json:"cutout,omitempty" min:"0" max:"1000"`
	CutoutLength int `json:"cutout_length,omitempty" cell:"Cutout" min:"0" max:"4096"`

	Resize Resize `json:"method,omitempty" name:"resized by" one:"crop squish pad"`
}

// DefaultTransforms are those of fastai's get_transforms().
func DefaultTransforms() Transforms {
	return Transforms{Flip: true, MaxRotate: 10, MaxZoom: 1.1, MaxLighting: 0.2, MaxWarp: 0.2,
		PAffine: Some(0.75), PLighting: Some(0.75)}
}

// Check returns an error for a magnification below 1.
func (t Transforms) Check() error {
	if t.MaxZoom != 0 && !(t.MaxZoom >= 1) {
		return &OptionError{Option: "MaxZoom", Got: fmt.Sprint(t.MaxZoom),
			Want: "a magnification from 1 to 10, for instance 1.1"}
	}
	return nil
}

// Batches is how images become batches. The zero value is 224×224 in batches of 64, without random
// transforms, normalised with ImageNet's statistics.
type Batches struct {
	// of everything random: split, order, transforms, dropout, first weights
	Seed int  `json:"seed" min:"0" max:"4294967295"`
	Size Size `json:"size" default:"{\"h\":224,\"w\":224}"`
	// at least 2, for batch normalisation
	Batch      int        `json:"batch" name:"batch size" cell:"BatchSize" default:"64" min:"2"`
	Transforms Transforms `json:"transforms"`
	Stats      Stats      `json:"stats" name:"normalised with" default:"\"ImageNet\""`
	IgnoreEXIF bool       `json:"ignore_exif,omitempty" name:"EXIF ignored"`
	// leave broken images out and report them
	Skip bool `json:"skip,omitempty" name:"broken images skipped" cell:"SkipBroken()"`
}

// How labels are found.
const (
	LabelRegexp = "regexp" // the first group of Pattern, searched in the whole path
	LabelFolder = "folder" // the name of the folder that holds the file
	LabelList   = "list"   // one for each file, in LabelList
	LabelCSV    = "csv"    // a table names files and labels
)

// CSV is the layout of a table of files and labels. The zero value is fastai's labels.csv: names,
// then labels, and a header if the first line names no image.
type CSV struct {
	File string `json:"file"` // empty: labels.csv
	// folder of the names; empty: the data's path
	Folder string `json:"folder,omitempty"`
	Name   int    `json:"name,omitempty" name:"column of names" min:"0"` // from 0
	// column of the labels; 0: by its header, else the one after the names; -1: the first
	Label int `json:"label,omitempty" min:"-1"`
	// between columns; 0: comma, semicolon, tab or bar, whichever fits
	Comma rune `json:"comma,omitempty"`
	// the first line is an image, whatever it looks like
	NoHeader bool   `json:"no_header,omitempty"`
	Suffix   string `json:"suffix,omitempty"` // appended to each name, as ".jpg"
	Digest   string `json:"digest"`           // of the file's bytes: package pets sets it
}

func (t CSV) String() string { return t.File }

// Data describes images, their labels, their split, and their batches.
type Data struct {
	Path      string `json:"path"`
	Files     List   `json:"files" name:"fnames"`
	Labels    string `json:"labels" name:"labels by" one:"regexp folder list csv"`
	Pattern   string `json:"pattern,omitempty"`
	LabelList List   `json:"label_list,omitzero" name:"labels"`
	CSV       *CSV   `json:"csv,omitempty" name:"table"`              // instead of Files
	Valid     *List  `json:"valid,omitempty" name:"validation files"` // nil: drawn at random
	// the same fraction of every class
	Stratify bool    `json:"stratify,omitempty" name:"stratified"`
	ValidPct float64 `json:"valid_pct" name:"fraction for validation" min:"0" below:"1"`
	// number of the permutation in the seed's stream, from 1
	Permutation int `json:"permutation" min:"1" max:"1000" default:"1"`

	Batches
}
