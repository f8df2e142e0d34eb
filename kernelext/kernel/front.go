package kernel

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"gopets/kernelext/jupyter"
)

// front is the kernel's face to its clients: five sockets, and messages signed and checked.
type front struct {
	key     []byte
	session string
	shell   *socket
	control *socket
	stdin   *socket
	iopub   *socket
	beat    *socket
	dropped atomic.Int64 // messages that were junk, wrongly signed or replayed

	mu   sync.Mutex
	seen map[string]bool // signatures of late
}

// request is a message from a client, with the peer that an answer goes to.
type request struct {
	*jupyter.Message
	peer string
}

// object is a message's content.
type object = map[string]any

// openFront listens where a connection says. handle gets all messages of clients, one at a time
// from each peer.
func openFront(c jupyter.Connection, handle func(*request)) (*front, error) {
	f := &front{key: []byte(c.Key), session: jupyter.NewHeader("", "").ID}
	ports := map[jupyter.Channel]int{jupyter.Shell: c.ShellPort, jupyter.Control: c.ControlPort, jupyter.Stdin: c.StdinPort, jupyter.IOPub: c.IOPubPort, "hb": c.HeartbeatPort}
	open := func(s **socket, kind string, ch jupyter.Channel, receive func(*peer, [][]byte)) error {
		network, address := "tcp", net.JoinHostPort(c.IP, strconv.Itoa(ports[ch]))
		if c.Transport == "ipc" {
			network, address = "unix", fmt.Sprintf("%s-%d", c.IP, ports[ch])
		}
		var err error
		if *s, err = listen(kind, network, address, receive); err != nil {
			return fmt.Errorf("channel %s: %w", ch, err)
		}
		return nil
	}
	router := func(ch jupyter.Channel) func(*peer, [][]byte) {
		return func(p *peer, frames [][]byte) {
			m, err := jupyter.ParseFrames(frames, f.key)
			if err != nil || m.Header.ID == "" || m.Header.Type == "" || f.isReplay(frames) {
				f.dropped.Add(1)
				return
			}
			m.Channel = ch
			handle(&request{m, p.identity})
		}
	}
	welcome := func(p *peer, frames [][]byte) {
		if topic, added := f.iopub.subscribe(p, frames[0]); added {
			f.deliver(jupyter.Message{Identities: [][]byte{[]byte(topic)}}, "iopub_welcome", object{"subscription": topic}, func(frames [][]byte) { p.send(encode(frames)) })
		}
	}
	for _, s := range []struct {
		to      **socket
		kind    string
		ch      jupyter.Channel
		receive func(*peer, [][]byte)
	}{
		{&f.iopub, "XPUB", jupyter.IOPub, welcome},
		{&f.beat, "REP", "hb", func(p *peer, frames [][]byte) { p.send(encode(frames)) }},
		{&f.stdin, "ROUTER", jupyter.Stdin, router(jupyter.Stdin)},
		{&f.control, "ROUTER", jupyter.Control, router(jupyter.Control)},
		{&f.shell, "ROUTER", jupyter.Shell, router(jupyter.Shell)},
	} {
		if err := open(s.to, s.kind, s.ch, s.receive); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

// maxSeen bounds what is remembered of signatures.
const maxSeen = 1 << 16

// isReplay tells whether a signed message has come before: each has an id of its own, so that
// somebody repeats what he has overheard.
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
	for _, s := range []*socket{f.shell, f.control, f.stdin, f.iopub, f.beat} {
		if s != nil {
			s.close()
		}
	}
}

// deliver completes a message, signs it and hands its frames on.
func (f *front) deliver(m jupyter.Message, kind string, content any, send func([][]byte)) {
	raw, ok := content.(json.RawMessage)
	if !ok {
		var err error
		if raw, err = json.Marshal(content); err != nil {
			// all contents are made here, of plain values
			panic(fmt.Sprintf("kernel: content of %s: %v", kind, err))
		}
	}
	m.Header, m.Content = jupyter.NewHeader(f.session, kind), raw
	frames, err := m.Frames(f.key)
	if err != nil {
		panic(fmt.Sprintf("kernel: frames of %s: %v", kind, err))
	}
	send(frames)
}

// reply answers a request on the channel that it came by.
func (f *front) reply(r *request, kind string, content any) {
	s := f.shell
	if r.Channel == jupyter.Control {
		s = f.control
	}
	f.deliver(jupyter.Message{Identities: r.Identities, Parent: r.Header}, kind, content, func(frames [][]byte) { s.route(r.peer, frames) })
}

// ask sends a message on the stdin channel to the client of a request; false when it is not
// connected there.
func (f *front) ask(r *request, kind string, content any) (there bool) {
	f.deliver(jupyter.Message{Identities: r.Identities, Parent: r.Header}, kind, content, func(frames [][]byte) { there = f.stdin.route(r.peer, frames) })
	return there
}

// publish tells all who listen; parent may be nil.
func (f *front) publish(parent *request, kind string, content any) {
	f.publishWith(parent, kind, content, nil, nil)
}

func (f *front) publishWith(parent *request, kind string, content any, metadata json.RawMessage, buffers [][]byte) {
	m := jupyter.Message{Identities: [][]byte{[]byte(kind)}, Metadata: metadata, Buffers: buffers}
	if parent != nil {
		m.Parent = parent.Header
	}
	f.deliver(m, kind, content, f.iopub.publish)
}

func (f *front) status(parent *request, state string) {
	f.publish(parent, "status", object{"execution_state": state})
}
