package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/jupyter"
)

// Options are options for [Serve]. Engine is required.
type Options struct {
	// starts the engine; g cleans up after it if the kernel is killed. The notice is printed with
	// the first cell.
	Engine  func(g *cleanup.Process) (e eval.Engine, notice string, err error)
	Banner  string
	History string // the folder of the history; "" keeps it in memory
	// a command that calls cleanup.Main; without one, a killed kernel leaves the engine's processes
	// and folders
	Cleanup []string
	Version string    // for kernel_info
	Log     io.Writer // for diagnostics; nil is the standard error
}

type Kernel struct {
	o       Options
	log     *log.Logger
	front   *front
	engine  eval.Engine
	history *history
	queue   *queue
	quit    chan struct{}
	stop    sync.Once

	mu      sync.Mutex
	current *execution // the cell that runs
	comms   map[string]string
	count   int
	notice  string // to be printed
}

// Serve runs a kernel until a client shuts it down, ctx ends, or a signal asks the process to end.
func Serve(ctx context.Context, conn jupyter.Connection, o Options) error {
	k := &Kernel{o: o, log: log.New(cmp.Or[io.Writer](o.Log, os.Stderr), "kernel: ",
		log.LstdFlags|log.Lmsgprefix), quit: make(chan struct{}),
		queue: newQueue(), comms: map[string]string{}, history: openHistory(o.History)}
	watched, unwatch := context.WithCancel(ctx)
	defer unwatch()
	orphaned := watchParent(watched) // before a front end may end
	g, err := cleanup.Start(o.Cleanup)
	if err != nil {
		return err
	}
	defer g.Close()
	if k.front, err = listen(conn); err != nil {
		return err
	}
	defer k.front.close()
	if k.engine, k.notice, err = o.Engine(g); err != nil {
		return err
	}
	defer func() {
		if err := k.engine.Close(); err != nil {
			k.logf("closing the engine: %v", err)
		}
	}()
	life, cancel := context.WithCancel(ctx)
	defer cancel()
	k.front.serve(k.handle)
	k.front.status(nil, "starting")
	go k.work(life)

	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	for {
		select {
		case s := <-signals:
			if s == os.Interrupt {
				k.interrupt()
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

func (k *Kernel) logf(format string, args ...any) { k.log.Printf(format, args...) }

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
	case "complete_request", "inspect_request":
		go k.answer(r) // the engine may take long
	default:
		k.answer(r)
	}
}

func (k *Kernel) answer(r *request) {
	k.front.status(r, "busy")
	defer func() {
		k.front.status(r, "idle")
		// Front ends show the last status, whatever request it is about.
		k.mu.Lock()
		x := k.current
		k.mu.Unlock()
		if x != nil {
			k.front.status(x.request, "busy")
		}
		if r.last {
			k.stop.Do(func() { close(k.quit) })
		}
	}()
	if err := k.answerOne(r); err != nil {
		name := "BadRequest"
		if errors.Is(err, errors.ErrUnsupported) {
			name = "NotSupported"
		}
		k.fail(r, name, err.Error())
	}
}

func (k *Kernel) answerOne(r *request) error {
	switch r.Header.Type {
	case "kernel_info_request":
		k.front.reply(r, "kernel_info_reply", k.info())
	case "is_complete_request", "complete_request", "inspect_request":
		content, err := decode[codeRequest](r)
		if err != nil {
			return fmt.Errorf("the content of %s: %w", r.Header.Type, err)
		}
		k.answerCode(r, content)
	case "history_request":
		query, err := decode[historyQuery](r)
		if err != nil {
			return fmt.Errorf("the content of %s: %w", r.Header.Type, err)
		}
		k.front.reply(r, "history_reply", historyReply{"ok", k.history.query(query)})
	case "comm_info_request", "comm_open", "comm_msg", "comm_close":
		content, err := decode[commRequest](r)
		if err != nil {
			return fmt.Errorf("the content of %s: %w", r.Header.Type, err)
		}
		if r.Header.Type == "comm_info_request" {
			k.front.reply(r, "comm_info_reply", commInfoReply{"ok", k.commInfo(content.Target)})
			return nil
		}
		k.noteComm(r.Header.Type, content)
		if widgets, ok := k.engine.(eval.Widgets); ok {
			if all, err := decode[map[string]any](r); err == nil {
				widgets.Comm(r.Header.Type, all)
			}
		}
	case "interrupt_request":
		k.interrupt()
		k.front.reply(r, "interrupt_reply", statusReply{"ok"})
	case "shutdown_request":
		content, err := decode[shutdownReply](r)
		if err != nil {
			return fmt.Errorf("the content of %s: %w", r.Header.Type, err)
		}
		k.interrupt()
		content.Status = "ok"
		k.front.reply(r, "shutdown_reply", content)
		k.front.publish(r, "shutdown_reply", content)
		r.last = true
	case "debug_request":
		return fmt.Errorf("this kernel has no debugger (%w)", errors.ErrUnsupported)
	default:
		k.logf("unknown request %q", r.Header.Type)
	}
	return nil
}

func (k *Kernel) answerCode(r *request, content codeRequest) {
	ctx := context.Background()
	switch r.Header.Type {
	case "is_complete_request":
		state, indent := cellsrc.IsComplete(content.Code)
		k.front.reply(r, "is_complete_reply", completeness{string(state), indent})
	case "complete_request":
		found, err := k.engine.Complete(ctx, content.Code, content.cursor())
		if err != nil {
			k.logf("completion: %v", err)
			found = eval.Completion{Start: content.cursor(), End: content.cursor()}
		}
		reply := completeReply{Status: "ok", Matches: []string{}, Start: found.Start,
			End: found.End}
		for _, m := range found.Matches {
			reply.Matches = append(reply.Matches, m.Text)
			reply.Metadata.Types = append(reply.Metadata.Types, matchType{m.Text, m.Kind, m.Detail,
				found.Start, found.End})
		}
		k.front.reply(r, "complete_reply", reply)
	case "inspect_request":
		found, err := k.engine.Inspect(ctx, content.Code, content.cursor(), content.Detail)
		if err != nil {
			k.logf("inspection: %v", err)
		}
		reply := inspectReply{"ok", len(found.Data) > 0, found.Data, eval.Bundle{}}
		if found.Data == nil {
			reply.Data = eval.Bundle{}
		}
		k.front.reply(r, "inspect_reply", reply)
	}
}

func (k *Kernel) fail(r *request, name, value string) {
	k.front.reply(r, strings.TrimSuffix(r.Header.Type, "_request")+"_reply",
		failedReply{"error", jupyter.ErrorContent{EName: name, EValue: value,
			Traceback: []string{}}})
}

func (k *Kernel) info() kernelInfo {
	return kernelInfo{
		Status: "ok", Protocol: jupyter.ProtocolVersion, Implementation: "nb",
		Version: cmp.Or(k.o.Version, "0"),
		Banner:  cmp.Or(k.o.Banner, "Go. %help lists the commands."),
		Language: languageInfo{Name: "go", Version: strings.TrimPrefix(runtime.Version(), "go"),
			MIME: "text/x-go", Extension: ".go", Lexer: "go", CodeMirror: "go"},
		Links: []helpLink{{"Go", "https://go.dev/doc/"},
			{"Go's packages", "https://pkg.go.dev/"}},
		Features: []string{},
	}
}

func (k *Kernel) commInfo(target string) map[string]commTarget {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := map[string]commTarget{}
	for id, t := range k.comms {
		if target == "" || t == target {
			found[id] = commTarget{t}
		}
	}
	return found
}

func (k *Kernel) noteComm(kind string, c commRequest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch kind {
	case "comm_open":
		k.comms[c.ID] = c.Target
	case "comm_close":
		delete(k.comms, c.ID)
	}
}

func (k *Kernel) interrupt() {
	k.mu.Lock()
	x := k.current
	k.mu.Unlock()
	if x != nil {
		x.cancel()
	}
}
