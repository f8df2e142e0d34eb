package session

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
)

// Handler does the work of one call and gives its result. It is called from several goroutines; ctx
// ends when the client cancels or dies.
type Handler func(ctx context.Context, c *Call) (any, error)

// Call is a request that a worker serves.
type Call struct {
	Method string
	Body   json.RawMessage
	Dir    string // the session's private folder, where a worker may keep files as long as it lives
	send   func(Event)
}

// Decode reads the request's body into a struct.
func (c *Call) Decode(into any) error {
	if err := json.Unmarshal(c.Body, into); err != nil {
		return fmt.Errorf("%s: the request cannot be read: %w", c.Method, err)
	}
	return nil
}

// Send sends an event ahead of the result. What a client that is gone would have got is dropped.
func (c *Call) Send(kind string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		log.Printf("%s: event %s: %v", c.Method, kind, err)
		return
	}
	c.send(Event{Kind: kind, Data: raw})
}

// Serve is the worker's life: it serves the session that the arguments after the program's word
// "session" describe, until its owner or its socket is gone, or it is asked to stop.
func Serve(args []string, handle Handler) error {
	flags := flag.NewFlagSet("session", flag.ContinueOnError)
	name := flags.String("name", "", "the session's name")
	dir := flags.String("dir", "", "its private folder")
	ownerText := flags.String("owner", "", "process number and start time of its owner")
	build := flags.String("build", "", "hash of the source that the worker was built from")
	logPath := flags.String("log", "", "the file that the output goes to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	owner, err := parseProcess(*ownerText)
	if err != nil {
		return err
	}
	p := place{dir: *dir, owner: owner}
	if err := p.private(); err != nil {
		return err
	}
	secret, err := os.ReadFile(p.secret())
	if err != nil || len(secret) < 16 {
		return fmt.Errorf("session: the secret in %s: %v", *dir, err)
	}
	self, err := find(os.Getpid())
	if err != nil {
		return err
	}
	info := Info{Name: *name, PID: self.PID, Owner: owner.PID, Dir: *dir, Log: *logPath, Build: *build, Started: time.Now()}
	syscall.Umask(0o077)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: p.socket(), Net: "unix"})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	listener.SetUnlinkOnClose(false) // by then another session may have taken the place
	if err := os.Chmod(p.socket(), 0o600); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	listed := entry{Info: info, Worker: self}
	if err := listed.write(); err != nil {
		log.Printf("session: not listed: %v", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	s := &server{info: info, secret: secret, handle: handle, stop: stop, calls: map[string]context.CancelFunc{}}
	web := &http.Server{Handler: s, BaseContext: func(net.Listener) context.Context { return ctx }, ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, peerKey{}, sameUser(c.(*net.UnixConn)))
	}}
	log.Printf("session %s of process %d: serving as process %d at %s", *name, owner.PID, self.PID, p.socket())
	go func() {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Printf("session: %v", err)
			stop()
		}
	}()
	p.watch(ctx)
	stop()
	log.Print("session: ending")
	s.end(p, web, listed)
	return nil
}

// peerKey finds in a connection's context whether the user at the other end is ours.
type peerKey struct{}

// watch returns when the owner or the socket is gone, or the context ends.
func (p place) watch(ctx context.Context) {
	mine, err := os.Lstat(p.socket())
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
		now, err := os.Lstat(p.socket())
		if err != nil || !os.SameFile(mine, now) {
			log.Print("session: the socket is gone")
			return
		}
		if !p.owner.alive() {
			log.Printf("session: process %d, its owner, has ended", p.owner.PID)
			return
		}
	}
}

// server answers requests.
type server struct {
	info   Info
	secret []byte
	handle Handler
	stop   func()

	mu      sync.Mutex
	calls   map[string]context.CancelFunc
	running sync.WaitGroup
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if ours, _ := r.Context().Value(peerKey{}).(bool); !ours || subtle.ConstantTimeCompare([]byte(r.Header.Get(headerSecret)), s.secret) != 1 {
		refuse(w, http.StatusForbidden, errorf("forbidden", "this session belongs to somebody else: the secret is missing or wrong"))
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
		refuse(w, http.StatusNotFound, errorf(CodeUnknown, "session: nothing answers %s %s", r.Method, r.URL.Path))
	}
}

func refuse(w http.ResponseWriter, status int, failure *Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(failure)
}

// maxBody bounds a request: a list of a million file names fits.
const maxBody = 256 << 20

// call serves one request and streams its events.
func (s *server) call(w http.ResponseWriter, r *http.Request, method string) {
	if theirs := r.Header.Get(headerBuild); theirs != "" && theirs != s.info.Build {
		refuse(w, http.StatusConflict, errorf(CodeStale, "the session's program is older than its source, which was changed since: "+
			"restart the kernel (or the session); what was trained is kept in snapshots"))
		return
	}
	body, err := readAll(w, r)
	if err != nil {
		refuse(w, http.StatusBadRequest, errorf("", "session: request of %s: %v", method, err))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if id := r.Header.Get(headerCall); id != "" {
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
	send := func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		// a client that no longer reads must not hold up the work
		out.SetWriteDeadline(time.Now().Add(30 * time.Second))
		if lines.Encode(e) != nil || out.Flush() != nil {
			cancel()
		}
	}
	out.Flush() // the client hears at once that it was accepted
	c := &Call{Method: method, Body: body, Dir: s.info.Dir, send: send}
	begin := time.Now()
	result, err := s.run(ctx, c)
	log.Printf("%s: %.3f s, error: %v", method, time.Since(begin).Seconds(), err)
	if err == nil {
		c.Send(kindResult, result)
		return
	}
	failure := new(Error)
	if !errors.As(err, &failure) {
		failure = &Error{Message: err.Error()}
		if errors.Is(err, context.Canceled) {
			failure.Code = CodeCancelled
		}
	}
	c.Send(kindError, failure)
}

// run calls the handler; its panic becomes an error.
func (s *server) run(ctx context.Context, c *Call) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Printf("%s: panic: %v\n%s", c.Method, p, debug.Stack())
			err = errorf(CodeInternal, "%s: a fault in the worker, not of yours: %v; the trace is in %s", c.Method, p, s.info.Log)
		}
	}()
	return s.handle(ctx, c)
}

// readAll reads the body to its end: only then does the server notice a client that goes away.
func readAll(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil && !json.Valid(body) {
		err = errors.New("it is not JSON")
	}
	return body, err
}

// end takes leave: nobody new is let in, running calls get two seconds, then the folder goes. It is
// done within five seconds even if something hangs.
func (s *server) end(p place, web *http.Server, listed entry) {
	time.AfterFunc(4*time.Second, func() {
		log.Print("session: something hangs, ending all the same")
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

// leave removes the folder, unless another session has taken the place.
func (s *server) leave(p place, listed entry) {
	os.Remove(listed.path())
	if secret, err := os.ReadFile(p.secret()); err == nil && string(secret) != string(s.secret) {
		return
	}
	lock, err := lockFile(p.lock(), false)
	if err != nil {
		return // a new session is being started here
	}
	defer lock.release()
	os.RemoveAll(p.dir)
}
