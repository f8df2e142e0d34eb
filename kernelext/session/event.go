package session

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Event is one line of a call's answer. Kinds and data are up to the worker, except "result" and
// "error".
type Event struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data,omitempty"`
}

// The kinds of the last event.
const (
	KindResult = "result"
	KindError  = "error"
)

// Error is a failure with a text for users and a code for programs. Other errors of a [Handler]
// have an empty code.
type Error struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// Codes that this package sends.
const (
	CodeCancelled = "cancelled" // the work was stopped on request
	CodeStale     = "stale"     // the session was built from other source than the caller
	CodeInternal  = "internal"  // the worker panicked; its log has the trace
	CodeLost      = "lost"      // the session ended during a call
	CodeUnknown   = "unknown"   // unknown method
)

// HasCode reports whether err is, or wraps, an [Error] with that code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Errorf returns an [Error] with a code.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
