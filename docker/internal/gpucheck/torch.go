package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

//go:embed pytorch_rates.py
var torchProgram string

// torchResult is what pytorch_rates.py prints.
type torchResult struct {
	Device  string `json:"device"`
	Version string `json:"version"`
	// images a second by "train float32", "forward bfloat16", …
	Rates map[string]float64 `json:"rates"`
}

// measureTorch runs the same network in the PyTorch of the given Python. Where there is none, the
// error says so.
func measureTorch(python string, cpu bool, s setting, types []string) (*torchResult, error) {
	device := "cuda"
	if cpu {
		device = "cpu"
	}
	request, err := json.Marshal(map[string]any{
		"device": device, "batch": s.batch, "size": s.size, "classes": classes, "steps": s.steps,
		"types": types,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-c", torchProgram, string(request))
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("running PyTorch with %s: %w: %s", python, err,
			lastLine(problem.String()))
	}
	var result torchResult
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		return nil, fmt.Errorf("reading what PyTorch measured: %w in %q", err, out.String())
	}
	return &result, nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
