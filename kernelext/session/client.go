package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"gopets/kernelext/session/internal/discovery"
)

// Worker describes the program that serves a session.
type Worker struct {
	Name    string // short: letters, digits, "-"; names folders and files
	Package string // import path of its main package
	// a source file near it (runtime.Caller), to find the module without $NB_WORKSPACE
	Source string
	Notice func(string) // called for slow steps while a session starts; may be nil
}

// Session is a client of a live session.
type Session struct {
	place  discovery.Place
	secret string
	info   Info
}

func (s *Session) Info() Info { return s.info }

// Dir returns the session's private folder, removed with it. Clients may keep notes there.
func (s *Session) Dir() string { return s.place.Dir }

const (
	HeaderSecret = "Session-Secret"
	HeaderCall   = "Session-Call"
	HeaderBuild  = "Session-Build"
)

// Dir returns the session's private folder, made if necessary and removed with the session.
func (w Worker) Dir() (string, error) {
	p, err := discovery.FindPlace(w.Name)
	if err != nil {
		return "", err
	}
	return p.Dir, p.Make()
}

// Running returns the live session, without starting one.
func (w Worker) Running(ctx context.Context) (*Session, error) {
	p, err := discovery.FindPlace(w.Name)
	if err != nil {
		return nil, err
	}
	return connect(ctx, p)
}

func connect(ctx context.Context, p discovery.Place) (*Session, error) {
	if err := p.Private(); err != nil {
		return nil, err
	}
	secret, err := os.ReadFile(p.Secret())
	if err != nil {
		return nil, fmt.Errorf("session: there is no session: %w", err)
	}
	s := &Session{place: p, secret: string(secret)}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := s.do(ctx, "GET", "/hello", nil, nil)
	if err != nil {
		return nil, err
	}
	defer answer.close()
	if err := json.NewDecoder(answer.body).Decode(&s.info); err != nil {
		return nil, fmt.Errorf("session: its greeting: %w", err)
	}
	return s, nil
}

func (s *Session) do(ctx context.Context, verb, path string, body []byte,
	header map[string]string) (*response, error) {
	if header == nil {
		header = map[string]string{}
	}
	header[HeaderSecret] = s.secret
	answer, err := roundTrip(ctx, s.place.Socket(), verb, path, header, body)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if answer.status != 200 {
		defer answer.close()
		return nil, failureOf(answer)
	}
	return answer, nil
}

// grace is how long a cancelled call may take to end. A kernel kills an interrupted cell after five
// seconds.
const grace = 4 * time.Second

// Call sends a request and returns the result. Events go to each, which may be nil, in order, on
// the caller's goroutine. When ctx ends, the work is cancelled, and Call waits a few seconds for
// its end: the error has the code [CodeCancelled].
func (s *Session) Call(ctx context.Context, method string, request any,
	each func(Event)) (json.RawMessage, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("session: %s: request: %w", method, err)
	}
	id := rand.Text()
	header := map[string]string{HeaderCall: id}
	if src, err := readSource(s.place.Source()); err == nil {
		header[HeaderBuild] = src.hash()
	}
	stream, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	answer, err := s.do(stream, "POST", "/call/"+method, body, header)
	if err != nil {
		var failure *Error
		if errors.As(err, &failure) {
			return nil, err
		}
		return nil, Errorf(CodeLost, "%v", err)
	}
	defer answer.close()
	finished := make(chan struct{})
	defer close(finished)
	go func() {
		select {
		case <-finished:
		case <-ctx.Done():
			if gone, err := s.do(stream, "DELETE", "/call/"+id, nil, nil); err == nil {
				gone.close()
			}
			select {
			case <-finished:
			case <-time.After(grace):
				stop()
			}
		}
	}()
	events := json.NewDecoder(answer.body)
	for {
		var e Event
		if err := events.Decode(&e); err != nil {
			if ctx.Err() != nil {
				return nil, Errorf(CodeCancelled,
					"cancelled: it stops after the running step, and what was reached until then "+
						"is kept")
			}
			return nil, Errorf(CodeLost,
				"the session ended in the middle of %s (%v); its log: %s\n%s", method, err,
				s.info.Log, tail(s.info.Log, 12))
		}
		switch e.Kind {
		case KindResult:
			return e.Data, nil
		case KindError:
			var failure Error
			if err := json.Unmarshal(e.Data, &failure); err != nil {
				return nil, fmt.Errorf("session: %s: %s", method, e.Data)
			}
			return nil, &failure
		default:
			if each != nil {
				each(e)
			}
		}
	}
}

// Stop ends the session and waits for its end.
func (s *Session) Stop(ctx context.Context) error {
	worker, err := discovery.Find(s.info.PID)
	if err != nil {
		return nil
	}
	answer, err := s.do(ctx, "POST", "/stop", nil, nil)
	var refused *Error
	switch {
	case err == nil:
		answer.close()
	case errors.As(err, &refused):
		return err
	default: // a worker that ends may close the connection before it answers
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
	}
	for worker.Alive() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("session: waiting for process %d to end: %w", worker.PID,
				errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func tail(path string, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
