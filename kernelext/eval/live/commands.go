package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live/wire"
)

// A script is a cell without its commands: Go, and how to run it.
type script struct {
	source *cellsrc.Source
	args   []string // the program's
	exec   string   // the function to run; "" for the statements
	test   bool     // run the tests
	timed  bool     // print how long it takes
	parse  string   // what parses its flags, before main; "" for none
	forget string   // forgets flags that it defines anew
}

// commands runs a cell's % and ! commands and returns the rest; nil if there is none.
func (e *Engine) commands(ctx context.Context, cell eval.Cell, out eval.Output) (*script, error) {
	source := cellsrc.Parse(cell.Source)
	if source.Foreign != "" {
		return nil, e.foreign(ctx, source, out)
	}
	if c, ok := source.Unknown(); ok {
		return nil, e.commandFailure(source, cell, c.Line, errors.New(c.Unknown()))
	}
	s := &script{source: source}
	commands, shells := source.Commands, source.Shells
	password, inputs := false, false
	for len(commands) > 0 || len(shells) > 0 {
		if len(commands) == 0 || len(shells) > 0 && shells[0].Line < commands[0].Line {
			err := e.shell(ctx, shells[0].Text, shells[0].InModule, inputs || password, password,
				out)
			if err != nil {
				return nil, e.commandFailure(source, cell, shells[0].Line, err)
			}
			shells, inputs, password = shells[1:], false, false
			continue
		}
		c := commands[0]
		commands = commands[1:]
		switch c.Name {
		case "with_inputs":
			inputs = true
			continue
		case "with_password":
			password = true
			continue
		}
		if err := e.command(ctx, s, cell, c, out); err != nil {
			return nil, e.commandFailure(source, cell, c.Line, err)
		}
	}
	e.flags(s)
	return s, nil
}

func (e *Engine) commandFailure(source *cellsrc.Source, cell eval.Cell, line int, err error) error {
	if isFailure(err) || errors.Is(err, context.Canceled) {
		return err
	}
	at := eval.Position{Cell: cell.Number, Line: line + 1}
	text := at.String() + ": " + err.Error()
	return &eval.Error{Name: commandError, Value: err.Error(), Position: at,
		Traceback: []string{red(text) + excerpt(at, func(int) []string { return source.Lines })}}
}

func (e *Engine) command(ctx context.Context, s *script, cell eval.Cell, c cellsrc.CommandAt,
	out eval.Output) error {
	printf := func(format string, args ...any) {
		e.output.sync()
		out.Stream("stdout", fmt.Sprintf(format, args...))
	}
	words := splitWords(c.Args)
	switch c.Name {
	case "%", "main", "args":
		s.args = append(s.args, words...)
	case "exec":
		if len(words) == 0 {
			return errors.New("%exec: no function is named")
		}
		s.exec, s.args = words[0], append(s.args, words[1:]...)
	case "test":
		s.test, s.args = true, append(s.args, words...)
	case "time", "timeit":
		return e.timing(s, c)
	case "%time":
		s.timed = true
	case "env":
		return e.setenv(c.Args, printf)
	case "cd":
		return e.chdir(words, printf)
	case "goflags":
		return e.goflags(words, printf)
	case "autoget", "noautoget":
		e.noGet = c.Name == "noautoget"
	case "help":
		for _, h := range cellsrc.Commands {
			printf("%s\n", h.Help)
		}
		printf(
			"!COMMAND: run a shell command; !*COMMAND runs it in the folder of the cells' module\n")
	case "version":
		printf("live cells, %s %s/%s\n", e.tool.version, e.tool.goos, e.tool.goarch)
	case "reset":
		if err := e.reset(ctx, words); err != nil {
			return err
		}
		printf("* State reset: all memorized declarations discarded.\n")
	case "restart":
		return e.restart()
	case "ls", "list":
		e.list(printf)
	case "rm", "remove":
		return e.remove(words, printf)
	case "who":
		return e.who(printf)
	case "capture":
		return e.capture(words)
	case "track", "untrack", "goworkfix":
		printf("%%%s: nothing to do: packages on disk are followed as they are\n", c.Name)
	case "widgets":
		return e.output.comms.connect()
	case "widgets_hb":
		if e.output.comms.ping() {
			printf("Heartbeat pong received back.\n")
		} else {
			printf("Timed-out, no heartbeat pong received: %%widgets opens the channel\n")
		}
	case "wasm":
		return fmt.Errorf("%%%s: not in live cells: use the kernel \"Go (gonb)\"", c.Name)
	default:
		return errors.New(c.Unknown())
	}
	return nil
}

func (e *Engine) setenv(args string, printf func(string, ...any)) error {
	name, value, ok := strings.Cut(strings.TrimSpace(args), "=")
	if !ok || strings.ContainsAny(name, " \t") {
		name, value, ok = strings.Cut(strings.TrimSpace(args), " ")
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return errors.New("%env: want NAME VALUE or NAME=VALUE")
	}
	if !ok {
		for _, v := range e.tool.env.all() {
			if n, value, _ := strings.Cut(v, "="); n == name {
				printf("%s=%s\n", name, value)
			}
		}
		return nil
	}
	if words := splitWords(value); len(words) == 1 {
		value = words[0]
	}
	value = os.Expand(value, e.tool.env.lookup)
	e.tool.env.set(name, value)
	if e.environ != nil {
		e.environ = append(e.environ, name+"="+value)
	}
	printf("Set: %s=%q\n", name, value)
	return e.updateProcess(wire.Request{Op: wire.Setenv, Args: []string{name, value}})
}

func lookup(env []string, name string) string {
	for _, v := range env {
		if n, value, _ := strings.Cut(v, "="); n == name {
			return value
		}
	}
	return ""
}

// updateProcess sends a request to the process, if there is one; a new one starts with the same
// state.
func (e *Engine) updateProcess(r wire.Request) error {
	e.mu.Lock()
	p := e.process
	e.mu.Unlock()
	if p == nil || p.ended() {
		return nil
	}
	_, err := p.call(r, killAfter)
	return err
}

func (e *Engine) chdir(words []string, printf func(string, ...any)) error {
	if len(words) > 0 {
		_, dir := e.path(words[0])
		if info, err := os.Stat(dir); err != nil {
			return fmt.Errorf("%%cd: %w", err)
		} else if !info.IsDir() {
			return fmt.Errorf("%%cd: %s is not a folder", dir)
		}
		e.folder = dir
		if err := e.updateProcess(wire.Request{Op: wire.Chdir, Args: []string{dir}}); err != nil {
			return err
		}
	}
	printf("%s\n", e.folder)
	return nil
}

// foreignFlags are build flags that cells cannot have, as the process is built already.
var foreignFlags = []string{"cover", "covermode", "coverpkg", "race", "msan", "asan", "buildmode",
	"linkshared", "compiler"}

// goflags sets the flags of builds, and restarts the process, whose packages have others.
func (e *Engine) goflags(words []string, printf func(string, ...any)) error {
	if len(words) == 0 {
		printf("%%goflags=%q\n", e.tool.flags)
		return nil
	}
	if len(words) == 1 && words[0] == "" {
		words = nil
	}
	var kept, refused []string
	for _, word := range words {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if slices.Contains(foreignFlags, name) {
			refused = append(refused, "-"+name)
		} else {
			kept = append(kept, word)
		}
	}
	printf("%%goflags=%q\n", kept)
	if len(refused) > 0 {
		printf("%s: not in live cells: use the kernel \"Go (gonb)\"\n", strings.Join(refused, ", "))
	}
	if slices.Equal(kept, e.tool.flags) {
		return nil
	}
	e.tool.flags = kept
	return e.restart()
}

func (e *Engine) restart() error {
	e.endProcess()
	e.lose("the process was started anew")
	e.program.packages.reset()
	e.relist()
	return nil
}

func (e *Engine) endProcess() {
	e.mu.Lock()
	p := e.process
	e.process = nil
	e.mu.Unlock()
	if p != nil {
		p.kill()
	}
}

func (e *Engine) reset(ctx context.Context, words []string) error {
	if len(words) > 0 {
		if words[0] != "go.mod" {
			return fmt.Errorf("%%reset: want nothing or go.mod, got %s", words[0])
		}
		if !e.scratch {
			return errors.New("%reset go.mod: go.mod is that of your module, and is left alone")
		}
		if err := os.Remove(filepath.Join(e.tool.dir, "go.mod")); err != nil {
			return err
		}
		_ = os.Remove(filepath.Join(e.tool.dir, "go.sum"))
		if err := e.findModule(ctx); err != nil {
			return err
		}
		return e.restart()
	}
	if err := e.restart(); err != nil {
		return err
	}
	e.state.Lock()
	defer e.state.Unlock()
	lang := e.program.lang
	e.program = newProgram(e.program.fset, e.program.packages)
	e.program.lang = lang
	return nil
}

func (e *Engine) capture(words []string) error {
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if len(words) > 0 && words[0] == "-a" {
		flags, words = os.O_CREATE|os.O_WRONLY|os.O_APPEND, words[1:]
	}
	if len(words) != 1 {
		return errors.New("%capture: want [-a] FILE")
	}
	_, file := e.path(words[0])
	f, err := os.OpenFile(file, flags, 0o644)
	if err != nil {
		return fmt.Errorf("%%capture: %w", err)
	}
	e.output.copyTo(f)
	return nil
}

func (e *Engine) path(name string) (expanded, absolute string) {
	name = os.Expand(name, e.tool.env.lookup)
	if home, err := os.UserHomeDir(); err == nil && (name == "~" || strings.HasPrefix(name, "~/")) {
		name = home + name[1:]
	}
	if filepath.IsAbs(name) {
		return name, name
	}
	return name, filepath.Join(e.folder, name)
}

func splitWords(s string) (words []string) {
	var b strings.Builder
	quote, within := rune(0), false
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			b.WriteRune(r)
		case r == '"' || r == '\'':
			quote, within = r, true
		case r == ' ' || r == '\t':
			if within {
				words = append(words, b.String())
			}
			b.Reset()
			within = false
		default:
			b.WriteRune(r)
			within = true
		}
	}
	if within {
		words = append(words, b.String())
	}
	return words
}

func (o *output) copyTo(w io.WriteCloser) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Flush()
	o.copies = append(o.copies, w)
}
