package jupyter

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestFramesRoundTrip(t *testing.T) {
	key := []byte("secret")
	m := Message{
		Identities: [][]byte{[]byte("peer")}, Header: NewHeader("s", "stream"),
		Parent:   NewHeader("s", "execute_request"),
		Metadata: json.RawMessage(`{"a":1}`), Content: json.RawMessage(`{"x": 1.50}`),
		Buffers: [][]byte{{1, 2}, {}},
	}
	frames, err := m.Frames(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseFrames(frames, key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Header != m.Header || got.Parent != m.Parent || string(got.Content) != `{"x": 1.50}` ||
		string(got.Identities[0]) != "peer" || len(got.Buffers) != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestForgeriesAreRefused(t *testing.T) {
	m := Message{Header: NewHeader("s", "stream")}
	frames, err := m.Frames([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseFrames(frames, []byte("other")); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: error %v", err)
	}
	frames[5] = []byte(`{"text":"changed"}`)
	if _, err := ParseFrames(frames, []byte("secret")); !errors.Is(err, ErrSignature) {
		t.Errorf("changed content: error %v", err)
	}
	if _, err := ParseFrames(frames[:4], []byte("secret")); err == nil {
		t.Error("a message without content was taken")
	}
}

func TestExecuteRequestSendsEveryField(t *testing.T) {
	got, err := json.Marshal(ExecuteRequest{Code: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"code":"x","silent":false,"store_history":false,"user_expressions":{},"allow_stdin":false,"stop_on_error":false}`; string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestEndpoints(t *testing.T) {
	tcp, err := newTCP()
	if err != nil {
		t.Fatal(err)
	}
	if e := tcp.Endpoint(Shell); !strings.HasPrefix(e, "tcp://127.0.0.1:") ||
		e == tcp.Endpoint(Control) {
		t.Errorf("endpoint %s", e)
	}
	ipc, fits := NewIPC("/tmp/x/k")
	if e := ipc.Endpoint(IOPub); e != "ipc:///tmp/x/k-2" || !fits {
		t.Errorf("endpoint %s, fits: %v", e, fits)
	}
	if _, fits := NewIPC(strings.Repeat("x", 120)); fits {
		t.Error("a path of 120 bytes fits")
	}
}

// FuzzParseFrames feeds frames that are cut out of one input at zero bytes.
func FuzzParseFrames(f *testing.F) {
	m := Message{Header: NewHeader("s", "stream"), Content: json.RawMessage(`{}`)}
	frames, _ := m.Frames(nil)
	f.Add(bytes.Join(frames, []byte{0}))
	f.Add([]byte("<IDS|MSG>\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := bytes.Split(data, []byte{0})
		m, err := ParseFrames(frames, nil)
		if err != nil {
			return
		}
		again, err := m.Frames(nil)
		if err != nil {
			t.Fatal(err)
		}
		n, err := ParseFrames(again, nil)
		if err != nil || n.Header != m.Header || !bytes.Equal(n.Content, m.Content) {
			t.Fatalf("not the same after a round trip: %+v, %+v, %v", m, n, err)
		}
		if _, err := ParseFrames(frames, []byte("key")); err == nil {
			t.Fatal("an unsigned message passed")
		}
	})
}
