package kernel

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"gopets/kernelext/internal/zmtp"
	"gopets/kernelext/jupyter"
)

type front struct {
	key     []byte
	session string
	shell   *zmtp.Socket
	control *zmtp.Socket
	stdin   *zmtp.Socket
	iopub   *zmtp.Socket
	beat    *zmtp.Socket
	dropped atomic.Int64 // malformed, wrongly signed or replayed messages

	mu   sync.Mutex
	seen map[string]bool // signatures of late
}

type request struct {
	*jupyter.Message
	peer string
	last bool // the kernel ends after the answer
}

func listen(c jupyter.Connection) (*front, error) {
	f := &front{key: []byte(c.Key), session: jupyter.NewHeader("", "").ID}
	for _, s := range []struct {
		to   **zmtp.Socket
		kind string
		name string
		port int
	}{
		{&f.iopub, "XPUB", "iopub", c.IOPubPort}, {&f.beat, "REP", "heartbeat", c.HeartbeatPort},
		{&f.stdin, "ROUTER", "stdin", c.StdinPort},
		{&f.control, "ROUTER", "control", c.ControlPort}, {&f.shell, "ROUTER", "shell",
			c.ShellPort},
	} {
		network, address := "tcp", net.JoinHostPort(c.IP, strconv.Itoa(s.port))
		if c.Transport == "ipc" {
			network, address = "unix", fmt.Sprintf("%s-%d", c.IP, s.port)
		}
		var err error
		if *s.to, err = zmtp.Listen(s.kind, network, address); err != nil {
			f.close()
			return nil, fmt.Errorf("the kernel's %s socket: %w", s.name, err)
		}
	}
	return f, nil
}

func (f *front) serve(handle func(*request)) {
	router := func(ch jupyter.Channel) func(*zmtp.Peer, [][]byte) {
		return func(p *zmtp.Peer, frames [][]byte) {
			m, err := jupyter.ParseFrames(frames, f.key)
			if err != nil || m.Header.ID == "" || m.Header.Type == "" || f.isReplay(frames) {
				f.dropped.Add(1)
				return
			}
			m.Channel = ch
			handle(&request{Message: m, peer: p.Identity})
		}
	}
	go f.iopub.Serve(func(p *zmtp.Peer, frames [][]byte) {
		if topic, added := f.iopub.Subscribe(p, frames[0]); added {
			f.deliver(jupyter.Message{Identities: [][]byte{[]byte(topic)}}, "iopub_welcome",
				welcome{topic}, p.Send)
		}
	})
	go f.beat.Serve(func(p *zmtp.Peer, frames [][]byte) { p.Send(frames) })
	go f.stdin.Serve(router(jupyter.Stdin))
	go f.control.Serve(router(jupyter.Control))
	go f.shell.Serve(router(jupyter.Shell))
}

type welcome struct {
	Subscription string `json:"subscription"`
}

const maxSeen = 1 << 16

// isReplay reports whether a signed message came before: each has its own id.
func (f *front) isReplay(frames [][]byte) bool {
	i := slices.IndexFunc(frames, func(frame []byte) bool { return string(frame) == "<IDS|MSG>" })
	if len(f.key) == 0 || i < 0 || i+1 >= len(frames) {
		return false
	}
	signature := string(frames[i+1])
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen[signature] {
		return true
	}
	if len(f.seen) >= maxSeen || f.seen == nil {
		f.seen = map[string]bool{}
	}
	f.seen[signature] = true
	return false
}

func (f *front) close() {
	for _, s := range []*zmtp.Socket{f.shell, f.control, f.stdin, f.iopub, f.beat} {
		if s != nil {
			s.Close()
		}
	}
}

func (f *front) deliver(m jupyter.Message, kind string, content any, send func([][]byte)) {
	raw, err := json.Marshal(content)
	if err != nil {
		// a value that JSON cannot hold
		kind = "stream"
		raw, _ = json.Marshal(streamContent{"stderr", fmt.Sprintf("cannot show this: %v\n", err)})
	}
	m.Header, m.Content = jupyter.NewHeader(f.session, kind), raw
	frames, err := m.Frames(f.key)
	if err != nil {
		panic(fmt.Sprintf("kernel: frames of %s: %v", kind, err))
	}
	send(frames)
}

func (f *front) reply(r *request, kind string, content any) {
	s := f.shell
	if r.Channel == jupyter.Control {
		s = f.control
	}
	f.deliver(jupyter.Message{Identities: r.Identities, Parent: r.Header}, kind, content,
		func(frames [][]byte) { s.Route(r.peer, frames) })
}

// ask sends a message on the stdin channel to a request's client; false if it is not connected.
func (f *front) ask(r *request, kind string, content any) (there bool) {
	f.deliver(jupyter.Message{Identities: r.Identities, Parent: r.Header}, kind, content,
		func(frames [][]byte) { there = f.stdin.Route(r.peer, frames) })
	return there
}

func (f *front) publish(parent *request, kind string, content any) {
	m := jupyter.Message{Identities: [][]byte{[]byte(kind)}}
	if parent != nil {
		m.Parent = parent.Header
	}
	f.deliver(m, kind, content, f.iopub.Publish)
}

func (f *front) status(parent *request, state string) {
	f.publish(parent, "status", statusContent{state})
}
