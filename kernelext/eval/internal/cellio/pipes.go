// Package cellio is the engines' end of what cells write (package cell is the other): the named
// pipes of their standard streams, and records of what they show.
package cellio

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"gopets/kernelext/cell"
)

// Pipes are named pipes for the standard output and error of cells. They pass on whole characters.
// Call their methods with the lock held that was given to Open.
type Pipes struct {
	Text func(stream, text string)
	// Hold returns how much of a text may be passed on now; whole is its length in whole
	// characters. Nil passes that.
	Hold func(stream string, b []byte, whole int) int

	lock   sync.Locker
	pipes  [2]pipe
	buffer []byte
	closed bool
}

type pipe struct {
	stream string
	fd     int    // a plain number: an os.File would wait in its reads
	rest   []byte // what waits for more
}

// Open makes the pipes in a folder; [Pipes.Watch] passes text on.
func Open(dir string, lock sync.Locker) (*Pipes, error) {
	p := &Pipes{lock: lock, buffer: make([]byte, 256<<10)}
	for i, name := range []string{cell.OutName, cell.ErrName} {
		path := filepath.Join(dir, name)
		err := unix.Mkfifo(path, 0o600)
		fd := -1
		if err == nil {
			// Open for writing too, so that the pipe does not end with a cell.
			fd, err = unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		}
		if err != nil {
			return nil, fmt.Errorf("the cells' pipe: %w", err)
		}
		widen(fd)
		p.pipes[i] = pipe{stream: []string{"stdout", "stderr"}[i], fd: fd}
	}
	return p, nil
}

// pace is how long text may wait, so that a cell that prints lines does not send a message for
// each.
const pace = 4 * time.Millisecond

// Watch passes text on until Close. Call it without the lock.
func (p *Pipes) Watch() {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(p.pipes[0].fd), Events: unix.POLLIN},
			{Fd: int32(p.pipes[1].fd), Events: unix.POLLIN}}, 300)
		p.lock.Lock()
		if p.closed || err != nil && !errors.Is(err, unix.EINTR) {
			p.closed = true
			p.Release()
			p.lock.Unlock()
			return
		}
		if n > 0 {
			p.Drain()
		}
		p.lock.Unlock()
		if n > 0 {
			time.Sleep(pace)
		}
	}
}

func (p *Pipes) Close() { p.closed = true }

// Release closes pipes that have no Watch.
func (p *Pipes) Release() {
	for i := range p.pipes {
		unix.Close(p.pipes[i].fd)
	}
}

// maxDrain bounds one Drain, as a goroutine may print for ever.
const maxDrain = 32 << 20

func (p *Pipes) Drain() {
	for i := range p.pipes {
		s := &p.pipes[i]
		for taken := 0; taken < maxDrain && !p.closed; {
			n, err := unix.Read(s.fd, p.buffer)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if n <= 0 {
				break
			}
			taken += n
			b := append(s.rest, p.buffer[:n]...)
			cut := wholeRunes(b)
			if p.Hold != nil {
				cut = p.Hold(s.stream, b, cut)
			}
			s.rest = bytes.Clone(b[cut:])
			p.pass(s, b[:cut])
		}
	}
}

// Flush passes on all text, including what is held.
func (p *Pipes) Flush() {
	p.Drain()
	for i := range p.pipes {
		s := &p.pipes[i]
		rest := s.rest
		s.rest = nil
		p.pass(s, rest)
	}
}

func (p *Pipes) pass(s *pipe, b []byte) {
	if len(b) > 0 {
		p.Text(s.stream, string(b))
	}
}

func wholeRunes(b []byte) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return len(b) - i
			}
			break
		}
	}
	return len(b)
}

// Listen makes the socket of records in a folder and serves each connection in a goroutine.
func Listen(dir string, serve func(conn net.Conn)) (net.Listener, error) {
	l, err := net.Listen("unix", filepath.Join(dir, cell.SocketName))
	if err != nil {
		return nil, fmt.Errorf("the cells' socket: %w", err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return l, nil
}
