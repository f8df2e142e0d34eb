// Package serve is the worker's side of a session. (It is not in package session because a cell
// links all that session imports, and net/http is the larger part of a link.)
package serve

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopets/kernelext/session"
	"gopets/kernelext/session/internal/discovery"
)

// Serve serves the session described by args, those after the word "session", until its owner or
// socket is gone, or it is asked to stop.
func Serve(args []string, handle session.Handler) error {
	flags := flag.NewFlagSet("session", flag.ContinueOnError)
	name := flags.String("name", "", "the session's name")
	dir := flags.String("dir", "", "its private folder")
	ownerText := flags.String("owner", "", "process number and start time of its owner")
	build := flags.String("build", "", "hash of the source that the worker was built from")
	logPath := flags.String("log", "", "the file that the output goes to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	owner, err := discovery.ParseProcess(*ownerText)
	if err != nil {
		return err
	}
	p := discovery.Place{Dir: *dir, Owner: owner}
	if err := p.Private(); err != nil {
		return err
	}
	secret, err := os.ReadFile(p.Secret())
	if err != nil || len(secret) < 16 {
		return fmt.Errorf("session: the secret in %s: %v", *dir, err)
	}
	self, err := discovery.Find(os.Getpid())
	if err != nil {
		return err
	}
	info := session.Info{Name: *name, PID: self.PID, Owner: owner.PID, Dir: *dir, Log: *logPath,
		Build: *build, Started: time.Now()}
	syscall.Umask(0o077)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: p.Socket(), Net: "unix"})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	listener.SetUnlinkOnClose(false) // another session may have it by then
	if err := os.Chmod(p.Socket(), 0o600); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	listed := discovery.Entry{Info: info, Worker: self}
	if err := listed.Write(); err != nil {
		log.Printf("session: not listed: %v", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	s := &server{info: info, secret: secret, handle: handle, stop: stop,
		calls: map[string]context.CancelFunc{}}
	web := &http.Server{Handler: s, BaseContext: func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, sameUser(c.(*net.UnixConn)))
		}}
	log.Printf("session %s of process %d: serving as process %d at %s", *name, owner.PID, self.PID,
		p.Socket())
	go func() {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Printf("session: %v", err)
			stop()
		}
	}()
	watch(ctx, p)
	stop()
	log.Print("session: ending")
	s.end(p, web, listed)
	return nil
}

type peerKey struct{}

func watch(ctx context.Context, p discovery.Place) {
	mine, err := os.Lstat(p.Socket())
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
		now, err := os.Lstat(p.Socket())
		if err != nil || !os.SameFile(mine, now) {
			log.Print("session: the socket is gone")
			return
		}
		if !p.Owner.Alive() {
			log.Printf("session: process %d, its owner, has ended", p.Owner.PID)
			return
		}
	}
}

type server struct {
	info   session.Info
	secret []byte
	handle session.Handler
	stop   func()

	mu      sync.Mutex
	calls   map[string]context.CancelFunc
	running sync.WaitGroup
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if ours, _ := r.Context().Value(peerKey{}).(bool); !ours ||
		subtle.ConstantTimeCompare([]byte(r.Header.Get(session.HeaderSecret)), s.secret) != 1 {
		refuse(w, http.StatusForbidden, session.Errorf("forbidden",
			"the session's secret is missing or wrong"))
		return
	}
	method, isCall := strings.CutPrefix(r.URL.Path, "/call/")
	switch {
	case isCall && r.Method == http.MethodPost:
		s.call(w, r, method)
	case isCall && r.Method == http.MethodDelete:
		s.mu.Lock()
		cancel := s.calls[method]
		s.mu.Unlock()
		if cancel != nil {
			cancel()
		}
	case r.URL.Path == "/hello" && r.Method == http.MethodGet:
		json.NewEncoder(w).Encode(s.info)
	case r.URL.Path == "/stop" && r.Method == http.MethodPost:
		s.stop()
	default:
		refuse(w, http.StatusNotFound, session.Errorf(session.CodeUnknown,
			"session: no such path: %s %s", r.Method, r.URL.Path))
	}
}

func refuse(w http.ResponseWriter, status int, failure *session.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(failure)
}

// maxBody bounds a request; it is enough for a list of a million file names.
const maxBody = 256 << 20

func (s *server) call(w http.ResponseWriter, r *http.Request, method string) {
	if theirs := r.Header.Get(session.HeaderBuild); theirs != "" && theirs != s.info.Build {
		refuse(w, http.StatusConflict, session.Errorf(session.CodeStale,
			"the session's program is older than its source, which was changed since: "+
				"restart the kernel (or the session); what was trained is kept in snapshots"))
		return
	}
	body, err := readAll(w, r)
	if err != nil {
		refuse(w, http.StatusBadRequest, session.Errorf("", "session: request of %s: %v", method,
			err))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if id := r.Header.Get(session.HeaderCall); id != "" {
		s.mu.Lock()
		s.calls[id] = cancel
		s.mu.Unlock()
		defer func() {
			s.mu.Lock()
			delete(s.calls, id)
			s.mu.Unlock()
		}()
	}
	s.running.Add(1)
	defer s.running.Done()
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := http.NewResponseController(w)
	lines := json.NewEncoder(w)
	var mu sync.Mutex
	send := func(e session.Event) {
		mu.Lock()
		defer mu.Unlock()
		// a stalled client must not stop the work
		out.SetWriteDeadline(time.Now().Add(30 * time.Second))
		if lines.Encode(e) != nil || out.Flush() != nil {
			cancel()
		}
	}
	out.Flush() // the client learns at once that it was accepted
	c := session.NewCall(method, body, s.info.Dir, send)
	begin := time.Now()
	result, err := s.run(ctx, c)
	log.Printf("%s: %.3f s, error: %v", method, time.Since(begin).Seconds(), err)
	if err == nil {
		c.Send(session.KindResult, result)
		return
	}
	failure := new(session.Error)
	if !errors.As(err, &failure) {
		failure = &session.Error{Message: err.Error()}
		if errors.Is(err, context.Canceled) {
			failure.Code = session.CodeCancelled
		}
	}
	c.Send(session.KindError, failure)
}

func (s *server) run(ctx context.Context, c *session.Call) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Printf("%s: panic: %v\n%s", c.Method, p, debug.Stack())
			err = session.Errorf(session.CodeInternal,
				"%s: a fault in the worker, not of yours: %v; the trace is in %s", c.Method, p,
				s.info.Log)
		}
	}()
	return s.handle(ctx, c)
}

// readAll reads the body, after which the server notices that a client is gone.
func readAll(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil && !json.Valid(body) {
		err = errors.New("it is not JSON")
	}
	return body, err
}

// end ends the session within five seconds: no new calls, two seconds for running ones.
func (s *server) end(p discovery.Place, web *http.Server, listed discovery.Entry) {
	time.AfterFunc(4*time.Second, func() {
		log.Print("session: calls are still running; it ends anyway")
		s.leave(p, listed)
		os.Exit(1)
	})
	idle := make(chan struct{})
	go func() { s.running.Wait(); web.Close(); idle <- struct{}{} }()
	select {
	case <-idle:
	case <-time.After(2 * time.Second):
	}
	s.leave(p, listed)
}

// leave removes the folder, unless another session uses it.
func (s *server) leave(p discovery.Place, listed discovery.Entry) {
	os.Remove(listed.Path())
	if secret, err := os.ReadFile(p.Secret()); err == nil && string(secret) != string(s.secret) {
		return
	}
	lock, err := discovery.LockFile(p.Lock(), false)
	if err != nil {
		return // a new session is starting here
	}
	defer lock.Unlock()
	os.RemoveAll(p.Dir)
}
