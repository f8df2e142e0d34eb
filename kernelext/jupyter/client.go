package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A Client talks to one kernel. Send is safe for concurrent use; Recv is for one goroutine.
type Client struct {
	session string
	key     []byte
	cancel  context.CancelFunc
	sockets map[Channel]zmq4.Socket
	queue   *queue
	readers sync.WaitGroup
	dropped atomic.Int64
	closed  atomic.Int32 // of the shell and the iopub channel
}

// ErrClosed is returned by Recv after Close, or when the kernel closed its sockets.
var ErrClosed = errors.New("the connection to the kernel is closed")

// Dial connects to a kernel and keeps trying until it listens or ctx ends.
func Dial(ctx context.Context, conn Connection) (*Client, error) {
	if err := conn.check(); err != nil {
		return nil, err
	}
	life, cancel := context.WithCancel(context.Background())
	c := &Client{session: newID(), key: []byte(conn.Key), cancel: cancel, queue: newQueue(),
		sockets: map[Channel]zmq4.Socket{}}
	options := []zmq4.Option{
		zmq4.WithID(zmq4.SocketIdentity(c.session)),
		zmq4.WithDialerRetry(5 * time.Millisecond),
		zmq4.WithDialerMaxRetries(-1),
		zmq4.WithLogger(log.New(io.Discard, "", 0)),
	}
	// Closing the sockets ends a waiting dial.
	dialled := make(chan struct{})
	defer close(dialled)
	go func() {
		select {
		case <-ctx.Done():
			cancel()
		case <-dialled:
		}
	}()
	// iopub first: what is published before it is connected is lost.
	for _, ch := range []Channel{IOPub, Shell, Control, Stdin} {
		var s zmq4.Socket
		if ch == IOPub {
			s = zmq4.NewSub(life, options...)
			if err := s.SetOption(zmq4.OptionSubscribe, ""); err != nil {
				cancel()
				return nil, fmt.Errorf("subscribing to the kernel's output: %w", err)
			}
		} else {
			s = zmq4.NewDealer(life, options...)
		}
		c.sockets[ch] = s
		if err := dial(ctx, s, conn.Endpoint(ch)); err != nil {
			c.Close()
			return nil, fmt.Errorf("connecting to the kernel's %s channel: %w", ch, err)
		}
		c.readers.Add(1)
		go c.read(ch, s)
	}
	return c, nil
}

// dial returns when ctx ends even if the peer accepts and then sends nothing.
func dial(ctx context.Context, s zmq4.Socket, endpoint string) error {
	done := make(chan error, 1)
	go func() { done <- s.Dial(endpoint) }()
	select {
	case err := <-done:
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *Client) read(ch Channel, s zmq4.Socket) {
	defer c.readers.Done()
	for {
		z, err := s.Recv()
		if err != nil {
			c.lost(ch)
			return
		}
		m, err := ParseFrames(z.Frames, c.key)
		if err != nil {
			c.dropped.Add(1)
			continue
		}
		m.Channel = ch
		c.queue.put(m)
	}
}

// lost notes that a channel is closed. The kernel closes one after the other, so messages of the
// other may still come.
func (c *Client) lost(ch Channel) {
	if ch != Shell && ch != IOPub {
		return
	}
	end := func() { c.queue.close(ErrClosed) }
	if c.closed.Add(1) == 2 {
		end()
	} else {
		time.AfterFunc(time.Second, end)
	}
}

// Dropped returns how many messages were dropped as unsigned, wrongly signed or malformed.
func (c *Client) Dropped() int { return int(c.dropped.Load()) }

// Send sends a message and returns its id, the parent of the answers.
func (c *Client) Send(ch Channel, kind string, content any) (id string, err error) {
	return c.send(ch, kind, content, Header{})
}

// Reply answers a message of the kernel, such as an input_request.
func (c *Client) Reply(to *Message, kind string, content any) error {
	_, err := c.send(to.Channel, kind, content, to.Header)
	return err
}

func (c *Client) send(ch Channel, kind string, content any, parent Header) (string, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("sending %s: %w", kind, err)
	}
	m := Message{Header: NewHeader(c.session, kind), Parent: parent, Content: raw}
	frames, err := m.Frames(c.key)
	if err != nil {
		return "", fmt.Errorf("sending %s: %w", kind, err)
	}
	if err := c.sockets[ch].SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		return "", fmt.Errorf("sending %s: %w", kind, err)
	}
	return m.Header.ID, nil
}

// Recv returns the next message of any channel, in order of arrival.
func (c *Client) Recv(ctx context.Context) (*Message, error) { return c.queue.get(ctx) }

// Ready waits until the kernel answers requests and its output arrives; no later output is lost.
func (c *Client) Ready(ctx context.Context) (KernelInfo, error) {
	var info KernelInfo
	replied, published := false, false
	for !replied || !published {
		if _, err := c.Send(Shell, "kernel_info_request", struct{}{}); err != nil {
			return info, err
		}
		nudge, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		for !replied || !published {
			m, err := c.Recv(nudge)
			if err != nil {
				if ctx.Err() == nil && nudge.Err() != nil {
					break
				}
				cancel()
				return info, fmt.Errorf("waiting for the kernel's first answer: %w", err)
			}
			published = published || m.Channel == IOPub
			if m.Header.Type == "kernel_info_reply" {
				if err := m.Decode(&info); err != nil {
					cancel()
					return info, err
				}
				replied = true
			}
		}
		cancel()
	}
	return info, nil
}

// Close ends the connection; the kernel goes on.
func (c *Client) Close() {
	c.cancel()
	for _, s := range c.sockets {
		_ = s.Close() // nothing can be lost now
	}
	c.readers.Wait()
	c.queue.close(ErrClosed)
}
