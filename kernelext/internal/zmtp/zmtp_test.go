package zmtp

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

func TestFramesRoundTrip(t *testing.T) {
	for _, frames := range [][][]byte{{[]byte("a")}, {nil, []byte("b")},
		{bytes.Repeat([]byte("x"), 255), bytes.Repeat([]byte("y"), 256), nil}} {
		got, err := ReadMessage(bufio.NewReader(bytes.NewReader(Encode(frames))))
		if err != nil || len(got) != len(frames) {
			t.Fatalf("%d frames, error %v", len(got), err)
		}
		for i := range got {
			if !bytes.Equal(got[i], frames[i]) {
				t.Errorf("frame %d: %q", i, got[i])
			}
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add(Encode([][]byte{[]byte("a"), nil}))
	f.Add([]byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := ReadMessage(bufio.NewReader(bytes.NewReader(data)))
		if err == nil && len(Encode(frames)) > len(data)+9*len(frames) {
			t.Errorf("%d frames out of %d bytes", len(frames), len(data))
		}
	})
}

func FuzzHandshake(f *testing.F) {
	good := append(make([]byte, 64), appendFrame(nil, flagCommand, property([]byte("\x05READY"),
		"Socket-Type", "DEALER"))...)
	good[0], good[9], good[10] = 0xff, 0x7f, 3
	copy(good[12:], "NULL")
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		here, there := net.Pipe()
		defer here.Close()
		go func() {
			defer there.Close()
			go io.Copy(io.Discard, there)
			there.Write(data)
		}()
		Handshake(here, bufio.NewReader(here), "ROUTER") // must return
	})
}

func TestAStalledSubscriberIsDropped(t *testing.T) {
	s, err := Listen("XPUB", "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	go s.Serve(func(p *Peer, frames [][]byte) { s.Subscribe(p, frames[0]) })
	subscribe := func() *bufio.Reader {
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		r := bufio.NewReader(conn)
		if _, _, err := Handshake(conn, r, "SUB"); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(Encode([][]byte{{1}})); err != nil {
			t.Fatal(err)
		}
		return r
	}
	subscribe() // and never reads
	good := subscribe()
	for len(s.listeners()) < 2 {
		time.Sleep(time.Millisecond)
	}
	const messages = 120
	go func() {
		for range messages {
			s.Publish([][]byte{[]byte("stream"), make([]byte, 1<<20)})
		}
	}()
	for i := range messages {
		if frames, err := ReadMessage(good); err != nil || len(frames) != 2 ||
			len(frames[1]) != 1<<20 {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if n := len(s.listeners()); n != 1 {
		t.Errorf("%d subscribers are left, wanted 1", n)
	}
}

// listeners are the peers that subscribed to something.
func (s *Socket) listeners() []*Peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*Peer
	for _, p := range s.peers {
		if len(p.topics) > 0 && !p.isClosed() {
			found = append(found, p)
		}
	}
	return found
}

// A client that connects before the kernel serves is answered once it does: nothing is lost, and
// nothing of the socket is used before it is whole.
func TestAnEarlyClient(t *testing.T) {
	s, err := Listen("REP", "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go s.Serve(func(p *Peer, frames [][]byte) { p.Send(frames) })
	r := bufio.NewReader(conn)
	if _, _, err := Handshake(conn, r, "REQ"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(Encode([][]byte{nil, []byte("ping")})); err != nil {
		t.Fatal(err)
	}
	if frames, err := ReadMessage(r); err != nil || string(frames[1]) != "ping" {
		t.Errorf("%q, %v", frames, err)
	}
}
