package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

// even accepts any bytes as an image.
type even struct{}

func (even) Predict(ctx context.Context, list []*images.RGB) ([][]float32, error) {
	rows := make([][]float32, len(list))
	for i := range rows {
		rows[i] = []float32{.5, .5}
	}
	return rows, nil
}

func TestLoad(t *testing.T) {
	s, err := serve.New(even{}, []string{"cat", "dog"}, serve.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := httptest.NewServer(s)
	defer h.Close()
	var out bytes.Buffer
	if err := run(t.Context(), options{h.URL, 28, 2, time.Minute, os.Getpid()}, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"28 photos answered", "0 put off", "a bomb", "p99", " 413 × 1",
		" 415 × 1", " 422 × 1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// A service that accepts everything is reported.
func TestLoadReportsAcceptedUploads(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
		w.Write([]byte("{}"))
	}))
	defer h.Close()
	if err := run(t.Context(), options{h.URL, 8, 1, time.Minute, 0}, &bytes.Buffer{}); err == nil ||
		!strings.Contains(err.Error(), "status 200, wanted 413") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyLocalServers(t *testing.T) {
	for _, url := range []string{"http://192.0.2.1/", "http://example.com:80/",
		"https://127.0.0.1/", "ftp://localhost", "%"} {
		if err := run(t.Context(), options{url, 1, 1, time.Second, 0},
			&bytes.Buffer{}); err == nil {
			t.Errorf("%s was asked", url)
		}
	}
	if err := run(t.Context(), options{"http://localhost/", 1 << 20, 1, time.Second, 0},
		&bytes.Buffer{}); err == nil {
		t.Error("a million requests passed")
	}
}
