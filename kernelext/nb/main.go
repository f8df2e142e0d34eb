// Command nb runs, renders and installs what Go notebooks need beside GoNB.
//
//	go run ./kernelext/nb run notebooks/pets.ipynb     run a notebook headless; keep it and a page of it
//	go run ./kernelext/nb test some.ipynb              run a notebook again and compare with what it has saved
//	go run ./kernelext/nb render some.ipynb            make a page of a notebook as it is
//	go run ./kernelext/nb lab some.ipynb               open a notebook in JupyterLab
//	go run ./kernelext/nb repl                         run cells in a terminal
//	go run ./kernelext/nb install                      offer the kernel to JupyterLab
//	go run ./kernelext/nb setup                        fetch and build all that a later offline run needs
//	go run ./kernelext/nb doctor                       what is there, what is missing, how to get it
//
// It is independent of the libraries that notebooks use. A notebook's cells import the packages of
// the module around it, whatever that is; beside no module they have one of their own. GoNB and
// goimports are built in the versions that nb was built with, or in those of the module's go.mod if
// that has them as tools. Packages called worker among the module's own tools are session workers:
// one is asked to set itself up (`worker setup`) and to examine itself (`worker doctor --json`).
//
// # Exit statuses
//
// 0 everything succeeded, 1 a cell failed, 2 wrong usage or a failed set-up, 3 the kernel died, 4 a
// time-out, 5 results could not be written, 129, 130 or 143 stopped by a hang-up, an interrupt or a
// termination; of several notebooks the highest. (`go run` reports any of these as 1.) `nb test`
// has 0 everything is as saved, 1 something else was shown or a cell failed, 2 a notebook could not
// be tested, and those of being stopped.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// exitError is an error that was printed already and only sets the exit status.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() { os.Exit(nb()) }

// stopped is the signal that ends nb, as its context's cause.
type stopped struct{ signal syscall.Signal }

func (s stopped) Error() string {
	switch s.signal {
	case syscall.SIGINT:
		return "stopped by an interrupt"
	case syscall.SIGTERM:
		return "stopped by a request to terminate"
	}
	return "stopped, for the terminal is gone"
}

// status is a shell's for a program that a signal ended.
func (s stopped) status() int { return 128 + int(s.signal) }

// nb is main; scenario tests call it.
func nb() int {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup wants it
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		s := <-signals
		signal.Stop(signals) // a second one ends nb at once; the system ends the kernel with it
		stop(stopped{s.(syscall.Signal)})
	}()
	// A reader that goes away (nb run … | head) and a limit on files' sizes fail a write, not the
	// run.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGXFSZ)
	err := rootCommand().ExecuteContext(ctx)
	var exit exitError
	var by stopped
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintln(os.Stderr, "nb:", err)
	if errors.As(context.Cause(ctx), &by) {
		return by.status()
	}
	return 2
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "nb",
		Short:         "Run, render and install Go notebooks",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(runCommand(), renderCommand(), installCommand(), labCommand(),
		uninstallCommand(), setupCommand(), doctorCommand(), versionCommand(), kernelCommand(),
		testCommand(), replCommand())
	return root
}
