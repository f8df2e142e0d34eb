package gonb

import (
	"context"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gopets/kernelext/cell"
	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
	"gopets/kernelext/jupyter"
)

// execution is a cell that runs.
type execution struct {
	cell         eval.Cell
	source       *cellsrc.Source
	plan         plan
	fresh        memory // what the cell declares
	declares     bool   // it declares something that is no import
	declaresInit bool
	autoget      bool
	dir          string // where cells run
	run          *run
	out          eval.Output
	done         chan struct{} // closed when the cell has ended
	build        *build        // of the last build, nil without
	asking       atomic.Int32  // questions to the user that wait for an answer

	mu          sync.Mutex
	interrupted bool
	reason      string   // why, if it was not asked for
	stderr      []byte   // its end
	exits       []string // what GoNB said about exit statuses
	began       bool     // main began
	init        time.Duration
}

// sent is a cell that GoNB was sent: GoNB speaks of its numbers and lines, people of the
// notebook's.
type sent struct {
	count  int
	lines  []int
	source []string
	golang []goLine
}

type localOf struct {
	count int
	text  string
}

// Eval implements [eval.Engine].
func (e *Engine) Eval(ctx context.Context, c eval.Cell, out eval.Output) (eval.Result, error) {
	x := &execution{cell: c, source: cellsrc.Parse(c.Source), out: out, done: make(chan struct{})}
	x.run = &run{out: out, heard: x.hear, begun: x.begun}
	if c.NoInput {
		x.run.refuse = func() { e.interruptCell(x, nobodyToAsk) }
	}
	if failure := e.refuse(x); failure != nil {
		return eval.Result{}, failure
	}
	child, err := e.waitChild(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return eval.Result{}, x.interruption()
		}
		e.restart() // what was missing may be there when the next cell comes
		return eval.Result{}, fmt.Errorf("GoNB does not start: %w", err)
	}
	e.mu.Lock()
	e.current = x
	e.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { e.interruptCell(x, "") })
	defer func() {
		stop()
		close(x.done)
		e.mu.Lock()
		e.current = nil
		e.mu.Unlock()
	}()
	e.output.begin(x.run)
	failure := e.runCell(x, child)
	e.output.sync()
	if failure != nil {
		return eval.Result{}, failure
	}
	return eval.Result{Value: x.run.value, Pages: x.run.pages}, nil
}

// refuse finds what GoNB would quietly do wrong.
func (e *Engine) refuse(x *execution) *eval.Error {
	s, n := x.source, x.cell.Number
	if c, unknown := s.Unknown(); unknown {
		return atLine(plainError("UnknownMagic",
			fmt.Sprintf("%%%s is no command of this kernel; %%help lists them", c.Name)), n,
			s.Lines, c.Line+1)
	}
	if wrong, two := s.TwoMains(); two {
		return compileError(n, s.Lines, wrong)
	}
	if wrong, ok := unsupported(s); ok {
		return compileError(n, s.Lines, wrong)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	x.plan = newPlan(s, e.memory, func(call string) bool {
		return e.mute[call] ||
			e.memory.mute(call)
	})
	x.fresh = newMemoryOf(x.plan.decls)
	x.declares = len(x.fresh.decls) > 0
	x.declaresInit = initFunc.MatchString(x.plan.decls)
	x.autoget = e.autoget(s)
	if x.dir, _ = os.Getwd(); e.cd != "" {
		x.dir = e.cd
	}
	if clash := e.memory.clash(x.plan.decls); clash != "" {
		return plainError("CompileError", clash)
	}
	return nil
}

var (
	initFunc  = regexp.MustCompile(`(?m)^func init\(`)
	directive = regexp.MustCompile(`^//go:(embed|generate|linkname|wasmimport|wasmexport)\b`)
)

// unsupported finds what GoNB drops without a word.
func unsupported(s *cellsrc.Source) (cellsrc.Mistake, bool) {
	if s.Foreign != "" {
		return cellsrc.Mistake{}, false
	}
	inits := 0
	for i, line := range s.Lines {
		if s.Kinds[i] != cellsrc.Go || s.Within[i] {
			continue
		}
		if m := directive.FindStringSubmatch(line); m != nil {
			return cellsrc.Mistake{Line: i + 1, Text: "//go:" + m[1] +
				" has no effect in a cell of this kernel"}, true
		}
		if strings.HasPrefix(line, "func init(") {
			if inits++; inits == 2 {
				return cellsrc.Mistake{Line: i + 1,
					Text: "GoNB keeps one func init of a cell: call them init_a, init_b, which " +
						"run likewise"}, true
			}
		}
		if line == `import "C"` {
			return cellsrc.Mistake{Line: i + 1,
				Text: `cgo does not work in a cell of this kernel, for GoNB drops its preamble; the kernel "Go" has it`}, true
		}
	}
	return cellsrc.Mistake{}, false
}

// autoget follows %autoget and %noautoget. The lock is held.
func (e *Engine) autoget(s *cellsrc.Source) bool {
	for _, c := range s.Commands {
		switch c.Name {
		case "autoget":
			e.noget = false
		case "noautoget":
			e.noget = true
		}
	}
	return !e.noget
}

// runCell has GoNB run a cell; the result is nil if all went well.
func (e *Engine) runCell(x *execution, c *child) error {
	if err := e.marks(x); err != nil {
		return err
	}
	if !x.cell.NoInput {
		go e.watchInput(c, x)
	}
	if done, err := e.ownCommands(x); done || err != nil {
		return err
	}
	e.warnChanges(x)
	reply, failure := e.try(c, x)
	e.output.sync()
	shell, _ := os.ReadFile(filepath.Join(e.dir, cell.FailedName))
	compiled := reply != nil && !compileLine.MatchString(reply.EValue) &&
		!buildCommand.MatchString(reply.EValue)
	if compiled && x.source.Foreign == "" {
		e.remember(x)
	}
	x.mu.Lock()
	exits, interrupted := x.exits, x.interrupted
	x.mu.Unlock()
	var bad *eval.Error
	switch {
	case failure != nil:
		return failure
	case interrupted && (reply.Status == "error" || len(shell) > 0 || len(exits) > 0):
		bad = x.interruption()
	case len(shell) > 0:
		status, line := shellFailure(string(shell))
		bad = atLine(plainError("ShellError", "a shell command failed with exit status "+status),
			x.cell.Number, x.source.Lines, line)
	case reply.Status == "error":
		bad = e.explain(x, reply)
	case len(exits) > 0 && (len(x.source.Shells) > 0 || x.source.Foreign != ""):
		bad = atLine(plainError("ShellError", "a command of the cell failed: "+exits[len(exits)-1]),
			x.cell.Number, x.source.Lines, 1)
	case interrupted:
		bad = x.interruption()
	}
	if bad == nil {
		e.warnSlow(x)
		return nil
	}
	if compiled && len(shell) == 0 {
		e.dropVariables(c, x, bad)
	}
	return bad
}

// ownCommands runs the commands that GoNB does not have. done tells that nothing else is in the
// cell.
func (e *Engine) ownCommands(x *execution) (done bool, err error) {
	for _, cmd := range x.source.Commands {
		switch cmd.Name {
		case "who":
			x.out.Stream("stdout", e.who())
		case "restart":
			e.mu.Lock()
			c := e.child
			e.mu.Unlock()
			e.forget()
			e.closeChild(c)
			e.restart()
			if _, err := e.waitChild(context.Background()); err != nil {
				return true, fmt.Errorf("GoNB does not start: %w", err)
			}
			return true, nil
		case "cd":
			e.mu.Lock()
			if dir := absolute(x.dir, strings.TrimSpace(cmd.Args)); cmd.Args != "" {
				e.cd = dir
			}
			e.mu.Unlock()
		}
	}
	return strings.TrimSpace(x.plan.code) == "", nil
}

// who lists the variables that earlier cells declared.
func (e *Engine) who() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var b strings.Builder
	for _, name := range sortedKeys(e.memory.decls) {
		if d := e.memory.decls[name]; d.kind == token.VAR {
			fmt.Fprintf(&b, "%-16s %-24s cell [%d]\n", name, d.typ, d.cell)
		}
	}
	return b.String()
}

// shellFailure reads what shellHead notes: the status and the line of the command, or only the
// status.
func shellFailure(note string) (status string, line int) {
	fields := strings.Fields(note)
	if len(fields) > 1 {
		line, _ = strconv.Atoi(fields[1])
	}
	return fields[0], line
}

var noValue = regexp.MustCompile(`\(no value\) used as value`)

// marks leaves the files by which a cell's program knows how to behave.
func (e *Engine) marks(x *execution) error {
	for name, there := range map[string]bool{
		cell.FailedName:  false,
		cell.PlainName:   x.source.Has("capture"), // GoNB writes what it gets into a file
		cell.NoInputName: x.cell.NoInput,
	} {
		path := filepath.Join(e.dir, name)
		if there {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
		} else if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// try sends a cell to GoNB and waits for the end of it.
func (e *Engine) try(c *child, x *execution) (*jupyter.ExecuteReply, error) {
	e.mu.Lock()
	e.sent[c.count+1] = sent{x.cell.Number, x.plan.lines, x.source.Lines, x.plan.golang()}
	e.mu.Unlock()
	e.output.follow(&tracer{dir: c.dir, test: x.source.Has("test"), cells: e.latest,
		files: map[string]*traceFile{}})
	if x.isInterrupted() {
		return nil, x.interruption()
	}
	if err := c.execute(x.plan.code); err != nil {
		return nil, fmt.Errorf("GoNB cannot be reached: %w", err)
	}
	var reply *jupyter.ExecuteReply
	for idle := false; reply == nil || !idle; {
		m, ok := <-c.replies
		if !ok {
			return nil, e.died(c)
		}
		if m.Header.Type == "status" {
			idle = true
			continue
		}
		reply = new(jupyter.ExecuteReply)
		if err := m.Decode(reply); err != nil {
			return nil, err
		}
	}
	if x.build != nil && (reply.Status == "ok" || x.isBegun()) {
		e.warn(x, x.build.finished()...)
	}
	return reply, nil
}

// warn tells the user something that is no error.
func (e *Engine) warn(x *execution, lines ...string) {
	for _, line := range lines {
		x.out.Stream("stderr", line+"\n")
	}
}

// died tells of GoNB's death and starts another.
func (e *Engine) died(c *child) error {
	<-c.kernel.Done()
	how, _, _ := strings.Cut(c.kernel.Death().Error(), ";")
	e.logf("%s", how)
	e.closeChild(c)
	e.forget()
	if e.life.Err() == nil { // else the engine is closed
		e.restart()
	}
	return plainError("KernelDied",
		"GoNB has ended, and was started again: what earlier cells declared is gone; run "+
			"them again")
}

// remember notes what a cell that compiled has left.
func (e *Engine) remember(x *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if x.source.Has("reset") {
		e.memory, e.aside = newMemory(), map[string]string{}
	}
	for _, c := range x.source.Commands {
		if c.Name == "rm" || c.Name == "remove" {
			e.memory.remove(strings.Fields(c.Args))
		}
	}
	e.memory.add(x.plan.decls, x.cell.Number)
	if x.declares {
		clear(e.mute) // the names may mean something else now
	}
	for _, l := range x.plan.locals {
		e.locals[l.name] = localOf{x.cell.Number, l.text}
	}
}

// interruptCell stops a cell; reason is empty when that was asked for.
func (e *Engine) interruptCell(x *execution, reason string) {
	e.mu.Lock()
	c := e.child
	e.mu.Unlock()
	x.mu.Lock()
	again := x.interrupted
	x.interrupted = true
	if !again {
		x.reason = reason
	}
	x.mu.Unlock()
	if !again && c != nil {
		go e.interrupt(c, x.done)
	}
}

func (x *execution) isInterrupted() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.interrupted
}

func (x *execution) interruption() *eval.Error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.reason != "" {
		return plainError("InputRefused", x.reason)
	}
	return plainError("Interrupted", "the cell was interrupted")
}

// exitNote is what GoNB adds to the standard error when a program or a command has failed; the
// error says the same.
var exitNote = regexp.MustCompile(
	`^(\^C\n)?(exit status \d+|signal: [a-z ]+( \(core dumped\))?)\n$`)

// heard takes GoNB's text and errors.
func (e *Engine) heard(m *jupyter.Message) {
	var s jupyter.StreamContent
	if m.Header.Type == "error" || m.Decode(&s) != nil {
		return // the reply says the same
	}
	if s.Name == "stderr" {
		s.Text = e.renumber(s.Text)
		e.mu.Lock()
		x := e.current
		e.mu.Unlock()
		if x != nil {
			if exitNote.MatchString(s.Text) {
				x.mu.Lock()
				x.exits = append(x.exits, strings.TrimSpace(s.Text))
				x.mu.Unlock()
				return
			}
			x.hear(s.Text)
		}
	}
	e.output.after(func(out eval.Output) { out.Stream(s.Name, s.Text) })
}

// hear keeps the end of the cell's standard error, where its last words are.
func (x *execution) hear(text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stderr = append(x.stderr, text...)
	if over := len(x.stderr) - 64<<10; over > 0 {
		x.stderr = slices.Clone(x.stderr[over:])
	}
}

func (x *execution) lastStderr() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.stderr)
}

func (x *execution) begun(init time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.began, x.init = true, init
}

func (x *execution) isBegun() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.began
}

// imports reports whether the cell itself imports a package.
func (x *execution) imports(path string) bool {
	for _, spec := range x.fresh.imports {
		if strings.Contains(spec, `"`+path+`"`) || strings.Contains(spec, "`"+path+"`") {
			return true
		}
	}
	return false
}
