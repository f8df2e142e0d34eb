package kernel

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gopets/kernelext/internal/zmtp"
	"gopets/kernelext/jupyter"
)

// raw opens a ZeroMQ connection without a library, to do what clients should not.
func (t *tester) raw(kind string, ch jupyter.Channel) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn := t.dial(ch)
	r := bufio.NewReader(conn)
	if _, _, err := zmtp.Handshake(conn, r, kind); err != nil {
		t.Fatal(err)
	}
	return conn, r
}

func (t *tester) dial(ch jupyter.Channel) net.Conn {
	t.Helper()
	scheme, address, _ := strings.Cut(t.kernel.Connection.Endpoint(ch), "://")
	network := "tcp"
	if scheme == "ipc" {
		network = "unix"
	}
	conn, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestJunkIsSurvived(t *testing.T) {
	k := start(t, testOptions{}, false)
	key := []byte(k.kernel.Connection.Key)
	message := func(kind string, content string, key []byte) []byte {
		m := jupyter.Message{Header: jupyter.NewHeader("junk", kind),
			Content: json.RawMessage(content)}
		frames, err := m.Frames(key)
		if err != nil {
			t.Fatal(err)
		}
		return zmtp.Encode(frames)
	}
	for _, ch := range []jupyter.Channel{jupyter.Shell, jupyter.Control, jupyter.Stdin} {
		conn, _ := k.raw("DEALER", ch)
		for _, data := range [][]byte{
			message("execute_request", `{"code":"die now"}`, []byte("another key")),
			zmtp.Encode([][]byte{[]byte("junk")}),
			zmtp.Encode([][]byte{[]byte("<IDS|MSG>"), nil, nil, nil, nil, nil}),
			message("execute_request", `{"code":`, key),
			message("execute_request", `{}`, key),
			message("execute_request", `{"code":1}`, key),
			message("execute_request", `[1]`, key),
			message("complete_request", `{"cursor_pos":-7}`, key),
			message("complete_request", `{"code":"é","cursor_pos":1000000}`, key),
			message("inspect_request", `null`, key),
			message("history_request", `{"hist_access_type":"search","pattern":"[","n":-1}`, key),
			message("comm_msg", `{"comm_id":5}`, key),
			message("no_such_request", `{}`, key),
			message("input_reply", `{"value":"unasked"}`, key),
			message("", `{}`, key),
		} {
			if _, err := conn.Write(data); err != nil {
				t.Fatal(err)
			}
		}
		// Bytes that are not ZMTP: the kernel closes only this connection.
		if _, err := conn.Write([]byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff}); err != nil {
			t.Fatal(err)
		}
	}
	sub, _ := k.raw("SUB", jupyter.IOPub)
	if _, err := sub.Write(zmtp.Encode([][]byte{nil})); err != nil {
		t.Fatal(err)
	}
	k.expect("print alive", "stdout: alive\n")
}

func TestReplayedMessages(t *testing.T) {
	k := start(t, testOptions{}, false)
	key := []byte(k.kernel.Connection.Key)
	message := func() []byte {
		m := jupyter.Message{Header: jupyter.NewHeader("someone", "execute_request"),
			Content: json.RawMessage(`{"code":"print x"}`)}
		frames, err := m.Frames(key)
		if err != nil {
			t.Fatal(err)
		}
		return zmtp.Encode(frames)
	}
	first := message()
	conn, r := k.raw("DEALER", jupyter.Shell)
	if _, err := conn.Write(slices.Concat(first, first, message())); err != nil {
		t.Fatal(err)
	}
	for want := 1.0; want <= 2; want++ { // not three
		frames, err := zmtp.ReadMessage(r)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jupyter.ParseFrames(frames, key)
		if err != nil {
			t.Fatal(err)
		}
		var reply map[string]any
		if err := m.Decode(&reply); err != nil {
			t.Fatal(err)
		}
		if m.Header.Type != "execute_reply" || reply["execution_count"] != want {
			t.Errorf("reply %v: %s %v", want, m.Header.Type, reply)
		}
	}
	if a := k.run("print z"); a.reply["execution_count"] != 3.0 {
		t.Errorf("the message was taken twice: %v", a.reply)
	}
}

func TestTheFrontEndIsKilled(t *testing.T) {
	// A shell is the front end: it starts the kernel, says so, and is killed.
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conn, _ := jupyter.NewIPC(filepath.Join(dir, "k"))
	file := filepath.Join(dir, "connection.json")
	if err := conn.Write(file); err != nil {
		t.Fatal(err)
	}
	options, err := json.Marshal(testOptions{GoNB: "/nowhere/gonb", Workspace: dir,
		Cleanup: []string{"env", "NB_KERNEL_TEST=cleanup", exe}})
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-c",
		`JPY_PARENT_PID=$$ "$0" "$1" & echo $! >"$2.new"; mv "$2.new" "$2"; wait`, exe, file,
		filepath.Join(dir, "pid"))
	shell.Env = append(os.Environ(), "NB_KERNEL_TEST="+string(options), "TMPDIR="+dir)
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	// only there to end a hang
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := jupyter.Dial(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if err := shell.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = shell.Wait() // it was killed
	pid, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	for !gone(strings.TrimSpace(string(pid))) {
		if ctx.Err() != nil {
			t.Fatal("the kernel outlives its front-end")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestMissingFields(t *testing.T) {
	k := start(t, testOptions{}, false)
	if a := k.collect(k.send(jupyter.Shell, "execute_request",
		map[string]any{})); a.status() != "error" || a.reply["ename"] != "BadRequest" {
		t.Errorf("%v", a.reply)
	}
	if a := k.collect(k.send(jupyter.Shell, "execute_request",
		map[string]any{"code": "print x"})); a.text() != "stdout: x\n" {
		t.Errorf("%q", a.lines)
	}
}

func TestHalfOpenConnections(t *testing.T) {
	k := start(t, testOptions{}, true)
	for range 50 {
		for _, ch := range []jupyter.Channel{jupyter.Shell, jupyter.IOPub} {
			k.dial(ch) // and says nothing
		}
	}
	second, err := jupyter.Dial(k.ctx, k.kernel.Connection)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if _, err := second.Ready(k.ctx); err != nil {
		t.Fatal(err)
	}
	k.expect("print alive", "stdout: alive\n")
}

func TestAClientThatVanishes(t *testing.T) {
	k := start(t, testOptions{}, true)
	second, err := jupyter.Dial(k.ctx, k.kernel.Connection)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Ready(k.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Send(jupyter.Shell, "execute_request",
		jupyter.ExecuteRequest{Code: "sleep 200ms\nprint gone", StoreHistory: true}); err != nil {
		t.Fatal(err)
	}
	second.Close()
	k.expect("print alive", "stdout: alive\n")
}

func TestAKilledKernelLeavesNothing(t *testing.T) {
	k := start(t, testOptions{}, false)
	pidFile := filepath.Join(t.TempDir(), "pid")
	k.run("print x\npid " + pidFile)
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	childFile := filepath.Join(t.TempDir(), "child")
	k.run("print x\nchild " + childFile)
	child, err := os.ReadFile(childFile)
	if err != nil {
		t.Fatal(err)
	}
	k.request("print x\ndeaf 1h")
	// As front ends do it: the kernel's process group is killed.
	if err := syscall.Kill(-k.kernel.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	k.nothingLeft()
	for _, pid := range []string{string(text), string(child)} {
		for i := 0; !gone(pid); i++ {
			if i == 500 {
				t.Fatalf("process %s is left", pid)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// gone also returns true for a zombie, whose parent has not waited for it.
func gone(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}
