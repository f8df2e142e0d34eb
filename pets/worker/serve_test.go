package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gopets/pets/vision/serve"
)

// service is `worker serve` as a process of its own.
type service struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer // to be read after its end
}

// startService starts the real program with an exported learner and waits until it is ready.
func startService(t *testing.T, args ...string) *service {
	t.Helper()
	program := builtWorker(t)
	s := &service{cmd: exec.CommandContext(t.Context(), program,
		append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)}
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.cmd.Wait()
		t.Fatalf("%v: %s", err, s.log.String())
	}
	s.url = strings.TrimSpace(line)
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if answer, err := http.Get(s.url + "readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return s
			}
		}
		if time.Now().After(end) {
			t.Fatal("not ready within a minute")
		}
	}
}

func (s *service) ask(body io.Reader) (*serve.Answer, int, error) {
	answer, err := http.Post(s.url+"predict?top=0", "image/jpeg", body)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	a := new(serve.Answer)
	return a, answer.StatusCode, json.NewDecoder(answer.Body).Decode(a)
}

// The service says what the learner says, to many at once, and a stop signal lets a request that is
// on its way come to its end.
func TestServe(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the worker")
	}
	model := filepath.Join(t.TempDir(), "small pets.safetensors")
	k := newKernel(t)
	said := regexp.MustCompile(`(?m)^(\w+) (\d.*) %, .* %$`).FindStringSubmatch(k.run("fit:1",
		"predict", "export:"+model))
	k.end()
	if said == nil {
		t.Fatal("the learner says nothing")
	}
	s := startService(t, model, "--concurrency", "4")
	files, err := filepath.Glob(filepath.Join(photos, "images", "*.jpg"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	slices.Sort(files)
	photo, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			a, status, err := s.ask(bytes.NewReader(photo))
			if err != nil || status != 200 || a.Class != said[1] || len(a.Top) != 4 ||
				a.Model != "small pets: petnet10 after fit 1, epoch 1" || a.Image.Width != 48 {
				t.Errorf("%d %v: %+v, wanted %s", status, err, a, said[1])
			}
		})
	}
	all.Wait()

	// The stop comes while half of a photo is sent.
	half, rest := io.Pipe()
	done := make(chan error, 1)
	go func() {
		a, status, err := s.ask(half)
		if err == nil && (status != 200 || a.Class != said[1]) {
			t.Errorf("the last request: %d %+v", status, a)
		}
		done <- err
	}()
	rest.Write(photo[:len(photo)/2]) // returns when it is on its way
	time.Sleep(100 * time.Millisecond)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		r, _ := http.NewRequestWithContext(ctx, "GET", s.url+"healthz", nil)
		r.Close = true
		answer, err := (&http.Client{Transport: &http.Transport{}}).Do(r)
		cancel()
		if err != nil {
			break // refused
		}
		answer.Body.Close()
		if time.Now().After(end) {
			t.Fatal("new requests are served a minute after the stop")
		}
	}
	rest.Write(photo[len(photo)/2:])
	rest.Close()
	if err := <-done; err != nil {
		t.Errorf("the last request: %v", err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the service ended with %v", err)
	}
	if log := s.log.String(); !strings.Contains(log, `"msg":"stopped"`) ||
		strings.Contains(log, files[0]) {
		t.Errorf("its log: %s", log)
	}
}

// A service that cannot start says why at once.
func TestServeRefuses(t *testing.T) {
	program := builtWorker(t)
	foreign := filepath.Join(t.TempDir(), "a.safetensors")
	if err := os.WriteFile(foreign, []byte("no model"), 0o600); err != nil {
		t.Fatal(err)
	}
	for words, args := range map[string][]string{
		"no file is named":       {},
		"nowhere.safetensors":    {"/nowhere.safetensors", "--addr", "127.0.0.1:0"},
		"a.safetensors":          {foreign, "--addr", "127.0.0.1:0"},
		"give another --addr":    {foreign, "--addr", "nonsense"},
		"one file, not":          {foreign, foreign},
		"flag provided but not ": {foreign, "--nonsense"},
	} {
		out, err := exec.CommandContext(t.Context(), program,
			append([]string{"serve"}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), words) ||
			strings.Contains(string(out), "goroutine ") {
			t.Errorf("serve %v: wanted a failure that says %q, got %v\n%s", args, words, err, out)
		}
	}
}
