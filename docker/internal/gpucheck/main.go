// Command gpucheck says what a machine's GPU does with ResNet-34: whether a training step gives the
// numbers that the pure Go backend gives, and how many images a second pass, beside PyTorch's where
// a Python there has it. docker/gpu-check.sh builds and runs it; it needs no network and nothing
// but itself and a CUDA plugin (jax's, found in the Python there, or one given with --plugin). With
// --cpu everything is rehearsed small on XLA's CPU plugin.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"gopets/pets/vision/engine"
)

// classes are the pets' breeds.
const classes = 37

// A setting is the shape of a measurement.
type setting struct {
	batch, size, steps int
}

// options are the command's flags.
type options struct {
	plugin, python, log, arch string
	cpu, noTorch, parityOnly  bool
	speed                     setting
}

func parseFlags(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("gpucheck", flag.ContinueOnError)
	flags.StringVar(&o.plugin, "plugin", "",
		"`path` of a PJRT plugin; empty: CUDA's is looked for (with --cpu: the CPU's)")
	flags.BoolVar(&o.cpu, "cpu", false, "rehearse on XLA's CPU plugin")
	flags.StringVar(&o.python, "python", "python3", "the Python whose PyTorch is measured")
	flags.BoolVar(&o.noTorch, "no-torch", false, "leave PyTorch out")
	flags.BoolVar(&o.parityOnly, "parity-only", false,
		"compare one step with the Go backend and end, without a log")
	flags.StringVar(&o.log, "log", filepath.Join("runs", "gpu-check.log"),
		"`file` that gets a copy of what is printed")
	flags.StringVar(&o.arch, "arch", "resnet34",
		"network; PyTorch is measured beside resnet34 only")
	flags.IntVar(&o.speed.batch, "batch", 0, "images a step; 0: 64 (with --cpu: 8)")
	flags.IntVar(&o.speed.size, "size", 224, "their side in pixels")
	flags.IntVar(&o.speed.steps, "steps", 0, "timed steps; 0: 50 (with --cpu: 4)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; --help lists the flags", flags.Arg(0))
	}
	defaults := setting{batch: 64, steps: 50}
	if o.cpu {
		defaults = setting{batch: 8, steps: 4}
	}
	o.speed.batch, o.speed.steps = cmp.Or(o.speed.batch, defaults.batch),
		cmp.Or(o.speed.steps, defaults.steps)
	if o.speed.batch < 2 || o.speed.size < 32 || o.speed.steps < 1 {
		return o,
			fmt.Errorf(
				"a batch of %d, size %d, %d steps cannot be measured; wanted at least 2, 32 and 1",
				o.speed.batch, o.speed.size, o.speed.steps)
	}
	if o.plugin != "" {
		path, err := filepath.Abs(o.plugin)
		if err != nil {
			return o, err
		}
		o.plugin = path
	}
	return o, nil
}

// spec is what the engine is asked for.
func (o options) spec() string {
	switch {
	case o.plugin != "" && o.cpu:
		return "xla:" + o.plugin
	case o.plugin != "":
		return "xla:" + o.plugin + ",preallocate=false"
	case o.cpu:
		return "xla:cpu"
	}
	return "xla:cuda"
}

func main() {
	o, err := parseFlags(os.Args[1:])
	if err == flag.ErrHelp {
		return
	}
	if err == nil {
		err = restart(o)
	}
	if err == nil {
		err = run(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gpucheck:", err)
		os.Exit(1)
	}
}

// restart begins anew with the environment that the engine wants: XLA, CUDA and the C library read
// theirs at the start.
func restart(o options) error {
	env, _ := engine.Environ(engine.Options{Spec: o.spec()})
	if env == nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("starting anew with the engine's environment: %w", err)
	}
	return syscall.Exec(self, os.Args, env)
}

func run(o options) error {
	if o.parityOnly {
		return checkParity(o, os.Stdout)
	}
	if err := os.MkdirAll(filepath.Dir(o.log), 0o755); err != nil {
		return fmt.Errorf("making the log's folder: %w; name another file with --log", err)
	}
	file, err := os.Create(o.log)
	if err != nil {
		return fmt.Errorf("opening the log: %w; name another file with --log", err)
	}
	defer file.Close()
	out := io.MultiWriter(os.Stdout, file)
	fmt.Fprintf(out, "gpucheck, %s, %s %s/%s, %d CPUs\n", time.Now().UTC().Format(time.RFC3339),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())

	eng, err := o.open(out)
	if err != nil {
		return err
	}
	defer eng.Close()
	parityErr := parityInChild(out)
	types := []string{"float32", "bfloat16"}
	if o.cpu {
		types = types[:1]
	}
	table := report{engine: eng.Name, setting: o.speed, arch: o.arch}
	for _, kind := range types {
		for _, training := range []bool{true, false} {
			r, err := measure(eng, o.arch, o.speed, kind, training)
			if err != nil {
				fmt.Fprintln(out, "not measured:", err)
			}
			table.add(rateName(training, kind), r)
		}
	}
	if !o.noTorch && o.arch == "resnet34" {
		if table.torch, err = measureTorch(o.python, o.cpu, o.speed, types); err != nil {
			fmt.Fprintln(out, "PyTorch not measured:", err)
		}
	}
	fmt.Fprint(out, "\n", table.String())
	fmt.Fprintln(os.Stderr, "log:", o.log)
	return parityErr
}

func (o options) open(out io.Writer) (*engine.Engine, error) {
	eng, err := engine.Open(engine.Options{Spec: o.spec()})
	if err != nil {
		return nil,
			fmt.Errorf(
				"%w; give the plugin with --plugin /path/to/xla_cuda_plugin.so, or rehearse "+
					"with --cpu", err)
	}
	if !o.parityOnly {
		fmt.Fprintln(out, "computing on", eng)
		for _, note := range eng.Notes {
			fmt.Fprintln(out, note)
		}
	}
	return eng, nil
}

// parityInChild compares in a process of its own, in which CUDA's libraries multiply float32 as
// float32: by default they round to TF32, and so does PyTorch as it is measured here.
func parityInChild(out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("starting the comparison: %w", err)
	}
	cmd := exec.Command(self, append(os.Args[1:], "--parity-only")...)
	cmd.Env = append(os.Environ(), "NVIDIA_TF32_OVERRIDE=0")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the comparison with the Go backend failed (%w); see above", err)
	}
	return nil
}

// rateName is how a measurement is called, here and in PyTorch's answer.
func rateName(training bool, kind string) string {
	return strings.Join([]string{map[bool]string{true: "train", false: "forward"}[training], kind},
		" ")
}
