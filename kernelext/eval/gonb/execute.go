package gonb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gopets/kernelext/cell"
	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
	"gopets/kernelext/jupyter"
)

type execution struct {
	cell         eval.Cell
	source       *cellsrc.Source
	plan         plan
	fresh        memory // what the cell declares
	declares     bool   // it declares more than imports
	declaresInit bool
	autoget      bool
	dir          string // where cells run
	run          *run
	out          eval.Output
	done         chan struct{} // closed when the cell has ended
	building     sync.Mutex    // held while a question of the build is answered
	build        *build        // the last one, nil without; see lastBuild
	asking       atomic.Int32  // questions to the user that wait for an answer
	answered     atomic.Int64  // when GoNB last got an answer for the cell, Unix nanoseconds

	mu          sync.Mutex
	interrupted bool
	reason      string   // why, if it was not asked for
	stderr      []byte   // its end
	exits       []string // GoNB's notes on exit statuses
	began       bool     // main began
	init        time.Duration
}

// sent is a cell as sent to GoNB, whose numbers and lines differ from the notebook's.
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

func (e *Engine) Eval(ctx context.Context, c eval.Cell, out eval.Output) (eval.Result, error) {
	x := &execution{cell: c, source: cellsrc.Parse(c.Source), out: out, done: make(chan struct{})}
	x.run = &run{out: out, stderr: x.addStderr, begun: x.begun}
	if c.NoInput {
		x.run.refuse = func() { e.interruptCell(x, noInput) }
	}
	if failure := e.refuse(x); failure != nil {
		return eval.Result{}, failure
	}
	child, err := e.waitChild(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return eval.Result{}, x.interruption()
		}
		e.restart() // what was missing may be there for the next cell
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

func (e *Engine) marks(x *execution) error {
	for name, there := range map[string]bool{
		cell.FailedName:  false,
		cell.PlainName:   x.source.Has("capture"), // GoNB writes its output into a file
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
	if b := x.lastBuild(); b != nil && (reply.Status == "ok" || x.isBegun()) {
		e.warn(x, b.finished()...)
	}
	return reply, nil
}

func (e *Engine) warn(x *execution, lines ...string) {
	for _, line := range lines {
		x.out.Stream("stderr", line+"\n")
	}
}

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
		"GoNB ended and was restarted: earlier cells' declarations are lost: run them again")
}

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
		clear(e.mute) // the names may have changed
	}
	for _, l := range x.plan.locals {
		e.locals[l.name] = localOf{x.cell.Number, l.text}
	}
}

func (x *execution) imports(path string) bool {
	for _, spec := range x.fresh.imports {
		if strings.Contains(spec, `"`+path+`"`) || strings.Contains(spec, "`"+path+"`") {
			return true
		}
	}
	return false
}
