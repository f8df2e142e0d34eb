// Package command holds the commands of pets/worker that need no session; an interrupt ends them.
package command

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
)

// Prepare sets the environment that engines need; it may start the program anew, and calls log, if
// it is not nil, with what changes.
func Prepare(log func(string)) error {
	const again = "GOPETS_WORKER_READY"
	if os.Getenv(again) != "" {
		return nil
	}
	env, note := engine.Environ(engine.Options{})
	if env == nil {
		return nil
	}
	if log != nil {
		log("environment: " + note)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, append(env, again+"=1"))
}

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

// signalled returns a context that ends at an interrupt or SIGTERM; a second one ends the process.
func signalled() (ctx context.Context, stop func()) {
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

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

func everyTwoSeconds() func(format string, args ...any) {
	last := time.Now()
	return func(format string, args ...any) {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(os.Stderr, format, args...)
		}
	}
}
