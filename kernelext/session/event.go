package session

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Event is one line of a call's answer. The worker and its clients agree on kinds and data;
// "result" and "error" are this package's.
type Event struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data,omitempty"`
}

// The kinds that end an answer.
const (
	KindResult = "result"
	KindError  = "error"
)

// Error is a failure as it is sent: a text for users, and a code for programs. Other errors of a
// [Handler] have an empty code.
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
	CodeLost      = "lost"      // the session ended in the middle of a call
	CodeUnknown   = "unknown"   // there is no such method
)

// HasCode reports whether err is, or wraps, an [Error] with that code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Errorf makes an [Error] with a code.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
