package live

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live/wire"
	"gopets/kernelext/internal/guard"
	"gopets/kernelext/internal/tempdir"
)

// Options say where an engine works. The zero value is an engine in the current folder.
type Options struct {
	// the notebook's folder; cells start in it, and import the packages of its module
	Dir   string
	Go    string   // the go command; empty is the one on the PATH
	Cache string   // for what is built once; empty is a folder of the user's cache
	Env   []string // of cells and builds; nil is this process's
	// Module is the folder of the module whose packages cells import where there is none around
	// Dir; empty is one of the engine's own.
	Module string
	Guard  *guard.Guard // ends what a killed process leaves; nil does without
	// Compile has every cell compiled, those too that could be evaluated without a build.
	Compile bool
	Logf    func(format string, args ...any)
}

// An Engine runs cells in one process, in which variables live from cell to cell. It satisfies
// [eval.Engine].
type Engine struct {
	o    Options
	dir  string       // the engine's own, temporary
	lock *flock.Flock // of dir
	tool *toolchain

	program *program
	builder *builder
	support *support
	output  *output
	scratch bool            // the module is the engine's own: go get may write it
	noGet   bool            // %noautoget
	folder  string          // of cells and shell commands, as %cd sets it
	defined map[string]bool // the flags that cells have defined

	ready    chan struct{} // closed when the process can be started
	readyErr error

	state *sync.Mutex // held while the program changes, and while it is copied

	mu      *sync.Mutex
	process *process
	running *running
	number  int // of versions
	closed  bool

	listing *sync.Mutex
	listed  map[string][]string // by pattern
}

var _ eval.Engine = (*Engine)(nil)

// running is the cell that runs.
type running struct {
	cell   eval.Cell
	out    eval.Output
	cancel context.CancelFunc
}

// New returns an engine. It fails, with the reason, where live cells cannot work: without a C
// compiler, on Windows.
func New(ctx context.Context, o Options) (*Engine, error) {
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if o.Env == nil {
		o.Env = os.Environ()
	}
	if o.Cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		o.Cache = filepath.Join(user, "gopets")
	}
	if o.Logf == nil {
		o.Logf = func(string, ...any) {}
	}
	e := &Engine{o: o, folder: o.Dir, ready: make(chan struct{}), state: new(sync.Mutex),
		mu: new(sync.Mutex), listing: new(sync.Mutex), listed: map[string][]string{},
		defined: map[string]bool{}}
	if e.tool, err = findToolchain(ctx, o.Go, o.Dir, slices.Clone(o.Env)); err != nil {
		return nil, err
	}
	if e.dir, e.lock, err = tempdir.New("nb-live-"); err != nil {
		return nil, err
	}
	o.Guard.Watch(0, e.dir)
	if err := e.open(ctx); err != nil {
		os.RemoveAll(e.dir)
		e.lock.Close()
		return nil, err
	}
	go func() {
		e.support, e.readyErr = buildSupport(context.WithoutCancel(ctx), e.builder, o.Cache)
		close(e.ready)
		if _, err := e.start(context.WithoutCancel(ctx)); err != nil {
			o.Logf("live: %v", err) // the first cell will say so
		}
	}()
	return e, nil
}

func (e *Engine) open(ctx context.Context) error {
	if err := e.findModule(ctx); err != nil {
		return err
	}
	fset := token.NewFileSet()
	packages := newPackages(e.tool, fset)
	e.program = newProgram(fset, packages)
	e.program.lang = e.language(ctx)
	var err error
	if e.builder, err = newBuilder(e.tool, packages, e.dir); err != nil {
		return err
	}
	e.output, err = openOutput(e.dir)
	return err
}

// Close ends the process and removes what the engine has made.
func (e *Engine) Close() error {
	e.mu.Lock()
	p := e.process
	e.process, e.closed = nil, true
	if e.running != nil {
		e.running.cancel()
	}
	e.mu.Unlock()
	if p != nil {
		p.kill()
	}
	<-e.ready
	e.output.close()
	return errors.Join(os.RemoveAll(e.dir), e.lock.Close())
}

// Eval is that of [eval.Engine].
func (e *Engine) Eval(ctx context.Context, cell eval.Cell, out eval.Output) (eval.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return eval.Result{}, errors.New("live: the engine is closed")
	}
	e.running = &running{cell, out, cancel}
	e.mu.Unlock()
	e.output.begin(out)
	err := e.eval(ctx, cell, out)
	value, pages, _ := e.output.end()
	e.mu.Lock()
	e.running = nil
	e.mu.Unlock()
	if err == nil {
		return eval.Result{Value: value, Pages: pages}, nil
	}
	if ctx.Err() != nil && !isFailure(err) {
		err = &eval.Error{Name: interruptedError, Value: "the cell was interrupted",
			Traceback: []string{red("Interrupted")}}
	}
	return eval.Result{Pages: pages}, err
}

func isFailure(err error) bool {
	var e *eval.Error
	return errors.As(err, &e)
}

// eval runs a cell: its commands, then its Go.
func (e *Engine) eval(ctx context.Context, cell eval.Cell, out eval.Output) error {
	s, err := e.commands(ctx, cell, out)
	if err != nil || s == nil {
		return err
	}
	lines := func(int) []string { return s.source.Lines }
	if wrong := s.source.Mistakes(); len(wrong) > 0 {
		var problems []problem
		for _, m := range wrong {
			problems = append(problems, problem{eval.Position{Cell: cell.Number, Line: m.Line,
				Column: m.Column}, m.Text})
		}
		return report(problems, lines)
	}
	if m, two := s.source.TwoMains(); two {
		return report([]problem{{eval.Position{Cell: cell.Number, Line: m.Line, Column: m.Column},
			m.Text}}, lines)
	}
	c, failure := parseCell(e.program.fset, cell.Number, s)
	if failure != nil {
		return failure
	}
	if len(c.file.Decls) == 0 && s.exec == "" && !s.test {
		return nil
	}
	for _, told := range e.program.packages.refresh() {
		e.tell(out, told)
	}
	if generates.MatchString(s.source.Go()) {
		e.tell(out, "//go:generate is not run: run its command with !")
	}
	failure, err = e.resolve(ctx, c)
	if err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	cgo := e.program.cgo
	if c.cgo {
		if cgo, err = e.cgoTypes(ctx, c); err != nil {
			return cgoError(c, err)
		}
	}
	e.state.Lock()
	k, failure := e.program.check(c, cgo)
	e.state.Unlock()
	if failure != nil {
		return failure
	}
	for _, w := range k.warnings {
		e.tell(out, w)
	}
	if !k.runs() {
		e.commit(k, nil)
		return nil
	}
	return e.run(ctx, k, out)
}

var generates = regexp.MustCompile(`(?m)^//go:generate `)

// tell prints a line of the engine's.
func (e *Engine) tell(out eval.Output, text string) {
	e.output.sync()
	out.Stream("stderr", text+"\n")
}

// run runs what a cell says: without a build if that is surely the same, else compiled.
func (e *Engine) run(ctx context.Context, k *checked, out eval.Output) error {
	p, err := e.start(ctx)
	if err != nil {
		return err
	}
	reply, err := e.direct(ctx, p, k)
	if errors.Is(err, errCompile) {
		reply, err = e.compiled(ctx, p, k)
	}
	if errors.Is(err, errEnded) {
		return e.crashed(p, k)
	}
	if err != nil {
		return err
	}
	e.commit(k, reply.Set)
	if k.cell.script.timed {
		e.output.sync()
		out.Stream("stdout", fmt.Sprintf("time: %v\n", reply.Elapsed.Round(time.Microsecond)))
	}
	return e.failure(reply, k)
}

// compiled builds what a cell needs, loads it and runs it.
func (e *Engine) compiled(ctx context.Context, p *process, k *checked) (wire.Reply, error) {
	e.number++
	v := k.generate(e.number)
	plugin, err := e.build(ctx, v)
	if err != nil {
		return wire.Reply{}, e.buildError(err, k)
	}
	defer os.Remove(plugin)
	e.program.packages.use(k.cell.number, e.program.packages.deps(sorted(v.paths)...))
	e.program.enter(v)
	return e.request(ctx, p, k, wire.Request{Op: wire.Run, Plugin: plugin, Number: v.number})
}

// request has the process run a cell.
func (e *Engine) request(ctx context.Context, p *process, k *checked, r wire.Request) (wire.Reply,
	error) {
	r.Args = append([]string{"cell"}, k.cell.script.args...)
	c, err := p.send(r)
	if err != nil {
		return wire.Reply{}, err
	}
	return e.wait(ctx, p, c)
}

// killAfter is how long an interrupted process may take to answer at all.
const killAfter = 5 * time.Second

// lookEvery is how often it is looked whether the cell waits for its standard input.
const lookEvery = 150 * time.Millisecond

// wait waits for the cell's end. An interrupt is passed on.
func (e *Engine) wait(ctx context.Context, p *process, c <-chan wire.Reply) (wire.Reply, error) {
	interrupted, late := ctx.Done(), (<-chan time.Time)(nil)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	reads, asking := 0, make(chan struct{}, 1)
	for {
		select {
		case reply := <-c:
			return reply, nil
		case <-p.done:
			select {
			case reply := <-c:
				return reply, nil
			default:
			}
			return wire.Reply{}, errEnded
		case <-interrupted:
			interrupted = nil
			_, _ = p.send(wire.Request{Op: wire.Interrupt})
			late = time.After(killAfter)
		case <-late:
			p.kill()
		case <-look.C:
			// Seen twice in a row, it is no read that is about to return.
			if reads++; !readsInput(p.cmd.Process.Pid) {
				reads = 0
			} else if reads == 2 {
				reads = -1 << 30
				go func() {
					e.output.askFor(ctx, "", false)
					asking <- struct{}{}
				}()
			}
		case <-asking:
			reads = 0
		}
	}
}

// start returns the process, which it starts if there is none.
func (e *Engine) start(ctx context.Context) (*process, error) {
	select {
	case <-e.ready:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if e.readyErr != nil {
		return nil, e.readyErr
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errors.New("live: the engine is closed")
	}
	if e.process != nil && !e.process.ended() {
		return e.process, nil
	}
	if e.process != nil {
		e.lose("the process ended between cells: " + e.process.reason)
	}
	p, err := startProcess(e.support.program, e.folder, e.processEnv(), e.output)
	if err != nil {
		return nil, err
	}
	e.process = p
	e.o.Guard.Watch(p.cmd.Process.Pid, "")
	go func() {
		<-p.done
		e.o.Guard.Over(p.cmd.Process.Pid)
	}()
	return p, nil
}

// processEnv is the environment of cells.
func (e *Engine) processEnv() []string {
	set := map[string]string{
		"NB_CELL": e.dir, "GONB_PIPE": filepath.Join(e.dir, "gonb"),
		"GONB_PIPE_BACK": filepath.Join(e.dir, backName),
		"GONB_DIR":       e.o.Dir, "GONB_TMP_DIR": e.dir,
	}
	if e.scratch { // where !* commands run, as in GoNB
		set["GONB_TMP_DIR"] = e.tool.dir
	}
	var env []string
	for _, v := range e.tool.env {
		name, _, _ := strings.Cut(v, "=")
		if _, ours := set[name]; !ours {
			env = append(env, v)
		}
	}
	for _, name := range sorted(set) {
		env = append(env, name+"="+set[name])
	}
	return env
}

// lose notes that all variables are gone with the process.
func (e *Engine) lose(why string) (names []string) {
	e.state.Lock()
	defer e.state.Unlock()
	p := e.program
	for _, name := range sorted(p.vars) {
		if v := p.vars[name]; v.lost == "" {
			gone := *v
			gone.lost = why
			p.vars[name] = &gone
			names = append(names, fmt.Sprintf("%s (cell %d)", name, v.cell))
		}
	}
	p.epoch = epoch{number: 1, types: map[string]string{}, ever: map[string]bool{}}
	p.compiled = map[string]compiled{}
	p.packages.unload()
	return names
}

// crashed tells of a cell that has ended the process.
func (e *Engine) crashed(p *process, k *checked) error {
	<-p.done
	_, _, stderr := e.output.end()
	e.commit(k, nil)
	e.mu.Lock()
	if e.process == p {
		e.process = nil
	}
	e.mu.Unlock()
	kind, value := lastWords(stderr)
	reason := p.reason
	if kind != "" {
		reason = kind + ": " + value
	}
	lost := e.lose("the process ended in cell " + fmt.Sprint(k.cell.number))
	failure := &eval.Error{Name: crashError, Value: reason,
		Position: eval.Position{Cell: k.cell.number}}
	failure.Traceback = []string{red(crashError + ": " + reason),
		"the process with the variables has ended; declarations are kept"}
	if len(lost) > 0 {
		failure.Traceback = append(failure.Traceback, "lost: "+strings.Join(lost, ", "))
	}
	return failure
}

// commit makes the program what it is after a cell; set are the keys of all variables that have
// values.
func (e *Engine) commit(k *checked, set []string) {
	e.state.Lock()
	defer e.state.Unlock()
	p := e.program
	drop := slices.Clone(k.drop)
	for _, d := range k.defines {
		if d.v == nil || slices.Contains(set, d.v.key) {
			continue
		}
		before := p.vars[d.name]
		switch {
		case before != nil && before.key != d.v.key:
			k.vars[d.name] = before // it keeps the value that it had
			drop = slices.DeleteFunc(drop, func(key string) bool { return key == before.key })
		default:
			d.v.lost = fmt.Sprintf("cell %d ended before it got one", k.cell.number)
		}
	}
	for name := range k.vars {
		if strings.HasPrefix(name, oldMark) {
			delete(k.vars, name)
		}
	}
	p.vars, p.cgo, p.shared = k.vars, k.cgo, k.shared
	p.cells = k.cells
	c := *k.cell
	c.run, c.body = nil, nil
	c.decls = slices.DeleteFunc(slices.Clone(c.decls),
		func(d *decl) bool { return strings.HasPrefix(d.names[0], mark) })
	p.cells = append(p.cells, &c)
	for name, path := range k.cell.imports {
		if !strings.HasPrefix(name, mark) {
			p.imports[name] = path
		}
	}
	for _, path := range k.cell.dots {
		if !slices.Contains(p.dots, path) {
			p.dots = append(p.dots, path)
		}
	}
	if len(drop) > 0 {
		e.mu.Lock()
		process := e.process
		e.mu.Unlock()
		if process != nil {
			_, _ = process.send(wire.Request{Op: wire.Drop, Args: drop})
		}
	}
}

// enter notes what the process has loaded.
func (p *program) enter(v *version) {
	if v.fresh {
		p.epoch.number++
		p.epoch.types = map[string]string{}
		p.compiled = map[string]compiled{}
	}
	for name, digest := range v.holds {
		p.compiled[name] = compiled{v.number, digest}
	}
	for name, digest := range v.digests {
		p.epoch.types[name] = digest
		if !strings.HasPrefix(name, ".") {
			p.epoch.ever[name] = true
		}
	}
}

// failure makes an error of what the process says about a cell's end.
func (e *Engine) failure(reply wire.Reply, k *checked) error {
	n := k.cell.number
	switch reply.Failure {
	case "":
		return nil
	case wire.Exit:
		value := fmt.Sprintf("exit status %d", reply.Status)
		if reply.Status == 0 && reply.Text == "" {
			return nil
		}
		return &eval.Error{Name: exitError, Value: value,
			Traceback: []string{red(exitError + ": " + value)}, Position: eval.Position{Cell: n}}
	case wire.Interrupted:
		text := "the cell was interrupted"
		if reply.Left {
			text = "the cell was interrupted: it waits for something, and its goroutine goes on"
		}
		return &eval.Error{Name: interruptedError, Value: text,
			Traceback: append([]string{red(interruptedError + ": " + text)},
				k.trace(reply.Frames)...), Position: eval.Position{Cell: n}}
	case wire.Panic:
		f := &eval.Error{Name: panicError, Value: plainNames(reply.Text),
			Position: firstPlace(reply.Frames)}
		f.Traceback = append([]string{red(panicError + ": " + f.Value)}, k.trace(reply.Frames)...)
		return f
	}
	return fmt.Errorf("live: %s", reply.Text)
}
