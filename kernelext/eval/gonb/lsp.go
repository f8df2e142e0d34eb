package gonb

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
)

// lsp is a client of a language server over its standard streams. By hand: golang.org/x/tools keeps
// its jsonrpc2 internal, and other modules bring the whole protocol for four methods.
type lsp struct {
	mu      sync.Mutex
	to      io.Writer
	next    int
	waiting map[int]chan lspMessage
	err     error
	config  any // the answer to workspace/configuration
}

type lspMessage struct {
	ID     *json.RawMessage `json:"id,omitempty"`
	Method string           `json:"method,omitempty"`
	Params json.RawMessage  `json:"params,omitempty"`
	Result json.RawMessage  `json:"result,omitempty"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

var errServerGone = errors.New("gopls has ended")

func newLSP(to io.Writer, from io.Reader, config any) *lsp {
	c := &lsp{to: to, waiting: map[int]chan lspMessage{}, config: config}
	go c.read(bufio.NewReader(from))
	return c
}

const maxServerMessage = 64 << 20

func (c *lsp) read(from *bufio.Reader) {
	head := textproto.NewReader(from)
	for {
		h, err := head.ReadMIMEHeader()
		if err != nil {
			break
		}
		n, err := strconv.Atoi(h.Get("Content-Length"))
		if err != nil || n < 0 || n > maxServerMessage {
			break
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(from, body); err != nil {
			break
		}
		var m lspMessage
		if json.Unmarshal(body, &m) != nil {
			continue
		}
		switch {
		case m.Method != "" && m.ID != nil:
			c.serve(m)
		case m.Method == "" && m.ID != nil:
			id, err := strconv.Atoi(string(*m.ID))
			c.mu.Lock()
			if ch := c.waiting[id]; err == nil && ch != nil {
				delete(c.waiting, id)
				ch <- m
			}
			c.mu.Unlock()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = errServerGone
	for id, ch := range c.waiting {
		close(ch)
		delete(c.waiting, id)
	}
}

// serve answers a request for the configuration; others get null.
func (c *lsp) serve(m lspMessage) {
	var result any
	if m.Method == "workspace/configuration" {
		var p struct {
			Items []any `json:"items"`
		}
		_ = json.Unmarshal(m.Params, &p) // without items the answer is empty
		configs := []any{}
		for range p.Items {
			configs = append(configs, c.config)
		}
		result = configs
	}
	_ = c.write(object{"jsonrpc": "2.0", "id": m.ID, "result": result}) // the reader will notice
}

func (c *lsp) write(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = fmt.Fprintf(c.to, "Content-Length: %d\r\n\r\n%s", len(data), data)
	return err
}

func (c *lsp) notify(method string, params any) error {
	return c.write(object{"jsonrpc": "2.0", "method": method, "params": params})
}

func (c *lsp) call(ctx context.Context, method string, params, into any) error {
	ch := make(chan lspMessage, 1)
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return c.err
	}
	c.next++
	id := c.next
	c.waiting[id] = ch
	c.mu.Unlock()
	if err := c.write(object{"jsonrpc": "2.0", "id": id, "method": method,
		"params": params}); err != nil {
		return err
	}
	select {
	case m, ok := <-ch:
		if !ok {
			return errServerGone
		}
		if m.Error != nil {
			return fmt.Errorf("%s: %s", method, m.Error.Message)
		}
		return json.Unmarshal(m.Result, into)
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
		_ = c.notify("$/cancelRequest", object{"id": id})
		return ctx.Err()
	}
}
