package kernel

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// evaluate answers the user_expressions of a request: each is a cell of its own, with what earlier
// cells declared, whose value goes into the reply.
func (k *Kernel) evaluate(ctx context.Context, e *execution) object {
	answers := object{}
	for _, name := range slices.Sorted(maps.Keys(e.content.Expressions)) {
		text, ok := e.content.Expressions[name].(string)
		if !ok {
			answers[name] = plainError("BadRequest", "an expression is a string").answer()
			continue
		}
		answers[name] = k.evaluateOne(ctx, e, text)
	}
	return answers
}

func (k *Kernel) evaluateOne(ctx context.Context, e *execution, text string) object {
	s := readSource(text)
	p := s.plan(k.isMute, false)
	if !p.shows || len(s.magics)+len(s.shells) > 0 || s.foreign {
		return plainError("NoValue", fmt.Sprintf("%q is no expression with a value", text)).answer()
	}
	c, err := k.waitChild(ctx)
	if err != nil {
		return plainError("KernelError", err.Error()).answer()
	}
	var value object
	k.output.begin(&run{request: e.request, silent: true, value: func(data object) { value = data }})
	bad, reply := k.try(ctx, c, e, s, p)
	k.output.sync()
	switch {
	case bad != nil:
		return bad.answer()
	case reply.Status == "error":
		return k.explain(e, s, p, reply).answer()
	case value == nil:
		return plainError("NoValue", fmt.Sprintf("%q has shown no value", text)).answer()
	}
	return object{"status": "ok", "data": value, "metadata": object{}}
}

// answer is the failure of an expression.
func (f *failure) answer() object {
	return object{"status": "error", "ename": f.EName, "evalue": f.EValue, "traceback": f.Traceback}
}
