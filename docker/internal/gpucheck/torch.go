package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const torchFile = "pytorch_rates.py"

var shapes = map[string]map[string]any{
	"resnet34": {"stem": 64, "widths": []int{64, 128, 256, 512}, "counts": []int{3, 4, 6, 3}},
	"resnet50": {"stem": 64, "widths": []int{64, 128, 256, 512}, "counts": []int{3, 4, 6, 3},
		"bottleneck": true},
	"petnet10": {"stem": 32, "widths": []int{32, 64, 128, 256}, "counts": []int{1, 1, 1, 1}},
	"petnet18": {"stem": 32, "widths": []int{32, 64, 128, 224}, "counts": []int{2, 2, 2, 2}},
}

// torchProgram returns the path of the Python program: beside the command, or in this package's
// folder.
func torchProgram() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	for _, path := range []string{filepath.Join(filepath.Dir(self), torchFile),
		filepath.Join("docker", "internal", "gpucheck", torchFile), torchFile} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is missing: it belongs beside %s", torchFile, self)
}

// runTorch measures the same settings in PyTorch; its absence is printed, and no failure.
func runTorch(o options) error {
	program, err := torchProgram()
	if err != nil {
		return err
	}
	if out, err := exec.Command(o.python, "-c",
		"import torch; print('PyTorch', torch.__version__)").CombinedOutput(); err != nil {
		fmt.Printf("not measured: %s has no PyTorch (%v)\n", o.python, err)
		return nil
	} else {
		fmt.Print(string(out))
	}
	request := map[string]any{"device": "cuda", "modes": []string{"eager", "compiled"},
		"classes": classes, "seconds": 1.0, "until": (o.limit("torch") - 8*time.Second).Seconds()}
	if o.cpu {
		request["device"], request["modes"], request["seconds"] = "cpu", []string{"eager"}, .05
	}
	var settings []map[string]any
	for _, group := range o.settings() {
		for _, s := range group {
			settings = append(settings, map[string]any{"arch": s.arch, "size": s.size,
				"batch": s.batch, "type": s.kind, "shape": shapes[s.arch]})
		}
	}
	request["settings"] = settings
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), o.python, program, string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		r := result{Kind: "rate", Who: "PyTorch"}
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			fmt.Println(lines.Text())
			continue
		}
		fmt.Printf("%-10s %3d px batch %3d %-8s %-8s %-8s %8.1f images/s\n", r.Arch, r.Size,
			r.Batch,
			r.Type, r.What, r.Mode, r.Rate)
		if err := o.save(r); err != nil {
			return err
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("running PyTorch with %s: %w", o.python, err)
	}
	return nil
}
