package kernel

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopets/kernelext/jupyter"
)

// Options say what a kernel is made of. GoNB and Workspace are needed.
type Options struct {
	GoNB      string // its program
	Workspace string // the module whose packages cells import
	Gopls     string // its program, for completion and inspection; "" does without
	// a folder for what later kernels can use too; "" is one that goes with the kernel
	Cache   string
	History string // the folder that keeps what was run; "" keeps it in memory only
	// a command that calls [Guard] with its standard input; without one, a killed kernel leaves
	// GoNB's folder behind
	Guard   []string
	Version string    // for kernel_info
	Log     io.Writer // for those who look for a fault; nil is the standard error
}

// check finds what has gone since the kernel was installed.
func (o Options) check() error {
	if _, err := os.Stat(filepath.Join(o.Workspace, "go.mod")); err != nil {
		return fmt.Errorf("the module whose packages cells import is no longer in %s: run nb install again in its folder", o.Workspace)
	}
	if _, err := os.Stat(o.GoNB); err != nil {
		return fmt.Errorf("%s is gone: nb setup builds it anew", o.GoNB)
	}
	return nil
}

// Kernel is a running kernel.
type Kernel struct {
	o       Options
	log     *log.Logger
	front   *front
	output  *output
	guard   *guard
	dir     string
	hasCell bool   // the workspace has the cell package
	gonbui  string // the folder of the copy of gonbui
	history *history
	gopls   *gopls
	quit    chan struct{}
	stop    sync.Once

	queue *queue

	mu       sync.Mutex
	child    *child
	ready    chan struct{} // closed when child is there, or startErr
	startErr error
	current  *execution // the cell that runs
	asked    *question  // what is waited for
	comms    map[string]string
	count    int
	cells    map[int]sent // what GoNB was sent, by its number
	memory   memory
	locals   map[string]localOf
	mute     map[string]bool // functions that turned out to have no value
}

// Serve runs a kernel for a connection until a client asks it to end, ctx ends, or the process is
// told to.
func Serve(ctx context.Context, conn jupyter.Connection, o Options) error {
	k := &Kernel{o: o, log: log.New(cmp.Or[io.Writer](o.Log, os.Stderr), "kernel: ", log.LstdFlags|log.Lmsgprefix), quit: make(chan struct{}), queue: newQueue(),
		comms: map[string]string{}, cells: map[int]sent{}, locals: map[string]localOf{}, mute: map[string]bool{}, memory: newMemory()}
	var err error
	if k.guard, err = startGuard(o.Guard); err != nil {
		return err
	}
	if k.dir, err = newDir(os.TempDir()); err != nil {
		return err
	}
	k.guard.watch(0, k.dir)
	defer func() {
		os.RemoveAll(k.dir)
		k.guard.close()
	}()
	if err := k.hideGopls(); err != nil {
		return fmt.Errorf("the kernel's folder: %w", err)
	}
	k.history = openHistory(o.History)
	if k.front, err = openFront(conn, k.handle); err != nil {
		return err
	}
	defer k.front.close()
	if k.output, err = openOutput(k.front, k.dir); err != nil {
		return err
	}
	defer k.output.close()
	k.front.status(nil, "starting")
	life, cancel := context.WithCancel(ctx)
	k.restart(life)
	defer k.endChild()
	defer cancel()
	if o.Gopls != "" {
		k.gopls = newGopls(o.Gopls, o.Workspace, k.dir, func(pid int) { k.guard.say("group %d", pid) })
		defer k.gopls.close()
	}
	go k.work(life)

	orphaned := watchParent(life)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	for {
		select {
		case s := <-signals:
			if s == os.Interrupt {
				k.interruptCell("")
				continue
			}
			return nil
		case <-k.quit:
			return nil
		case <-orphaned:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// maxTemp is how long the path of the folder for temporary files may be, for the sockets in it to
// have addresses on every system.
const maxTemp = 75

// newDir makes the kernel's folder, in the system's own folder for temporary files where the given
// one lies too deep.
func newDir(temp string) (string, error) {
	if len(temp) > maxTemp {
		temp = "/tmp"
	}
	dir, err := os.MkdirTemp(temp, "nbk-")
	if err != nil {
		return "", fmt.Errorf("the kernel's folder: %w", err)
	}
	return dir, nil
}

func (k *Kernel) logf(format string, args ...any) { k.log.Printf(format, args...) }

// restart starts a GoNB in the background; whoever needs it waits for ready.
func (k *Kernel) restart(ctx context.Context) {
	ready := make(chan struct{})
	k.mu.Lock()
	first := k.ready == nil
	k.ready, k.child, k.startErr = ready, nil, nil
	k.cells = map[int]sent{}
	k.mu.Unlock()
	go func() {
		prepared := make(chan error, 1)
		if first {
			go func() { prepared <- k.prepare(ctx) }()
		} else {
			prepared <- nil
		}
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		var c *child
		err := k.o.check()
		if err == nil {
			c, err = k.startChild(ctx)
		}
		if perr := <-prepared; perr != nil {
			err = cmp.Or(err, perr)
		}
		if err == nil {
			err = k.placeCell(c)
		}
		if err == nil && k.gonbui != "" {
			err = k.replaceGonbui(ctx, c)
		}
		if err != nil && c != nil {
			k.closeChild(c)
			c = nil
		}
		k.mu.Lock()
		k.child, k.startErr = c, err
		k.mu.Unlock()
		if err != nil {
			k.logf("GoNB does not start: %v", err)
		}
		close(ready)
	}()
}

// waitChild gives the running GoNB.
func (k *Kernel) waitChild(ctx context.Context) (*child, error) {
	k.mu.Lock()
	ready := k.ready
	k.mu.Unlock()
	select {
	case <-ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.child, k.startErr
}

func (k *Kernel) endChild() {
	k.mu.Lock()
	ready := k.ready
	k.mu.Unlock()
	<-ready
	k.mu.Lock()
	c := k.child
	k.mu.Unlock()
	if c != nil {
		k.closeChild(c)
	}
}

// handle gets every message of a client.
func (k *Kernel) handle(r *request) {
	if r.Channel == jupyter.Stdin {
		if r.Header.Type == "input_reply" {
			k.input(r)
		}
		return
	}
	switch r.Header.Type {
	case "execute_request":
		k.queue.put(r)
		return
	case "complete_request", "inspect_request":
		go k.answer(r) // gopls may think for a while
		return
	}
	k.answer(r)
}

// answer serves a request at once, whether a cell runs or not.
func (k *Kernel) answer(r *request) {
	k.front.status(r, "busy")
	defer func() {
		k.front.status(r, "idle")
		// To front-ends the last status counts, whichever request it is about.
		k.mu.Lock()
		e := k.current
		k.mu.Unlock()
		if e != nil {
			k.front.status(e.request, "busy")
		}
	}()
	var content struct {
		Code    string `json:"code"`
		Cursor  *int   `json:"cursor_pos"`
		Restart bool   `json:"restart"`
		CommID  string `json:"comm_id"`
		Target  string `json:"target_name"`
		historyQuery
	}
	if err := json.Unmarshal(r.Content, &content); err != nil {
		k.fail(r, "BadRequest", fmt.Sprintf("the content of %s cannot be understood: %v", r.Header.Type, err))
		return
	}
	cursor := len([]rune(content.Code))
	if content.Cursor != nil {
		cursor = min(max(*content.Cursor, 0), cursor)
	}
	switch r.Header.Type {
	case "kernel_info_request":
		k.front.reply(r, "kernel_info_reply", k.info())
	case "is_complete_request":
		k.front.reply(r, "is_complete_reply", isComplete(content.Code))
	case "history_request":
		k.front.reply(r, "history_reply", object{"status": "ok", "history": k.history.query(content.historyQuery)})
	case "complete_request":
		k.front.reply(r, "complete_reply", k.complete(content.Code, cursor))
	case "inspect_request":
		k.front.reply(r, "inspect_reply", k.inspect(content.Code, cursor))
	case "comm_info_request":
		k.front.reply(r, "comm_info_reply", object{"status": "ok", "comms": k.commInfo(content.Target)})
	case "comm_open", "comm_msg", "comm_close":
		k.comm(r, content.CommID, content.Target)
	case "interrupt_request":
		k.interruptCell("")
		k.front.reply(r, "interrupt_reply", object{"status": "ok"})
	case "shutdown_request":
		k.interruptCell("")
		reply := object{"status": "ok", "restart": content.Restart}
		k.front.reply(r, "shutdown_reply", reply)
		k.front.publish(r, "shutdown_reply", reply)
		k.stop.Do(func() { close(k.quit) })
	case "debug_request":
		k.fail(r, "NotSupported", "this kernel has no debugger")
	default:
		k.logf("no answer to %q is known", r.Header.Type)
	}
}

// fail answers a request with an error.
func (k *Kernel) fail(r *request, name, value string) {
	k.front.reply(r, strings.TrimSuffix(r.Header.Type, "_request")+"_reply", object{"status": "error", "ename": name, "evalue": value, "traceback": []string{}})
}

func (k *Kernel) info() object {
	return object{
		"status": "ok", "protocol_version": jupyter.ProtocolVersion, "implementation": "nb", "implementation_version": cmp.Or(k.o.Version, "0"),
		"banner":             "Go, in the kernel of nb in front of GoNB. %help tells GoNB's commands.",
		"language_info":      object{"name": "go", "version": strings.TrimPrefix(runtime.Version(), "go"), "mimetype": "text/x-go", "file_extension": ".go", "pygments_lexer": "go", "codemirror_mode": "go", "nbconvert_exporter": ""},
		"help_links":         []object{{"text": "Go", "url": "https://go.dev/doc/"}, {"text": "GoNB", "url": "https://github.com/janpfeifer/gonb"}},
		"debugger":           false,
		"supported_features": []string{},
	}
}

func (k *Kernel) commInfo(target string) object {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := object{}
	for id, t := range k.comms {
		if target == "" || t == target {
			found[id] = object{"target_name": t}
		}
	}
	return found
}

func (k *Kernel) noteComm(kind, id, target string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch kind {
	case "comm_open":
		k.comms[id] = target
	case "comm_close":
		delete(k.comms, id)
	}
}

// comm hands a widget's message to GoNB.
func (k *Kernel) comm(r *request, id, target string) {
	k.noteComm(r.Header.Type, id, target)
	k.mu.Lock()
	c := k.child
	k.mu.Unlock()
	if c == nil {
		return
	}
	if _, err := c.send(r, jupyter.Shell, r.Header.Type, r.Content); err != nil {
		k.logf("%s: %v", r.Header.Type, err)
	}
}

// pump takes what GoNB says, until it dies.
func (k *Kernel) pump(ctx context.Context, c *child) {
	for {
		m, err := c.client.Recv(ctx)
		if err != nil {
			close(c.replies)
			return
		}
		parent := c.parent(m.Parent.ID)
		if parent == nil {
			continue
		}
		switch m.Header.Type {
		case "status":
			var s jupyter.StatusContent
			if m.Decode(&s) == nil && s.ExecutionState == "idle" && parent.Header.Type == "execute_request" {
				c.replies <- m
			}
		case "execute_reply":
			c.replies <- m
		case "execute_input":
		case "input_request":
			k.ask(parent, m)
		case "stream", "error":
			k.heard(parent, m)
		case "comm_open", "comm_msg", "comm_close":
			var comm struct {
				ID     string `json:"comm_id"`
				Target string `json:"target_name"`
			}
			if m.Decode(&comm) == nil {
				k.noteComm(m.Header.Type, comm.ID, comm.Target)
			}
			k.output.after(parent, m.Header.Type, m.Content, m.Metadata, m.Buffers)
		default:
			if m.Channel == jupyter.IOPub {
				k.output.after(parent, m.Header.Type, m.Content, m.Metadata, m.Buffers)
			}
		}
	}
}

// queue holds the cells that wait.
type queue struct {
	mu    sync.Mutex
	items []*request
	wake  chan struct{}
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

func (q *queue) put(r *request) {
	q.mu.Lock()
	q.items = append(q.items, r)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) get(ctx context.Context) (*request, bool) {
	for {
		q.mu.Lock()
		if len(q.items) > 0 {
			r := q.items[0]
			q.items = slices.Delete(q.items, 0, 1)
			q.mu.Unlock()
			return r, true
		}
		q.mu.Unlock()
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil, false
		}
	}
}

// all takes everything out of the queue.
func (q *queue) all() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
