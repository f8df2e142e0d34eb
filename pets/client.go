package pets

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"gopets/kernelext/cell"
	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/wire"
)

var worker = session.Worker{Name: "pets", Package: "gopets/pets/worker", Source: source,
	Notice: func(line string) { fmt.Println(line) }}

var _, source, _, _ = runtime.Caller(0)

// lists are the lists of files and labels that a request names, by digest.
type lists map[string][]string

// ask sends a request and returns its answer; an interrupt of the cell cancels the work.
func ask[Q, A any](m wire.Method[Q, A], request Q, named lists) (answer A, err error) {
	if err := spec.Check(request); err != nil {
		return answer, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s, err := worker.Open(ctx)
	if err != nil && ctx.Err() != nil {
		err = session.Errorf(session.CodeCancelled, "cancelled before the session was ready")
	}
	if err != nil {
		return answer, err
	}
	var view view
	defer view.done()
	raw, err := s.Call(ctx, m.Name, request, view.event)
	if session.HasCode(err, wire.CodeFiles) {
		for _, list := range named {
			if _, err := s.Call(ctx, wire.Files.Name, list, nil); err != nil {
				return answer, err
			}
		}
		raw, err = s.Call(ctx, m.Name, request, view.event)
	}
	if session.HasCode(err, session.CodeStale) {
		err = fmt.Errorf("%w. pets.EndSession() ends this one, and FitOneCycle(…, pets.Resume()) "+
			"goes on from the last epoch in the next", err)
	}
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return answer, fmt.Errorf("%s: the session's answer cannot be read: %w", m.Name, err)
	}
	return answer, nil
}

func must[Q, A any](m wire.Method[Q, A], request Q, named lists) A {
	answer, err := ask(m, request, named)
	failIf(err)
	return answer
}

// EndSession ends this kernel's session, but keeps saved models and each learner's last snapshot.
func EndSession() {
	ctx := context.Background()
	if s, err := worker.Running(ctx); err == nil {
		failIf(s.Stop(ctx))
	}
}

type view struct {
	id  string // of the display that progress updates
	bar bool   // a terminal's last line is a bar
}

func (v *view) event(e session.Event) {
	var d wire.Display
	if json.Unmarshal(e.Data, &d) != nil {
		return
	}
	progress := e.Kind == wire.EventProgress
	switch {
	case cell.Notebook() && d.HTML != "":
		v.send(d, progress)
	case !progress || d.Last: // a file gets the last state of progress only
		v.print(d.Text)
	case isTerminal():
		fmt.Print("\r", d.Text, "\x1b[K")
		v.bar = true
	}
}

func (v *view) send(d wire.Display, progress bool) {
	b := cell.Bundle{"text/plain": d.Text, "text/html": d.HTML}
	if d.PNG != nil {
		b["image/png"] = string(d.PNG)
	}
	if !progress {
		complain(cell.Display("", b))
		return
	}
	show := cell.Update
	if v.id == "" {
		v.id, show = rand.Text(), cell.Display
	}
	complain(show(v.id, b))
	if d.Last {
		v.id = ""
	}
}

func (v *view) print(text string) {
	if v.bar {
		text, v.bar = "\r\x1b[K"+text, false
	}
	fmt.Print(text)
}

// done flushes: what is in the pipe when a cell's program ends is lost.
func (v *view) done() {
	v.print("")
	complain(cell.Flush())
}

func complain(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "pets: display:", err)
	}
}

func isTerminal() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
