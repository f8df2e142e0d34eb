package kernel

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// socket is a listening ZeroMQ socket: ROUTER, REP or XPUB. Each peer has a reader, and a writer
// with a queue of its own, so that one that stalls, or connects and says nothing, holds up nobody
// else.
type socket struct {
	kind     string
	listener net.Listener
	receive  func(p *peer, frames [][]byte)

	mu    sync.Mutex
	peers []*peer
	next  uint32
}

// peer is one connection.
type peer struct {
	conn     net.Conn
	identity string
	topics   []string // XPUB

	mu     sync.Mutex
	change *sync.Cond
	queue  [][]byte
	size   int // bytes in the queue and in the write under way
	closed bool
	moved  atomic.Int64 // when bytes were last taken off by the network, in nanoseconds
}

const (
	// queueSize is what may wait for a peer before the cell's output waits for it.
	queueSize = 64 << 20
	// patience is how long the output waits for a peer that takes nothing at all; then the peer is
	// dropped.
	patience = 3 * time.Second
)

func listen(kind, network, address string, receive func(*peer, [][]byte)) (*socket, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("the kernel's socket: %w", err)
	}
	if network == "unix" {
		if err := os.Chmod(address, 0o600); err != nil {
			l.Close()
			return nil, fmt.Errorf("the kernel's socket: %w", err)
		}
	}
	s := &socket{kind: kind, listener: l, receive: receive}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				if strings.Contains(err.Error(), "too many open files") {
					time.Sleep(50 * time.Millisecond)
					continue
				}
				return
			}
			go s.serve(conn)
		}
	}()
	return s, nil
}

func (s *socket) close() {
	s.listener.Close()
	s.mu.Lock()
	peers := slices.Clone(s.peers)
	s.mu.Unlock()
	for _, p := range peers {
		p.flush(500 * time.Millisecond)
		p.close()
	}
}

// serve is a connection's life.
func (s *socket) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReaderSize(conn, 64<<10)
	_, identity, err := handshake(conn, r, s.kind)
	if err != nil {
		return // a stranger
	}
	p := &peer{conn: conn, identity: string(identity)}
	p.change = sync.NewCond(&p.mu)
	s.mu.Lock()
	if p.identity == "" {
		s.next++
		p.identity = string(binary.BigEndian.AppendUint32([]byte{0}, s.next))
	}
	// A client that comes back before its old connection is known to be dead takes its place.
	for _, old := range s.peers {
		if old.identity == p.identity && s.kind == "ROUTER" {
			old.close()
		}
	}
	s.peers = append(s.peers, p)
	s.mu.Unlock()
	go p.write()
	defer func() {
		p.close()
		s.mu.Lock()
		s.peers = slices.DeleteFunc(s.peers, func(q *peer) bool { return q == p })
		s.mu.Unlock()
	}()
	for {
		frames, err := readMessage(r)
		if err != nil {
			return
		}
		s.receive(p, frames)
	}
}

// subscribe notes what an XPUB's peer wants to hear; it tells whether that is something new.
func (s *socket) subscribe(p *peer, frame []byte) (topic string, added bool) {
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

// publish sends to every peer whose subscription the first frame matches. It waits for those that
// are slow, but not for ever.
func (s *socket) publish(frames [][]byte) {
	s.mu.Lock()
	var to []*peer
	for _, p := range s.peers {
		if slices.ContainsFunc(p.topics, func(t string) bool { return strings.HasPrefix(string(frames[0]), t) }) {
			to = append(to, p)
		}
	}
	s.mu.Unlock()
	data := encode(frames)
	for _, p := range to {
		p.send(data)
	}
}

// route sends to the peer of an identity; false when there is none.
func (s *socket) route(identity string, frames [][]byte) bool {
	s.mu.Lock()
	i := slices.IndexFunc(s.peers, func(p *peer) bool { return p.identity == identity && !p.isClosed() })
	var p *peer
	if i >= 0 {
		p = s.peers[i]
	}
	s.mu.Unlock()
	if p == nil {
		return false
	}
	p.send(encode(frames))
	return true
}

// send queues bytes. When the queue is full it waits as long as the peer takes something now and
// then; a peer that takes nothing is dropped.
func (p *peer) send(data []byte) {
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

// write takes the queue to the network.
func (p *peer) write() {
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
			// In pieces, so that a peer that is slow is told from one that takes nothing.
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

// flush waits a little until everything is on its way.
func (p *peer) flush(limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(time.Millisecond) {
		p.mu.Lock()
		done := p.size == 0 || p.closed
		p.mu.Unlock()
		if done {
			return
		}
	}
}

func (p *peer) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *peer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closeLocked()
}

func (p *peer) closeLocked() {
	if !p.closed {
		p.closed = true
		p.queue = nil
		p.conn.Close()
		p.change.Broadcast()
	}
}
