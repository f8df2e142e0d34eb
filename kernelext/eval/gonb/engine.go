package gonb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"gopets/kernelext/eval"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/internal/tempdir"
)

// Options are options for [New]. GoNB is required.
type Options struct {
	GoNB      string // its program
	Workspace string // the module whose packages cells import; "" for none
	Gopls     string // its program, for completion and inspection; may be ""
	Goimports string // its program, for imports outside the standard library; may be ""
	// a folder shared with later engines; "" is one removed by Close
	Cache   string
	Cleanup *cleanup.Process // ends what a killed process leaves; may be nil
	Log     io.Writer        // for diagnostics; nil is the standard error
}

// check reports files that are missing since the installation.
func (o Options) check() error {
	if o.Workspace != "" {
		if _, err := os.Stat(filepath.Join(o.Workspace, "go.mod")); err != nil {
			return fmt.Errorf(
				"the module whose packages cells import is no longer in %s: run nb install again "+
					"in its folder", o.Workspace)
		}
	}
	if _, err := os.Stat(o.GoNB); err != nil {
		return fmt.Errorf("%s is missing: nb setup builds it", o.GoNB)
	}
	return nil
}

// An Engine runs cells with a GoNB of its own. It implements [eval.Engine] and [eval.Widgets].
type Engine struct {
	o      Options
	log    *log.Logger
	output *output
	dir    string       // private; see files.go
	lock   *flock.Flock // keeps other engines from removing dir
	gonbui string       // the folder of the copy of gonbui; "" without
	// of the module that it is a copy of
	gonbSource string
	gopls      *gopls
	life       context.Context
	end        context.CancelFunc

	mu       sync.Mutex
	child    *child
	ready    chan struct{} // closed when child is there, or startErr
	startErr error
	current  *execution   // the cell that runs
	sent     map[int]sent // what GoNB was sent, by its number
	memory   memory
	locals   map[string]localOf
	mute     map[string]bool   // functions without a value
	aside    map[string]string // declarations that are set aside, with the reason
	warned   bool              // of slow variables
	modules  []string          // folders of modules beside the notebook that builds use
	names    map[string]string // of packages, by path
	noget    bool              // %noautoget
	cd       string            // where cells run, "" for the process's folder
}

// New starts an engine. GoNB starts in the background: the first [Engine.Eval] returns its error.
func New(o Options) (*Engine, error) {
	if o.Log == nil {
		o.Log = os.Stderr
	}
	e := &Engine{o: o, log: log.New(o.Log, "gonb: ", log.LstdFlags|log.Lmsgprefix),
		sent: map[int]sent{}, locals: map[string]localOf{},
		mute: map[string]bool{}, memory: newMemory(), aside: map[string]string{},
		names: map[string]string{}}
	var err error
	if e.dir, e.lock, err = tempdir.New("nbk-"); err != nil {
		return nil, fmt.Errorf("the engine's folder: %w", err)
	}
	o.Cleanup.Watch(0, e.dir)
	if err := e.writeFiles(); err != nil {
		_ = e.removeDir()
		return nil, fmt.Errorf("the engine's folder: %w", err)
	}
	if e.output, err = openOutput(e.dir); err != nil {
		_ = e.removeDir()
		return nil, err
	}
	e.life, e.end = context.WithCancel(context.Background())
	if err := e.serveBuilds(e.life); err != nil {
		e.output.close()
		_ = e.removeDir()
		return nil, err
	}
	if o.Gopls != "" {
		e.gopls = newGopls(o.Gopls, filepath.Join(e.dir, "gowork", "go.work"), o.Cleanup)
	}
	e.restart()
	return e, nil
}

// Close ends GoNB, gopls and the running cell, and removes the engine's folder.
func (e *Engine) Close() error {
	e.end()
	e.mu.Lock()
	ready := e.ready
	e.mu.Unlock()
	<-ready
	e.mu.Lock()
	c := e.child
	e.child = nil
	e.mu.Unlock()
	if c != nil {
		e.closeChild(c)
	}
	if e.gopls != nil {
		e.gopls.close()
	}
	e.output.close()
	return e.removeDir()
}

func (e *Engine) removeDir() error { return errors.Join(os.RemoveAll(e.dir), e.lock.Close()) }

func (e *Engine) logf(format string, args ...any) { e.log.Printf(format, args...) }

func (e *Engine) restart() {
	ready := make(chan struct{})
	e.mu.Lock()
	first := e.ready == nil
	e.ready, e.child, e.startErr = ready, nil, nil
	e.sent = map[int]sent{}
	e.mu.Unlock()
	go func() {
		defer close(ready)
		ctx, cancel := context.WithTimeout(e.life, time.Minute)
		defer cancel()
		prepared := make(chan struct{})
		go func() {
			defer close(prepared)
			if first {
				e.prepareGonbui(ctx)
			}
		}()
		var c *child
		err := e.o.check()
		if err == nil {
			c, err = e.startChild(ctx)
		}
		<-prepared
		e.mu.Lock()
		e.child, e.startErr = c, err
		e.mu.Unlock()
		if err != nil {
			e.logf("GoNB does not start: %v", err)
			return
		}
		if e.gopls != nil {
			e.gopls.follow(c.dir)
		}
	}()
}

func (e *Engine) waitChild(ctx context.Context) (*child, error) {
	e.mu.Lock()
	ready := e.ready
	e.mu.Unlock()
	select {
	case <-ready:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.child == nil && e.startErr == nil {
		return nil, errors.New("the engine is closed")
	}
	return e.child, e.startErr
}

func (e *Engine) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.memory, e.locals = newMemory(), map[string]localOf{}
	e.mute, e.aside = map[string]bool{}, map[string]string{}
}

func (e *Engine) Comm(kind string, content map[string]any) {
	e.mu.Lock()
	c := e.child
	e.mu.Unlock()
	if c == nil {
		return
	}
	if err := c.comm(kind, content); err != nil {
		e.logf("%s: %v", kind, err)
	}
}

var (
	_ eval.Engine  = (*Engine)(nil)
	_ eval.Widgets = (*Engine)(nil)
)
