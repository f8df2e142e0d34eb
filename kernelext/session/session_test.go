package session_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gopets/kernelext/session"
)

// counter is the worker in testdata.
func counter() session.Worker {
	_, file, _, _ := runtime.Caller(0)
	return session.Worker{Name: "counter", Package: "gopets/kernelext/session/testdata/worker",
		Source: file}
}

// TestMain lets the test program play a kernel and a cell: "kernel" starts a "cell" and waits, as
// GoNB does.
func TestMain(m *testing.M) {
	switch os.Getenv("SESSION_TEST_ROLE") {
	case "kernel":
		cell := exec.Command(os.Args[0])
		cell.Env = append(os.Environ(), "SESSION_TEST_ROLE=cell")
		cell.Stdout, cell.Stderr = os.Stdout, os.Stderr
		if err := cell.Run(); err != nil {
			fmt.Println("cell failed:", err)
		}
		time.Sleep(time.Hour)
	case "cell":
		s, err := counter().Open(context.Background())
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("worker", s.Info().PID)
		os.Exit(0)
	}
	// Sessions, logs and the worker's program, built once for all tests, in a place of their own.
	dir, err := os.MkdirTemp("", "session-test-*")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"GOPETS_CACHE": dir, "TMPDIR": dir,
		"GONB_TMP_DIR": "", "NB_WORKSPACE": ""} {
		os.Setenv(name, value)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func open(t *testing.T) *session.Session {
	t.Helper()
	s, err := counter().Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop(context.Background()) })
	return s
}

func TestCallStreamsEventsThenResult(t *testing.T) {
	s := open(t)
	var seen []string
	result, err := s.Call(t.Context(), "count", map[string]int{"To": 3},
		func(e session.Event) { seen = append(seen, e.Kind+string(e.Data)) })
	if err != nil || string(result) != "3" ||
		strings.Join(seen, " ") != "progress1 progress2 progress3" {
		t.Fatalf("got %v, %s, %v", seen, result, err)
	}
	// The worker remembers.
	if result, err = s.Call(t.Context(), "count", map[string]int{"To": 1}, nil); err != nil ||
		string(result) != "4" {
		t.Fatalf("got %s, %v", result, err)
	}
	if _, err = s.Call(t.Context(), "nonsense", nil, nil); !session.HasCode(err,
		session.CodeUnknown) {
		t.Fatalf("unknown method: got %v", err)
	}
	if _, err = s.Call(t.Context(), "panic", nil, nil); !session.HasCode(err,
		session.CodeInternal) || !strings.Contains(err.Error(), "as asked") {
		t.Fatalf("panic: got %v", err)
	}
	if _, err = s.Call(t.Context(), "ping", nil, nil); err != nil {
		t.Fatalf("after a panic: %v", err)
	}
}

func TestCancelWaitsForTheWorker(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Call(ctx, "count", map[string]int{"To": 100000}, func(session.Event) { cancel() })
	if !session.HasCode(err, session.CodeCancelled) || err.Error() != "cancelled, count kept" {
		t.Fatalf("got %v", err)
	}
}

// A client that goes away cancels its work, and others are served as before.
func TestClientDies(t *testing.T) {
	s := open(t)
	conn, err := net.Dial("unix", filepath.Join(s.Dir(), "sock"))
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := os.ReadFile(filepath.Join(s.Dir(), "secret"))
	fmt.Fprintf(conn,
		"POST /call/count HTTP/1.1\r\nHost: session\r\nSession-Secret: %s\r\nContent-Length: "+
			"13\r\n\r\n{\"To\":100000}", secret)
	lines := bufio.NewScanner(conn)
	for lines.Scan() && !strings.Contains(lines.Text(), "progress") {
	}
	conn.Close()
	// "count" is not serialised by this worker, so two reads of the count show whether it still
	// runs.
	for range 500 {
		before, err1 := s.Call(t.Context(), "count", map[string]int{"To": 0}, nil)
		time.Sleep(50 * time.Millisecond)
		after, err2 := s.Call(t.Context(), "count", map[string]int{"To": 0}, nil)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if string(before) == string(after) {
			return
		}
	}
	t.Fatal("the work of a dead client goes on")
}

func TestUnauthenticatedIsRefused(t *testing.T) {
	s := open(t)
	sock := filepath.Join(s.Dir(), "sock")
	for path, mode := range map[string]os.FileMode{sock: 0o600, s.Dir(): 0o700,
		filepath.Join(s.Dir(), "secret"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: want mode %o, got %v, %v", path, mode, info.Mode().Perm(), err)
		}
	}
	if len(sock) >= 100 {
		t.Errorf("socket path has %d bytes", len(sock))
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _,
		_ string) (net.Conn, error) {
		return net.Dial("unix", sock)
	}}}
	for _, secret := range []string{"", "guess"} {
		request, _ := http.NewRequest(http.MethodPost, "http://session/call/ping",
			strings.NewReader("{}"))
		request.Header.Set("Session-Secret", secret)
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("secret %q: got %s", secret, answer.Status)
		}
	}
	// A folder that others can open is not a place for a session.
	if err := os.Chmod(s.Dir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := counter().Open(t.Context()); err == nil || !strings.Contains(err.Error(), "0700") {
		t.Errorf("folder open to others: got %v", err)
	}
	os.Chmod(s.Dir(), 0o700)
}

// A running session is always found: otherwise another is started, and all its learners would be
// lost. (The server may close the connection as soon as it has answered.)
func TestAlwaysFound(t *testing.T) {
	open(t)
	for i := range 3000 {
		if _, err := counter().Running(t.Context()); err != nil {
			t.Fatalf("after %d greetings: %v", i, err)
		}
	}
}

func TestTwoStartAtOnce(t *testing.T) {
	var pids [4]int
	var wait sync.WaitGroup
	for i := range pids {
		wait.Go(func() {
			s, err := counter().Open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			pids[i] = s.Info().PID
		})
	}
	wait.Wait()
	for _, pid := range pids {
		if pid != pids[0] {
			t.Errorf("want one session, got workers %v", pids)
		}
	}
	live, err := session.List()
	if err != nil || len(live) != 1 || live[0].PID != pids[0] {
		t.Errorf("list: got %+v, %v", live, err)
	}
	if s, err := counter().Running(t.Context()); err != nil {
		t.Error(err)
	} else if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if live, err := session.List(); err != nil || len(live) != 0 {
		t.Errorf("list after stop: got %+v, %v", live, err)
	}
}

// A killed worker is replaced at the next call; the call that it was serving says so.
func TestKilledWorker(t *testing.T) {
	s := open(t)
	_, err := s.Call(t.Context(), "count", map[string]int{"To": 100000}, func(session.Event) {
		if p, err := os.FindProcess(s.Info().PID); err == nil {
			p.Kill()
		}
	})
	if !session.HasCode(err, session.CodeLost) {
		t.Fatalf("got %v", err)
	}
	next, err := counter().Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer next.Stop(context.Background())
	if result, err := next.Call(t.Context(), "count", map[string]int{"To": 1}, nil); err != nil ||
		string(result) != "1" {
		t.Fatalf("got %s, %v", result, err)
	}
}

// Worker, socket and folder are gone within five seconds of a kernel's kill -9.
func TestKernelKilled(t *testing.T) {
	tmp := t.TempDir()
	kernel := exec.Command(os.Args[0])
	kernel.Env = append(os.Environ(), "SESSION_TEST_ROLE=kernel", "GONB_TMP_DIR="+tmp)
	out, err := kernel.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := kernel.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	var pid int
	if _, scanErr := fmt.Sscanf(line, "worker %d", &pid); err != nil || scanErr != nil {
		kernel.Process.Kill()
		t.Fatalf("cell printed %q, %v", line, err)
	}
	kernel.Process.Kill() // not waited for: a zombie kernel is as dead
	end := time.Now().Add(5 * time.Second)
	for {
		entries, err := os.ReadDir(tmp)
		if err != nil {
			t.Fatal(err)
		}
		live, err := session.List()
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 && len(live) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("five seconds after the kernel's death there are still %v and %+v", entries,
				live)
		}
		time.Sleep(50 * time.Millisecond)
	}
	kernel.Wait()
}

// A session whose folder was removed ends by itself.
func TestSocketRemoved(t *testing.T) {
	s := open(t)
	if err := os.RemoveAll(s.Dir()); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if live, _ := session.List(); len(live) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the worker lives on without its socket")
}

// A session is never older than its source.
func TestSourceChanged(t *testing.T) {
	s := open(t)
	var note struct{ Dirs, Files []string }
	path := filepath.Join(s.Dir(), "source.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &note); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(note.Dirs, " "), filepath.Join("kernelext", "session")) ||
		len(note.Files) < 2 {
		t.Fatalf("source is %+v", note)
	}
	// Touching the source of this test would disturb others: the same by way of one file more.
	extra := filepath.Join(t.TempDir(), "new.go")
	if err := os.WriteFile(extra, []byte("package main"), 0o600); err != nil {
		t.Fatal(err)
	}
	note.Files = append(note.Files, extra)
	data, _ = json.Marshal(note)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Call(t.Context(), "ping", nil, nil); !session.HasCode(err, session.CodeStale) {
		t.Fatalf("got %v", err)
	}
}

func Example() {
	worker := session.Worker{Name: "counter", Package: "gopets/kernelext/session/testdata/worker"}
	if dir, err := os.Getwd(); err == nil {
		worker.Source = filepath.Join(dir, "doc.go")
	}
	s, err := worker.Open(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Stop(context.Background())
	count, err := s.Call(context.Background(), "count", map[string]int{"To": 2},
		func(e session.Event) { fmt.Println(e.Kind, string(e.Data)) })
	fmt.Println(string(count), err)
	// Output:
	// progress 1
	// progress 2
	// 2 <nil>
}
