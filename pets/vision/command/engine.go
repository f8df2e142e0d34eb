package command

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"gopets/pets/internal/download"
	"gopets/pets/vision/engine"
)

// Setup installs XLA for the CPU and prints the result.
func Setup(args []string) error {
	flags := flag.NewFlagSet("setup", flag.ExitOnError)
	offline := flags.Bool("offline", false, "only look at what is here")
	flags.Parse(args)
	ctx, stop := signalled()
	defer stop()
	progress := everyTwoSeconds()
	report, err := engine.Setup(ctx, engine.SetupOptions{Offline: *offline,
		Log: func(line string) { fmt.Fprintln(os.Stderr, line) },
		Progress: func(what string, done, total int64) {
			progress("%s: %s\n", what, download.Megabytes(done, total))
		},
	})
	if err == nil {
		fmt.Println(report)
	}
	return err
}

// Trial tries a GoMLX backend in this process, for the engine's trials in a child process.
func Trial(args []string) error {
	if len(args) != 1 {
		return errors.New("trial: want one backend, for instance xla:/path/to/plugin.so")
	}
	return engine.RunTrial(args[0])
}

// Doctor prints what computes here, what is missing, and what to do. It checks the folders too.
func Doctor(args []string, folders ...engine.Check) error {
	flags := flag.NewFlagSet("doctor", flag.ExitOnError)
	asJSON := flags.Bool("json", false, "for machines")
	flags.Parse(args)
	checks := append(engine.Doctor(engine.Options{}), folders...)
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
