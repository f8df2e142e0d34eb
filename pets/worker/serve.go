package main

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopets/kernelext/session"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/serve"
	"gopets/pets/vision/train"
)

const serveUsage = `usage: worker serve MODEL.safetensors [flags]

Answers what is in a photo, over HTTP: a page at /, JSON at /predict; go doc
gopets/pets/vision/serve lists all paths. MODEL is a file that a learner's Export wrote. The address
is printed on standard output, a line of JSON for each request on standard error. SIGTERM or an
interrupt lets running requests finish; a second one does not. $GOMLX_BACKEND forces an engine.

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
	files := parse(flags, serveUsage, args)
	switch {
	case len(files) == 0:
		return errors.New("serve: no file is named: give one that a learner's Export wrote, " +
			"as worker serve pets.safetensors")
	case len(files) > 1:
		return fmt.Errorf("serve: one file, not %q too", files[1])
	}
	if err := prepared(); err != nil {
		return err
	}
	ctx, stop := signalled()
	defer stop()
	o.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))

	listener, err := net.Listen("tcp", *addr) // first, so that a wrong address is reported at once
	if err != nil {
		return fmt.Errorf("serve: %w: give another --addr", err)
	}
	defer listener.Close()
	return withModel(engine.Options{CacheDir: session.CacheDir()}, files[0],
		func(eng *engine.Engine, learner *train.Predictor) error {
			classes := learner.Split().Classes
			o.Model = fmt.Sprintf("%s: %s %s",
				strings.TrimSuffix(filepath.Base(files[0]), ".safetensors"), learner.Net().Name,
				learner.State())
			o.Decode = learner.Config().Decode()
			s, err := serve.New(learner, classes, o)
			if err != nil {
				return err
			}
			defer s.Close()
			o.Log.Info("serving", "model", o.Model, "classes", len(classes), "engine", eng.String(),
				"address", listener.Addr().String())
			fmt.Printf("http://%s/\n", listener.Addr())
			return s.Run(ctx, listener)
		})
}
