package live

import (
	"context"
	"errors"

	"gopets/kernelext/eval/live/wire"
)

var errCompile = errors.New("the cell has to be compiled")

// direct evaluates a cell without a build. The error errCompile means that nothing was evaluated.
func (e *Engine) direct(ctx context.Context, p *process, k *checked) (wire.Reply, error) {
	if e.o.Compile {
		return wire.Reply{}, errCompile
	}
	program, tables, err := k.lower()
	if err != nil {
		e.o.Logf("live: cell %d: %v", k.cell.number, err)
		return wire.Reply{}, errCompile
	}
	if err := e.loadTables(ctx, p, k, tables); err != nil {
		return wire.Reply{}, err
	}
	reply, err := e.request(ctx, p, k, wire.Request{Op: wire.Run, Number: k.cell.number,
		Program: program})
	if err == nil && reply.Failure == wire.Compile {
		e.o.Logf("live: cell %d: compiled: %s", k.cell.number, reply.Text)
		return reply, errCompile
	}
	return reply, err
}
