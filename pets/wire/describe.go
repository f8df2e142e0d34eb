package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Files stands for a list of files: how many, and the digest of their paths in order.
type Files struct {
	Digest string `json:"digest"`
	Count  int    `json:"count"`
}

// FilesOf digests a list of paths.
func FilesOf[S ~string](paths []S) Files {
	h := sha256.New()
	for _, p := range paths {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return Files{hex.EncodeToString(h.Sum(nil)[:16]), len(paths)}
}

// Size is that of a picture in pixels.
type Size struct {
	H int `json:"h"`
	W int `json:"w"`
}

func (s Size) String() string {
	if s.H == s.W {
		return strconv.Itoa(s.H)
	}
	return fmt.Sprintf("%d×%d", s.H, s.W)
}

// Stats are the mean and the standard deviation of each colour.
type Stats struct {
	Mean [3]float32 `json:"mean"`
	Std  [3]float32 `json:"std"`
}

// Transforms are the random changes of training pictures, with fastai's names and meaning
// (get_transforms).
type Transforms struct {
	Flip        bool    `json:"flip"`
	FlipVert    bool    `json:"flip_vert"`
	MaxRotate   float64 `json:"max_rotate"` // degrees
	MaxZoom     float64 `json:"max_zoom"`
	MaxLighting float64 `json:"max_lighting"`
	MaxWarp     float64 `json:"max_warp"`
	PAffine     float64 `json:"p_affine"`   // negative: never; 0: 0.75
	PLighting   float64 `json:"p_lighting"` // negative: never; 0: 0.75
	Cutout      int     `json:"cutout,omitempty"`
	CutoutSide  int     `json:"cutout_side,omitempty"` // pixels
}

// How labels are found.
const (
	LabelRegexp = "regexp" // the first group of Pattern, searched in the whole path
	LabelFolder = "folder" // the name of the folder that holds the file
	LabelList   = "list"   // one for each file, in LabelList
	LabelCSV    = "csv"    // a table names files and labels
)

// How pictures come to the size.
const (
	ResizeCrop   = "crop"
	ResizeSquish = "squish"
	ResizePad    = "pad"
)

// CSV is a table of files and labels. The session reads it; the digest of its bytes says which
// state of it is meant.
type CSV struct {
	File   string `json:"file"`
	Digest string `json:"digest"`
	Folder string `json:"folder"` // that the names are relative to
	Name   int    `json:"name"`   // columns, from 0
	Label  int    `json:"label"`
	Comma  rune   `json:"comma,omitempty"` // 0: a comma
	Bare   bool   `json:"bare,omitempty"`  // no header
	Suffix string `json:"suffix,omitempty"`
}

// Data describes pictures, their labels, their split and how they are prepared.
type Data struct {
	Path      string `json:"path"`
	Files     Files  `json:"files"`
	Labels    string `json:"labels"`
	Pattern   string `json:"pattern,omitempty"`
	LabelList Files  `json:"label_list,omitzero"` // a list of labels, not of files
	CSV       *CSV   `json:"csv,omitempty"`       // instead of Files
	// the validation files; nil: drawn at random
	Valid    *Files  `json:"valid,omitempty"`
	Stratify bool    `json:"stratify,omitempty"` // every class gives its share
	ValidPct float64 `json:"valid_pct"`          // share for validation
	Seed     uint32  `json:"seed"`
	// which permutation of the seed's stream splits: 1 the first
	Permutation int         `json:"permutation"`
	Size        Size        `json:"size"`
	Batch       int         `json:"batch"`
	Transforms  *Transforms `json:"transforms,omitempty"` // nil: none
	// empty: crop to squares, squish to others
	Resize     string `json:"resize,omitempty"`
	IgnoreEXIF bool   `json:"ignore_exif,omitempty"`
	Stats      *Stats `json:"stats,omitempty"` // nil: not normalised
	Skip       bool   `json:"skip,omitempty"`  // leave broken pictures out
}

// Learner describes a network and the data that it learns from.
type Learner struct {
	Name        string  `json:"name"`
	Data        Data    `json:"data"`
	Arch        string  `json:"arch"`
	Scratch     bool    `json:"scratch,omitempty"` // start from random weights
	WeightsFile string  `json:"weights_file,omitempty"`
	WeightDecay float64 `json:"weight_decay,omitempty"` // 0: 0.01; negative: none
	Dropout     float64 `json:"dropout,omitempty"`      // 0: 0.5
	Hidden      []int   `json:"hidden,omitempty"`       // of the head; nil: 512
	Smoothing   float64 `json:"label_smoothing,omitempty"`
	BFloat16    bool    `json:"bfloat16,omitempty"`
}

// Digest names a learner's description: what it was trained on and how.
func (l Learner) Digest() string {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Interp describes an interpretation: a name, and whose predictions it holds.
type Interp struct {
	Name    string  `json:"name"`
	Learner Learner `json:"learner"`
	TTA     bool    `json:"tta,omitempty"` // of several looks at each picture
}

// field is a part of a description as a person would name it; equal keys mean equal values.
type field struct{ name, value, key string }

func simple(name string, value any) field {
	s := fmt.Sprint(value)
	return field{name, s, s}
}

func (d Data) fields() []field {
	transforms, stats := "none", "none"
	if d.Transforms != nil {
		transforms = fmt.Sprintf("%+v", *d.Transforms)
	}
	if d.Stats != nil {
		stats = fmt.Sprintf("%v", *d.Stats)
	}
	table, valid := field{name: "table", value: "none"}, field{name: "validation files", value: "drawn at random"}
	if d.CSV != nil {
		table.value, table.key = d.CSV.File, fmt.Sprintf("%+v", *d.CSV)
	}
	if d.Valid != nil {
		valid.value, valid.key = Thousands(d.Valid.Count)+" given", "given "+d.Valid.Digest
	}
	return []field{
		simple("path", d.Path),
		{"fnames", Thousands(d.Files.Count) + " pictures", d.Files.Digest},
		simple("labels by", d.Labels),
		simple("pattern", d.Pattern),
		{"labels", Thousands(d.LabelList.Count) + " given", d.LabelList.Digest},
		table,
		valid,
		simple("stratified", d.Stratify),
		simple("share for validation", d.ValidPct),
		simple("seed", d.Seed),
		simple("permutation", d.Permutation),
		simple("size", d.Size),
		simple("batch size", d.Batch),
		simple("transforms", transforms),
		simple("resized by", d.Resize),
		simple("EXIF ignored", d.IgnoreEXIF),
		simple("normalised with", stats),
		simple("broken pictures skipped", d.Skip),
	}
}

func (l Learner) fields() []field {
	weights := "pretrained"
	if l.Scratch {
		weights = "random"
	}
	if l.WeightsFile != "" {
		weights = l.WeightsFile
	}
	return append(l.Data.fields(),
		simple("network", l.Arch),
		simple("first weights", weights),
		simple("weight decay", l.WeightDecay),
		simple("dropout", l.Dropout),
		simple("hidden layers", l.Hidden),
		simple("label smoothing", l.Smoothing),
		simple("bfloat16", l.BFloat16))
}

// Difference says in a line what a learner's description changed from one to another: "fnames: 7
// 390 → 4 pictures; size: 96 → 128". It is empty if nothing did.
func Difference(was, now Learner) string {
	a, b := was.fields(), now.fields()
	var changes []string
	for i := range a {
		switch {
		case a[i].key == b[i].key:
		case a[i].value == b[i].value:
			changes = append(changes, fmt.Sprintf("%s: other %s", a[i].name, a[i].value))
		default:
			before, after := a[i].value, b[i].value
			if word := " pictures"; strings.HasSuffix(before, word) && strings.HasSuffix(after, word) {
				before = strings.TrimSuffix(before, word)
			}
			changes = append(changes, fmt.Sprintf("%s: %s → %s", a[i].name, before, after))
		}
	}
	return strings.Join(changes, "; ")
}

// Thousands writes a number with its digits in groups: 7 390.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
