package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

const (
	headerTime     = 5 * time.Second
	idleTime       = 30 * time.Second
	headerBytes    = 16 << 10
	maxConnections = 512
)

// Run serves on a listener until ctx ends; then running requests have Options.Grace to finish, and
// Run returns nil. The server is not closed.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	s.state.CompareAndSwap(ready, starting)
	h := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       s.o.UploadTime,
		WriteTimeout:      s.o.UploadTime + s.o.Timeout + headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          log.New(quiet{s.o.Log}, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(netutil.LimitListener(l, maxConnections)) }()
	warm := make(chan error, 1)
	warming, stop := context.WithCancel(ctx)
	defer stop()
	begun := time.Now()
	go func() { warm <- s.Warm(warming) }()
	for {
		select {
		case err := <-warm:
			if err != nil && ctx.Err() == nil {
				h.Close()
				return err
			}
			if s.state.CompareAndSwap(starting, ready) {
				s.o.Log.Info("ready", slog.Float64("seconds", time.Since(begun).Seconds()))
			}
			warm = nil
		case err := <-served:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
			return s.shutDown(h, warm)
		}
	}
}

func (s *Server) shutDown(h *http.Server, warm chan error) error {
	s.state.Store(stopping)
	s.o.Log.Info("stopping", slog.Int("running", len(s.admit)))
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Grace)
	defer cancel()
	err := h.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.o.Log.Warn("stopped", slog.Int("cut off", len(s.admit)))
		err = h.Close()
	} else {
		s.o.Log.Info("stopped")
	}
	if warm != nil {
		<-warm // the predictor must not be in use when Run returns
	}
	return err
}

// quiet drops net/http's messages about connections, which hold addresses and clients' text.
type quiet struct{ log *slog.Logger }

func (q quiet) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Accept error")) {
		q.log.Warn("connections cannot be accepted; trying again")
	}
	return len(line), nil
}
