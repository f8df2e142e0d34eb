package train

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/model/golden"
)

// onnxCase is what testdata/onnx_check.py reads.
type onnxCase struct {
	File          string      `json:"file"`
	Input         string      `json:"input"`
	Bytes         bool        `json:"bytes"`
	Shape         []int       `json:"shape"`
	Classes       []string    `json:"classes"`
	Probabilities [][]float32 `json:"probabilities"`
	Logits        [][]float32 `json:"logits"`
}

// onnxLearner has a network with weights that are all in use, and statistics unlike ImageNet's.
func onnxLearner(t *testing.T, arch string, side int) *Learner {
	t.Helper()
	net, err := model.New(arch, len(fixtureClasses), spec.Head{Hidden: []int{16}})
	if err != nil {
		t.Fatal(err)
	}
	c := fixtureConfig()
	c.Size = spec.Square(side)
	c.Stats = spec.Stats{Mean: [3]float32{.4, .5, .6}, Std: [3]float32{.2, .3, .4}}
	l := learnerOf(t, enginetest.Go(t), c, net)
	values := net.Init(0)
	f, err := net.ToFile(values)
	if err != nil {
		t.Fatal(err)
	}
	golden.Case{Seed: 4, Offset: .3}.Fill(f)
	if _, _, _, err = net.FromFile(f, values); err == nil {
		err = l.SetWeights(values)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ONNX Runtime computes what the learner computes, for every network and both kinds of input.
func TestONNXRuntimeAgrees(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	if out, err := exec.Command(python, "-c",
		"import onnx, onnxruntime").CombinedOutput(); err != nil {
		t.Skipf("%s has no onnx or onnxruntime: .ci/python makes an environment that has: %s",
			python, out)
	}
	const side, batch = 48, 2
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(8, 8))
	var pictures []*images.RGB
	var raw []byte
	var scaled []float32 // channels first
	for range batch {
		p := images.New(side, side)
		for i := range p.Pix {
			p.Pix[i] = uint8(r.IntN(256))
		}
		pictures, raw = append(pictures, p), append(raw, p.Pix...)
		for c := range 3 {
			for i := c; i < len(p.Pix); i += 3 {
				scaled = append(scaled, float32(p.Pix[i])/255)
			}
		}
	}
	floats, err := binary.Append(nil, binary.LittleEndian, scaled)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"bytes.raw": raw, "floats.raw": floats} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var cases []onnxCase
	for _, arch := range model.Names() {
		l := onnxLearner(t, arch, side)
		want, err := l.Predict(context.Background(), pictures)
		if err != nil {
			t.Fatal(err)
		}
		logits, err := l.logits(context.Background(), l.imagesJob(pictures), nil, Events{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []onnxCase{
			{File: arch + ".onnx", Input: "floats.raw", Shape: []int{batch, 3, side, side}},
			{File: arch + "-bytes.onnx", Input: "bytes.raw", Bytes: true,
				Shape: []int{batch, side, side, 3}},
		} {
			c.Classes, c.Probabilities, c.Logits = fixtureClasses, want, logits
			if err := l.ExportONNX(filepath.Join(dir, c.File), ONNX{Bytes: c.Bytes}); err != nil {
				t.Fatal(err)
			}
			cases = append(cases, c)
		}
		l.Close()
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cases.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "testdata/onnx_check.py", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// The file says how images must come, and a folder that is not there is an error.
func TestExportONNXSaysHow(t *testing.T) {
	l := newLearner(t, enginetest.Go(t), fixtureConfig())
	path := filepath.Join(t.TempDir(), "pets.onnx")
	if err := l.ExportONNX(path, ONNX{Bytes: true}); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`["blue","green","red"]`, "petnet10",
		"uint8 [batch, height, width, 3]", "the short side to 32", "before any fit"} {
		if !strings.Contains(string(file), text) {
			t.Errorf("the file does not hold %q", text)
		}
	}
	if err := l.ExportONNX(filepath.Join(path, "pets.onnx"), ONNX{}); err == nil ||
		!strings.Contains(err.Error(), "pets.onnx") {
		t.Errorf("below a file: %v", err)
	}
	path = filepath.Join(t.TempDir(), "new", "pets.onnx")
	if err := l.ExportONNX(path, ONNX{}); err != nil {
		t.Error(err)
	}
}
