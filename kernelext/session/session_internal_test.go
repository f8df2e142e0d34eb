package session

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// The answers of net/http's server, with and without chunks.
func TestRoundTrip(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	release := make(chan struct{})
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/short":
			io.WriteString(w, r.Method+" "+r.Header.Get("X-A")+" "+string(body))
		case "/long":
			for range 3 {
				io.WriteString(w, strings.Repeat("é", 10_000)+"\n")
				w.(http.Flusher).Flush()
			}
		case "/hang":
			w.(http.Flusher).Flush()
			<-release
		default:
			http.NotFound(w, r)
		}
	}))
	defer close(release)
	get := func(path string) (int, string) {
		r, err := roundTrip(context.Background(), socket, "POST", path,
			map[string]string{"X-A": "a"}, []byte("body"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		text, err := io.ReadAll(r.body)
		if err != nil {
			t.Fatal(err)
		}
		return r.status, string(text)
	}
	if status, text := get("/short"); status != 200 || text != "POST a body" {
		t.Errorf("%d %q", status, text)
	}
	if status, text := get("/long"); status != 200 ||
		text != strings.Repeat(strings.Repeat("é", 10_000)+"\n", 3) {
		t.Errorf("%d, %d bytes", status, len(text))
	}
	if status, _ := get("/none"); status != 404 {
		t.Errorf("status %d", status)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := roundTrip(ctx, socket, "GET", "/hang", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	cancel()
	if _, err := io.ReadAll(r.body); err == nil {
		t.Error("a read outlives its context")
	}
	if _, err := roundTrip(context.Background(), socket+"x", "GET", "/", nil, nil); err == nil {
		t.Error("no session was there, and no error")
	}
}

func FuzzResponse(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		in := bufio.NewReader(strings.NewReader(text))
		if line, err := headerLine(in); err == nil && strings.ContainsAny(line, "\n") {
			t.Errorf("a line is %q", line)
		}
		c := &chunked{in: in}
		if n, err := io.Copy(io.Discard, c); err == nil && n > int64(len(text)) ||
			errors.Is(err, io.ErrShortBuffer) {
			t.Errorf("%d bytes of %d, %v", n, len(text), err)
		}
	})
}
