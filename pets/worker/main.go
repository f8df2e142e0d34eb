// Command worker is the process behind a notebook's cells: it owns the device, the decoded images,
// the compiled graphs and the learners that cells describe with package pets, and draws what they
// show. Package kernelext/session starts it, one for each kernel.
//
//	worker session …          serve a session (started by kernelext/session only)
//	worker serve MODEL        serve an exported learner over HTTP, to people and programs
//	worker predict MODEL …    classify files and folders: a table in CSV or JSON lines
//	worker onnx MODEL FILE    write an exported learner's network for ONNX Runtime
//	worker setup [--offline]  obtain XLA for the CPU
//	worker doctor --json      say what computes here, what is missing, how to get it
//	worker trial SPEC         try a GoMLX backend with a small convolution
//	worker version            print the version
//
// registry.go holds the handlers of the methods of package pets/wire, device.go the engine and the
// right to use it, one call at a time, store.go the learners, session.go joins them. Handlers are
// in data.go, learner.go, fit.go, recorder.go, image.go and interp.go.
//
// One learner is on the device. The others are parked in files and come back when they are used;
// so does the last one after $GOPETS_IDLE without a call (a quarter of an hour by default; 0:
// never), when the device is released. Before the first epoch and after every one a snapshot is
// written to the folder snapshots of $GOPETS_DATA (else of the cache): a session that is killed
// loses one epoch at most.
//
// # Tried and left
//
//   - A lock for each learner: two learners on one device take turns anyway.
//   - Grad-CAM with the learner's weights swapped for the interpretation's: an error on the way
//     back would have lost the present ones. A second learner is made from a file instead.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gopets/kernelext/release"
	"gopets/kernelext/session"
	"gopets/kernelext/session/serve"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
)

const usage = "usage: worker session | serve MODEL | predict MODEL FOLDER… | onnx MODEL FILE | " +
	"setup [--offline] | doctor --json | trial SPEC | version"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(command string, args []string) error {
	commands := map[string]func([]string) error{"session": serveSession, "serve": serveModel,
		"predict": predictFiles, "onnx": exportONNX, "setup": setup, "doctor": doctor,
		"trial": trial, "version": version}
	if f := commands[command]; f != nil {
		return f(args)
	}
	return fmt.Errorf("worker: there is no command %q", command)
}

func trial(args []string) error {
	if len(args) != 1 {
		return errors.New("trial: want one backend, for instance xla:/path/to/plugin.so")
	}
	return engine.RunTrial(args[0])
}

func version([]string) error {
	release.Write(os.Stdout, "gopets", "github.com/gomlx/gomlx", "github.com/gomlx/go-xla")
	return nil
}

// parse parses flags that may stand before and after the other arguments, which it returns.
func parse(flags *flag.FlagSet, usage string, args []string) (others []string) {
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	for flags.Parse(args); flags.NArg() > 0; flags.Parse(args) {
		others, args = append(others, flags.Arg(0)), flags.Args()[1:]
	}
	return others
}

// signalled is a context that ends at an interrupt or SIGTERM; the second one ends the process.
func signalled() (ctx context.Context, stop func()) {
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// withModel opens a backend, and an exported learner on it, for f.
func withModel(o engine.Options, file string,
	f func(*engine.Engine, *train.Predictor) error) error {
	eng, err := engine.Open(o)
	if err != nil {
		return err
	}
	defer eng.Close()
	p, err := train.LoadLearner(eng, file)
	if err != nil {
		return err
	}
	defer p.Close()
	return f(eng, p)
}

// prepared sees to it that this process has the environment that engines need. What computes reads
// its settings when a process starts, so the process may have to start itself anew: prepared does
// not return then.
func prepared() error {
	const again = "GOPETS_WORKER_READY"
	if os.Getenv(again) != "" {
		return nil
	}
	env, note := engine.Environ(engine.Options{CacheDir: session.CacheDir()})
	if env == nil {
		return nil
	}
	log.Printf("environment: %s", note)
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, append(env, again+"=1"))
}

func serveSession(args []string) error {
	if err := prepared(); err != nil {
		return err
	}
	r, err := newSession()
	if err != nil {
		return err
	}
	return serve.Serve(args, r.serve)
}

func setup(args []string) error {
	flags := flag.NewFlagSet("setup", flag.ExitOnError)
	offline := flags.Bool("offline", false, "only look at what is here")
	flags.Parse(args)
	ctx, stop := signalled()
	defer stop()
	progress := everyTwoSeconds()
	report, err := engine.Setup(ctx, engine.SetupOptions{
		CacheDir: session.CacheDir(), Offline: *offline,
		Log: func(line string) { fmt.Fprintln(os.Stderr, line) },
		Progress: func(what string, done, total int64) {
			progress("%s: %s\n", what, megabytes(done, total))
		},
	})
	if err == nil {
		fmt.Println(report)
	}
	return err
}

// everyTwoSeconds returns a function that prints on standard error, but not more often.
func everyTwoSeconds() func(format string, args ...any) {
	last := time.Now()
	return func(format string, args ...any) {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(os.Stderr, format, args...)
		}
	}
}

func megabytes(done, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%d MB", done>>20)
	}
	return fmt.Sprintf("%d of %d MB", done>>20, total>>20)
}

func doctor(args []string) error {
	flags := flag.NewFlagSet("doctor", flag.ExitOnError)
	asJSON := flags.Bool("json", false, "for machines")
	flags.Parse(args)
	checks := append(engine.Doctor(engine.Options{CacheDir: session.CacheDir()}), checkData())
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"checks": checks})
	}
	for _, c := range checks {
		state := "ok     "
		if !c.OK {
			state = "lacking"
		}
		fmt.Printf("%s  %s: %s\n", state, c.Name, c.Detail)
		if c.Fix != "" {
			fmt.Printf("         → %s\n", c.Fix)
		}
	}
	return nil
}

// checkData tries the folder of data and models, which in a container is a volume that may belong
// to somebody else.
func checkData() engine.Check {
	dir := session.DataDir()
	probe := filepath.Join(dir, ".writable")
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = session.WriteFile(probe, nil)
	}
	if err != nil {
		return engine.Check{Name: "data folder", Detail: "cannot be written: " + err.Error(),
			Fix: "set GOPETS_DATA to a folder of yours; run a container as the user to whom the " +
				"mounted folder belongs"}
	}
	_ = os.Remove(probe)
	return engine.Check{Name: "data folder", OK: true, Detail: dir}
}
