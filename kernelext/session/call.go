package session

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// Handler serves one call and returns its result. It is called from several goroutines; ctx ends
// when the client cancels or dies.
type Handler func(ctx context.Context, c *Call) (any, error)

// Call is a request that a worker serves.
type Call struct {
	Method string
	Body   json.RawMessage
	Dir    string // the session's private folder, for the worker's files
	send   func(Event)
}

// NewCall returns a call for a [Handler]; send gets its events.
func NewCall(method string, body json.RawMessage, dir string, send func(Event)) *Call {
	return &Call{method, body, dir, send}
}

// Decode reads the request's body into a struct.
func (c *Call) Decode(into any) error {
	if err := json.Unmarshal(c.Body, into); err != nil {
		return fmt.Errorf("%s: the request cannot be read: %w", c.Method, err)
	}
	return nil
}

// Send sends an event before the result, if the client is still connected.
func (c *Call) Send(kind string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: event %s: %v\n", c.Method, kind, err)
		return
	}
	c.send(Event{Kind: kind, Data: raw})
}
