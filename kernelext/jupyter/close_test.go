package jupyter_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gopets/kernelext/internal/zmtp"
	"gopets/kernelext/jupyter"
)

// A kernel that ends closes one channel after the other: messages that iopub brings after shell is
// closed are not lost.
func TestMessagesAfterAnotherChannelIsClosed(t *testing.T) {
	conn, ok := jupyter.NewIPC(t.TempDir() + "/k")
	if !ok {
		t.Skip("the temporary folder's path is too long for a socket")
	}
	sockets := map[int]*zmtp.Socket{}
	subscribed := make(chan struct{}, 1)
	for port, kind := range map[int]string{conn.ShellPort: "ROUTER", conn.ControlPort: "ROUTER",
		conn.StdinPort: "ROUTER", conn.IOPubPort: "XPUB"} {
		s, err := zmtp.Listen(kind, "unix", fmt.Sprintf("%s-%d", conn.IP, port))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		sockets[port] = s
		go s.Serve(func(p *zmtp.Peer, frames [][]byte) {
			if kind == "XPUB" {
				s.Subscribe(p, frames[0])
				subscribed <- struct{}{}
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := jupyter.Dial(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-subscribed
	sockets[conn.ShellPort].Close()
	time.Sleep(50 * time.Millisecond) // the client sees it
	m := jupyter.Message{Identities: [][]byte{[]byte("status")},
		Header: jupyter.NewHeader("kernel", "status"), Content: []byte("{}")}
	frames, err := m.Frames([]byte(conn.Key))
	if err != nil {
		t.Fatal(err)
	}
	sockets[conn.IOPubPort].Publish(frames)
	if got, err := c.Recv(ctx); err != nil || got.Header.ID != m.Header.ID {
		t.Fatalf("%v, %v", got, err)
	}
	sockets[conn.IOPubPort].Close()
	if _, err := c.Recv(ctx); !errors.Is(err, jupyter.ErrClosed) {
		t.Errorf("after both: %v", err)
	}
}
