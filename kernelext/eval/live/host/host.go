// Package host is the process in which cells live: it loads each compiled cell as a plugin and runs
// it. A panic in the cell's goroutine, os.Exit and an interrupt are caught here.
package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"plugin"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopets/kernelext/cell"
	"gopets/kernelext/cell/show"
	"gopets/kernelext/eval/live/interp"
	"gopets/kernelext/eval/live/rt"
	"gopets/kernelext/eval/live/wire"
)

// Main serves requests from file 3 and answers on file 4, until the engine is gone.
func Main() {
	// A command that a cell starts must not hold the pipes open after this process has ended.
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	requests, replies := os.NewFile(3, "requests"), os.NewFile(4, "replies")
	debug.SetTraceback("all")
	h := &host{replies: json.NewEncoder(replies), abandoned: map[int]bool{},
		streams: copyStreams(), signals: make(chan os.Signal, 1),
		newest: newest{types: map[string]reflect.Type{}, found: map[reflect.Type]reflect.Type{}}}
	rt.Showing = func(call bool, values ...any) {
		if call {
			show.Results(values...)
		} else {
			show.Values(values...)
		}
	}
	rt.Newest = h.newest.of
	rt.Deep = func(v any) any { return h.newest.upgrader().deep(v) }
	rt.Stopped = h.stopped
	rt.Exiting = h.exiting
	rt.Gonbui = gonbui
	catchExit(h.exit)
	in := json.NewDecoder(requests)
	for {
		var r wire.Request
		if err := in.Decode(&r); err != nil {
			leave()
		}
		h.serve(r)
	}
}

// leave ends the process and its children, and removes the folder of an engine that was killed.
func leave() {
	if dir := os.Getenv(cell.Env); strings.HasPrefix(filepath.Base(dir), "nb-live-") {
		_ = os.RemoveAll(dir)
	}
	_ = syscall.Kill(0, syscall.SIGKILL)
	syscall.Exit(0) // os.Exit is caught
}

type host struct {
	send    sync.Mutex
	replies *json.Encoder
	signals chan os.Signal // of interrupts, which would end the process otherwise
	newest  newest
	streams streams

	mu        sync.Mutex
	loading   bool         // a plugin is being loaded: packages are initialised
	current   *execution   // nil between cells
	abandoned map[int]bool // goroutines of cells that were left behind
}

type execution struct {
	request   wire.Request
	run       func()
	stop      *rt.Flag
	tree      *interp.Cell // what is evaluated without a build; nil for a version
	goroutine int
	began     time.Time
	folder    string   // where it began
	environ   []string // with which it began
	asked     int      // how often it was asked to end
	stopping  bool     // it was interrupted, or a goroutine of it has called os.Exit
	exit      *int     // the status that it called os.Exit with
	done      chan struct{}
	once      sync.Once
}

func (h *host) reply(r wire.Reply) {
	h.send.Lock()
	defer h.send.Unlock()
	_ = h.replies.Encode(r)
}

func (h *host) serve(r wire.Request) {
	switch r.Op {
	case wire.Run:
		go h.run(r)
		return
	case wire.Interrupt:
		go h.interrupt()
		return
	case wire.Table:
		go h.table(r)
		return
	case wire.Variables:
		go h.reply(wire.Reply{ID: r.ID, Variables: h.describe(r.Args)})
		return
	}
	var err error
	switch r.Op {
	case wire.Drop:
		rt.Drop(r.Args...)
	case wire.Chdir:
		err = os.Chdir(r.Args[0])
	case wire.Setenv:
		err = os.Setenv(r.Args[0], r.Args[1])
	}
	reply := wire.Reply{ID: r.ID}
	if err != nil {
		reply.Failure, reply.Text = wire.Load, err.Error()
	}
	h.reply(reply)
}

func (h *host) run(r wire.Request) {
	e := &execution{request: r, done: make(chan struct{})}
	if r.Program != nil {
		c, err := interp.Prepare(r.Program, h.known())
		if err != nil {
			h.reply(wire.Reply{ID: r.ID, Failure: wire.Compile, Text: err.Error()})
			return
		}
		e.tree, e.run, e.stop = c, c.Run, &c.Stop
	} else {
		v, err := h.load(r)
		if err != nil {
			h.reply(wire.Reply{ID: r.ID, Failure: wire.Load, Text: err.Error()})
			return
		}
		if h.newest.add(v) {
			h.newest.upgrader().variables()
		}
		e.run, e.stop = v.Run, v.Stop
	}
	if len(r.Args) > 0 {
		os.Args = r.Args
	}
	h.streams.reopen()
	h.mu.Lock()
	h.current = e
	h.mu.Unlock()
	e.began, e.environ = time.Now(), os.Environ()
	e.folder, _ = os.Getwd() // it may be removed
	started := make(chan struct{})
	go h.goroutine(e, started)
	<-started
}

func (h *host) table(r wire.Request) {
	reply := wire.Reply{ID: r.ID}
	if err := h.open(r.Plugin); err != nil {
		reply.Failure, reply.Text = wire.Load, err.Error()
	}
	h.reply(reply)
}

func (h *host) known() interp.Host {
	return interp.Host{
		Type: func(name string) reflect.Type {
			h.newest.mu.Lock()
			defer h.newest.mu.Unlock()
			return h.newest.types[name]
		},
		Latest: func(t reflect.Type) reflect.Type {
			h.newest.mu.Lock()
			defer h.newest.mu.Unlock()
			return h.newest.latest(t)
		},
		Newest: h.newest.of,
		Func: func(version int, name string) any {
			for _, v := range rt.Versions() {
				for _, f := range v.Functions {
					if v.Number == version && f.Name == name {
						return f.Value
					}
				}
			}
			return nil
		},
		Show: rt.Showing,
	}
}

func (h *host) open(file string) error {
	loading := func(is bool) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.loading = is
	}
	loading(true)
	defer loading(false)
	_, err := plugin.Open(file)
	return err
}

func (h *host) load(r wire.Request) (*rt.Version, error) {
	if err := h.open(r.Plugin); err != nil {
		return nil, err
	}
	all := rt.Versions()
	if len(all) == 0 || all[len(all)-1].Number != r.Number {
		return nil, errors.New("the version has not registered itself")
	}
	return all[len(all)-1], nil
}

func (h *host) goroutine(e *execution, started chan struct{}) {
	h.mu.Lock()
	e.goroutine = goroutineID()
	h.mu.Unlock()
	close(started)
	reply := wire.Reply{Failure: wire.Exit} // runtime.Goexit ends it otherwise
	defer func() {
		p := recover()
		h.mu.Lock()
		delete(h.abandoned, e.goroutine)
		status, stopping := e.exit, e.stopping && reply.Failure != ""
		h.mu.Unlock()
		switch {
		case status != nil:
			reply = wire.Reply{Failure: wire.Exit, Status: *status}
		case p == errInterrupted, p == nil && stopping:
			reply = wire.Reply{Failure: wire.Interrupted, Frames: e.frames()}
		case p != nil:
			reply = wire.Reply{Failure: wire.Panic, Text: panicText(p), Frames: e.frames()}
		}
		h.finish(e, reply)
	}()
	e.run()
	reply = wire.Reply{}
}

func (h *host) finish(e *execution, reply wire.Reply) {
	e.once.Do(func() {
		h.mu.Lock()
		if h.current == e {
			h.current = nil
		}
		h.mu.Unlock()
		if !reply.Left {
			clearFlags()
		}
		reply.Elapsed = time.Since(e.began)
		if folder, err := os.Getwd(); err == nil && folder != e.folder {
			reply.Folder = folder
		}
		if environ := os.Environ(); !slices.Equal(environ, e.environ) {
			reply.Environ = environ
		}
		close(e.done)
		for _, v := range rt.Variables() {
			reply.Set = append(reply.Set, v.Key)
		}
		reply.ID = e.request.ID
		h.reply(reply)
	})
}

var errInterrupted = errors.New("interrupted")

// interruptTime is how long an interrupted cell may take to reach one of its own loops or
// functions.
const interruptTime = time.Second

// recoveries is how often a cell may recover from being interrupted before its goroutine ends.
const recoveries = 3

func (h *host) interrupt() {
	h.mu.Lock()
	e := h.current
	h.mu.Unlock()
	if e == nil {
		return
	}
	// Libraries that listen for the signal, as package pets does, end what they do.
	signal.Notify(h.signals, os.Interrupt)
	_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	h.stop(e, wire.Reply{Failure: wire.Interrupted})
}

// stop asks a cell to end until it does, as it may recover from the panic. A cell that does not
// check its flag is left running.
func (h *host) stop(e *execution, reply wire.Reply) {
	h.mu.Lock()
	if e.stopping {
		h.mu.Unlock()
		return
	}
	e.stopping = true
	h.mu.Unlock()
	for end := time.Now().Add(interruptTime); time.Now().Before(end); {
		for _, v := range rt.Versions() {
			v.Stop.Set(true)
		}
		e.stop.Set(true)
		select {
		case <-e.done:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	clearFlags()
	h.mu.Lock()
	h.abandoned[e.goroutine] = true
	h.mu.Unlock()
	e.stop.Set(true)
	reply.Left = true
	h.finish(e, reply)
}

func clearFlags() {
	for _, v := range rt.Versions() {
		v.Stop.Set(false)
	}
}

// stopped is called by code whose flag is set. Only the cell's own goroutine ends: a server that it
// has started goes on.
func (h *host) stopped(f *rt.Flag) {
	id := goroutineID()
	h.mu.Lock()
	e := h.current
	mine := e != nil && e.stopping && e.goroutine == id
	if mine {
		e.asked++
	}
	stubborn := h.abandoned[id] || mine && e.asked > recoveries
	h.mu.Unlock()
	if mine || stubborn {
		clearFlags() // deferred functions may run; stop sets them again
	}
	switch {
	case stubborn:
		runtime.Goexit()
	case mine:
		panic(errInterrupted)
	}
}

func (h *host) exiting(status int) {
	h.mu.Lock()
	if e := h.current; e != nil && e.exit == nil {
		e.exit = &status
	}
	h.mu.Unlock()
	os.Exit(status)
}

// exit replaces os.Exit. While there is an engine it ends the goroutine and the cell.
func (h *host) exit(failed bool) {
	h.mu.Lock()
	e := h.current
	if h.loading {
		// A package whose initialisation does not end cannot be used or loaded again.
		h.mu.Unlock()
		fmt.Fprintln(os.Stderr, "fatal error: a package called os.Exit in its initialisation")
		syscall.Exit(1)
	}
	if e == nil {
		h.mu.Unlock()
		fmt.Fprintln(os.Stderr, "os.Exit was called between cells: that goroutine ended")
		return
	}
	if e.exit == nil {
		status := 0
		if failed {
			status = 1
		}
		e.exit = &status
	}
	mine := e.goroutine == goroutineID()
	status := *e.exit
	h.mu.Unlock()
	if !mine {
		go h.stop(e, wire.Reply{Failure: wire.Exit, Status: status})
	}
}
