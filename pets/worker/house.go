package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gopets/kernelext/session"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

// house is all that lives in a session.
type house struct {
	home    string        // session.DataDir()
	scratch string        // the session's folder: parked learners, weights of interpretations
	gate    chan struct{} // held by the call that uses the device
	idle    time.Duration // after so long without a call the device is given back

	mu    sync.Mutex
	files map[string][]string // lists by digest
	calls int                 // counts, so that an old idle timer knows that it is old

	// What follows is touched only by the holder of the gate.
	eng *engine.Engine
	// compiled functions, shared by the learners of a network, as long as the engine is open
	graphs   *train.Graphs
	nets     map[string]*model.Net // networks by what describes them, so that learners share one
	told     bool                  // the engine's choice was printed
	splits   map[string]*dataset.Split
	learners map[string]*learner
	interps  map[string]*interpretation
	exported *exported // the last that was asked
	onDevice *learner
}

const defaultIdle = 15 * time.Minute

func newHouse() (*house, error) {
	h := &house{home: session.DataDir(), gate: make(chan struct{}, 1), idle: defaultIdle, files: map[string][]string{},
		nets: map[string]*model.Net{}, splits: map[string]*dataset.Split{}, learners: map[string]*learner{}, interps: map[string]*interpretation{}}
	if text := os.Getenv("GOPETS_IDLE"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("GOPETS_IDLE is %q: give a duration such as 15m, or 0 to keep the device", text)
		}
		h.idle = d
	}
	return h, nil
}

// method serves one kind of request.
type method struct {
	free bool // does not need the device, nor anything that lives
	do   func(h *house, ctx context.Context, c *session.Call) (any, error)
}

// typed makes a method of a function of the request's own type.
func typed[Q any](do func(h *house, ctx context.Context, c *session.Call, q Q) (any, error)) method {
	return method{do: func(h *house, ctx context.Context, c *session.Call) (any, error) {
		var q Q
		if err := c.Decode(&q); err != nil {
			return nil, err
		}
		return do(h, ctx, c, q)
	}}
}

func (m method) anytime() method {
	m.free = true
	return m
}

var methods = map[string]method{
	wire.MethodEngine:       typed((*house).engineInfo),
	wire.MethodFiles:        typed((*house).takeFiles).anytime(),
	wire.MethodUntar:        typed((*house).untar).anytime(),
	wire.MethodVerify:       typed((*house).verify).anytime(),
	wire.MethodDescribe:     typed((*house).describe),
	wire.MethodShowBatch:    typed((*house).showBatch),
	wire.MethodShowImage:    typed((*house).showImage).anytime(),
	wire.MethodCreate:       typed((*house).create),
	wire.MethodSummary:      typed((*house).summary),
	wire.MethodFit:          typed((*house).fit),
	wire.MethodFreeze:       typed((*house).freeze),
	wire.MethodFind:         typed((*house).find),
	wire.MethodSave:         typed((*house).save),
	wire.MethodLoad:         typed((*house).load),
	wire.MethodExport:       typed((*house).export),
	wire.MethodExported:     typed((*house).exportedInfo),
	wire.MethodTTA:          typed((*house).tta),
	wire.MethodRows:         typed((*house).rows),
	wire.MethodRecorder:     typed((*house).recorder),
	wire.MethodPredict:      typed((*house).predict),
	wire.MethodShowResults:  typed((*house).showResults),
	wire.MethodValidate:     typed((*house).validate),
	wire.MethodInterpret:    typed((*house).interpret),
	wire.MethodTopLosses:    typed((*house).topLosses),
	wire.MethodMatrix:       typed((*house).matrix),
	wire.MethodInteractive:  typed((*house).interactive),
	wire.MethodMostConfused: typed((*house).mostConfused),
	wire.MethodReport:       typed((*house).report),
	wire.MethodConfusion:    typed((*house).confusion),
	wire.MethodTable:        typed((*house).table).anytime(),
}

// handle serves a call. It is the session's [session.Handler].
func (h *house) handle(ctx context.Context, c *session.Call) (any, error) {
	m, ok := methods[c.Method]
	if !ok {
		return nil, &session.Error{Code: session.CodeUnknown, Message: fmt.Sprintf("the session knows no %q: cell and session are of different versions, restart the kernel", c.Method)}
	}
	defer h.idleFromNow()
	if m.free {
		return m.do(h, ctx, c)
	}
	select {
	case h.gate <- struct{}{}:
	case <-time.After(500 * time.Millisecond):
		say(c, "waiting: the session is at work for another cell")
		select {
		case h.gate <- struct{}{}:
		case <-ctx.Done():
			return nil, cancelled("it had not begun")
		}
	}
	defer func() { <-h.gate }()
	h.scratch = c.Dir
	result, err := m.do(h, ctx, c)
	if err == nil {
		return result, nil
	}
	var coded *session.Error
	if ctx.Err() != nil && !errors.As(err, &coded) {
		err = cancelled("nothing was lost")
	}
	return nil, inCellWords(err)
}

func cancelled(what string) error {
	return &session.Error{Code: session.CodeCancelled, Message: "cancelled: " + what}
}

// idleFromNow starts the time after which the device is given back.
func (h *house) idleFromNow() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	mine := h.calls
	if h.idle > 0 {
		time.AfterFunc(h.idle, func() { h.giveBack(mine) })
	}
}

// giveBack parks all learners and closes the engine, if there was no call since.
func (h *house) giveBack(call int) {
	select {
	case h.gate <- struct{}{}:
	default:
		return // somebody is at work, and the time starts anew afterwards
	}
	defer func() { <-h.gate }()
	h.mu.Lock()
	old := h.calls != call
	h.mu.Unlock()
	if old || h.eng == nil {
		return
	}
	if h.onDevice != nil {
		if err := h.park(h.onDevice); err != nil {
			log.Printf("idle: the device is kept: %v", err)
			return
		}
	}
	h.closeExported()
	h.graphs.Close()
	h.eng.Close()
	h.eng = nil
	log.Printf("idle for %v: the device is given back", h.idle)
}

// engine opens the engine if need be, and prints the choice once in a session.
func (h *house) engine(c *session.Call) (*engine.Engine, error) {
	if err := h.open(); err != nil {
		return nil, err
	}
	if !h.told {
		h.told = true
		say(c, "engine: "+h.eng.String())
		for _, n := range h.eng.Notes {
			say(c, "  "+n)
		}
	}
	return h.eng, nil
}

func (h *house) open() error {
	if h.eng != nil {
		return nil
	}
	eng, err := engine.Open(engine.Options{CacheDir: session.CacheDir(), Log: func(line string) { log.Print("engine: ", line) }})
	h.eng, h.graphs = eng, &train.Graphs{}
	return err
}

func (h *house) engineInfo(ctx context.Context, c *session.Call, q wire.EngineCall) (any, error) {
	if err := h.open(); err != nil {
		return nil, err
	}
	h.told = h.told || q.Show
	e := h.eng
	return wire.Engine{Name: e.Name, Description: e.String(), Notes: e.Notes, Fast: e.Name != engine.Go}, nil
}

// takeFiles learns a list that descriptions name by its digest.
func (h *house) takeFiles(ctx context.Context, c *session.Call, list wire.FileList) (any, error) {
	if got := wire.FilesOf(list.Paths).Digest; got != list.Digest {
		return nil, fmt.Errorf("files: the list's digest is %s, not %s", got, list.Digest)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[list.Digest] = list.Paths
	return nil, nil
}

// list gives a list by its digest, or the error that makes the cell send it.
func (h *house) list(f wire.Files) ([]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list, ok := h.files[f.Digest]
	if !ok {
		return nil, &session.Error{Code: wire.CodeFiles, Message: "the session does not know this list of files: " + f.Digest}
	}
	return list, nil
}

// say sends a line.
func say(c *session.Call, line string) { c.Send(wire.EventLog, wire.Text{Text: line}) }

// snapshotPath is where a learner's last finished epoch is kept.
func (h *house) snapshotPath(l wire.Learner) string {
	return filepath.Join(h.home, "snapshots", l.Name+"-"+l.Digest(), "last.safetensors")
}

// writeDescription puts a learner's description beside its snapshot, for people and for tools.
func (h *house) writeDescription(l wire.Learner) error {
	dir := filepath.Dir(h.snapshotPath(l))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	return session.WriteFile(filepath.Join(dir, "learner.json"), text)
}
