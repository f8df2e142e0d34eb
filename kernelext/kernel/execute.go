package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"gopets/kernelext/cell"
	"gopets/kernelext/jupyter"
)

// execution is a cell that runs.
type execution struct {
	request *request
	content executeContent
	run     *run
	count   int
	done    chan struct{} // closed when the cell has ended
	cancel  context.CancelFunc

	mu          sync.Mutex
	interrupted bool
	reason      string   // why, if nobody asked for it
	stderr      []byte   // its end
	exits       []string // what GoNB said about exit statuses
}

type executeContent struct {
	Code         *string        `json:"code"`
	Silent       bool           `json:"silent"`
	StoreHistory *bool          `json:"store_history"`
	Expressions  map[string]any `json:"user_expressions"`
	AllowStdin   bool           `json:"allow_stdin"`
	StopOnError  *bool          `json:"stop_on_error"`
}

// sent is a cell that GoNB was sent: GoNB speaks of its numbers and lines, people of the
// notebook's.
type sent struct {
	count  int
	lines  []int
	source []string
	golang []goLine
}

type localOf struct {
	count int
	text  string
}

// work runs the cells, one after the other.
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

// execute runs a cell and answers its request; stop tells that the cells behind it are not to be
// run.
func (k *Kernel) execute(ctx context.Context, r *request) (stop bool) {
	e := &execution{request: r, done: make(chan struct{})}
	if err := json.Unmarshal(r.Content, &e.content); err != nil || e.content.Code == nil {
		k.fail(r, "BadRequest", fmt.Sprintf("an execute_request needs at least the field code, a string (%v)", err))
		return false
	}
	store := !e.content.Silent && (e.content.StoreHistory == nil || *e.content.StoreHistory)
	code := *e.content.Code
	k.mu.Lock()
	if store {
		k.count++
	}
	e.count = k.count
	k.mu.Unlock()
	if !e.content.Silent {
		k.front.publish(r, "execute_input", object{"code": code, "execution_count": e.count})
	}
	e.run = &run{request: r, count: e.count, silent: e.content.Silent, heard: e.hear}
	if !e.content.AllowStdin {
		e.run.refuse = func() { k.interruptCell(nobodyToAsk) }
	}
	var bad *failure
	expressions := object{}
	if strings.TrimSpace(code) != "" {
		ctx, e.cancel = context.WithCancel(ctx)
		defer e.cancel()
		k.mu.Lock()
		k.current = e
		k.mu.Unlock()
		k.output.begin(e.run)
		bad = k.runCell(ctx, e, code)
		k.output.sync()
		if bad == nil && len(e.content.Expressions) > 0 {
			expressions = k.evaluate(ctx, e)
		}
		close(e.done)
		k.mu.Lock()
		k.current, k.asked = nil, nil
		k.mu.Unlock()
	}
	if store {
		k.history.add(e.count, code, e.run.result)
	}
	if bad != nil {
		if !e.content.Silent {
			k.front.publish(r, "error", bad.ErrorContent)
		}
		k.front.reply(r, "execute_reply", object{"status": "error", "execution_count": e.count, "ename": bad.EName, "evalue": bad.EValue,
			"traceback": bad.Traceback, "payload": []object{}, "user_expressions": object{}})
		return e.content.StopOnError == nil || *e.content.StopOnError
	}
	payload := []object{}
	for _, text := range e.run.pages {
		payload = append(payload, object{"source": "page", "data": object{"text/plain": text}, "start": 0})
	}
	k.front.reply(r, "execute_reply", object{"status": "ok", "execution_count": e.count, "payload": payload, "user_expressions": expressions})
	return false
}

// abort answers the cells that wait behind one that failed.
func (k *Kernel) abort() {
	k.mu.Lock()
	count := k.count
	k.mu.Unlock()
	for _, r := range k.queue.all() {
		k.front.status(r, "busy")
		k.front.reply(r, "execute_reply", object{"status": "aborted", "execution_count": count, "ename": "Aborted", "evalue": "a cell before this one failed", "traceback": []string{}})
		k.front.status(r, "idle")
	}
}

// runCell has GoNB run a cell; the result is nil if all went well.
func (k *Kernel) runCell(ctx context.Context, e *execution, code string) *failure {
	s := readSource(code)
	if m, unknown := s.unknownMagic(); unknown {
		return plainError("UnknownMagic", fmt.Sprintf("%%%s is no command of GoNB; %%help lists them", m.name)).at(e.count, s.lines, m.line+1)
	}
	if wrong := s.twoMains(); wrong != nil {
		return syntaxError(e.count, s.lines, wrong)
	}
	c, err := k.waitChild(ctx)
	if err != nil {
		if e.isInterrupted() {
			return e.interruption()
		}
		k.restart(context.WithoutCancel(ctx))
		return plainError("KernelError", "GoNB does not start: "+err.Error())
	}
	if err := k.marks(s, e.content.AllowStdin); err != nil {
		return plainError("KernelError", err.Error())
	}
	if e.content.AllowStdin {
		go k.watchInput(ctx, c, e)
	}
	p := s.plan(k.isMute, false)
	k.mu.Lock()
	clash := k.memory.clash(p.decls)
	k.mu.Unlock()
	if clash != "" {
		return plainError("CompileError", clash)
	}
	failure, reply := k.try(ctx, c, e, s, p)
	if failure == nil && reply.Status == "error" && p.call != "" && noValue.MatchString(reply.EValue) {
		if !p.passing {
			k.mu.Lock()
			k.mute[p.call] = true
			k.mu.Unlock()
		}
		p = s.plan(k.isMute, true)
		failure, reply = k.try(ctx, c, e, s, p)
	}
	k.output.sync()
	shell, _ := os.ReadFile(filepath.Join(k.dir, cell.FailedName))
	compiled := reply == nil || !compileLine.MatchString(reply.EValue)
	if compiled && failure == nil && !s.foreign {
		k.remember(e, s, p)
	}
	e.mu.Lock()
	exits := e.exits
	e.mu.Unlock()
	switch {
	case failure != nil:
		return failure
	case e.isInterrupted() && (reply.Status == "error" || len(shell) > 0 || len(exits) > 0):
		return e.interruption()
	case len(shell) > 0:
		status, line := shellFailure(string(shell))
		return plainError("ShellError", "a shell command failed with exit status "+status).at(e.count, s.lines, line)
	case reply.Status == "error":
		return k.explain(e, s, p, reply)
	case len(exits) > 0 && (len(s.shells) > 0 || s.foreign):
		return plainError("ShellError", "a command of the cell failed: "+exits[len(exits)-1]).at(e.count, s.lines, 1)
	case e.isInterrupted():
		return e.interruption()
	}
	return nil
}

// shellFailure reads what shellHead notes: the status and the line of the command, or only the
// status.
func shellFailure(note string) (status string, line int) {
	fields := strings.Fields(note)
	if len(fields) > 1 {
		line, _ = strconv.Atoi(fields[1])
	}
	return fields[0], line
}

var noValue = regexp.MustCompile(`\(no value\) used as value`)

func (k *Kernel) isMute(call string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mute[call] || k.memory.mute(call)
}

// marks leaves the files by which a cell's program knows how to behave.
func (k *Kernel) marks(s *source, input bool) error {
	for name, there := range map[string]bool{
		cell.FailedName:  false,
		cell.PlainName:   s.has("capture"), // GoNB writes what it gets into a file
		cell.NoInputName: !input,
	} {
		path := filepath.Join(k.dir, name)
		if there {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
		} else if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// try sends a cell to GoNB and waits for the end of it.
func (k *Kernel) try(ctx context.Context, c *child, e *execution, s *source, p plan) (*failure, *jupyter.ExecuteReply) {
	if err := k.writeProgram(c, p.shows); err != nil {
		return plainError("KernelError", "writing the cell's program: "+err.Error()), nil
	}
	c.count++
	k.mu.Lock()
	k.cells[c.count] = sent{e.count, p.lines, s.lines, p.golang()}
	k.mu.Unlock()
	k.output.follow(&tracer{dir: c.dir, test: s.has("test"), cells: k.latest, files: map[string]*traceFile{}})
	if e.isInterrupted() {
		return e.interruption(), nil
	}
	_, err := c.send(e.request, jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: p.code, StoreHistory: true, AllowStdin: true, StopOnError: true})
	if err != nil {
		return plainError("KernelError", "GoNB cannot be reached: "+err.Error()), nil
	}
	var reply *jupyter.ExecuteReply
	for idle := false; reply == nil || !idle; {
		m, ok := <-c.replies
		if !ok {
			return k.died(ctx, c, e), nil
		}
		if m.Header.Type == "status" {
			idle = true
			continue
		}
		reply = new(jupyter.ExecuteReply)
		if err := m.Decode(reply); err != nil {
			return plainError("KernelError", err.Error()), nil
		}
	}
	return nil, reply
}

// died tells of GoNB's death and starts another.
func (k *Kernel) died(ctx context.Context, c *child, e *execution) *failure {
	<-c.kernel.Done()
	how, _, _ := strings.Cut(c.kernel.Death().Error(), ";")
	k.logf("%s", how)
	k.closeChild(c)
	k.mu.Lock()
	k.memory, k.locals = newMemory(), map[string]localOf{}
	k.mu.Unlock()
	if ctx.Err() == nil { // else it is the kernel itself that ends
		k.restart(context.WithoutCancel(ctx))
	}
	return plainError("KernelDied", "GoNB has ended, and was started again: what earlier cells declared is gone; run them again")
}

// interruptCell stops the running cell; reason is empty when somebody asked for it.
func (k *Kernel) interruptCell(reason string) {
	k.mu.Lock()
	e, c := k.current, k.child
	k.mu.Unlock()
	if e == nil {
		return
	}
	e.mu.Lock()
	again := e.interrupted
	e.interrupted = true
	if !again {
		e.reason = reason
	}
	e.mu.Unlock()
	if again {
		return
	}
	if c == nil {
		e.cancel()
		return
	}
	go k.interrupt(c, e.done)
}

func (e *execution) isInterrupted() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.interrupted
}

func (e *execution) interruption() *failure {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reason != "" {
		return plainError("InputRefused", e.reason)
	}
	return plainError("Interrupted", "the cell was interrupted")
}

// exitNote is what GoNB adds to the standard error when a program or a command has failed; the
// error says the same.
var exitNote = regexp.MustCompile(`^(\^C\n)?(exit status \d+|signal: [a-z ]+( \(core dumped\))?)\n$`)

// heard takes GoNB's text and errors.
func (k *Kernel) heard(parent *request, m *jupyter.Message) {
	var s jupyter.StreamContent
	if m.Header.Type == "error" || m.Decode(&s) != nil {
		return // the reply says the same
	}
	if s.Name == "stderr" {
		s.Text = k.renumber(s.Text)
		k.mu.Lock()
		e := k.current
		k.mu.Unlock()
		if e != nil && e.request == parent {
			if exitNote.MatchString(s.Text) {
				e.mu.Lock()
				e.exits = append(e.exits, strings.TrimSpace(s.Text))
				e.mu.Unlock()
				return
			}
			e.hear(s.Text)
		}
	}
	k.output.after(parent, "stream", object{"name": s.Name, "text": s.Text}, nil, nil)
}

// hear keeps the end of the cell's standard error, where its last words are.
func (e *execution) hear(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stderr = append(e.stderr, text...)
	if over := len(e.stderr) - 64<<10; over > 0 {
		e.stderr = append([]byte(nil), e.stderr[over:]...)
	}
}
