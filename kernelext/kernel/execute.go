package kernel

import (
	"context"
	"errors"
	"fmt"
	"go/parser"
	"maps"
	"slices"
	"strings"

	"gopets/kernelext/eval"
	"gopets/kernelext/jupyter"
)

type execution struct {
	request *request
	content executeRequest
	count   int
	cancel  context.CancelFunc
	out     *output
}

func (k *Kernel) work(ctx context.Context) {
	for {
		r, ok := k.queue.get(ctx)
		if !ok {
			return
		}
		k.front.status(r, "busy")
		stop := k.execute(ctx, r)
		k.front.status(r, "idle")
		if stop {
			k.abort()
		}
	}
}

// execute runs a cell and answers its request; stop if the queued cells must not run.
func (k *Kernel) execute(ctx context.Context, r *request) (stop bool) {
	content, err := decode[executeRequest](r)
	if err != nil || content.Code == nil {
		k.fail(r, "BadRequest",
			fmt.Sprintf("an execute_request needs at least the field code, a string (%v)", err))
		return false
	}
	store := !content.Silent && (content.StoreHistory == nil || *content.StoreHistory)
	code := *content.Code
	x := &execution{request: r, content: content}
	k.mu.Lock()
	if store {
		k.count++
	}
	x.count = k.count
	k.mu.Unlock()
	if !content.Silent {
		k.front.publish(r, "execute_input", executeInput{code, x.count})
	}
	x.out = newOutput(k.front, x)
	var result eval.Result
	var bad *eval.Error
	expressions := map[string]any{}
	if strings.TrimSpace(code) != "" {
		ctx, x.cancel = context.WithCancel(ctx)
		defer x.cancel()
		k.mu.Lock()
		k.current = x
		notice := k.notice
		if !content.Silent {
			k.notice = ""
		}
		k.mu.Unlock()
		if notice != "" {
			x.out.Stream("stderr", notice+"\n")
		}
		result, bad = k.eval(ctx, eval.Cell{Number: x.count, Source: code, Silent: content.Silent,
			NoInput: !content.AllowStdin}, x.out)
		x.out.finish()
		if bad == nil && len(content.Expressions) > 0 {
			expressions = k.evaluate(ctx, x)
		}
		k.mu.Lock()
		k.current = nil
		k.mu.Unlock()
	}
	if result.Value != nil && !content.Silent {
		k.front.publish(r, "execute_result", displayContent{Data: result.Value,
			Metadata: eval.Bundle{}, Count: x.count})
	}
	if store {
		text, _ := result.Value["text/plain"].(string)
		k.history.add(x.count, code, text)
	}
	reply := executeReply{Status: "ok", Count: x.count, Payload: []payload{},
		Expressions: expressions}
	if bad != nil {
		reply.Status = "error"
		if !content.Silent {
			k.front.publish(r, "error", errorContent(bad))
		}
		k.front.reply(r, "execute_reply", failedExecute{reply, errorContent(bad)})
		return content.StopOnError == nil || *content.StopOnError
	}
	for _, text := range result.Pages {
		reply.Payload = append(reply.Payload, payload{"page", eval.Bundle{"text/plain": text}, 0})
	}
	k.front.reply(r, "execute_reply", reply)
	return false
}

func (k *Kernel) eval(ctx context.Context, c eval.Cell, out eval.Output) (eval.Result,
	*eval.Error) {
	result, err := eval.Run(ctx, k.engine, c, out)
	var bad *eval.Error
	switch {
	case err == nil || errors.As(err, &bad):
		return result, bad
	default:
		k.logf("%v", err)
		return result, &eval.Error{Name: "KernelError", Value: err.Error()}
	}
}

func (k *Kernel) evaluate(ctx context.Context, x *execution) map[string]any {
	answers := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(x.content.Expressions)) {
		value, err := k.evaluateOne(ctx, x, x.content.Expressions[name])
		if err != nil {
			answers[name] = failedReply{"error", errorContent(err)}
			continue
		}
		answers[name] = expression{"ok", value, eval.Bundle{}}
	}
	return answers
}

func (k *Kernel) evaluateOne(ctx context.Context, x *execution, text any) (eval.Bundle,
	*eval.Error) {
	source, ok := text.(string)
	if !ok {
		return nil, &eval.Error{Name: "BadRequest", Value: "an expression is a string"}
	}
	noValue := &eval.Error{Name: "NoValue",
		Value: fmt.Sprintf("%q is not an expression with a value", source)}
	if _, err := parser.ParseExpr(source); err != nil {
		return nil, noValue
	}
	result, bad := k.eval(ctx, eval.Cell{Number: x.count, Source: source, NoInput: true}, silence{})
	if bad != nil {
		return nil, bad
	}
	if result.Value == nil {
		return nil, noValue
	}
	return result.Value, nil
}

func (k *Kernel) abort() {
	k.mu.Lock()
	count := k.count
	k.mu.Unlock()
	for _, r := range k.queue.all() {
		k.front.status(r, "busy")
		k.front.reply(r, "execute_reply",
			failedExecute{executeReply{Status: "aborted", Count: count, Payload: []payload{},
				Expressions: map[string]any{}},
				jupyter.ErrorContent{EName: "Aborted", EValue: "a cell before this one failed",
					Traceback: []string{}}})
		k.front.status(r, "idle")
	}
}
