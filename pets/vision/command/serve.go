package command

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

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

// Serve serves an exported learner over HTTP until a signal comes.
func Serve(args []string) error {
	var o serve.Options
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	addr := flags.String("addr", "127.0.0.1:8080",
		"`address` to listen on; an empty host listens on all interfaces")
	o.Flags(flags)
	files := parse(flags, serveUsage, args)
	switch {
	case len(files) == 0:
		return errors.New("serve: no file is named: give one that a learner's Export wrote, " +
			"as worker serve pets.safetensors")
	case len(files) > 1:
		return fmt.Errorf("serve: one file, not %q too", files[1])
	}
	if err := Prepare(nil); err != nil {
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
	return withModel(engine.Options{}, files[0],
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
