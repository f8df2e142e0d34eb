package gonb

import (
	"context"
	"fmt"
	"go/token"
	"strconv"
	"strings"

	"gopets/kernelext/cellsrc"
)

// The lock is held.
func (e *Engine) autoget(s *cellsrc.Source) bool {
	for _, c := range s.Commands {
		switch c.Name {
		case "autoget":
			e.noget = false
		case "noautoget":
			e.noget = true
		}
	}
	return !e.noget
}

// ownCommands runs the commands that GoNB lacks; done if nothing else is in the cell.
func (e *Engine) ownCommands(x *execution) (done bool, err error) {
	for _, cmd := range x.source.Commands {
		switch cmd.Name {
		case "who":
			x.out.Stream("stdout", e.who())
		case "restart":
			e.mu.Lock()
			c := e.child
			e.mu.Unlock()
			e.forget()
			e.closeChild(c)
			e.restart()
			if _, err := e.waitChild(context.Background()); err != nil {
				return true, fmt.Errorf("GoNB does not start: %w", err)
			}
			return true, nil
		case "cd":
			e.mu.Lock()
			if dir := absolute(x.dir, strings.TrimSpace(cmd.Args)); cmd.Args != "" {
				e.cd = dir
			}
			e.mu.Unlock()
		}
	}
	return strings.TrimSpace(x.plan.code) == "", nil
}

func (e *Engine) who() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var b strings.Builder
	for _, name := range sortedKeys(e.memory.decls) {
		if d := e.memory.decls[name]; d.kind == token.VAR {
			fmt.Fprintf(&b, "%-16s %-24s cell [%d]\n", name, d.typ, d.cell)
		}
	}
	return b.String()
}

func shellFailure(note string) (status string, line int) {
	fields := strings.Fields(note)
	if len(fields) > 1 {
		line, _ = strconv.Atoi(fields[1])
	}
	return fields[0], line
}
