package serve_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

// A slow is a predictor that waits until its channel is closed. It distinguishes images by width.
type slow struct {
	entered chan int // images of a call that has begun
	pass    chan struct{}
	once    sync.Once
}

func newSlow() *slow { return &slow{entered: make(chan int, 100), pass: make(chan struct{})} }

// startSlow serves with a slow predictor, which opens at the latest when the test ends.
func startSlow(t *testing.T, o serve.Options) (*slow, string) {
	g := newSlow()
	url := start(t, g, o)
	t.Cleanup(g.open)
	return g, url
}

func (g *slow) open() { g.once.Do(func() { close(g.pass) }) }

func (g *slow) Predict(ctx context.Context, batch []*images.RGB) ([][]float32, error) {
	g.entered <- len(batch)
	<-g.pass
	rows := make([][]float32, len(batch))
	for i, p := range batch {
		rows[i] = []float32{float32(p.W) / 1000, 1 - float32(p.W)/1000}
	}
	return rows, nil
}

// sendAll sends images at once, of widths 1 to n, and returns the answers in order of width.
func sendAll(t *testing.T, url string, n int) (wait func() []reply) {
	t.Helper()
	replies := make([]reply, n)
	var all sync.WaitGroup
	for i := range n {
		photo := encoded(t, "png", 900+i, 2)
		all.Go(func() {
			replies[i] = send(t, "POST", url+"/predict", "image/png", strings.NewReader(photo))
		})
	}
	return func() []reply { all.Wait(); return replies }
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// Of three images at once, one is predicted, one waits, one is refused at once. Afterwards there
// is room again.
func TestTooManyAtOnce(t *testing.T) {
	for code, o := range map[string]serve.Options{
		"busy":     {Concurrency: 1, Queue: 1},
		"too_many": {Concurrency: 1, Queue: 20, PerClient: 2},
	} {
		g, url := startSlow(t, o)
		replies := make(chan reply, 3)
		for range 3 {
			go func() {
				replies <- send(t, "POST", url+"/predict", "image/png",
					strings.NewReader(encoded(t, "png", 5, 5)))
			}()
		}
		want := map[string]int{"busy": 503, "too_many": 429}[code]
		if r := <-replies; r.status != want || r.code() != code ||
			r.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %v %s", code, r.status, r.header, r.body)
		}
		if r := send(t, "GET", url+"/healthz", "", nil); r.status != 200 {
			t.Errorf("%s: health while busy: %d", code, r.status)
		}
		g.open()
		for range 2 {
			if r := <-replies; r.status != 200 {
				t.Errorf("%s: one that was let in: %d %s", code, r.status, r.body)
			}
		}
		if r := sendAll(t, url, 1)()[0]; r.status != 200 {
			t.Errorf("%s: after the rush: %d %s", code, r.status, r.body)
		}
	}
}

// A request that waits too long gets an error. Its image's place stays taken until the
// predictor has done with it.
func TestTimeout(t *testing.T) {
	g, url := startSlow(t, serve.Options{Concurrency: 1, Queue: 1, Timeout: 50 * time.Millisecond})
	for range 2 { // the second waits for a place
		if r := sendAll(t, url, 1)()[0]; r.status != 503 || r.code() != "timeout" ||
			r.header.Get("Retry-After") == "" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if len(g.entered) != 1 {
		t.Errorf("the predictor was called %d times at once", len(g.entered))
	}
	g.open()
	until(t, "an answer", func() bool { return sendAll(t, url, 1)()[0].status == 200 })
}

// What a predictor does wrong is the server's failure, answered without its reason.
func TestPredictorFails(t *testing.T) {
	for name, p := range map[string]predictor{
		"error": func([]*images.RGB) ([][]float32, error) {
			return nil,
				errors.New("secret reason")
		},
		"panic":       func([]*images.RGB) ([][]float32, error) { panic("secret reason") },
		"no rows":     func([]*images.RGB) ([][]float32, error) { return nil, nil },
		"a short row": func([]*images.RGB) ([][]float32, error) { return [][]float32{{1}}, nil },
		"not a number": func([]*images.RGB) ([][]float32,
			error) {
			return [][]float32{{float32(math.NaN()), 0}}, nil
		},
		"too many rows": func([]*images.RGB) ([][]float32, error) {
			return [][]float32{{0, 1},
				{0, 1}}, nil
		},
	} {
		var text syncBuffer
		url := start(t, p, serve.Options{Log: slog.New(slog.NewJSONHandler(&text, nil))})
		r := sendAll(t, url, 1)()[0]
		if r.status != 500 || r.code() != "failed" || strings.Contains(r.body, "secret") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		until(t, "the log", func() bool {
			return strings.Contains(text.String(),
				`"level":"ERROR"`)
		})
		if log := text.String(); !strings.Contains(log, `"trouble":`) {
			t.Errorf("%s: the log says %s", name, log)
		}
	}
}

// A client that closes the connection costs nothing further, and is not an error.
func TestClientGone(t *testing.T) {
	var text syncBuffer
	g, url := startSlow(t, serve.Options{Log: slog.New(slog.NewJSONHandler(&text, nil))})
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	photo := encoded(t, "png", 5, 5)
	fmt.Fprintf(conn,
		"POST /predict HTTP/1.1\r\nHost: here\r\nContent-Type: image/png\r\nContent-Length: "+
			"%d\r\n\r\n%s", len(photo), photo)
	<-g.entered
	conn.Close()
	until(t, "the log", func() bool { return strings.Contains(text.String(), `"status":499`) })
	g.open()
	if log := text.String(); strings.Contains(log, "ERROR") {
		t.Error(log)
	}
}

// The log holds what an operator needs and nothing that a visitor sent.
func TestLogHoldsNoVisitorData(t *testing.T) {
	var text syncBuffer
	url := start(t, colours{}, serve.Options{Log: slog.New(slog.NewJSONHandler(&text, nil))})
	kind, body := form("photo", "my-secret-cat.png", encoded(t, "png", 9, 9), "secret-field", "x",
		"y")
	send(t, "POST", url+"/?top=1&secret=1", kind, bytes.NewReader(body), "User-Agent",
		"secret-agent", "Referer", "http://secret/")
	send(t, "POST", url+"/secret-path", kind, bytes.NewReader(body))
	send(t, "SECRET", url+"/predict", kind, bytes.NewReader(body))
	send(t, "POST", url+"/predict", "image/secret", strings.NewReader("secret"))
	until(t, "four lines", func() bool { return strings.Count(text.String(), "\n") == 4 })
	log := text.String()
	for _, word := range []string{"secret", "SECRET", "127.0.0.1", "agent"} {
		if strings.Contains(log, word) {
			t.Errorf("the log has %q: %s", word, log)
		}
	}
	for _, want := range []string{`"path":"/","status":200`, `"status":404`, `"method":"other"`,
		`"status":415`, `"format":"png"`, `"together":1`, `"ms":`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s: %s", want, log)
		}
	}
}

// syncBuffer is a buffer for a log that is written while it is read.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
