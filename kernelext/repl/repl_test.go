package repl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

// scripted is an engine with a fixed set of calls as cells.
type scripted struct{}

func (scripted) Eval(ctx context.Context, c eval.Cell, out eval.Output) (eval.Result, error) {
	call, args, _ := strings.Cut(strings.TrimSpace(c.Source), "(")
	args = strings.Trim(args, "\")")
	switch call {
	case "value":
		return eval.Result{Value: eval.Bundle{"text/plain": args}}, nil
	case "print":
		out.Stream("stdout", args)
	case "cell":
		out.Stream("stdout", fmt.Sprintf("%d %q\n", c.Number, c.Source))
	case "block":
		out.Stream("stdout", "blocked\n")
		<-ctx.Done()
		return eval.Result{}, &eval.Error{Name: "Interrupted", Value: "by the user"}
	case "fail":
		return eval.Result{}, &eval.Error{Name: "Panic", Value: "bad", Traceback: []string{
			"\x1b[31mPanic: bad\x1b[0m", "-> 1  fail()"}}
	case "broken":
		return eval.Result{}, errors.New("the engine is broken")
	case "ask", "secret":
		answer, err := out.Input(ctx, "name? ", call == "secret")
		out.Stream("stdout", fmt.Sprintf("%s, %v\n", answer, err))
	case "later":
		time.AfterFunc(300*time.Millisecond, func() { out.Stream("stdout", "it is later\n") })
	case "bar":
		for i := range 3 {
			out.Display(eval.Display{ID: "bar", Update: i > 0,
				Data: eval.Bundle{"text/plain": fmt.Sprintf("at %d", i)}})
		}
		out.Stream("stderr", "done\n")
	}
	return eval.Result{}, nil
}

func (scripted) Complete(_ context.Context, code string, cursor int) (eval.Completion, error) {
	before := string([]rune(code)[:cursor])
	from := strings.LastIndexAny(before, ". (") + 1
	found := eval.Completion{Start: from, End: cursor}
	for _, name := range []string{"Println", "Printf", "Sprint"} {
		if strings.HasPrefix(name, before[from:]) {
			found.Matches = append(found.Matches, eval.Match{Text: name, Detail: "func"})
		}
	}
	return found, nil
}

func (scripted) Inspect(_ context.Context, code string, _, _ int) (eval.Inspection, error) {
	if code == "unknown" {
		return eval.Inspection{}, nil
	}
	return eval.Inspection{Data: eval.Bundle{"text/plain": "about " + code}}, nil
}

func (scripted) Close() error { return nil }

// historyVar has a test binary be the terminal's program; it names the history's file. engineVar
// has its engine be a live one, and is that one's cache.
const historyVar, engineVar = "NB_REPL_TEST", "NB_REPL_TEST_LIVE"

func TestMain(m *testing.M) {
	if file, ok := os.LookupEnv(historyVar); ok {
		ctx := context.Background()
		var e eval.Engine = scripted{}
		if os.Getenv(engineVar) != "" {
			var err error
			if e, err = live.New(ctx, live.Options{Cache: os.Getenv(engineVar)}); err != nil {
				fmt.Println("no live engine:", err)
				os.Exit(0)
			}
		}
		err := Run(ctx, Options{Engine: e, Banner: "hello", HistoryFile: file})
		fmt.Println("ended:", err)
		e.Close()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A console runs the test binary, and keeps what it shows.
type console struct {
	t    *testing.T
	tty  *os.File
	cmd  *exec.Cmd
	mu   sync.Mutex
	seen bytes.Buffer
	at   int // what has been looked for is before
	done chan struct{}
}

func openConsole(t *testing.T, history string, env ...string) *console {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &console{t: t, cmd: exec.Command(exe), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), historyVar+"="+history, "TERM=xterm",
		"HOME="+filepath.Dir(history), "INPUTRC=/dev/null")
	p.cmd.Env = append(p.cmd.Env, env...)
	if p.tty, err = pty.StartWithSize(p.cmd, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Skipf("no terminal can be made here: %v", err)
	}
	go func() {
		defer close(p.done)
		buf := make([]byte, 4096)
		for {
			n, err := p.tty.Read(buf)
			p.mu.Lock()
			p.seen.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		p.tty.Close()
		p.cmd.Wait()
	})
	p.types("", "hello", "[1]>")
	return p
}

// types writes keys, and waits until each of the texts is shown, one behind the other.
func (p *console) types(keys string, texts ...string) {
	p.t.Helper()
	if _, err := p.tty.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
	for _, text := range texts {
		p.reads(text)
	}
}

// reads waits until a text is shown behind what has been read. The two minutes only end a hang.
func (p *console) reads(text string) {
	p.t.Helper()
	for range 12000 {
		p.mu.Lock()
		rest := p.seen.String()[p.at:]
		i := strings.Index(rest, text)
		if i >= 0 {
			p.at += i + len(text)
		}
		p.mu.Unlock()
		if i >= 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.t.Fatalf("%q is not shown; what is:\n%q", text, p.seen.String()[p.at:])
}

const (
	enter     = "\r"
	up        = "\x1b[A"
	interrupt = "\x03"
	leave     = "\x04"
)

func TestTerminal(t *testing.T) {
	history := filepath.Join(t.TempDir(), "kept", "history.jsonl")
	p := openConsole(t, history)
	p.types(`value("forty-two")`+enter, "forty-two\r\n", "[2]>")

	// Several lines are one cell; blanks do not count.
	p.types("cell(1," + enter)
	p.types("2)"+enter, `2 "cell(1,\n2)"`, "[3]>")

	// What is typed is cleared; what runs is interrupted.
	p.types("value("+enter+interrupt, "[3]>")
	p.types("block()"+enter, "blocked\r\n")
	p.types(interrupt, "Interrupted: by the user", "[4]>")

	// An error has its colours here, and does not end anything.
	p.types("fail()"+enter, "\x1b[31mPanic: bad\x1b[0m\r\n-> 1  fail()", "[5]>")
	p.types("broken()"+enter, "the engine is broken", "[6]>")

	// A line without its end does not run into the prompt.
	p.types(`print("half")`+enter, "half\r\n", "[7]>")

	p.types("?strings.Cut"+enter, "about strings.Cut", "[8]>")

	p.types("fmt.Printl\t"+enter, "fmt.Println", "[9]>")

	p.types("ask()"+enter, "name? ")
	p.types("gopher\n", "gopher, <nil>", "[10]>")
	p.types("secret()"+enter, "name? ")
	p.types("hidden\x7fn\r", "\r\nhidden, <nil>", "[11]>")
	p.types("ask()"+enter, "name? ")
	p.types(interrupt, "context canceled", "[12]>")

	// A goroutine of an earlier cell prints while something is typed.
	p.types("later()"+enter, "[13]>")
	p.types("value(7", "it is later\r\n", "[13]>")
	p.types(")"+enter, "7\r\n", "[14]>")

	// A bar is drawn in its place.
	p.types("bar()"+enter,
		"at 0\r\n\x1b[1A\r\x1b[Jat 1\r\n\x1b[1A\r\x1b[Jat 2\r\ndone\r\n", "[15]>")
	p.types(leave, "ended: <nil>")
	<-p.done

	// Another day: the cell of two lines is back, whole.
	p = openConsole(t, history)
	p.types(strings.Repeat(up, 13)+enter, `1 "cell(1,\n2)"`)
	if info, err := os.Stat(history); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the history: %v, %v", info, err)
	}
	// A process that is asked to end does so, whatever it waits for.
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.reads("ended: ")
}

func TestLiveTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles cells")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	if e, err := live.New(t.Context(), live.Options{Dir: t.TempDir()}); err != nil {
		t.Skip(err)
	} else {
		e.Close()
	}
	p := openConsole(t, filepath.Join(t.TempDir(), "history.jsonl"),
		engineVar+"="+filepath.Join(cache, "gopets"))
	p.types("counter := 41"+enter, "[2]>")
	p.types(`fmt.Println("begun"); for {}`+enter, "begun\r\n")
	p.types(interrupt, "Interrupted", "[3]>")
	p.types("count\t + 1"+enter, "42\r\n", "[4]>")
	p.types("counter + nothing"+enter, "undefined: nothing", "counter + nothing", "[5]>")
	p.types(leave, "ended: <nil>")
	<-p.done
}

// pipe runs cells from a text.
func pipe(t *testing.T, in string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = Run(context.Background(), Options{Engine: scripted{}, Input: strings.NewReader(in),
		Out: &o, Err: &e})
	return o.String(), e.String(), err
}

func TestPipe(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		`value("one")`:                   "one\n",
		"print(\"one\")\n\nvalue(2)\n":   "one\n2\n",
		"cell(1,\n2)\nvalue(3)":          "1 \"cell(1,\\n2)\"\n3\n",
		"%%\nprint(1)\nprint(2)\n\ncell": "2 \"cell\"\n",
		"ask()\ngopher\nvalue(3)":        "gopher, <nil>\n3\n",
		"ask()":                          ", EOF\n",
		"?fmt":                           "about fmt\n",
		"bar()\nvalue(1)":                "at 0\nat 2\n1\n",
		"// only a comment":              "",
		"cell(\r\n1)\r\n":                "1 \"cell(\\n1)\"\n",
	} {
		out, errs, err := pipe(t, in)
		if out != want || err != nil {
			t.Errorf("%q: %q, %v, %q; want %q", in, out, err, errs, want)
		}
	}
	out, errs, err := pipe(t, "print(\"before\")\nfail()\nprint(\"behind\")\n")
	if !errors.Is(err, ErrCell) || out != "before\n" || errs != "Panic: bad\n-> 1  fail()\n" {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
	if _, errs, err := pipe(t, "?unknown"); !errors.Is(err, ErrCell) ||
		errs != "NameError: nothing is known about unknown\n" {
		t.Errorf("%q, %v", errs, err)
	}
}

func ExampleRun() {
	err := Run(context.Background(), Options{Engine: scripted{},
		Input: strings.NewReader("value(\"one\")\nvalue(\"two\")")})
	fmt.Println(err)
	// Output:
	// one
	// two
	// <nil>
}
