package jupyter

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
)

// A Connection is the content of a connection file.
type Connection struct {
	Transport       string `json:"transport"` // "tcp" or "ipc"
	IP              string `json:"ip"`        // for ipc, the start of the sockets' paths
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HeartbeatPort   int    `json:"hb_port"`
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"`
	KernelName      string `json:"kernel_name"`
}

func ReadConnection(path string) (Connection, error) {
	var c Connection
	data, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("reading a connection file: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("connection file %s: %w", path, err)
	}
	return c, c.check()
}

func (c Connection) check() error {
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return fmt.Errorf("connection: transport %q, wanted tcp or ipc", c.Transport)
	}
	if c.Key != "" && c.SignatureScheme != "hmac-sha256" {
		return fmt.Errorf("connection: signature scheme %q, only hmac-sha256 is known",
			c.SignatureScheme)
	}
	return nil
}

// Write writes a connection file that only its owner can read.
func (c Connection) Write(path string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// Endpoint returns the ZeroMQ address of a channel.
func (c Connection) Endpoint(ch Channel) string {
	port := map[Channel]int{Shell: c.ShellPort, IOPub: c.IOPubPort, Stdin: c.StdinPort,
		Control: c.ControlPort}[ch]
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	return fmt.Sprintf("tcp://%s", net.JoinHostPort(c.IP, fmt.Sprint(port)))
}

// maxSocketPath is short enough for a Unix socket's address everywhere, with the port's digit.
const maxSocketPath = 98

// NewIPC returns a connection over Unix sockets whose paths start with prefix, in a private folder;
// false if that is too long.
func NewIPC(prefix string) (Connection, bool) {
	c := Connection{Transport: "ipc", IP: prefix, ShellPort: 1, IOPubPort: 2, StdinPort: 3,
		ControlPort: 4, HeartbeatPort: 5}
	c.sign()
	return c, len(prefix) <= maxSocketPath
}

func newTCP() (Connection, error) {
	c := Connection{Transport: "tcp", IP: "127.0.0.1"}
	c.sign()
	for _, port := range []*int{&c.ShellPort, &c.IOPubPort, &c.StdinPort, &c.ControlPort,
		&c.HeartbeatPort} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return c, fmt.Errorf("looking for a free port: %w", err)
		}
		defer l.Close() // all stay open until the last is found
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return c, nil
}

func (c *Connection) sign() { c.Key, c.SignatureScheme = newID(), "hmac-sha256" }
