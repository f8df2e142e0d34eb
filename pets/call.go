package pets

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"

	"gopets/kernelext/cell"
	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/wire"
)

// worker is the program that serves this package's requests.
var worker = session.Worker{Name: "pets", Package: "gopets/pets/worker", Source: sourceFile(),
	Notice: func(line string) { fmt.Println(line) }}

func sourceFile() string {
	_, file, _, _ := runtime.Caller(0)
	return file
}

// current is this program's connection to the session.
var current struct {
	sync.Mutex
	session *session.Session
}

func connect(ctx context.Context) (*session.Session, error) {
	current.Lock()
	defer current.Unlock()
	if current.session != nil {
		return current.session, nil
	}
	s, err := worker.Open(ctx)
	current.session = s
	return s, err
}

func disconnect() {
	current.Lock()
	defer current.Unlock()
	current.session = nil
}

// ask sends a request and returns its answer; what comes meanwhile is shown. lists are the file
// lists that the request names by digest. An interrupt of the cell cancels the work.
func ask[Q, A any](m wire.Method[Q, A], request Q, lists map[string]Paths) (A, error) {
	var result A
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s, err := connect(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = &session.Error{Code: session.CodeCancelled,
				Message: "cancelled before the session was ready"}
		}
		return result, err
	}
	var view view
	defer view.done()
	raw, err := s.Call(ctx, m.Name, request, view.event)
	if session.HasCode(err, wire.CodeFiles) {
		for digest, list := range lists {
			paths := make([]string, len(list))
			for i, p := range list {
				paths[i] = string(p)
			}
			if _, err := s.Call(ctx, wire.Files.Name, wire.FileList{Digest: digest, Paths: paths},
				nil); err != nil {
				return result, err
			}
		}
		raw, err = s.Call(ctx, m.Name, request, view.event)
	}
	if session.HasCode(err, session.CodeLost) {
		disconnect()
	}
	if session.HasCode(err, session.CodeStale) {
		err = fmt.Errorf(
			"%w. pets.EndSession() ends this one, and FitOneCycle(…, pets.Resume()) goes on from the last epoch in the next", err)
	}
	if err != nil {
		return result, err
	}
	if err := json.Unmarshal(raw, &result); err != nil {
		return result, fmt.Errorf("%s: the session's answer cannot be read: %w", m.Name, err)
	}
	return result, nil
}

// must is ask for verbs: a failure ends the cell.
func must[Q, A any](m wire.Method[Q, A], request Q, lists map[string]Paths) A {
	if err := spec.Check(request); err != nil {
		fail(err)
	}
	result, err := ask(m, request, lists)
	if err != nil {
		fail(err)
	}
	return result
}

// EndSession ends the session of this kernel and all that lives in it; the next verb starts a new
// one. What was saved, and the snapshot after each learner's last epoch, stay.
func EndSession() {
	ctx := context.Background()
	if s, err := worker.Running(ctx); err == nil {
		if err := s.Stop(ctx); err != nil {
			fail(err)
		}
	}
	disconnect()
}

// view shows the events of one call.
type view struct {
	id    string // of the display that progress updates
	dirty bool   // something was sent to the notebook
	bar   bool   // a terminal's last line is a bar
}

func (v *view) event(e session.Event) {
	switch e.Kind {
	case wire.EventLog:
		var t wire.Text
		if json.Unmarshal(e.Data, &t) == nil {
			v.clearBar()
			fmt.Println(t.Text)
		}
	case wire.EventDisplay, wire.EventProgress:
		var d wire.Display
		if json.Unmarshal(e.Data, &d) != nil {
			return
		}
		if e.Kind == wire.EventDisplay {
			v.show(d)
		} else {
			v.update(d)
		}
	}
}

func (v *view) show(d wire.Display) {
	if !cell.Notebook() {
		v.clearBar()
		fmt.Print(d.Text)
		return
	}
	v.send(d, "", cell.Display)
}

// update shows progress in place: in a notebook under a display id of its own, in a terminal on one
// line. A file gets the last one only.
func (v *view) update(d wire.Display) {
	switch {
	case cell.Notebook():
		show := cell.Update
		if v.id == "" {
			v.id, show = rand.Text(), cell.Display
		}
		v.send(d, v.id, show)
		if d.Last {
			v.id = ""
		}
	case d.Last:
		v.clearBar()
		fmt.Print(d.Text)
	case isTerminal():
		fmt.Print("\r", d.Text, "\x1b[K")
		v.bar = true
	}
}

func (v *view) send(d wire.Display, id string, show func(string, cell.Bundle) error) {
	b := cell.Bundle{"text/plain": d.Text}
	if d.HTML != "" {
		b["text/html"] = d.HTML
	}
	if d.PNG != nil {
		b["image/png"] = string(d.PNG)
	}
	if err := show(id, b); err != nil {
		fmt.Fprintln(os.Stderr, "pets: display:", err)
	}
	v.dirty = true
}

func (v *view) clearBar() {
	if v.bar {
		fmt.Print("\r\x1b[K")
		v.bar = false
	}
}

// done makes sure that all was seen: what is in the pipe when a cell's program ends is lost.
func (v *view) done() {
	v.clearBar()
	if v.dirty {
		flush()
	}
}

// flush waits until what was displayed has been shown.
func flush() {
	if err := cell.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "pets: display:", err)
	}
}

func isTerminal() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
