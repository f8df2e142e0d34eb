// Package kerneltest is a kernel for tests: a process that speaks the Jupyter protocol and does
// what its cells say, the same each time. A test binary becomes that process by calling [Main]
// first in its TestMain and starting [Spec]. A cell is a list of commands, one a line:
//
//	print TEXT            a line on stdout        err TEXT        a line on stderr
//	write TEXT            without line break      result TEXT     an execute_result
//	display ID TEXT       display_data; - is none update ID TEXT  update_display_data
//	show TYPE DATA        display_data            flood N         N bytes on stdout
//	clear | clear wait    clear_output            quit            as IPython's exit()
//	fail NAME VALUE       end with an error       quiet-fail N V  without a message on iopub
//	soft-fail N V         an error, and go on     late-fail N V   an error of the cell before
//	flaky FILE N          fail until run N times  abort           reply "aborted"
//	sleep DURATION        can be interrupted      deaf DURATION   cannot
//	input PROMPT          ask, and print it       die             exit at once
//	junk                  broken messages         late TEXT       a line of the cell before
//	env NAME              print a variable        remove PATH     remove a file or a folder
//	mute                  idle without a reply    append FILE T   a line at a file's end
//	pid FILE              write the process id    child [FILE]    leave a child process
//	comm open|msg ID STATE   a widget's message; REQUEST in it is the request's id
package kerneltest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"

	"gopets/kernelext/jupyter"
)

const marker = "NB_TEST_KERNEL"

// Spec starts the running test binary as a kernel.
func Spec(language string) jupyter.Spec {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return jupyter.Spec{Argv: []string{exe, "{connection_file}"}, DisplayName: "Test kernel",
		Language: language, Name: "test", Env: map[string]string{marker: language,
			"GORACE": "atexit_sleep_ms=0"}}
}

// Main runs the kernel if the process was started as one, and returns otherwise.
func Main() {
	language := os.Getenv(marker)
	if language == "" || len(os.Args) != 2 {
		return
	}
	if err := serve(os.Args[1], language); err != nil {
		fmt.Fprintln(os.Stderr, "test kernel:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type kernel struct {
	key                          []byte
	language                     string
	shell, control, stdin, iopub zmq4.Socket
	count                        int
	request, previous            *jupyter.Message
	signals                      chan os.Signal
	inputs, requests, controls   chan *jupyter.Message
}

func serve(file, language string) error {
	conn, err := jupyter.ReadConnection(file)
	if err != nil {
		return err
	}
	k := &kernel{key: []byte(conn.Key), language: language, signals: make(chan os.Signal, 10),
		inputs: make(chan *jupyter.Message), requests: make(chan *jupyter.Message, 100),
		controls: make(chan *jupyter.Message)}
	signal.Notify(k.signals, os.Interrupt)
	ctx := context.Background()
	k.shell, k.control, k.stdin, k.iopub = zmq4.NewRouter(ctx), zmq4.NewRouter(ctx),
		zmq4.NewRouter(ctx), zmq4.NewPub(ctx)
	for _, s := range []struct {
		ch     jupyter.Channel
		socket zmq4.Socket
		to     chan *jupyter.Message
	}{{jupyter.Shell, k.shell, k.requests}, {jupyter.Control, k.control, k.controls},
		{jupyter.Stdin, k.stdin, k.inputs}, {jupyter.IOPub, k.iopub, nil}} {
		if err := s.socket.Listen(conn.Endpoint(s.ch)); err != nil {
			return err
		}
		if s.to != nil {
			go k.read(s.socket, s.to)
		}
	}
	go func() {
		for m := range k.controls {
			if m.Header.Type == "shutdown_request" {
				k.send(k.control, m, "shutdown_reply", map[string]any{"status": "ok",
					"restart": false})
				os.Exit(0)
			}
			k.signals <- os.Interrupt // interrupt_request
			k.send(k.control, m, "interrupt_reply", map[string]any{"status": "ok"})
		}
	}()
	for m := range k.requests {
		k.publish(m, "status", map[string]any{"execution_state": "busy"})
		switch m.Header.Type {
		case "kernel_info_request":
			k.send(k.shell, m, "kernel_info_reply", map[string]any{"status": "ok",
				"protocol_version": jupyter.ProtocolVersion, "implementation": "test",
				"implementation_version": "1", "banner": "",
				"language_info": map[string]any{"name": language, "version": "1.50"}})
		case "execute_request":
			k.previous, k.request = k.request, m
			k.execute()
		}
		k.publish(m, "status", map[string]any{"execution_state": "idle"})
	}
	return nil
}

func (k *kernel) read(s zmq4.Socket, to chan<- *jupyter.Message) {
	for {
		z, err := s.Recv()
		if err != nil {
			return
		}
		if m, err := jupyter.ParseFrames(z.Frames, k.key); err == nil {
			to <- m
		}
	}
}

func (k *kernel) send(s zmq4.Socket, parent *jupyter.Message, kind string, content any) {
	raw, _ := json.Marshal(content)
	m := jupyter.Message{Identities: parent.Identities, Header: jupyter.NewHeader("test", kind),
		Parent: parent.Header, Content: raw}
	if kind == "execute_reply" {
		// as in ipykernel
		m.Metadata = json.RawMessage(`{"started": "2026-01-02T03:04:05.600000Z"}`)
	}
	if s == k.iopub {
		m.Identities = [][]byte{[]byte(kind)}
	}
	frames, _ := m.Frames(k.key)
	if err := s.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		fmt.Fprintln(os.Stderr, "test kernel: sending:", err)
	}
}

func (k *kernel) publish(parent *jupyter.Message, kind string, content any) {
	k.send(k.iopub, parent, kind, content)
}

func (k *kernel) execute() {
	var request jupyter.ExecuteRequest
	_ = json.Unmarshal(k.request.Content, &request)
	k.count++
	k.publish(k.request, "execute_input", map[string]any{"code": request.Code,
		"execution_count": k.count})
	for len(k.signals) > 0 {
		<-k.signals
	}
	reply := map[string]any{"status": "ok"}
	for line := range strings.Lines(request.Code) {
		if r := k.command(strings.TrimSpace(line)); r != nil {
			reply = r
			break
		}
	}
	if reply["status"] == "" {
		return // muted
	}
	reply["execution_count"] = k.count
	k.send(k.shell, k.request, "execute_reply", reply)
}

// command runs one line; a result that is not nil ends the cell.
func (k *kernel) command(line string) (reply map[string]any) {
	verb, rest, _ := strings.Cut(line, " ")
	first, second, _ := strings.Cut(rest, " ")
	stream := func(name, text string) {
		k.publish(k.request, "stream", map[string]any{"name": name, "text": text})
	}
	display := func(kind, id, text string) {
		content := map[string]any{"data": map[string]any{"text/plain": text},
			"metadata": map[string]any{}, "transient": map[string]any{}}
		if id != "-" {
			content["transient"] = map[string]any{"display_id": id}
		}
		if kind == "execute_result" {
			content["execution_count"] = k.count
		}
		k.publish(k.request, kind, content)
	}
	switch verb {
	case "print":
		stream("stdout", rest+"\n")
	case "write":
		stream("stdout", rest)
	case "err":
		stream("stderr", rest+"\n")
	case "result":
		display("execute_result", "-", rest)
	case "display":
		display("display_data", first, second)
	case "show":
		var data any = second
		if strings.HasSuffix(first, "json") {
			data = json.RawMessage(second)
		}
		k.publish(k.request, "display_data", map[string]any{"data": map[string]any{first: data},
			"metadata": map[string]any{}, "transient": map[string]any{}})
	case "update":
		display("update_display_data", first, second)
	case "clear":
		k.publish(k.request, "clear_output", map[string]any{"wait": rest == "wait"})
	case "flood":
		n, _ := strconv.Atoi(rest)
		for ; n > 0; n -= 1000 {
			stream("stdout", strings.Repeat("x", min(n, 1000)))
		}
	case "fail", "quiet-fail":
		e := map[string]any{"ename": first, "evalue": second,
			"traceback": []string{"Traceback: " + second}}
		if verb == "fail" {
			k.publish(k.request, "error", e)
		}
		e["status"] = "error"
		return e
	case "soft-fail", "late-fail":
		parent := k.request
		if verb == "late-fail" {
			parent = k.previous
		}
		k.publish(parent, "error", map[string]any{"ename": first, "evalue": second,
			"traceback": []string{}})
	case "flaky":
		runs, _ := os.ReadFile(first)
		runs = append(runs, '.')
		if err := os.WriteFile(first, runs, 0o644); err != nil {
			stream("stderr", err.Error())
		}
		if n, _ := strconv.Atoi(second); len(runs) < n {
			return k.command(fmt.Sprintf("fail Oops %d", len(runs)))
		}
	case "quit":
		return map[string]any{"status": "ok", "payload": []any{map[string]any{"source": "ask_exit",
			"keepkernel": false}}}
	case "remove":
		if err := os.RemoveAll(rest); err != nil {
			stream("stderr", err.Error())
		}
	case "mute":
		return map[string]any{"status": ""}
	case "append":
		f, err := os.OpenFile(first, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = fmt.Fprintln(f, second)
			f.Close()
		}
		if err != nil {
			stream("stderr", err.Error())
		}
	case "abort":
		return map[string]any{"status": "aborted"}
	case "sleep":
		d, _ := time.ParseDuration(rest)
		select {
		case <-time.After(d):
		case <-k.signals:
			k.publish(k.request, "error", map[string]any{"ename": "Interrupt", "evalue": "",
				"traceback": []string{}})
			return map[string]any{"status": "error", "ename": "Interrupt", "evalue": "",
				"traceback": []string{}}
		}
	case "deaf":
		d, _ := time.ParseDuration(rest)
		time.Sleep(d)
	case "input":
		k.send(k.stdin, k.request, "input_request", map[string]any{"prompt": rest,
			"password": false})
		select {
		case m := <-k.inputs:
			stream("stdout", string(m.Content)+"\n")
		case <-k.signals:
			return map[string]any{"status": "error", "ename": "Interrupt", "evalue": "",
				"traceback": []string{}}
		}
	case "die":
		fmt.Fprintln(os.Stderr, "test kernel: exiting on request")
		os.Exit(7)
	case "junk":
		_ = k.iopub.SendMulti(zmq4.NewMsgFrom([]byte("junk"), []byte{0xff, 0}))
		forged := jupyter.Message{Header: jupyter.NewHeader("x", "stream"),
			Parent: k.request.Header, Content: []byte(`{"name":"stdout","text":"forged"}`)}
		frames, _ := forged.Frames([]byte("another key"))
		_ = k.iopub.SendMulti(zmq4.NewMsgFrom(frames...))
		k.publish(k.request, "stream", "not an object")
	case "comm":
		id, state, _ := strings.Cut(second, " ")
		state = strings.ReplaceAll(state, "REQUEST", k.request.Header.ID)
		k.publish(k.request, "comm_"+first, map[string]any{"comm_id": id,
			"target_name": "jupyter.widget",
			"data":        map[string]any{"state": json.RawMessage(state)}})
	case "late":
		k.publish(k.previous, "stream", map[string]any{"name": "stdout", "text": rest + "\n"})
	case "env":
		stream("stdout", os.Getenv(rest)+"\n")
	case "pid":
		// Renamed, so that the file is complete when it appears.
		err := os.WriteFile(rest+".new", []byte(strconv.Itoa(os.Getpid())), 0o644)
		if err == nil {
			err = os.Rename(rest+".new", rest)
		}
		if err != nil {
			stream("stderr", err.Error())
		}
	case "child":
		c := exec.Command("sleep", "1000")
		if err := c.Start(); err != nil {
			stream("stderr", err.Error())
			return nil
		}
		if rest == "" {
			stream("stdout", strconv.Itoa(c.Process.Pid)+"\n")
		} else if err := os.WriteFile(rest, []byte(strconv.Itoa(c.Process.Pid)),
			0o644); err != nil {
			stream("stderr", err.Error())
		}
	}
	return nil
}
