package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/gonb"
	"gopets/kernelext/eval/live"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/jupyter"
)

// testOptions are for a kernel with a GoNB engine, or a live one in the folder Live.
type testOptions struct {
	GoNB, Workspace, Gopls string
	Live                   string
	Cleanup                []string
}

func (o testOptions) options() Options {
	start := func(g *cleanup.Process) (eval.Engine, string, error) {
		if o.Live != "" {
			e, err := live.New(context.Background(), live.Options{Dir: o.Live, Cleanup: g})
			return e, "", err
		}
		e, err := gonb.New(gonb.Options{GoNB: o.GoNB, Workspace: o.Workspace, Gopls: o.Gopls,
			Cleanup: g})
		return e, "", err
	}
	return Options{Cleanup: o.Cleanup, Engine: start}
}

// fakeGoNB is a program that behaves as kerneltest's kernel does.
func fakeGoNB(t testing.TB) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "gonb")
	text := fmt.Sprintf(
		"#!/bin/sh\nmkdir $TMPDIR/gonb_test\nNB_TEST_KERNEL=go GORACE=atexit_sleep_ms=0 exec %s "+
			"\"$2\"\n", exe)
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return script
}

// tester is a client of a kernel under test.
type tester struct {
	testing.TB
	ctx    context.Context
	kernel *jupyter.Kernel
	client *jupyter.Client
	others []*jupyter.Message // that came while an answer to another request was awaited
}

// next returns the next message that answers a request.
func (t *tester) next(id string) *jupyter.Message {
	t.Helper()
	for i, m := range t.others {
		if m.Parent.ID == id {
			t.others = slices.Delete(t.others, i, i+1)
			return m
		}
	}
	for {
		m, err := t.client.Recv(t.ctx)
		if err != nil {
			t.Fatalf("waiting for the answer to %s: %v", id, err)
		}
		if m.Parent.ID == id {
			return m
		}
		t.others = append(t.others, m)
	}
}

// start starts a kernel as a process of its own and connects to it; its temporary folders are under
// the one that is returned with it.
func start(t testing.TB, o testOptions, tcp bool) *tester {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if o.GoNB == "" && o.Live == "" {
		o.GoNB, o.Workspace = fakeGoNB(t), t.TempDir()
		if err := os.WriteFile(filepath.Join(o.Workspace, "go.mod"),
			[]byte("module example.com/empty\n\ngo 1.26\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o.Cleanup = []string{"env", "NB_KERNEL_TEST=cleanup", exe}
	options, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	// only there to end a hang
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	spec := jupyter.Spec{Argv: []string{exe, "{connection_file}"}, Name: "nb",
		Env: map[string]string{"NB_KERNEL_TEST": string(options), "GORACE": "atexit_sleep_ms=0"}}
	k, err := jupyter.Start(spec, jupyter.StartOptions{IPC: !tcp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the kernel's log:\n%s", k.LogTail(40))
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	c, info, err := k.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if info.Language() != "go" || info.ProtocolVersion != jupyter.ProtocolVersion {
		t.Errorf("kernel_info: %+v", info)
	}
	return &tester{TB: t, ctx: ctx, kernel: k, client: c}
}

// answer is all that came for a request: the outputs as lines, and the reply.
type answer struct {
	lines []string
	reply map[string]any
}

func (a answer) status() string { s, _ := a.reply["status"].(string); return s }
func (a answer) text() string   { return strings.Join(a.lines, "\n") }

// collect reads until the reply and idle of a request have come. Neighbouring texts of a stream are
// joined.
func (t *tester) collect(id string) answer {
	t.Helper()
	var a answer
	for idle := false; !idle || a.reply == nil; {
		m := t.next(id)
		var c map[string]any
		if err := m.Decode(&c); err != nil {
			t.Fatal(err)
		}
		switch m.Header.Type {
		case "status":
			idle = c["execution_state"] == "idle"
		case "stream":
			line := fmt.Sprintf("%s: %s", c["name"], c["text"])
			if n := len(a.lines); n > 0 &&
				strings.HasPrefix(a.lines[n-1], fmt.Sprint(c["name"], ": ")) {
				a.lines[n-1] += c["text"].(string)
			} else {
				a.lines = append(a.lines, line)
			}
		case "execute_result", "display_data", "update_display_data":
			id := ""
			if tr, ok := c["transient"].(map[string]any); ok && tr["display_id"] != nil {
				id = fmt.Sprintf(" %v", tr["display_id"])
			}
			data, _ := json.Marshal(c["data"])
			a.lines = append(a.lines, m.Header.Type+id+": "+string(data))
		case "error":
			a.lines = append(a.lines, fmt.Sprintf("error: %s: %s", c["ename"], c["evalue"]))
		case "clear_output":
			a.lines = append(a.lines, fmt.Sprintf("clear_output: %v", c["wait"]))
		case "input_request":
			a.lines = append(a.lines, fmt.Sprintf("input_request: %s", c["prompt"]))
			if err := t.client.Reply(m, "input_reply",
				map[string]string{"value": "an answer"}); err != nil {
				t.Fatal(err)
			}
		default:
			if strings.HasSuffix(m.Header.Type, "_reply") && m.Channel != jupyter.IOPub {
				a.reply = c
			}
		}
	}
	return a
}

func (t *tester) send(ch jupyter.Channel, kind string, content any) string {
	t.Helper()
	id, err := t.client.Send(ch, kind, content)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (t *tester) request(code string) string {
	t.Helper()
	return t.send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: code,
		StoreHistory: true, AllowStdin: true, StopOnError: true})
}

func (t *tester) run(code string) answer {
	t.Helper()
	return t.collect(t.request(code))
}

func (t *tester) expect(code, want string) {
	t.Helper()
	if got := t.run(code).text(); got != want {
		t.Errorf("%s\ngot    %q\nwanted %q", code, got, want)
	}
}

// nothingLeft waits until the folders of the kernel and of its GoNB are gone.
func (t *tester) nothingLeft() {
	t.Helper()
	var left []string
	for range 500 {
		left, _ = filepath.Glob(filepath.Join(t.kernel.TempDir, "nb*"))
		if len(left) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%v are left", left)
}
