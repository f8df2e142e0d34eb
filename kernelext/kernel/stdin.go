package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"gopets/kernelext/jupyter"
)

// question is what a cell wants to be told. A cell asks through gonbui or %with_inputs, and then
// GoNB takes the answer; or it simply reads its standard input, which is noticed, and then the
// answer is written there.
type question struct {
	request *request
	stdin   string // the file to write the answer to; "" when GoNB takes it
}

const nobodyToAsk = "the cell asks for input, but this front-end has nobody to ask"

// ask puts GoNB's question to the client, unless that said that it cannot ask anybody.
func (k *Kernel) ask(parent *request, m *jupyter.Message) {
	k.put(&question{request: parent}, m.Content)
}

func (k *Kernel) put(q *question, content any) {
	k.mu.Lock()
	e := k.current
	if e == nil || e.request != q.request {
		k.mu.Unlock()
		return
	}
	k.asked = q
	k.mu.Unlock()
	k.output.sync() // what was printed before belongs above the question
	if !e.content.AllowStdin || !k.front.ask(q.request, "input_request", content) {
		k.interruptCell(nobodyToAsk)
	}
}

// input passes an answer on.
func (k *Kernel) input(r *request) {
	k.mu.Lock()
	q, c := k.asked, k.child
	if q == nil || c == nil || q.request.peer != r.peer {
		k.mu.Unlock()
		return
	}
	k.asked = nil
	k.mu.Unlock()
	if err := q.answer(c, r); err != nil {
		k.logf("input: %v", err)
	}
}

func (q *question) answer(c *child, r *request) error {
	if q.stdin == "" {
		_, err := c.send(q.request, jupyter.Stdin, "input_reply", r.Content)
		return err
	}
	var content struct {
		Value string `json:"value"`
	}
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return fmt.Errorf("the answer: %w", err)
	}
	f, err := os.OpenFile(q.stdin, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(content.Value + "\n")
	return err
}

// readPace is how often it is looked whether a cell waits for its standard input.
const readPace = 150 * time.Millisecond

// watchInput asks the client whenever the running cell waits for its standard input, seen twice in
// a row.
func (k *Kernel) watchInput(ctx context.Context, c *child, e *execution) {
	before := ""
	for {
		select {
		case <-e.done:
			return
		case <-ctx.Done():
			return
		case <-time.After(readPace):
		}
		k.mu.Lock()
		waiting := k.asked != nil
		k.mu.Unlock()
		now := ""
		if !waiting {
			now = waitingForInput(c.kernel.Pid())
		}
		if now != "" && now == before {
			k.put(&question{e.request, now}, object{"prompt": "", "password": false})
			now = ""
		}
		before = now
	}
}
