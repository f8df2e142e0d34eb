package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"gopets/kernelext/eval"
)

// maxText bounds the text of a cell in bytes, as a front end keeps all of it.
const maxText = 64 << 20

type output struct {
	front   *front
	request *request
	publish func(kind string, content any)
	silent  bool
	input   bool
	answers chan string
	asking  sync.Mutex // one question at a time

	mu      sync.Mutex
	printed int
	left    int // bytes left out
}

func newOutput(f *front, x *execution) *output {
	return &output{front: f, request: x.request, silent: x.content.Silent,
		publish: func(kind string, content any) { f.publish(x.request, kind, content) },
		input:   x.content.AllowStdin, answers: make(chan string, 1)}
}

func (o *output) Stream(name, text string) {
	if o.silent || text == "" {
		return
	}
	o.mu.Lock()
	room := max(0, maxText-o.printed)
	kept := text
	if len(text) > room {
		for room > 0 && !utf8.RuneStart(text[room]) {
			room--
		}
		kept = text[:room]
	}
	first := o.left == 0 && len(kept) < len(text)
	o.printed += len(kept)
	o.left += len(text) - len(kept)
	o.mu.Unlock()
	if kept != "" {
		o.publish("stream", streamContent{name, kept})
	}
	if first {
		o.publish("stream",
			streamContent{"stderr",
				fmt.Sprintf("\n[more than %d MB: what the cell prints from here on is left out]\n",
					maxText>>20)})
	}
}

func (o *output) finish() {
	o.mu.Lock()
	left := o.left
	o.mu.Unlock()
	if left > 0 {
		o.publish("stream",
			streamContent{"stderr", fmt.Sprintf("[%d bytes were left out]\n", left)})
	}
}

type streamContent struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func (o *output) Display(d eval.Display) {
	if o.silent {
		return
	}
	content := displayContent{Data: d.Data, Metadata: d.Metadata, Transient: &transient{d.ID}}
	if content.Metadata == nil {
		content.Metadata = eval.Bundle{}
	}
	kind := "display_data"
	if d.Update {
		kind = "update_display_data"
	}
	o.publish(kind, content)
}

func (o *output) Clear(wait bool) {
	if !o.silent {
		o.publish("clear_output", clearContent{wait})
	}
}

func (o *output) Comm(kind string, content map[string]any) {
	o.publish(kind, content)
}

var errNoInput = errors.New("this front end does not support input")

func (o *output) Input(ctx context.Context, prompt string, password bool) (string, error) {
	if !o.input {
		return "", errNoInput
	}
	o.asking.Lock()
	defer o.asking.Unlock()
	select {
	case <-o.answers: // to an earlier question that was cancelled
	default:
	}
	if !o.front.ask(o.request, "input_request", inputRequest{prompt, password}) {
		return "", errNoInput
	}
	select {
	case text := <-o.answers:
		return text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (k *Kernel) input(r *request) {
	k.mu.Lock()
	x := k.current
	k.mu.Unlock()
	var content struct {
		Value string `json:"value"`
	}
	if x == nil || x.request.peer != r.peer || json.Unmarshal(r.Content, &content) != nil {
		return
	}
	select {
	case x.out.answers <- content.Value:
	default:
	}
}

type silence struct{}

func (silence) Stream(string, string)       {}
func (silence) Display(eval.Display)        {}
func (silence) Clear(bool)                  {}
func (silence) Comm(string, map[string]any) {}

func (silence) Input(context.Context, string, bool) (string, error) { return "", errNoInput }
