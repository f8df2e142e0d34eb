package model_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/model/golden"
	"gopets/pets/vision/weights"
)

// Random weights from PyTorch, by a torchvision file and by a fastai file, give PyTorch's logits
// here; written here, they load there and give the same logits to the last bit.
func TestExchangeWithTorch(t *testing.T) {
	python := os.Getenv("GOPETS_TEST_TORCH")
	if python == "" {
		t.Skip("no PyTorch: set $GOPETS_TEST_TORCH to a Python that has it and torchvision")
	}
	for _, arch := range []string{"resnet34", "resnet50", "mobilenet_v2", "convnext_tiny"} {
		t.Run(arch, func(t *testing.T) {
			dir := t.TempDir()
			script := func(command string) {
				t.Helper()
				cmd := exec.Command(python, "testdata/exchange.py", command, arch, dir)
				cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", command, err, out)
				}
			}
			script("write")
			content, err := os.ReadFile(filepath.Join(dir, "logits.json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []float64
			if err := json.Unmarshal(content, &want); err != nil {
				t.Fatal(err)
			}
			net, err := model.New(arch, 37, model.HeadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			values := net.Init(1)
			load := func(name string) (missing, unexpected []string) {
				t.Helper()
				f, err := weights.ReadTorch(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				_, missing, unexpected, err = net.FromFile(f, values)
				if err != nil {
					t.Fatal(err)
				}
				return missing, unexpected
			}
			if missing, unexpected := load("fastai.pth"); missing != nil || unexpected != nil {
				t.Errorf("fastai's file: missing %v, unexpected %v", missing, unexpected)
			}
			if missing, unexpected := load("torchvision.pth"); len(missing) != 12 ||
				len(unexpected) != 2 {
				t.Errorf(
					"torchvision's file: missing %v, unexpected %v; want the head's 12 and fc's 2",
					missing, unexpected)
			}
			c := golden.Case{Seed: 1, Shape: [3]int{2, 64, 48}}
			out := run(t, enginetest.Go(t), dtypes.Float32, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{net.Forward(in[0], in[1:], model.Mode{}).Logits}
			}, append([]*tensors.Tensor{goldenImages(c)}, values...)...)
			d := golden.Distance(out[0], want)
			t.Logf("logits are off by %.1e", d)
			if !(d <= 1e-5) {
				t.Errorf("logits are off by %.1e", d)
			}
			f, err := net.ToFile(values)
			if err != nil {
				t.Fatal(err)
			}
			if err := weights.WriteTorch(filepath.Join(dir, "ours.pth"), f); err != nil {
				t.Fatal(err)
			}
			script("check")
		})
	}
}
