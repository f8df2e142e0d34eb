package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/reeflective/readline"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

type editor struct {
	shell  *readline.Shell
	engine eval.Engine
	screen *screen
	number int
}

// The editor's own commands and their keys; no keyboard has the first's. The library's command for
// Ctrl-C loses a key typed ahead.
const (
	printCommand = "nb-print"
	printKeys    = "\x1b[>nb"
	clearCommand = "nb-clear"
	clearKeys    = "\x03"
)

func newEditor(o Options, s *screen) (*editor, error) {
	e := &editor{shell: readline.NewShell(), engine: o.Engine, screen: s}
	sh := e.shell
	sh.Prompt.Primary(func() string { return fmt.Sprintf("[%d]> ", e.number) })
	sh.AcceptMultiline = func(line []rune) bool { return cellsrc.Ended(string(line)) }
	sh.Completer = e.complete
	// Not every terminal reports the cursor; the prompt has its own line.
	if err := sh.Config.Set("cursor-position-probe", false); err != nil {
		return nil, err
	}
	sh.Keymap.Register(map[string]func(){printCommand: e.printPending, clearCommand: e.clear})
	for _, keymap := range []string{"emacs", "vi-insert", "vi-command"} {
		if err := errors.Join(sh.Config.Bind(keymap, printKeys, printCommand, false),
			sh.Config.Bind(keymap, clearKeys, clearCommand, false)); err != nil {
			return nil, err
		}
	}
	if o.HistoryFile != "" {
		if err := os.MkdirAll(filepath.Dir(o.HistoryFile), 0o700); err != nil {
			return nil, fmt.Errorf("repl: the history's folder: %w", err)
		}
		// Writing the first entry creates a missing file.
		history, err := readline.NewHistoryFromFile(o.HistoryFile)
		if err != nil {
			if _, absent := os.Stat(o.HistoryFile); !os.IsNotExist(absent) {
				return nil, fmt.Errorf("repl: the history: %w", err)
			}
		}
		sh.History.Delete()
		sh.History.Add("cells", history)
	}
	return e, nil
}

func (e *editor) next(_ context.Context, number int) (string, error) {
	e.number = number
	e.screen.edit(func() {
		e.shell.Keys.Feed(false, []rune(printKeys)...)
		e.shell.Keys.RequestRefresh()
	})
	for {
		code, err := e.shell.Readline()
		if !errors.Is(err, readline.ErrInterrupt) {
			return code, err
		}
	}
}

func (e *editor) printPending() {
	if text, ok := e.screen.take(); ok {
		e.shell.PrintTransientf("%s", text)
	}
}

func (e *editor) clear() {
	e.shell.Display.AcceptLine()
	e.shell.History.Accept(false, false, readline.ErrInterrupt)
}

const completePatience = 3 * time.Second

// complete asks the engine. The editor starts a word after a blank, so candidates repeat the text
// before them.
func (e *editor) complete(line []rune, cursor int) readline.Completions {
	ctx, cancel := context.WithTimeout(context.Background(), completePatience)
	defer cancel()
	found, err := e.engine.Complete(ctx, string(line), cursor)
	if err != nil {
		return readline.CompleteMessage("%v", err)
	}
	from := found.Start
	for from > 0 && line[from-1] <= unicode.MaxASCII && !unicode.IsSpace(line[from-1]) {
		from--
	}
	before := string(line[from:found.Start])
	list := make([]readline.Completion, len(found.Matches))
	for i, m := range found.Matches {
		detail, _, _ := strings.Cut(m.Detail, "\n")
		list[i] = readline.Completion{Value: before + m.Text, Display: m.Text, Description: detail}
	}
	all := readline.CompleteRaw(list).NoSort()
	all.PREFIX = string(line[from:cursor])
	return all
}

func (e *editor) line(ctx context.Context, prompt string, password bool) (string, error) {
	in := int(os.Stdin.Fd())
	fmt.Fprint(e.screen.out, prompt)
	if password {
		state, err := term.MakeRaw(in)
		if err != nil {
			return "", err
		}
		defer fmt.Fprintln(e.screen.out)
		defer term.Restore(in, state)
	}
	var text []byte
	for {
		key, err := readKey(ctx, in)
		switch {
		case err != nil:
			return "", err
		case key == '\n' || key == '\r':
			return string(text), nil
		case password && key == ctrlC:
			if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
				return "", err
			}
		case password && key == backspace:
			_, last := utf8.DecodeLastRune(text)
			text = text[:len(text)-last]
		case key == ctrlD:
			return "", io.EOF
		default:
			text = append(text, key)
		}
	}
}

const (
	ctrlC     = 3
	ctrlD     = 4
	backspace = 127
)

func readKey(ctx context.Context, in int) (byte, error) {
	for {
		// Interrupted waits are repeated.
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(in), Events: unix.POLLIN}}, 100)
		switch {
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case err != nil && !errors.Is(err, unix.EINTR):
			return 0, err
		case err != nil || n == 0:
			continue
		}
		key := make([]byte, 1)
		if n, err := unix.Read(in, key); err != nil || n == 0 {
			return 0, io.EOF
		}
		return key[0], nil
	}
}
