package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gopets/kernelext/eval"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/notebook"
	"gopets/kernelext/repl"
)

func replCommand() *cobra.Command {
	f := kernelFlags{gonb: filepath.Join(binDir(), "gonb")}
	var history string
	var offline bool
	cmd := &cobra.Command{
		Use:   "repl",
		Short: "Run cells in a terminal",
		Long: `Run Go cells in a terminal, on the same kernels as notebooks. A cell is a complete statement or
declaration; it continues on the next line while brackets are open. What follows %%, %%bash or a
comment ends with an empty line. Cells import the packages of the module around this folder.

  Tab      completions          Ctrl-C   interrupts the running cell, or clears what is typed
  Up       earlier cells        Ctrl-R   searches them
  ?name    describes a name     Ctrl-D   leaves

Keys are those of readline; ~/.inputrc changes them. %help lists the commands of cells.

Without a terminal, cells are read from standard input, and nb ends with status 1 at the first one
that fails.`,
		Example: `  nb repl
  nb repl --kernel gonb
  echo 'strings.Repeat("go", 3)' | nb repl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.repl(context.WithoutCancel(cmd.Context()), history, offline)
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&f.engine, "kernel", "k", liveKernel, "what runs the cells: go or gonb")
	fl.StringVar(&history, "history", filepath.Join(historyDir(), "repl.jsonl"),
		"the file that keeps what is typed; empty for none")
	fl.BoolVar(&offline, "offline", false, "fetch nothing")
	return cmd
}

func (f kernelFlags) repl(ctx context.Context, history string, offline bool) error {
	if err := f.check("--kernel"); err != nil {
		return err
	}
	if err := f.prepare(ctx, offline); err != nil {
		return err
	}
	watch, err := cleanupCommand()
	if err != nil {
		return err
	}
	g, err := cleanup.Start(watch)
	if err != nil {
		return err
	}
	defer g.Close()
	engine, notice, err := f.start(ctx, g)
	if err != nil {
		return err
	}
	defer engine.Close()
	if notice != "" {
		fmt.Fprintln(os.Stderr, "nb:", notice)
	}
	o := repl.Options{Engine: engine, HistoryFile: history, Text: bundleText,
		Banner: fmt.Sprintf("%s, kernel %q. Ctrl-D leaves, %%help lists the commands.",
			strings.Replace(runtime.Version(), "go", "Go ", 1), f.engine)}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		o.Input = io.Reader(os.Stdin)
	}
	err = repl.Run(ctx, o)
	if errors.Is(err, repl.ErrCell) {
		return exitError(1)
	}
	return err
}

func (f *kernelFlags) prepare(ctx context.Context, offline bool) error {
	w, err := findWorkspace(ctx, ".")
	if err != nil {
		return err
	}
	w.workers = nil // built when a cell first needs one
	s := &setup{log: os.Stderr, offline: offline, lenient: true, noTools: true}
	if err := s.all(ctx, w); err != nil {
		return err
	}
	f.build = func() error { return s.tools(ctx, w) }
	env, err := kernelEnv(ctx)
	if err != nil {
		return err
	}
	for name, value := range env {
		os.Setenv(name, os.ExpandEnv(value))
	}
	return os.Unsetenv("GOWORK") // it would take the place of the kernel's own go.work
}

func bundleText(data eval.Bundle) string {
	o := notebook.Output{Type: notebook.DisplayOutput, Data: map[string]json.RawMessage{}}
	for mime, value := range data {
		if text, err := json.Marshal(value); err == nil {
			o.Data[mime] = text
		}
	}
	return outputText(o)
}
