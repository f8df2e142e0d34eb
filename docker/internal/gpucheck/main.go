// Command gpucheck checks what a machine's GPU does with the lesson: whether the engine agrees with
// the pure Go backend, how many images a second it trains and predicts beside PyTorch, and the time
// of the lesson's schedule. docker/gpu-check.sh builds it into a folder, which needs only a CUDA
// plugin (jax's, or -plugin). With -cpu it runs small on the CPU.
//
// Each part is a process with a time limit, and appends results to results.jsonl.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"gopets/pets/vision/engine"
)

const classes = 37

type options struct {
	plugin, python, out, images, weights string

	cpu  bool
	only []string // parts; empty: all
	part string   // set by the parent: this process is that part
	time time.Duration
}

func parseFlags(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("gpucheck", flag.ContinueOnError)
	flags.StringVar(&o.plugin, "plugin", "",
		"`path` of a PJRT plugin; empty: CUDA's is looked for (with -cpu: the CPU's)")
	flags.BoolVar(&o.cpu, "cpu", false, "run all parts small on XLA's CPU plugin")
	flags.StringVar(&o.python, "python", "python3", "the Python whose PyTorch is measured")
	flags.StringVar(&o.out, "out", "gpu-check-out",
		"`folder` of the log, the results and the images that are drawn")
	flags.StringVar(&o.images, "images", "",
		"`folder` of the pets' images (Abyssinian_1.jpg …); empty: they are drawn")
	flags.StringVar(&o.weights, "weights", "",
		"`folder` of pretrained weights; empty: random weights")
	flags.StringVar(&o.part, "run-part", "", "used by the command itself")
	flags.DurationVar(&o.time, "time", 0, "limit of each part; 0: its own, under ten minutes "+
		"in all")
	chosen := map[string]*bool{}
	for _, p := range parts {
		chosen[p.name] = flags.Bool(p.name, false, "only this part (or these): "+p.about)
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: -help lists the flags", flags.Arg(0))
	}
	for _, p := range parts {
		if *chosen[p.name] {
			o.only = append(o.only, p.name)
		}
	}
	for _, path := range []*string{&o.plugin, &o.out, &o.images, &o.weights} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return o, err
		}
		*path = absolute
	}
	return o, nil
}

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
	if o.part != "" {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == o.part })
		if i < 0 {
			return fmt.Errorf("unknown part %q", o.part)
		}
		return parts[i].run(o)
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("making the folder of the results: %w: name another with -out", err)
	}
	log, err := os.Create(filepath.Join(o.out, "gpu-check.log"))
	if err != nil {
		return fmt.Errorf("opening the log: %w: name another folder with -out", err)
	}
	defer log.Close()
	if err := os.WriteFile(o.results(), nil, 0o644); err != nil {
		return fmt.Errorf("opening the results: %w", err)
	}
	out := io.MultiWriter(os.Stdout, log)
	fmt.Fprintf(out, "gpucheck, %s, %s %s/%s, %d CPUs\n", time.Now().UTC().Format(time.RFC3339),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	var failed []string
	for _, p := range parts {
		if len(o.only) > 0 && !slices.Contains(o.only, p.name) {
			continue
		}
		if err := p.inChild(o, out); err != nil {
			fmt.Fprintf(out, "%s: %v\n", p.name, err)
			failed = append(failed, p.name)
		}
	}
	text, err := table(o)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s", text)
	if err := os.WriteFile(filepath.Join(o.out, "table.txt"), []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "log, results and table:", o.out)
	if len(failed) > 0 {
		return fmt.Errorf("parts that failed: %s: see the log", strings.Join(failed, ", "))
	}
	return nil
}

func (o options) open() (*engine.Engine, error) {
	eng, err := engine.Open(engine.Options{Spec: o.spec()})
	if err != nil {
		return nil, fmt.Errorf(
			"%w; give the plugin with -plugin /path/to/xla_cuda_plugin.so, or rehearse with -cpu",
			err)
	}
	return eng, nil
}
