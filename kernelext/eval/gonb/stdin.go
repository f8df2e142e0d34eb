package gonb

import (
	"context"
	"os"
	"time"

	"gopets/kernelext/jupyter"
)

const noInput = "the cell asks for input, which this front end does not support"

// A cell asks through gonbui or %with_inputs, and GoNB takes the answer; or it reads its standard
// input, which Linux's list of waiting threads shows, and the answer is written there.

func (e *Engine) ask(m *jupyter.Message) {
	var content struct {
		Prompt   string `json:"prompt"`
		Password bool   `json:"password"`
	}
	e.mu.Lock()
	x, c := e.current, e.child
	e.mu.Unlock()
	if x == nil || c == nil || m.Decode(&content) != nil {
		return
	}
	go e.put(x, content.Prompt, content.Password, func(answer string) error {
		x.answered.Store(time.Now().UnixNano())
		return c.client.Reply(m, "input_reply", map[string]string{"value": answer})
	})
}

func (e *Engine) put(x *execution, prompt string, password bool, answer func(string) error) {
	if x.cell.NoInput {
		e.interruptCell(x, noInput)
		return
	}
	x.asking.Add(1)
	defer x.asking.Add(-1)
	e.output.sync() // earlier text is shown above the question
	ctx, cancel := context.WithCancel(e.life)
	defer cancel()
	go func() {
		select {
		case <-x.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	value, err := x.out.Input(ctx, prompt, password)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		e.interruptCell(x, noInput)
	default:
		if err := answer(value); err != nil {
			e.logf("input: %v", err)
		}
	}
}

const readPace = 150 * time.Millisecond

const handing = 3 * time.Second

// watchInput asks the user when the running cell is found waiting for its standard input twice in a
// row.
func (e *Engine) watchInput(c *child, x *execution) {
	before := ""
	for {
		select {
		case <-x.done:
			return
		case <-e.life.Done():
			return
		case <-time.After(readPace):
		}
		now := ""
		if x.asking.Load() == 0 && time.Since(time.Unix(0, x.answered.Load())) >= handing {
			now = waitingForInput(c.kernel.Pid())
		}
		if now != "" && now == before {
			e.put(x, "", false, func(answer string) error { return writeLine(now, answer) })
			now = ""
		}
		before = now
	}
}

func writeLine(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text + "\n")
	return err
}
