package serve_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

// running is a server under Run.
type running struct {
	url, addr string
	stop      func()
	done      chan error // what Run returned
}

func run(t *testing.T, p serve.Predictor, o serve.Options) running {
	t.Helper()
	s, err := serve.New(p, []string{"red", "green"}, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r := running{"http://" + l.Addr().String(), l.Addr().String(), stop, make(chan error, 1)}
	go func() { r.done <- s.Run(ctx, l) }()
	t.Cleanup(func() { stop(); s.Close() })
	return r
}

func (r running) ready(t *testing.T) {
	t.Helper()
	until(t, "readiness", func() bool {
		return send(t, "GET", r.url+"/readyz", "",
			nil).status == 200
	})
}

// While the network compiles, health is answered and predictions are refused; then they are served.
func TestRunWarms(t *testing.T) {
	g := newSlow()
	r := run(t, g, serve.Options{Batch: 4})
	t.Cleanup(g.open)
	<-g.entered
	if got := send(t, "GET", r.url+"/healthz", "", nil); got.status != 200 {
		t.Errorf("health: %d", got.status)
	}
	for _, path := range []string{"/readyz", "/predict"} {
		method := map[string]string{"/readyz": "GET", "/predict": "POST"}[path]
		if got := send(t, method, r.url+path, "image/png",
			strings.NewReader(encoded(t, "png", 9, 9))); got.status != 503 ||
			got.code() != "starting" || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	g.open()
	r.ready(t)
	if two, four := <-g.entered, <-g.entered; two != 2 || four != 4 {
		t.Errorf("warmed with %d and %d images after the first, wanted 2 and 4", two, four)
	}
	if got := sendAll(t, r.url, 1)()[0]; got.status != 200 {
		t.Errorf("when ready: %d %s", got.status, got.body)
	}
}

func TestRunReportsAFailingNetwork(t *testing.T) {
	r := run(t, predictor(func([]*images.RGB) ([][]float32, error) {
		return nil,
			errors.New("no memory")
	}), serve.Options{})
	if err := <-r.done; err == nil || !strings.Contains(err.Error(), "no memory") {
		t.Errorf("got %v", err)
	}
}

// A stop lets a running request finish and refuses new connections.
func TestStopIsGraceful(t *testing.T) {
	g := newSlow()
	r := run(t, g, serve.Options{Batch: 1})
	t.Cleanup(g.open)
	g.pass <- struct{}{} // the warm-up
	<-g.entered
	r.ready(t)
	wait := sendAll(t, r.url, 1)
	<-g.entered
	r.stop()
	until(t, "a closed door", func() bool {
		conn, err := net.Dial("tcp", r.addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-r.done:
		t.Fatalf("Run returned with a request running: %v", err)
	default:
	}
	g.open()
	if got := wait()[0]; got.status != 200 {
		t.Errorf("the running request: %d %s", got.status, got.body)
	}
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

// A request that outlives the grace is cut off.
func TestStopDoesNotWaitForEver(t *testing.T) {
	g := newSlow()
	r := run(t, g, serve.Options{Batch: 1, Grace: 50 * time.Millisecond})
	t.Cleanup(g.open)
	g.pass <- struct{}{}
	<-g.entered
	r.ready(t)
	cut := make(chan error, 1)
	go func() {
		answer, err := http.Post(r.url+"/predict", "image/png",
			strings.NewReader(encoded(t, "png", 9, 9)))
		if err == nil {
			answer.Body.Close()
			err = fmt.Errorf("status %d", answer.StatusCode)
		}
		cut <- err
	}()
	<-g.entered
	r.stop()
	if err := <-r.done; err != nil {
		t.Error(err)
	}
	if err := <-cut; strings.HasPrefix(err.Error(), "status") {
		t.Errorf("the request: %v", err)
	}
}

// A client that sends a photo byte by byte gets an error and frees its place.
func TestSlowClient(t *testing.T) {
	r := run(t, colours{}, serve.Options{Concurrency: 1, Queue: -1,
		UploadTime: 300 * time.Millisecond})
	r.ready(t)
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn,
		"POST /predict HTTP/1.1\r\nHost: here\r\nContent-Type: image/png\r\nContent-Length: "+
			"1000\r\n\r\n\x89PNG")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, wanted 408", answer.StatusCode)
	}
	until(t, "the place to be free", func() bool { return sendAll(t, r.url, 1)()[0].status == 200 })
}
