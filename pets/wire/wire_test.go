package wire_test

import (
	"fmt"
	"testing"

	"gopets/pets/wire"
)

func ExampleDifference() {
	was := wire.Learner{Arch: "resnet34", Data: wire.Data{Files: wire.Files{Digest: "a", Count: 7390}, Size: wire.Size{H: 96, W: 96}}}
	now := was
	now.Data.Files = wire.FilesOf([]string{"a.jpg", "b.jpg"})
	now.Data.Size = wire.Size{H: 128, W: 128}
	fmt.Println(wire.Difference(was, now))
	fmt.Printf("%q\n", wire.Difference(was, was))
	// Output:
	// fnames: 7 390 → 2 pictures; size: 96 → 128
	// ""
}

func TestDifferenceNamesEveryField(t *testing.T) {
	base := wire.Learner{Data: wire.Data{Files: wire.Files{Digest: "a", Count: 2}}}
	for name, change := range map[string]func(*wire.Learner){
		"fnames":        func(l *wire.Learner) { l.Data.Files.Digest = "b" }, // as many, but others
		"path":          func(l *wire.Learner) { l.Data.Path = "/x" },
		"pattern":       func(l *wire.Learner) { l.Data.Pattern = "x" },
		"seed":          func(l *wire.Learner) { l.Data.Seed = 3 },
		"permutation":   func(l *wire.Learner) { l.Data.Permutation = 2 },
		"batch size":    func(l *wire.Learner) { l.Data.Batch = 3 },
		"transforms":    func(l *wire.Learner) { l.Data.Transforms = &wire.Transforms{} },
		"normalised":    func(l *wire.Learner) { l.Data.Stats = &wire.Stats{} },
		"network":       func(l *wire.Learner) { l.Arch = "x" },
		"first weights": func(l *wire.Learner) { l.Scratch = true },
		"hidden":        func(l *wire.Learner) { l.Hidden = []int{3} },
		"labels: ":      func(l *wire.Learner) { l.Data.LabelList = wire.FilesOf([]string{"pug"}) },
		"table":         func(l *wire.Learner) { l.Data.CSV = &wire.CSV{Digest: "x"} },
		"validation":    func(l *wire.Learner) { l.Data.Valid = &wire.Files{} },
		"stratified":    func(l *wire.Learner) { l.Data.Stratify = true },
		"resized by":    func(l *wire.Learner) { l.Data.Resize = wire.ResizePad },
		"EXIF":          func(l *wire.Learner) { l.Data.IgnoreEXIF = true },
		"label smooth":  func(l *wire.Learner) { l.Smoothing = .1 },
		"bfloat16":      func(l *wire.Learner) { l.BFloat16 = true },
	} {
		now := base
		change(&now)
		if d := wire.Difference(base, now); d == "" || d[:len(name)] != name {
			t.Errorf("%s: got %q", name, d)
		}
		if now.Digest() == base.Digest() {
			t.Errorf("%s: the digest is the same", name)
		}
	}
	if d := wire.Difference(base, base); d != "" {
		t.Errorf("got %q", d)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 7390: "7 390", 1234567: "1 234 567", -1000: "-1 000"} {
		if got := wire.Thousands(n); got != want {
			t.Errorf("%d: want %q, got %q", n, want, got)
		}
	}
}
