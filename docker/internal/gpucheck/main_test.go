package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"":                          "xla:cuda",
		"-cpu":                      "xla:cpu",
		"--plugin /opt/p.so":        "xla:/opt/p.so,preallocate=false",
		"--cpu -plugin /opt/cpu.so": "xla:/opt/cpu.so",
	} {
		o, err := parseFlags(strings.Fields(args))
		if err != nil || o.spec() != want || len(o.only) > 0 {
			t.Errorf("%q asks for %q (%v), want %q", args, o.spec(), err, want)
		}
	}
	o, err := parseFlags([]string{"-lesson", "-torch", "-time", "7s"})
	if err != nil || strings.Join(o.only, " ") != "torch lesson" ||
		o.limit("parity") != 7*time.Second {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := parseFlags([]string{"extra"}); err == nil {
		t.Error("an argument must be refused")
	}
}

// The parts' limits add up to less than ten minutes.
func TestLimits(t *testing.T) {
	var sum time.Duration
	for _, p := range parts {
		sum += p.limit
	}
	if sum > 10*time.Minute-5*time.Second {
		t.Errorf("the limits add up to %v", sum)
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

func TestParityPasses(t *testing.T) {
	good := parity{loss: 5.60000, want: 5.60005, gradients: 4e-3, noise: 1e-3, running: 2e-6,
		worst: "conv1.weight", worstBy: 9e-3}
	if !good.passed() {
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
		if p.passed() {
			t.Errorf("%s: passed", what)
		}
	}
}

func TestTable(t *testing.T) {
	o := options{out: t.TempDir()}
	for _, r := range []result{
		{Kind: "engine", What: "xla:cuda (plugin)"}, {Kind: "parity", What: "forward"},
		{Kind: "parity", What: "gradients", Failed: true},
		{Kind: "rate", Who: "gopets", What: "train", Arch: "resnet34", Size: 224, Batch: 64,
			Type: "bfloat16", Rate: 1500, Compile: 12},
		{Kind: "rate", Who: "gopets", What: "end to end", Arch: "resnet34", Size: 224, Batch: 64,
			Type: "bfloat16", Rate: 1425},
		{Kind: "rate", Who: "PyTorch", What: "train", Arch: "resnet34", Size: 224, Batch: 64,
			Type: "bfloat16", Rate: 900, Mode: "eager"},
		{Kind: "rate", Who: "PyTorch", What: "train", Arch: "resnet34", Size: 224, Batch: 64,
			Type: "bfloat16", Rate: 2000, Mode: "compiled"},
		{Kind: "stage", Arch: "resnet34", What: "1: 4 epochs", Seconds: 30, Compile: 20},
		{Kind: "stage", Arch: "resnet50", What: "1: finder", Seconds: 12, Compile: 10},
		{Kind: "part", What: "lesson", Seconds: 50, MemoryMB: 900, Failed: true},
	} {
		if err := o.save(r); err != nil {
			t.Fatal(err)
		}
	}
	text, err := table(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"xla:cuda", "gradients    against the Go backend: DIFFERENT",
		"1500.0    2000.0 compiled   0.75    12.0 s", "1425.0    1500.0 own step   0.95",
		"42.0    30.0: 12.0 without", "FAILED"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}

// build makes the folder that is carried to the machine.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs a program")
	}
	folder := filepath.Join(t.TempDir(), "gpu-check")
	script := filepath.Join("..", "..", "gpu-check.sh")
	if out, err := exec.Command("bash", script, "build", folder).CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return folder
}

// The folder runs on a machine that has only bash and python3: no Go, no network, no home folder.
// All parts, small, on XLA's CPU plugin; then a part that exceeds its limit, and the others still
// run.
func TestFolder(t *testing.T) {
	enginetest.XLA(t)
	enginetest.Long(t)
	plugin := os.Getenv("GOPETS_TEST_PLUGIN")
	if plugin == "" {
		plugin = engine.CPUPlugin(engine.Options{})
	}
	folder := build(t)
	tools := filepath.Join(t.TempDir(), "bin")
	if err := os.MkdirAll(tools, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bash", "python3"} {
		path, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(path, filepath.Join(tools, name))
		}
		if err != nil {
			t.Skipf("no %s: %v", name, err)
		}
	}
	run := func(args ...string) (string, error) {
		command := append([]string{filepath.Join(folder, "gpu-check.sh"), "--cpu", "--plugin",
			plugin}, args...)
		cmd := exec.Command(filepath.Join(tools, "bash"), command...)
		if unshare, err := exec.LookPath("unshare"); err == nil &&
			exec.Command(unshare, "-n", "true").Run() == nil {
			cmd = exec.Command(unshare, append([]string{"-n", filepath.Join(tools, "bash")},
				command...)...)
		}
		cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=" + tools, "TMPDIR=" + t.TempDir()}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out := filepath.Join(t.TempDir(), "out")
	text, err := run("--out", out)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, want := range []string{"forward: EQUAL", "gradients: EQUAL", "three steps: EQUAL",
		"transforms: EQUAL", "end to end", "decoding, sending images", "epochs of everything",
		"finder", "part lesson"} {
		if !strings.Contains(text, want) {
			t.Errorf("the output lacks %q:\n%s", want, text)
		}
	}
	for _, name := range []string{"gpu-check.log", "results.jsonl", "table.txt"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, err = run("--out", out, "--speed", "--lesson", "--time", "40ms")
	if err == nil || !strings.Contains(text, "speed: it was ended at its limit of 40ms") ||
		!strings.Contains(text, "parts that failed: speed, lesson") ||
		strings.Contains(text, "== parity") {
		t.Errorf("parts without time: %v\n%s", err, text)
	}
}

// A Python without PyTorch is not a failure.
func TestNoPyTorch(t *testing.T) {
	o := options{python: "/nowhere/python3", out: t.TempDir(), cpu: true}
	if err := runTorch(o); err != nil {
		t.Error(err)
	}
}

// The Python program measures what it is asked for, in whatever PyTorch is here.
func TestPyTorch(t *testing.T) {
	if exec.Command("python3", "-c", "import torch").Run() != nil {
		t.Skip("no PyTorch")
	}
	request, err := json.Marshal(map[string]any{"device": "cpu", "modes": []string{"eager"},
		"classes": 5, "seconds": .01, "until": 60, "settings": []map[string]any{{
			"arch": "petnet10", "size": 32, "batch": 4, "type": "float32",
			"shape": shapes["petnet10"]}}})
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("python3", torchFile, string(request))
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || strings.Count(string(out), `"rate"`) != 2 {
		t.Errorf("%v: %s\n%s", err, out, stderr.String())
	}
}
