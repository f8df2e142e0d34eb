package zmtp

import (
	"bufio"
	"encoding/binary"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Socket is a listening ZeroMQ socket: ROUTER, REP or XPUB. Each peer has a reader and a writer
// with a queue, so that one that stalls does not stop the others.
type Socket struct {
	kind     string
	listener net.Listener

	mu    sync.Mutex
	peers []*Peer
	next  uint32
}

type Peer struct {
	Identity string // for [Socket.Route]
	conn     net.Conn
	topics   []string // XPUB

	mu     sync.Mutex
	change *sync.Cond
	queue  [][]byte
	size   int // bytes queued and being written
	closed bool
	moved  atomic.Int64 // when the network last took bytes, in nanoseconds
}

const (
	// queueSize is how many bytes may wait for a peer before the cell's output waits for it.
	queueSize = 64 << 20
	// patience is how long output waits for a peer that reads nothing before dropping it.
	patience = 3 * time.Second
)

// Listen opens a socket of a kind, such as "ROUTER"; [Socket.Serve] answers.
func Listen(kind, network, address string) (*Socket, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	if network == "unix" {
		if err := os.Chmod(address, 0o600); err != nil {
			l.Close()
			return nil, err
		}
	}
	return &Socket{kind: kind, listener: l}, nil
}

func (s *Socket) Addr() net.Addr { return s.listener.Addr() }

// Serve accepts connections until Close. receive gets one message at a time from each peer.
func (s *Socket) Serve(receive func(p *Peer, frames [][]byte)) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			if strings.Contains(err.Error(), "too many open files") {
				time.Sleep(50 * time.Millisecond)
				continue
			}
			return
		}
		go s.serve(conn, receive)
	}
}

// Close ends all connections, after a short wait for what is being sent.
func (s *Socket) Close() {
	s.listener.Close()
	s.mu.Lock()
	peers := slices.Clone(s.peers)
	s.mu.Unlock()
	for _, p := range peers {
		p.flush(500 * time.Millisecond)
		p.close()
	}
}

func (s *Socket) serve(conn net.Conn, receive func(p *Peer, frames [][]byte)) {
	defer conn.Close()
	r := bufio.NewReaderSize(conn, 64<<10)
	_, identity, err := Handshake(conn, r, s.kind)
	if err != nil {
		return
	}
	p := &Peer{conn: conn, Identity: string(identity)}
	p.change = sync.NewCond(&p.mu)
	s.mu.Lock()
	if p.Identity == "" {
		s.next++
		p.Identity = string(binary.BigEndian.AppendUint32([]byte{0}, s.next))
	}
	// A client may reconnect before its old connection is known to be dead.
	for _, old := range s.peers {
		if old.Identity == p.Identity && s.kind == "ROUTER" {
			old.close()
		}
	}
	s.peers = append(s.peers, p)
	s.mu.Unlock()
	go p.write()
	defer func() {
		p.close()
		s.mu.Lock()
		s.peers = slices.DeleteFunc(s.peers, func(q *Peer) bool { return q == p })
		s.mu.Unlock()
	}()
	for {
		frames, err := ReadMessage(r)
		if err != nil {
			return
		}
		receive(p, frames)
	}
}

// Subscribe records an XPUB peer's subscription, and reports whether it is new.
func (s *Socket) Subscribe(p *Peer, frame []byte) (topic string, added bool) {
	if len(frame) == 0 || len(frame) > 1024 {
		return "", false
	}
	topic = string(frame[1:])
	s.mu.Lock()
	defer s.mu.Unlock()
	switch frame[0] {
	case 1:
		if len(p.topics) < 1024 {
			p.topics = append(p.topics, topic)
			return topic, true
		}
	case 0:
		if i := slices.Index(p.topics, topic); i >= 0 {
			p.topics = slices.Delete(p.topics, i, i+1)
		}
	}
	return "", false
}

// Publish sends to every peer with a matching subscription, with a bounded wait for slow ones.
func (s *Socket) Publish(frames [][]byte) {
	s.mu.Lock()
	var to []*Peer
	for _, p := range s.peers {
		if slices.ContainsFunc(p.topics,
			func(t string) bool { return strings.HasPrefix(string(frames[0]), t) }) {
			to = append(to, p)
		}
	}
	s.mu.Unlock()
	data := Encode(frames)
	for _, p := range to {
		p.send(data)
	}
}

// Route sends to the peer of an identity, and reports whether there is one.
func (s *Socket) Route(identity string, frames [][]byte) bool {
	s.mu.Lock()
	i := slices.IndexFunc(s.peers, func(p *Peer) bool {
		return p.Identity == identity &&
			!p.isClosed()
	})
	var p *Peer
	if i >= 0 {
		p = s.peers[i]
	}
	s.mu.Unlock()
	if p == nil {
		return false
	}
	p.send(Encode(frames))
	return true
}

func (p *Peer) Send(frames [][]byte) { p.send(Encode(frames)) }

// send queues bytes. When the queue is full it waits as long as the peer reads.
func (p *Peer) send(data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.size > queueSize {
		stop := time.AfterFunc(patience, func() { p.change.Broadcast() })
		defer func() { stop.Stop() }()
		for p.size > queueSize && !p.closed {
			if time.Since(time.Unix(0, p.moved.Load())) > patience {
				p.closeLocked()
				return
			}
			p.change.Wait()
			stop.Reset(patience)
		}
	}
	if p.closed {
		return
	}
	if p.size == 0 {
		p.moved.Store(time.Now().UnixNano())
	}
	p.queue = append(p.queue, data)
	p.size += len(data)
	p.change.Broadcast()
}

func (p *Peer) write() {
	for {
		p.mu.Lock()
		for len(p.queue) == 0 && !p.closed {
			p.change.Wait()
		}
		if p.closed {
			p.mu.Unlock()
			return
		}
		batch := p.queue
		p.queue = nil
		p.mu.Unlock()
		for _, data := range batch {
			// In pieces, to tell a slow peer from one that reads nothing.
			for len(data) > 0 {
				n, err := p.conn.Write(data[:min(len(data), 64<<10)])
				if err != nil {
					p.close()
					return
				}
				data = data[n:]
				p.moved.Store(time.Now().UnixNano())
				p.mu.Lock()
				p.size -= n
				p.change.Broadcast()
				p.mu.Unlock()
			}
		}
	}
}

func (p *Peer) flush(limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(time.Millisecond) {
		p.mu.Lock()
		done := p.size == 0 || p.closed
		p.mu.Unlock()
		if done {
			return
		}
	}
}

func (p *Peer) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *Peer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closeLocked()
}

func (p *Peer) closeLocked() {
	if !p.closed {
		p.closed = true
		p.queue = nil
		p.conn.Close()
		p.change.Broadcast()
	}
}
