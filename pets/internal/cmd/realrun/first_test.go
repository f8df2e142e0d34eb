package main

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// PyTorch must find the same loss for the first batch: same weights, same images (PNG: two JPEG
// decoders differ in a value of fifty, by one to three levels, and the loss then by 1e-3), neither
// random transforms nor dropout.
func TestFirstBatchIsPyTorchs(t *testing.T) {
	python := os.Getenv("GOPETS_TEST_TORCH")
	if python == "" {
		t.Skip(
			"no PyTorch: set $GOPETS_TEST_TORCH to a Python that has it, torchvision and " +
				"safetensors")
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 90 {
		img := image.NewNRGBA(image.Rect(0, 0, 160, 160))
		for k := range img.Pix {
			img.Pix[k] = uint8(r.IntN(256))
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("breed%d_%d.jpg", i%3, i)))
		if err != nil {
			t.Fatal(err)
		}
		for k := 3; k < len(img.Pix); k += 4 {
			img.Pix[k] = 255
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	net, err := model.New(arch, 3, model.HeadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := net.ToFile(net.Init(5))
	if err != nil {
		t.Fatal(err)
	}
	s := setting{Photos: dir, Weights: filepath.Join(dir, "body.safetensors"),
		Out: filepath.Join(dir, "first.safetensors"), Size: 64}
	if err := weights.WriteSafetensors(s.Weights, body); err != nil {
		t.Fatal(err)
	}
	if err := s.first(t.Context()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "peer.py", "first", "--photos", dir, s.Out)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}
