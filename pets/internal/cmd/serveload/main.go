// Command serveload sends many requests at once to a prediction service on this machine, with drawn
// pets and with invalid uploads.
//
//	go run ./pets/worker serve pets.safetensors &
//	go run ./pets/internal/cmd/serveload --pid $!        # the worker's own id, if go run stands between: pgrep -n worker
//
// It prints the times of valid requests, the results of the others, and, with --pid, the service's
// resident memory. Its status is 1 if a photo was neither answered nor put off (429, 503), or a
// hostile upload was accepted. It sends to loopback addresses only.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gopets/pets/vision/sample"
)

type options struct {
	url      string
	requests int // valid ones
	clients  int
	limit    time.Duration
	pid      int // of the service; 0: its memory is not measured
}

func main() {
	var o options
	flag.StringVar(&o.url, "url", "http://127.0.0.1:8080/", "of the service, on this machine")
	flag.IntVar(&o.requests, "n", 500,
		"valid requests, 10000 at most; after every fourth an invalid one")
	flag.IntVar(&o.clients, "c", 4, "clients at once, 64 at most")
	flag.DurationVar(&o.limit, "time", time.Minute, "longest time, 10m at most")
	flag.IntVar(&o.pid, "pid", 0, "process whose memory is measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func (o options) check() error {
	u, err := url.Parse(o.url)
	if err != nil || u.Scheme != "http" {
		return fmt.Errorf("the address %q: wanted http://127.0.0.1:PORT/", o.url)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && !ip.IsLoopback() {
		return fmt.Errorf("%s is not this machine: wanted a loopback address", u.Hostname())
	}
	if o.requests < 1 || o.requests > 10000 || o.clients < 1 || o.clients > 64 || o.limit <= 0 ||
		o.limit > 10*time.Minute {
		return fmt.Errorf(
			"%d requests of %d clients within %v: wanted at most 10000 of 64 within 10m",
			o.requests, o.clients, o.limit)
	}
	return nil
}

// upload is a request's body, and the status that it must get.
type upload struct {
	name string
	kind string
	body []byte
	want int
}

type tally struct {
	mu      sync.Mutex
	times   []time.Duration // of answered valid ones
	counts  map[string]int  // by upload and status
	wrong   []string
	memory  []int // kB, one for each twentieth of the run
	putOff  int
	skipped int // the time was over
}

func run(ctx context.Context, o options, out io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	honest, err := photos(ctx)
	if err != nil {
		return err
	}
	hostile := hostileUploads(honest[0].body)
	t := &tally{counts: map[string]int{}}
	begun := time.Now()
	var next atomic.Int64
	var clients sync.WaitGroup
	for range o.clients {
		clients.Go(func() {
			for i := int(next.Add(1)) - 1; i < o.requests; i = int(next.Add(1)) - 1 {
				t.ask(ctx, o.url, honest[i%len(honest)], true)
				if i%4 == 0 {
					t.ask(ctx, o.url, hostile[i/4%len(hostile)], false)
				}
				if i%max(1, o.requests/20) == 0 && o.pid != 0 {
					t.look(o.pid)
				}
			}
		})
	}
	clients.Wait()
	t.report(out, time.Since(begun), o.clients)
	if len(t.wrong) > 0 {
		return fmt.Errorf("%d answers that must not be, for instance %s", len(t.wrong), t.wrong[0])
	}
	return nil
}

func (t *tally) ask(ctx context.Context, address string, u upload, honest bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+
		"/predict", bytes.NewReader(u.body))
	if err != nil {
		panic(err) // the address was parsed before
	}
	r.Header.Set("Content-Type", u.kind)
	begun := time.Now()
	status, err := send(r)
	took := time.Since(begun)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		t.skipped++
		return
	case err != nil:
		t.wrong = append(t.wrong, fmt.Sprintf("%s: %v", u.name, err))
		return
	}
	t.counts[fmt.Sprintf("%-34s %d", u.name, status)]++
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		t.putOff++
	case status != u.want:
		t.wrong = append(t.wrong, fmt.Sprintf("%s: status %d, wanted %d", u.name, status, u.want))
	case honest:
		t.times = append(t.times, took)
	}
}

func send(r *http.Request) (int, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var fields map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&fields); err != nil {
		return 0, fmt.Errorf("the answer is not JSON: %w", err)
	}
	return answer.StatusCode, nil
}

// look records a process's resident memory, where the system reports it.
func (t *tally) look(pid int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			if kb, err := strconv.Atoi(f[1]); err == nil {
				t.mu.Lock()
				t.memory = append(t.memory, kb)
				t.mu.Unlock()
			}
		}
	}
}

func (t *tally) report(out io.Writer, took time.Duration, clients int) {
	slices.Sort(t.times)
	at := func(fraction float64) time.Duration {
		if len(t.times) == 0 {
			return 0
		}
		return t.times[int(fraction*float64(len(t.times)-1))].Round(100 * time.Microsecond)
	}
	fmt.Fprintf(out,
		"%d photos answered in %v to %d clients: %.1f a second; p50 %v, p90 %v, p99 %v, "+
			"longest %v\n",
		len(t.times), took.Round(time.Millisecond), clients, float64(len(t.times))/took.Seconds(),
		at(.5), at(.9), at(.99), at(1))
	fmt.Fprintf(out, "%d put off, %d not sent for want of time\n", t.putOff, t.skipped)
	for _, name := range slices.Sorted(maps.Keys(t.counts)) {
		fmt.Fprintf(out, "  %s × %d\n", name, t.counts[name])
	}
	if len(t.memory) > 0 {
		fmt.Fprint(out, "resident memory in MB over the run:")
		for _, kb := range t.memory {
			fmt.Fprintf(out, " %d", kb>>10)
		}
		fmt.Fprintln(out)
	}
}

func photos(ctx context.Context) ([]upload, error) {
	parent, err := os.MkdirTemp("", "load-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(parent)
	dir := filepath.Join(parent, "pets")
	if err := sample.Generate(ctx, dir, sample.Options{PerBreed: 3,
		Folders: []string{"pug", "samoyed"}}, nil); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.jpg"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no photos were drawn"))
	}
	var list []upload
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		list = append(list, upload{"a photo", "image/jpeg", data, http.StatusOK})
	}
	return list, nil
}

// hostileUploads are uploads that a service must not accept.
func hostileUploads(photo []byte) []upload {
	const form = "multipart/form-data; boundary=x"
	gif := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;")
	return []upload{
		{"a bomb: a GIF of 65535 × 65535", "image/gif", gif, http.StatusRequestEntityTooLarge},
		{"a JPEG cut in half", "image/jpeg", photo[:len(photo)/2], http.StatusUnprocessableEntity},
		{"a page called an image", "image/jpeg", []byte("<html><script>alert(1)</script>"),
			http.StatusUnsupportedMediaType},
		{"fifty megabytes", "image/jpeg", bytes.Repeat(photo, 50<<20/len(photo)),
			http.StatusRequestEntityTooLarge},
		{"a form of garbage", form, []byte("--y\r\n\x00\xff"), http.StatusBadRequest},
		{"a form with another field", form,
			[]byte("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n"),
			http.StatusBadRequest},
		{"a URL-encoded form", "application/x-www-form-urlencoded", []byte("photo=1"),
			http.StatusUnsupportedMediaType},
	}
}
