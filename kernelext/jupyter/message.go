package jupyter

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const ProtocolVersion = "5.4"

// Channel names one of a kernel's sockets.
type Channel string

// The fifth channel, the heartbeat, is not used: a child process is watched directly.
const (
	Shell   Channel = "shell"
	Control Channel = "control"
	Stdin   Channel = "stdin"
	IOPub   Channel = "iopub"
)

type Header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// A Message is one message of the protocol.
type Message struct {
	Channel    Channel  // the socket; not sent
	Identities [][]byte // routing prefix: the peer for a ROUTER, the topic for a SUB
	Header     Header
	Parent     Header // zero when there is none
	Metadata   json.RawMessage
	Content    json.RawMessage
	Buffers    [][]byte
}

func (m *Message) Decode(into any) error {
	if err := json.Unmarshal(m.Content, into); err != nil {
		return fmt.Errorf("the kernel's %s: %w", m.Header.Type, err)
	}
	return nil
}

func NewHeader(session, kind string) Header {
	return Header{ID: newID(), Session: session, Username: "nb",
		Date: time.Now().UTC().Format(time.RFC3339Nano), Type: kind, Version: ProtocolVersion}
}

func newID() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

var delimiter = []byte("<IDS|MSG>")

// ErrSignature reports a message not signed with the connection's key.
var ErrSignature = errors.New("the message's signature is wrong")

// Frames returns the message's frames, signed with HMAC-SHA256; an empty key signs nothing.
func (m *Message) Frames(key []byte) ([][]byte, error) {
	header, err := json.Marshal(m.Header)
	if err != nil {
		return nil, err
	}
	parent := []byte("{}")
	if m.Parent != (Header{}) {
		if parent, err = json.Marshal(m.Parent); err != nil {
			return nil, err
		}
	}
	signed := [][]byte{header, parent, orObject(m.Metadata), orObject(m.Content)}
	frames := append(append([][]byte(nil), m.Identities...), delimiter, sign(key, signed))
	return append(append(frames, signed...), m.Buffers...), nil
}

func orObject(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return []byte("{}")
	}
	return raw
}

// ParseFrames reads a message and checks its signature.
func ParseFrames(frames [][]byte, key []byte) (*Message, error) {
	at := 0
	for at < len(frames) && !bytes.Equal(frames[at], delimiter) {
		at++
	}
	if len(frames) < at+6 {
		return nil, fmt.Errorf("a message of %d frames is too short", len(frames))
	}
	signed := frames[at+2 : at+6]
	if !hmac.Equal(sign(key, signed), frames[at+1]) {
		return nil, ErrSignature
	}
	m := &Message{Identities: frames[:at], Metadata: signed[2], Content: signed[3],
		Buffers: frames[at+6:]}
	if err := json.Unmarshal(signed[0], &m.Header); err != nil {
		return nil, fmt.Errorf("the message's header: %w", err)
	}
	if err := json.Unmarshal(signed[1], &m.Parent); err != nil {
		return nil, fmt.Errorf("the message's parent header: %w", err)
	}
	if !json.Valid(m.Content) {
		return nil, errors.New("the message's content is not JSON")
	}
	return m, nil
}

func sign(key []byte, parts [][]byte) []byte {
	if len(key) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}
