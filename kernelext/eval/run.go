package eval

import (
	"context"

	"gopets/kernelext/cellsrc"
)

// Run runs a cell. A question about a name (?fmt.Println) is answered by an inspection.
func Run(ctx context.Context, e Engine, c Cell, out Output) (Result, error) {
	name := cellsrc.Question(c.Source)
	if name == "" {
		return e.Eval(ctx, c, out)
	}
	found, err := e.Inspect(ctx, name, len([]rune(name)), 0)
	text, _ := found.Data["text/plain"].(string)
	if err != nil || text == "" {
		return Result{}, &Error{Name: "NameError", Value: "nothing is known about " + name}
	}
	return Result{Pages: []string{text}}, nil
}
