package live

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"net"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gopets/kernelext/eval"
)

func init() {
	// What gonbui may send as any; GoNB registers the same.
	gob.Register(map[string]any{})
	gob.Register([]string{})
	gob.Register([]any{})
}

// gonbui serves what package gonbui sends: displays, questions, and what widgets want of the front.
func (o *output) gonbui(conn net.Conn) {
	defer func() {
		if p := recover(); p != nil {
			_ = conn.Close() // gob may panic on bytes that are not gob
		}
	}()
	from := gob.NewDecoder(conn)
	for {
		var d protocol.DisplayData
		if err := from.Decode(&d); err != nil {
			return
		}
		o.message(d)
		if _, err := conn.Write([]byte{0}); err != nil {
			return
		}
	}
}

func (o *output) message(d protocol.DisplayData) {
	if v, ok := d.Data[protocol.MIMEJupyterInput]; ok {
		if request, ok := v.(*protocol.InputRequest); ok {
			go o.ask(request.Prompt, request.Password)
		}
		return
	}
	for _, mime := range []protocol.MIMEType{protocol.MIMECommValue, protocol.MIMECommSubscribe} {
		if _, ok := d.Data[mime]; ok {
			o.noWidgets()
			return
		}
	}
	data, metadata := eval.Bundle{}, eval.Bundle{}
	for mime, v := range d.Data {
		data[string(mime)] = v
	}
	for name, v := range d.Metadata {
		metadata[name] = v
	}
	if _, err := json.Marshal([]eval.Bundle{data, metadata}); err != nil {
		data, metadata = eval.Bundle{"text/plain": fmt.Sprintf("this cannot be shown: %v", err)}, eval.Bundle{}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	if o.out == nil {
		return
	}
	update := d.DisplayID != "" && o.shown[d.DisplayID]
	o.shown[d.DisplayID] = true
	o.out.Display(eval.Display{Data: data, Metadata: metadata, ID: d.DisplayID, Update: update})
}

// ask is askFor without a cell's context: gonbui's question comes by a connection of its own.
func (o *output) ask(prompt string, password bool) {
	o.askFor(context.Background(), prompt, password)
}

// askFor asks the user for a line and writes it to the cell's standard input.
func (o *output) askFor(ctx context.Context, prompt string, password bool) {
	o.sync()
	o.mu.Lock()
	out := o.out
	o.mu.Unlock()
	line, err := out.Input(ctx, prompt, password)
	o.answer(line, err == nil)
}

// noWidgets says, once a cell, that the front end's side of widgets is GoNB's.
func (o *output) noWidgets() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	if o.out != nil && !o.toldWidgets {
		o.toldWidgets = true
		o.out.Stream("stderr", "gonbui's widgets do not answer in live cells: use the kernel \"Go (gonb)\"\n")
	}
}
