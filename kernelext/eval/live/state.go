package live

import (
	"fmt"
	"slices"
	"strings"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live/wire"
)

func (e *Engine) lose(why string) (names []string) {
	e.state.Lock()
	defer e.state.Unlock()
	e.environ = nil
	p := e.program
	for _, name := range sorted(p.vars) {
		if v := p.vars[name]; v.lost == "" {
			gone := *v
			gone.lost = why
			p.vars[name] = &gone
			names = append(names, fmt.Sprintf("%s (cell %d)", name, v.cell))
		}
	}
	p.epoch = epoch{number: 1, types: map[string]string{}, loaded: map[string]bool{}}
	p.compiled = map[string]compiled{}
	p.packages.unload()
	return names
}

func (e *Engine) crashed(p *process, k *checked) error {
	<-p.done
	_, _, stderr := e.output.end()
	e.commit(k, nil)
	e.mu.Lock()
	if e.process == p {
		e.process = nil
	}
	e.mu.Unlock()
	kind, value := crashReason(stderr)
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

// commit makes the program what it is after a cell; set are the keys of variables with values.
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
			p.epoch.loaded[name] = true
		}
	}
}

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
