package live

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gopets/kernelext/eval"
)

// Addresses that the two ends of GoNB's channel use themselves.
const (
	commTarget = "gonb_comm"
	openAck    = "#comm_open_ack"
	pingAddr   = "#heartbeat/ping"
	pongAddr   = "#heartbeat/pong"
)

const (
	openTimeout = 3 * time.Second
	pongTimeout = 500 * time.Millisecond
	quietAfter  = time.Second // without a message for so long, the browser may have been reloaded
)

// comms carries values between gonbui in cells and a browser, as GoNB does: a script that a cell
// displays opens a comm, whose messages have an address and a value.
type comms struct {
	output *output
	script func() (string, error) // what the browser runs

	connecting sync.Mutex
	failed     error // of the cell's attempt to connect
	warned     bool

	mu         sync.Mutex
	id         string          // of the comm; "" without a browser
	opened     chan struct{}   // closed when a browser has opened the comm
	pong       chan struct{}   // closed when it has answered
	received   time.Time       // the last message
	subscribed map[string]bool // addresses whose values cells want
	reply      *gob.Encoder    // to gonbui in the process
	kernel     string          // the kernel's id; "" if it is unknown
}

func (c *comms) begin(reply *gob.Encoder) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reply, c.subscribed = reply, map[string]bool{}
}

// answer sends the process a value, or drops it if the process does not read.
func (c *comms) answer(v protocol.CommValue) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reply == nil {
		return nil
	}
	_ = c.output.back.SetWriteDeadline(time.Now().Add(2 * time.Second))
	return c.reply.Encode(&v)
}

func (c *comms) send(v protocol.CommValue) error {
	if err := c.connect(); err != nil || v.Address == protocol.GonbuiStartAddress {
		return err
	}
	data := map[string]any{"address": v.Address, "value": v.Value}
	if v.Request {
		data = map[string]any{"address": v.Address, "read_request": true}
	}
	c.publish(data)
	return nil
}

func (c *comms) subscribe(s protocol.CommSubscription) error {
	c.mu.Lock()
	if s.Unsubscribe {
		delete(c.subscribed, s.Address)
	} else {
		c.subscribed[s.Address] = true
	}
	c.mu.Unlock()
	if s.Unsubscribe {
		return nil
	}
	return c.connect()
}

func (c *comms) retry() {
	c.connecting.Lock()
	defer c.connecting.Unlock()
	c.failed, c.warned = nil, false
}

// warn reports whether to tell the cell that it cannot connect.
func (c *comms) warn() bool {
	c.connecting.Lock()
	defer c.connecting.Unlock()
	first := !c.warned
	c.warned = true
	return first
}

// connect waits until a browser listens, once per cell.
func (c *comms) connect() error {
	c.connecting.Lock()
	defer c.connecting.Unlock()
	if c.failed == nil {
		c.failed = c.tryConnect()
	}
	return c.failed
}

func (c *comms) tryConnect() error {
	c.mu.Lock()
	fresh := c.id != "" && time.Since(c.received) < quietAfter
	c.mu.Unlock()
	if fresh || c.ping() {
		return nil
	}
	script, err := c.script()
	if err != nil {
		return err
	}
	c.mu.Lock()
	opened := make(chan struct{})
	c.id, c.opened = "", opened
	c.mu.Unlock()
	id := fmt.Sprintf("gonb_websocket_%d", time.Now().UnixNano())
	show := func(html string) {
		c.output.display(protocol.DisplayData{DisplayID: id,
			Data: map[protocol.MIMEType]any{protocol.MIMETextHTML: html}})
	}
	show("<script>" + script + "</script>")
	defer show("")
	if !closedWithin(opened, openTimeout) {
		return errors.New("gonbui: no browser answers: widgets and comms need a notebook that " +
			"is open in one")
	}
	return nil
}

func (c *comms) ping() bool {
	c.mu.Lock()
	open := c.id != ""
	pong := make(chan struct{})
	c.pong = pong
	c.mu.Unlock()
	if !open {
		return false
	}
	c.publish(map[string]any{"address": pingAddr, "value": true})
	return closedWithin(pong, pongTimeout)
}

func closedWithin(c <-chan struct{}, d time.Duration) bool {
	select {
	case <-c:
		return true
	case <-time.After(d):
		return false
	}
}

func (c *comms) publish(data map[string]any) {
	c.mu.Lock()
	id := c.id
	c.mu.Unlock()
	c.output.after(func(out eval.Output) {
		out.Comm("comm_msg", map[string]any{"comm_id": id, "data": data})
	})
}

func (c *comms) message(kind string, content map[string]any) {
	id, _ := content["comm_id"].(string)
	if kind == "comm_open" {
		kernel, _ := content["kernel_id"].(string)
		if content["target_name"] == commTarget && id != "" && kernel == c.kernel {
			c.open(id)
		}
		return
	}
	c.mu.Lock()
	ours := id != "" && id == c.id
	c.mu.Unlock()
	if !ours {
		return
	}
	if kind == "comm_close" {
		c.mu.Lock()
		c.id = ""
		c.mu.Unlock()
		return
	}
	data, _ := content["data"].(map[string]any)
	address, _ := data["address"].(string)
	c.mu.Lock()
	c.received = time.Now()
	wanted := c.subscribed[address]
	if address == pongAddr && c.pong != nil {
		close(c.pong)
		c.pong = nil
	}
	c.mu.Unlock()
	switch {
	case address == pingAddr:
		c.publish(map[string]any{"address": pongAddr, "value": true})
	case wanted:
		_ = c.answer(protocol.CommValue{Address: address, Value: data["value"]})
	}
}

func (c *comms) open(id string) {
	c.mu.Lock()
	opened := c.opened
	c.id, c.received, c.opened = id, time.Now(), nil
	c.mu.Unlock()
	c.publish(map[string]any{"address": openAck, "value": true})
	if opened != nil {
		close(opened)
	}
}

// kernelID is the variable with the kernel's id at the Jupyter server, as in GoNB.
const kernelID = "GONB_JUPYTER_KERNEL_ID"

// commScript returns the script that opens the comm, that of the GoNB whose gonbui cells import.
func (e *Engine) commScript() (string, error) {
	if err := e.program.packages.load(context.Background(), gonbuiPath); err != nil {
		return "", err
	}
	gonbui := e.program.packages.get(gonbuiPath).Dir
	file := filepath.Join(filepath.Dir(gonbui), "internal", "websocket", "websocket.js")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("gonbui: the script for the browser: %w", err)
	}
	t, err := template.New("websocket").Parse(string(text))
	if err != nil {
		return "", fmt.Errorf("gonbui: %s: %w", file, err)
	}
	var b strings.Builder
	err = t.Execute(&b, struct {
		KernelId string // the script's name
		Verbose  bool
	}{e.tool.env.lookup(kernelID), false})
	return b.String(), err
}

// Comm implements [eval.Widgets].
func (e *Engine) Comm(kind string, content map[string]any) { e.output.comms.message(kind, content) }
