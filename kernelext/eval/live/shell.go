package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	nbcell "gopets/kernelext/cell"
	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

// changesModule matches shell commands that may change packages.
var changesModule = regexp.MustCompile(`\bgo\s+(get|mod|work)\b`)

// shell runs a shell command, in the cells' folder or in that of their module. Its output is the
// cell's.
func (e *Engine) shell(ctx context.Context, text string, inModule, inputs, password bool,
	out eval.Output) error {
	dir := e.folder
	if inModule {
		dir = e.tool.dir
	}
	err := e.command1(ctx, dir, []string{"bash", "-c", text}, nil, inputs, password, out)
	if changesModule.MatchString(text) {
		e.moduleChanged(ctx, out)
	}
	return err
}

// inputPause is how long a command runs, from its start and after each line of input, before the
// user is asked for another, as in GoNB.
const inputPause = 200 * time.Millisecond

func (e *Engine) command1(ctx context.Context, dir string, argv []string, stdin io.Reader, inputs,
	password bool, out eval.Output) error {
	if _, err := exec.LookPath(argv[0]); err != nil && argv[0] == "bash" {
		argv[0] = "sh"
	}
	stdout, err := os.OpenFile(filepath.Join(e.dir, nbcell.OutName), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer stdout.Close()
	stderr, err := os.OpenFile(filepath.Join(e.dir, nbcell.ErrName), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer stderr.Close()
	cmd := exec.Command(argv[0], argv[1:]...)
	if cmd.Dir, cmd.Env = dir, e.environ; cmd.Env == nil {
		cmd.Env = e.processEnv()
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var answers io.WriteCloser
	if inputs {
		if answers, err = cmd.StdinPipe(); err != nil {
			return err
		}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
			select {
			case <-done:
			case <-time.After(killAfter):
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			}
		case <-done:
		}
	}()
	if answers != nil {
		asking, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			defer answers.Close()
			for {
				select {
				case <-time.After(inputPause):
				case <-asking.Done():
					return
				}
				line, err := out.Input(asking, "", password)
				if err != nil {
					return
				}
				if _, err := io.WriteString(answers, line+"\n"); err != nil {
					return
				}
			}
		}()
	}
	err = cmd.Wait()
	close(done)
	e.output.sync()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("the command failed: %v", err)
	}
	return err
}

func (e *Engine) foreign(ctx context.Context, source *cellsrc.Source, out eval.Output) error {
	first, text, _ := strings.Cut(source.Code, "\n")
	words := splitWords(strings.TrimPrefix(strings.TrimRight(first, "\r"), cellsrc.Prefix))
	name, args := words[0], words[1:]
	switch name {
	case "%%writefile":
		return e.writeFile(args, text, out)
	case "%%bash", "%%sh":
		args = append([]string{strings.TrimPrefix(name, "%%")}, args...)
	case "%%script":
		if len(args) == 0 {
			return &eval.Error{Name: commandError, Value: "%%script: no command is named"}
		}
	default:
		return &eval.Error{Name: commandError,
			Value: name + ": not in live cells: use the kernel \"Go (gonb)\""}
	}
	// Some programs need a newline after the last line.
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	err := e.command1(ctx, e.folder, args, strings.NewReader(text), false, false, out)
	if err != nil && ctx.Err() == nil {
		return &eval.Error{Name: commandError, Value: fmt.Sprintf("%s: %v", name, err),
			Traceback: []string{red(err.Error())}}
	}
	return err
}

func (e *Engine) writeFile(args []string, text string, out eval.Output) error {
	flags, verb := os.O_CREATE|os.O_WRONLY|os.O_TRUNC, "written to"
	if len(args) > 0 && args[0] == "-a" {
		flags, verb, args = os.O_CREATE|os.O_WRONLY|os.O_APPEND, "appended to", args[1:]
	}
	if len(args) != 1 {
		return &eval.Error{Name: commandError, Value: "%%writefile: want [-a] FILE"}
	}
	name, file := e.path(args[0])
	err := func() error {
		f, err := os.OpenFile(file, flags, 0o644)
		if err != nil {
			return err
		}
		if _, err := f.WriteString(text); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}()
	if err != nil {
		return &eval.Error{Name: commandError, Value: "%%writefile: " + err.Error()}
	}
	out.Stream("stderr", fmt.Sprintf("Cell contents %s %q.\n", verb, name))
	return nil
}

// moduleChanged forgets packages that the process has not loaded, and prints which of the others
// would be in another version now.
func (e *Engine) moduleChanged(ctx context.Context, out eval.Output) {
	e.relist()
	for _, line := range e.program.packages.reload(ctx) {
		e.tell(out, line)
	}
	e.program.lang = e.language(ctx)
}
