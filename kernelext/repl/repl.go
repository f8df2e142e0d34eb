package repl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
	"gopets/kernelext/internal/terminal"
)

// Options are options for [Run]. Engine is required.
type Options struct {
	Engine eval.Engine
	// the cells; nil is this process's terminal, with a line editor
	Input       io.Reader
	Out, Err    io.Writer // nil are the standard output and error
	Banner      string    // the first line on a terminal
	HistoryFile string    // keeps the input; "" keeps it in memory
	// returns a display in plain text; nil takes its text/plain
	Text func(eval.Bundle) string
}

// ErrCell reports that a cell failed and its error was printed.
var ErrCell = errors.New("a cell failed")

type source interface {
	// next returns a cell, or io.EOF.
	next(ctx context.Context, number int) (string, error)
	// line asks for a line of input to the cell.
	line(ctx context.Context, prompt string, password bool) (string, error)
}

type repl struct {
	engine eval.Engine
	source source
	screen *screen
	script bool // the first failure ends the run
}

// Run reads and runs cells until the input ends, ctx ends, or a signal asks it to end.
func Run(ctx context.Context, o Options) error {
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Err == nil {
		o.Err = os.Stderr
	}
	r := &repl{engine: o.Engine, script: o.Input != nil,
		screen: newScreen(o.Out, o.Err, o.Text)}
	if r.script {
		r.source = readLines(o.Input)
	} else {
		state, err := term.GetState(int(os.Stdin.Fd()))
		if err != nil {
			return fmt.Errorf("repl: the standard input is not a terminal: %w", err)
		}
		// The editor may wait for a key when a signal comes.
		defer term.Restore(int(os.Stdin.Fd()), state)
		if r.source, err = newEditor(o, r.screen); err != nil {
			return err
		}
		if o.Banner != "" {
			fmt.Fprintln(o.Out, o.Banner)
		}
	}
	r.screen.ask = r.source.line
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	return r.loop(ctx, interrupts)
}

func (r *repl) loop(ctx context.Context, interrupts <-chan os.Signal) error {
	type read struct {
		code string
		err  error
	}
	for number := 1; ; {
		reads := make(chan read, 1)
		go func() {
			code, err := r.source.next(ctx, number)
			reads <- read{code, err}
		}()
		var got read
		for waits := true; waits; {
			select {
			case got = <-reads:
				waits = false
			case <-interrupts: // on a terminal, an interrupt after its cell has ended
				if r.script {
					return ErrCell
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		switch {
		case errors.Is(got.err, io.EOF):
			return nil
		case got.err != nil:
			return fmt.Errorf("repl: reading the next cell: %w", got.err)
		case strings.TrimSpace(got.code) == "":
			continue
		}
		if failed := r.run(ctx, got.code, number, interrupts); failed && r.script {
			return ErrCell
		}
		number++
	}
}

func (r *repl) run(ctx context.Context, code string, number int,
	interrupts <-chan os.Signal) (failed bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-interrupts:
			cancel()
		case <-ctx.Done():
		}
	}()
	r.screen.begin()
	result, err := eval.Run(ctx, r.engine, eval.Cell{Number: number, Source: code}, r.screen)
	for _, page := range result.Pages {
		r.screen.print(page)
	}
	if err == nil && result.Value != nil {
		r.screen.print(r.screen.text(result.Value))
	}
	r.screen.end()
	if err != nil {
		r.screen.fail(err)
	}
	return err != nil
}

type lines struct{ in <-chan string }

// readLines reads ahead by one line; the next line answers a cell's request for input.
func readLines(in io.Reader) *lines {
	c := make(chan string)
	go func() {
		defer close(c)
		for b := bufio.NewReader(in); ; {
			text, err := b.ReadString('\n')
			if text != "" {
				c <- strings.TrimRight(text, "\r\n")
			}
			if err != nil {
				return
			}
		}
	}()
	return &lines{c}
}

func (l *lines) next(ctx context.Context, _ int) (string, error) {
	var text []string
	for {
		line, err := l.line(ctx, "", false)
		if err != nil && len(text) > 0 {
			return strings.Join(text, "\n"), nil
		}
		if err != nil {
			return "", err
		}
		text = append(text, line)
		if code := strings.Join(text, "\n"); cellsrc.Ended(code) {
			return code, nil
		}
	}
}

func (l *lines) line(ctx context.Context, _ string, _ bool) (string, error) {
	select {
	case line, ok := <-l.in:
		if !ok {
			return "", io.EOF
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func plainError(err error, color bool) string {
	var e *eval.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := e.Error()
	if len(e.Traceback) > 0 {
		text = strings.Join(e.Traceback, "\n")
	}
	if !color {
		text = terminal.Plain(text)
	}
	return text
}
