package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"":                           "xla:cuda",
		"--cpu":                      "xla:cpu",
		"--plugin /opt/p.so":         "xla:/opt/p.so,preallocate=false",
		"--cpu --plugin /opt/cpu.so": "xla:/opt/cpu.so",
	} {
		o, err := parseFlags(strings.Fields(args))
		if err != nil || o.spec() != want {
			t.Errorf("%q asks for %q (%v), want %q", args, o.spec(), err, want)
		}
	}
	o, err := parseFlags([]string{"--cpu", "--steps", "7"})
	if want := (setting{batch: 8, size: 224, steps: 7}); err != nil || o.speed != want {
		t.Errorf("measures %+v (%v), want %+v", o.speed, err, want)
	}
	for _, args := range []string{"extra", "--batch 1", "--size 8"} {
		if _, err := parseFlags(strings.Fields(args)); err == nil {
			t.Errorf("%q must be refused", args)
		}
	}
}

func TestDistance(t *testing.T) {
	var d distance
	d.add([]float32{1, 2.5}, []float32{1, 2})
	d.add([]float32{2}, []float32{2})
	if got, want := d.relative(), 0.5/3; math.Abs(got-want) > 1e-12 {
		t.Errorf("relative distance %g, want %g", got, want)
	}
}

func TestVerdict(t *testing.T) {
	good := parity{loss: 5.60000, want: 5.60005, gradients: 4e-3, noise: 1e-3, running: 2e-6,
		worst: "conv1.weight", worstBy: 9e-3}
	if !good.passed() || !strings.Contains(good.String(), "EQUAL") {
		t.Error("a difference within rounding is refused")
	}
	for what, spoil := range map[string]func(*parity){
		"loss":         func(p *parity) { p.loss = 5.61 },
		"not a number": func(p *parity) { p.loss = math.NaN() },
		"gradients":    func(p *parity) { p.gradients = 0.5 },
		"one tensor":   func(p *parity) { p.worstBy = 1 },
		"statistics":   func(p *parity) { p.running = 1e-3 },
	} {
		p := good
		spoil(&p)
		if p.passed() || !strings.Contains(p.String(), "DIFFERENT") {
			t.Errorf("%s: passed", what)
		}
	}
}

func TestTable(t *testing.T) {
	r := report{engine: "xla:cuda", arch: "resnet34", setting: setting{64, 224, 50}}
	r.add("train float32", rate{1500, 12 * time.Second})
	r.add("forward float32", rate{})
	r.torch = &torchResult{Device: "a GPU", Version: "2.11",
		Rates: map[string]float64{"train float32": 2000}}
	text := r.String()
	for _, want := range []string{"PyTorch 2.11", "1500.0", "2000.0", "0.75", "12.0 s", "–"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}

func TestNoPython(t *testing.T) {
	if _, err := measureTorch("/nowhere/python3", true, setting{2, 32, 1},
		[]string{"float32"}); err == nil || !strings.Contains(err.Error(), "/nowhere/python3") {
		t.Errorf("error %v; wanted one that names the Python", err)
	}
}
