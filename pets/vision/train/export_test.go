package train

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/weights"
)

// The loaded learner has all that the exported one had, predicts bit for bit the same, and
// refuses what needs images.
func TestExport(t *testing.T) {
	eng := enginetest.Go(t)
	ctx := context.Background()
	c := fixtureConfig()
	c.Size, c.IgnoreEXIF = spec.Size{H: 32, W: 40}, true
	c.Stats = spec.Stats{Mean: [3]float32{.4, .5, .6}, Std: [3]float32{.2, .3, .4}}
	l := newLearner(t, eng, c)
	fit(t, l, 1, spec.Fit{})
	path := filepath.Join(t.TempDir(), "pets.safetensors")
	if err := l.Export(path); err != nil {
		t.Fatal(err)
	}
	back, err := LoadLearner(eng, path)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	p, _ := fixtureImage(fixtureSplit().Valid[0])
	want, err := l.Predict(ctx, []*images.RGB{p})
	if err != nil {
		t.Fatal(err)
	}
	got, err := back.Predict(ctx, []*images.RGB{p})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "predictions", got, want)
	same(t, "classes", back.Split().Classes, fixtureClasses)
	same(t, "split", back.Split(), l.Split())
	if back.Config().Size != c.Size || back.Config().Stats != c.Stats ||
		back.Config().Transforms != c.Transforms || !back.Config().IgnoreEXIF ||
		back.State() != l.State() {
		t.Errorf("configuration %+v, state %q", back.Config(), back.State())
	}
	// It is a file of weights too.
	other := newLearner(t, eng, c)
	if warnings, err := other.Load(path); err != nil || len(warnings) != 1 ||
		!strings.Contains(warnings[0], "no optimizer") {
		t.Errorf("load: %v %v", warnings, err)
	}
	same(t, "weights", values(t, other), values(t, l))
}

func TestLoadLearnerRefuses(t *testing.T) {
	eng := enginetest.Go(t)
	l := newLearner(t, eng, fixtureConfig())
	path := filepath.Join(t.TempDir(), "pets.safetensors")
	if err := l.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadLearner(eng, path); err == nil ||
		!strings.Contains(err.Error(), "not written by Export") {
		t.Errorf("a saved file: %v", err)
	}
	for want, spoil := range map[string]func(f *weights.File){
		"description":         func(f *weights.File) { f.Meta[metaExport] = "{" },
		"Size is 100000":      func(f *weights.File) { edit(f, `"h":32`, `"h":100000`) },
		"at least 32":         func(f *weights.File) { edit(f, `"h":32`, `"h":8`) },
		"positive deviations": func(f *weights.File) { edit(f, `"std":[0.229`, `"std":[0`) },
		"Hidden is": func(f *weights.File) {
			edit(f, `"hidden":[16]`,
				`"hidden":[99999999999]`)
		},
		"values": func(f *weights.File) {
			edit(f, `"hidden":[16]`,
				`"hidden":[1000000]`)
		},
		"classes":      func(f *weights.File) { f.Meta[metaClasses] = `"pug"` },
		"unknown name": func(f *weights.File) { f.Meta[metaArch] = "vgg" },
		"label 2 of 2": func(f *weights.File) { f.Meta[metaClasses] = `["a","b"]` },
		"gopets.split": func(f *weights.File) { f.Tensors = f.Tensors[:len(f.Tensors)-1] },
	} {
		if err := l.Export(path); err != nil {
			t.Fatal(err)
		}
		f, err := weights.ReadSafetensors(path)
		if err != nil {
			t.Fatal(err)
		}
		spoil(f)
		if err := weights.WriteSafetensors(path, f); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadLearner(eng, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Whatever a file says, reading its description ends with an error or with labels inside the
// classes.
func FuzzExport(f *testing.F) {
	f.Add(`{"size":{"h":32,"w":32},"stats":{"mean":[0,0,0],"std":[1,1,1]},"hidden":[16]}`,
		`["pug","boxer"]`, []byte(`{"train":[{"file":"a","label":1}]}`))
	f.Add(`{}`, `null`, []byte(`[]`))
	f.Fuzz(func(t *testing.T, text, classes string, list []byte) {
		file := &weights.File{Meta: map[string]string{metaExport: text, metaClasses: classes},
			Tensors: []weights.Tensor{{Name: splitTensor, DType: "U8"}}}
		for _, b := range list {
			file.Tensors[0].Ints = append(file.Tensors[0].Ints, int64(b))
		}
		e, data, err := readExport(file)
		if err != nil {
			return
		}
		for _, it := range append(data.Train, data.Valid...) {
			if it.Label < 0 || it.Label >= len(data.Classes) {
				t.Errorf("label %d of %d classes", it.Label, len(data.Classes))
			}
		}
		if e.Size.H > 4096 || e.Stats.Std[0] <= 0 {
			t.Errorf("%+v passed", e)
		}
	})
}

func edit(f *weights.File, old, new string) {
	if !strings.Contains(f.Meta[metaExport], old) {
		panic(old + " is not in " + f.Meta[metaExport])
	}
	f.Meta[metaExport] = strings.Replace(f.Meta[metaExport], old, new, 1)
}
