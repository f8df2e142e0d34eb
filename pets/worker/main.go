// Command worker is the session, the process behind a notebook's cells: it owns the device, the
// decoded images, the compiled graphs and the learners. Package kernelext/session starts it.
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
// session.go lists the handlers by method, device.go has the engine, which one call at a time uses,
// store.go the learners. One learner is on the device; the others are parked in files, as is the
// last after $GOPETS_IDLE (15 minutes; 0: never). $GOPETS_DATA/snapshots holds the last epochs.
//
// # Tried and left
//
//   - A lock for each learner: two learners on one device take turns anyway.
//   - Grad-CAM with the learner's weights swapped for the interpretation's: an error
//     on the way back would have lost the present ones.
package main

import (
	"fmt"
	"log"
	"os"

	"gopets/kernelext/release"
	"gopets/kernelext/session"
	"gopets/kernelext/session/serve"
	"gopets/pets/vision/command"
	"gopets/pets/vision/engine"
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

func run(name string, args []string) error {
	commands := map[string]func([]string) error{"session": serveSession, "serve": command.Serve,
		"predict": command.Predict, "onnx": command.ONNX, "setup": command.Setup, "doctor": doctor,
		"trial": command.Trial, "version": version}
	if f := commands[name]; f != nil {
		return f(args)
	}
	switch name {
	case "help", "-h", "-help", "--help":
		fmt.Println(usage)
		return nil
	}
	return fmt.Errorf("worker: there is no command %q\n%s", name, usage)
}

func serveSession(args []string) error {
	if err := command.Prepare(func(s string) { log.Print(s) }); err != nil {
		return err
	}
	r, err := newSession()
	if err != nil {
		return err
	}
	return serve.Serve(args, r.serve)
}

func doctor(args []string) error {
	return command.Doctor(args, engine.CheckFolder("data folder", session.DataDir(), "GOPETS_DATA"))
}

func version([]string) error {
	release.Write(os.Stdout, "gopets", "github.com/gomlx/gomlx", "github.com/gomlx/go-xla")
	return nil
}
