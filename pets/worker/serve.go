package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gopets/kernelext/session"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/serve"
	"gopets/pets/vision/train"
)

const serveUsage = `usage: worker serve MODEL.safetensors [flags]

Answers what is in a photo, over HTTP: a page at /, JSON at /predict; go doc gopets/pets/vision/serve lists all paths. MODEL is a file that a learner's
Export wrote. The address is printed on standard output, a line of JSON for each request on standard error. SIGTERM or an interrupt lets
running requests finish; a second one does not. $GOMLX_BACKEND forces an engine.

flags:
`

// serveModel serves an exported learner until a signal comes.
func serveModel(args []string) error {
	var o serve.Options
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	addr := flags.String("addr", "127.0.0.1:8080",
		"`address` to listen on; an empty host listens on all interfaces")
	flags.Int64Var(&o.MaxBytes, "max-bytes", 12<<20, "of an upload")
	flags.IntVar(&o.MaxPixels, "max-pixels", 25_000_000, "of an image")
	flags.DurationVar(&o.Timeout, "timeout", 10*time.Second,
		"from the end of an upload to its answer")
	flags.DurationVar(&o.UploadTime, "upload-time", 30*time.Second, "for a request to arrive")
	flags.DurationVar(&o.Grace, "grace", 20*time.Second, "for running requests at the end")
	flags.IntVar(&o.Concurrency, "concurrency", 0,
		"images decoded and predicted at once (default two for each processor, 8 at most)")
	flags.IntVar(&o.Queue, "queue", 32, "further uploads that may wait; negative: none")
	flags.IntVar(&o.PerClient, "per-client", 16,
		"uploads at once from one address; negative: no limit, for behind a proxy")
	flags.IntVar(&o.Batch, "batch", 8, "images predicted together, of those that wait")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), serveUsage)
		flags.PrintDefaults()
	}
	model := ""
	// flags may stand before and after the file
	for flags.Parse(args); flags.NArg() > 0; flags.Parse(args) {
		if model != "" {
			return fmt.Errorf("serve: one file, not %q too", flags.Arg(0))
		}
		model, args = flags.Arg(0), flags.Args()[1:]
	}
	if model == "" {
		return fmt.Errorf(
			"serve: no file is named: give one that a learner's Export wrote, as worker serve pets.safetensors")
	}
	if err := prepared(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the next signal ends the process
	o.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))

	listener, err := net.Listen("tcp", *addr) // first, so that a wrong address is reported at once
	if err != nil {
		return fmt.Errorf("serve: %w: give another --addr", err)
	}
	defer listener.Close()
	eng, err := engine.Open(engine.Options{CacheDir: session.CacheDir()})
	if err != nil {
		return err
	}
	defer eng.Close()
	learner, err := train.LoadLearner(eng, model)
	if err != nil {
		return err
	}
	defer learner.Close()
	classes := learner.Split().Classes
	o.Model = fmt.Sprintf("%s: %s %s", strings.TrimSuffix(filepath.Base(model), ".safetensors"),
		learner.Net().Name, learner.State())
	o.Decode = learner.Config().Decode()
	s, err := serve.New(learner, classes, o)
	if err != nil {
		return err
	}
	defer s.Close()
	o.Log.Info("serving", slog.String("model", o.Model), slog.Int("classes", len(classes)),
		slog.String("engine", eng.String()), slog.String("address", listener.Addr().String()))
	fmt.Printf("http://%s/\n", listener.Addr())
	return s.Run(ctx, listener)
}
