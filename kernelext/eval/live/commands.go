package live

import (
	"context"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

// commands runs a cell's commands. It reports whether there is Go to run as well.
func (e *Engine) commands(ctx context.Context, cell eval.Cell, source *cellsrc.Source, out eval.Output) (bool, error) {
	return source.Foreign == "", nil
}
