package gonb

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/eval"
	"gopets/kernelext/jupyter"
)

var exitNote = regexp.MustCompile(
	`^(\^C\n)?(exit status \d+|signal: [a-z ]+( \(core dumped\))?)\n$`)

func (e *Engine) stream(m *jupyter.Message) {
	var s jupyter.StreamContent
	if m.Header.Type == "error" || m.Decode(&s) != nil {
		return // also in the reply
	}
	if s.Name == "stderr" {
		s.Text = e.renumber(s.Text)
		e.mu.Lock()
		x := e.current
		e.mu.Unlock()
		if x != nil {
			if exitNote.MatchString(s.Text) {
				x.mu.Lock()
				x.exits = append(x.exits, strings.TrimSpace(s.Text))
				x.mu.Unlock()
				return
			}
			x.addStderr(s.Text)
		}
	}
	e.output.after(func(out eval.Output) { out.Stream(s.Name, s.Text) })
}

func (x *execution) addStderr(text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stderr = append(x.stderr, text...)
	if over := len(x.stderr) - 64<<10; over > 0 {
		x.stderr = slices.Clone(x.stderr[over:])
	}
}

func (x *execution) lastStderr() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.stderr)
}

func (x *execution) begun(init time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.began, x.init = true, init
}

func (x *execution) isBegun() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.began
}
