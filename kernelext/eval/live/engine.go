package live

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/gofrs/flock"

	"gopets/kernelext/eval"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/internal/tempdir"
)

// Options are options for [New]. The zero value is an engine in the current folder.
type Options struct {
	// the notebook's folder; cells start in it, and import the packages of its module
	Dir   string
	Go    string   // the go command; empty is the one on the PATH
	Cache string   // for builds; empty is a folder of the user's cache
	Env   []string // of cells and builds; nil is this process's
	// Module is used where Dir is in no module; empty is one of the engine's own.
	Module  string
	Cleanup *cleanup.Process // ends what a killed process leaves; may be nil
	// Compile compiles every cell, also those that need no build.
	Compile bool
	Logf    func(format string, args ...any)
}

// An Engine runs cells in one process, in which variables live from cell to cell. It implements
// [eval.Engine] and [eval.Widgets].
type Engine struct {
	o     Options
	dir   string         // the engine's own, temporary
	locks []*flock.Flock // of dir, and of the folders of the cache in use
	tool  *toolchain

	program *program
	builder *builder
	support *support
	output  *output
	scratch bool            // the module is the engine's own: go get may write it
	noGet   bool            // %noautoget
	folder  string          // of cells and shell commands, as %cd or a cell set it
	environ []string        // that of the process, if a cell changed it
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

var (
	_ eval.Engine  = (*Engine)(nil)
	_ eval.Widgets = (*Engine)(nil)
)

type running struct {
	cancel  context.CancelFunc
	refused string // why it was ended
}

// New returns an engine. It returns an error where live cells cannot work: without a C compiler, on
// Windows.
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
	dir, lock, err := tempdir.New("nb-live-")
	if err != nil {
		return nil, err
	}
	e.dir, e.locks = dir, append(e.locks, lock)
	o.Cleanup.Watch(0, e.dir)
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(e.dir), e.unlock())
	}
	go func() {
		e.readyErr = e.prepare(context.WithoutCancel(ctx))
		close(e.ready)
		if _, err := e.start(context.WithoutCancel(ctx)); err != nil {
			o.Logf("live: %v", err) // the first cell will return it
		}
		prune(o.Cache)
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
	if e.output, err = openOutput(e.dir); err == nil {
		e.output.refuse = e.refuse
		e.output.comms.script, e.output.comms.kernel = e.commScript, e.tool.env.lookup(kernelID)
	}
	return err
}

func (e *Engine) prepare(ctx context.Context) error {
	s, lock, err := buildSupport(ctx, e.builder, e.o.Cache)
	if err == nil {
		e.support, e.locks = s, append(e.locks, lock)
	}
	return err
}

func (e *Engine) refuse(reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.running; r != nil && r.refused == "" {
		r.refused = reason
		r.cancel()
	}
}

// Close ends the process and removes the engine's files.
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
	return errors.Join(os.RemoveAll(e.dir), e.unlock())
}

func (e *Engine) unlock() (err error) {
	for _, lock := range e.locks {
		if lock != nil {
			err = errors.Join(err, lock.Close())
		}
	}
	return err
}

// Eval implements [eval.Engine].
func (e *Engine) Eval(ctx context.Context, cell eval.Cell, out eval.Output) (eval.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return eval.Result{}, errors.New("live: the engine is closed")
	}
	e.running = &running{cancel: cancel}
	e.mu.Unlock()
	e.output.begin(out)
	err := e.eval(ctx, cell, out)
	value, pages, _ := e.output.end()
	e.mu.Lock()
	refused := e.running.refused
	e.running = nil
	e.mu.Unlock()
	if refused != "" {
		err = &eval.Error{Name: unsupportedError, Value: refused, Traceback: []string{red(refused)},
			Position: eval.Position{Cell: cell.Number}}
	}
	if err == nil {
		return eval.Result{Value: value, Pages: pages}, nil
	}
	if ctx.Err() != nil && !isFailure(err) {
		err = &eval.Error{Name: interruptedError, Value: "the cell was interrupted",
			Traceback: []string{red("Interrupted")}}
	}
	return eval.Result{Pages: pages}, err
}

// catch makes an error of a panic of the engine, or of a library that it uses: the kernel and the
// variables stay.
func (e *Engine) catch(err *error) {
	if p := recover(); p != nil {
		e.o.Logf("%v\n%s", p, debug.Stack())
		*err = fmt.Errorf("live: fault of the kernel: %v: write the cell in another way", p)
	}
}

func (e *Engine) check(c *cell, cgo *ast.File) (*checked, *eval.Error) {
	e.state.Lock()
	defer e.state.Unlock()
	return e.program.check(c, cgo)
}

func isFailure(err error) bool {
	var e *eval.Error
	return errors.As(err, &e)
}

func (e *Engine) eval(ctx context.Context, cell eval.Cell, out eval.Output) (err error) {
	defer e.catch(&err)
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
	c, failure := parseCell(e.program.fset, cell.Number, s, e.program.cells)
	if failure != nil {
		return failure
	}
	if len(c.file.Decls) == 0 && s.exec == "" && !s.test {
		return nil
	}
	for _, line := range e.program.packages.refresh() {
		e.tell(out, line)
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
	k, failure := e.check(c, cgo)
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

func (e *Engine) tell(out eval.Output, text string) {
	e.output.sync()
	out.Stream("stderr", text+"\n")
}
