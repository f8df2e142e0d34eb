// Command nb runs, tests, renders and opens Go notebooks, and installs what they need.
//
//	go run ./kernelext/nb run notebooks/pets.ipynb     run a notebook headless, and make a page of it
//	go run ./kernelext/nb test some.ipynb              run a notebook and compare with its outputs
//	go run ./kernelext/nb render some.ipynb            make a page of a notebook as it is
//	go run ./kernelext/nb lab some.ipynb               open a notebook in JupyterLab
//	go run ./kernelext/nb repl                         run cells in a terminal
//	go run ./kernelext/nb install                      register the kernels with Jupyter
//	go run ./kernelext/nb setup                        fetch and build what an offline run needs
//	go run ./kernelext/nb doctor                       check what is there and what is missing
//
// Cells import the packages of the module around the notebook, if there is one. GoNB and goimports
// are built in the versions of that module's tools, else nb's. Packages called worker among its
// tools are session workers, whose `worker setup` and `worker doctor --json` nb calls.
//
// Exit statuses: 0 success, 1 a cell failed, 2 wrong usage or a failed set-up, 3 the kernel died, 4
// a time limit, 5 results could not be written, 129, 130 or 143 stopped by a signal; of several
// notebooks the highest. (`go run` turns all of these into 1.) `nb test`: 0 as saved, 1 a
// difference or a failed cell, 2 a notebook could not be tested, and those of signals.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// exitError is an error that was already printed.
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
	return "terminal closed"
}

func (s stopped) status() int { return 128 + int(s.signal) }

// nb is main, called by scenario tests.
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
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(runCommand(), renderCommand(), installCommand(), labCommand(),
		uninstallCommand(), setupCommand(), doctorCommand(), versionCommand(), kernelCommand(),
		testCommand(), replCommand())
	return root
}

func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		meant = fmt.Sprintf("did you mean %s? ", strings.Join(near, " or "))
	}
	return fmt.Errorf("there is no command %q: %snb help lists the commands", args[0], meant)
}

func someNotebooks(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s: no notebook is named: give one, as in %s my.ipynb", cmd.Name(),
			cmd.CommandPath())
	}
	return nil
}
