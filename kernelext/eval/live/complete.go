package live

import (
	"context"

	"gopets/kernelext/eval"
)

// Complete is that of [eval.Engine].
func (e *Engine) Complete(ctx context.Context, code string, cursor int) (eval.Completion, error) {
	return eval.Completion{}, nil
}

// Inspect is that of [eval.Engine].
func (e *Engine) Inspect(ctx context.Context, code string, cursor, detail int) (eval.Inspection, error) {
	return eval.Inspection{}, nil
}
