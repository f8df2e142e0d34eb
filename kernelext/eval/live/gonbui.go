package live

import (
	"context"
	"encoding/gob"
	"fmt"
	"net"
	"strings"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/internal/cellio"
)

// gonbui serves package gonbui: displays, requests for input, and the values of widgets.
func (o *output) gonbui(conn net.Conn) {
	defer func() {
		if p := recover(); p != nil {
			_ = conn.Close() // gob may panic on bytes that are not gob
		}
	}()
	in := &values{conn: conn}
	from := gob.NewDecoder(in)
	o.comms.begin(gob.NewEncoder(o.back))
	for {
		var d protocol.DisplayData
		if err := from.Decode(&d); err != nil {
			return
		}
		if v, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue); ok &&
			v.Address == protocol.GonbuiSyncAddress {
			// gonbui.Sync: everything before it has been passed on.
			if err := o.comms.answer(protocol.CommValue{Address: protocol.GonbuiSyncAckAddress,
				Value: v.Value}); err != nil {
				return
			}
		} else {
			o.message(d)
		}
		if in.acknowledge() != nil {
			return
		}
	}
}

// values reads gob messages from a writer that waits for a byte after each but type definitions.
type values struct {
	conn    net.Conn
	message []byte // of the unfinished message
	waiting bool   // the writer waits
}

// Read implements [io.Reader].
func (v *values) Read(b []byte) (int, error) {
	if err := v.acknowledge(); err != nil {
		return 0, err
	}
	n, err := v.conn.Read(b)
	v.message = append(v.message, b[:n]...)
	for {
		size, rest, ok := gobUint(v.message)
		if !ok || uint64(len(rest)) < size {
			return n, err
		}
		number, _, _ := gobUint(rest)
		v.waiting = v.waiting || number&1 == 0
		v.message = rest[size:]
	}
}

func (v *values) acknowledge() error {
	if !v.waiting {
		return nil
	}
	v.waiting = false
	_, err := v.conn.Write([]byte{0})
	return err
}

// gobUint reads a number as gob writes it; ok is false if it is incomplete.
func gobUint(b []byte) (n uint64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	if b[0] < 128 {
		return uint64(b[0]), b[1:], true
	}
	size := 256 - int(b[0])
	if size > 8 || len(b) <= size {
		return 0, nil, false
	}
	for _, x := range b[1 : 1+size] {
		n = n<<8 | uint64(x)
	}
	return n, b[1+size:], true
}

func (o *output) message(d protocol.DisplayData) {
	if v, ok := d.Data[protocol.MIMEJupyterInput]; ok {
		if request, ok := v.(protocol.InputRequest); ok {
			go o.ask(request.Prompt, request.Password)
		}
		return
	}
	var err error
	switch {
	case d.Data[protocol.MIMECommValue] != nil:
		if v, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
			if err = o.comms.send(v); err != nil && v.Request {
				o.refuse(err.Error()) // the cell would wait for ever
				return
			}
		}
	case d.Data[protocol.MIMECommSubscribe] != nil:
		if s, ok := d.Data[protocol.MIMECommSubscribe].(protocol.CommSubscription); ok {
			err = o.comms.subscribe(s)
		}
	default:
		o.display(d)
	}
	if err != nil && o.comms.warn() {
		o.after(func(out eval.Output) { out.Stream("stderr", err.Error()+"\n") })
	}
}

func (o *output) after(pass func(out eval.Output)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Drain()
	if o.out != nil {
		pass(o.out)
	}
}

func (o *output) display(d protocol.DisplayData) {
	data, metadata := cellio.Rich(d)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Drain()
	if o.out == nil {
		return
	}
	id := d.DisplayID
	if strings.HasPrefix(id, scriptID) {
		id = fmt.Sprintf("%s_%d", id, o.cells)
	}
	update := id != "" && o.shown[id]
	o.shown[id] = true
	o.copyDisplay(data)
	o.out.Display(eval.Display{Data: data, Metadata: metadata, ID: id, Update: update})
}

// scriptID begins the id under which package dom shows scripts. It is the same for all cells of a
// process, so a front end would run a script once for each earlier cell.
const scriptID = "gonb_transient_js_"

func (o *output) ask(prompt string, password bool) {
	o.askFor(context.Background(), prompt, password)
}

func (o *output) askFor(ctx context.Context, prompt string, password bool) {
	o.sync()
	o.mu.Lock()
	out := o.out
	o.mu.Unlock()
	line, err := out.Input(ctx, prompt, password)
	o.answer(line, err == nil)
}
