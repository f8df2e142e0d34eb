package gonb

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/sys/unix"

	"gopets/kernelext/cell"
	"gopets/kernelext/eval"
	"gopets/kernelext/eval/internal/cellio"
)

// output passes on what a cell prints and shows, in order: the pipes are emptied before anything
// else is passed on, for which the cell waits.
type output struct {
	dir      string
	listener net.Listener

	mu       sync.Mutex
	run      *run // the cell that runs, or ran last
	pipes    *cellio.Pipes
	displays map[string]bool // ids that the running cell has used
	tracer   *tracer         // for the running cell's stack traces
}

type run struct {
	out    eval.Output
	stderr func(text string)        // called with the standard error
	refuse func()                   // called when the cell asks for input; nil if it may
	begun  func(init time.Duration) // called when main begins
	value  eval.Bundle
	pages  []string
}

func openOutput(dir string) (*output, error) {
	o := &output{dir: dir}
	var err error
	if o.pipes, err = cellio.Open(dir, &o.mu); err != nil {
		return nil, err
	}
	o.pipes.Text, o.pipes.Hold = o.publish, hold
	if o.listener, err = cellio.Listen(dir, o.records); err != nil {
		o.pipes.Release()
		return nil, err
	}
	go o.pipes.Watch()
	return o, nil
}

func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Close()
	o.listener.Close()
}

// hold keeps the start of a position in a stack trace until its end has come.
func hold(stream string, b []byte, whole int) int {
	if stream == "stderr" {
		if line := bytes.LastIndexByte(b[:whole], '\n') + 1; bytes.HasPrefix(b[line:whole],
			[]byte("\t/")) || whole-line == 1 && b[line] == '\t' {
			return line
		}
	}
	return whole
}

func (o *output) publish(stream, text string) {
	if o.run == nil {
		return
	}
	switch {
	case stream == "stderr":
		if o.tracer != nil {
			text = o.tracer.annotate(text)
		}
		if o.run.stderr != nil {
			o.run.stderr(text)
		}
	case o.tracer != nil && o.tracer.test:
		text = o.tracer.annotateTest(text)
	}
	o.run.out.Stream(stream, text)
}

func (o *output) follow(t *tracer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tracer = t
}

func (o *output) begin(r *run) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Flush()
	o.run, o.displays = r, map[string]bool{}
}

func (o *output) sync() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Flush()
}

func (o *output) after(pass func(out eval.Output)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Drain()
	if o.run != nil {
		pass(o.run.out)
	}
}

func (o *output) records(conn net.Conn) {
	defer conn.Close()
	for {
		fields, err := cell.Decode(conn)
		if err != nil || len(fields) == 0 {
			return
		}
		if fields[0] == cell.KindGonbui && len(fields) == 2 {
			o.gonbui(conn, fields[1])
			return
		}
		o.record(fields)
		if _, err := conn.Write([]byte{0}); err != nil {
			return
		}
	}
}

func (o *output) record(fields []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Drain()
	kind, args := fields[0], fields[1:]
	if o.run == nil {
		return
	}
	switch {
	case kind == cell.KindBegin && len(args) == 1:
		if ns, err := strconv.ParseInt(args[0], 10, 64); err == nil {
			o.run.begun(time.Duration(ns))
		}
	case kind == cell.KindClear && len(args) == 1:
		o.run.out.Clear(args[0] == "wait")
	case kind == cell.KindPage && len(args) == 1:
		o.run.pages = append(o.run.pages, args[0])
	case (kind == cell.KindDisplay || kind == cell.KindUpdate || kind == cell.KindResult) &&
		len(args)%2 == 1:
		o.show(kind, args[0], cellio.Data(args[1:]), nil)
	}
}

func (o *output) show(kind, id string, data, metadata eval.Bundle) {
	switch kind {
	case cell.KindDisplay:
		o.displays[id] = true
		o.run.out.Display(eval.Display{Data: data, Metadata: metadata, ID: id})
	case cell.KindUpdate:
		o.run.out.Display(eval.Display{Data: data, Metadata: metadata, ID: id, Update: true})
	case cell.KindResult:
		o.run.value = data
	}
}

// gonbui serves a cell's gonbui: it publishes displays, and sends all else to GoNB's pipe.
func (o *output) gonbui(conn net.Conn, path string) {
	defer func() {
		if p := recover(); p != nil {
			_ = conn.Close() // gob may panic on bytes that are not gob
		}
	}()
	var toGoNB *gob.Encoder
	from := gob.NewDecoder(conn)
	for {
		var d protocol.DisplayData
		if err := from.Decode(&d); err != nil {
			return
		}
		o.mu.Lock()
		run := o.run
		o.mu.Unlock()
		_, asks := d.Data[protocol.MIMEJupyterInput]
		switch {
		case isDisplay(d):
			o.display(d)
		case asks && run != nil && run.refuse != nil:
			run.refuse()
		default:
			if toGoNB == nil {
				pipe, err := openPipe(path)
				if err != nil {
					return
				}
				defer pipe.Close()
				toGoNB = gob.NewEncoder(pipe)
			}
			if err := toGoNB.Encode(&d); err != nil {
				return
			}
		}
		if _, err := conn.Write([]byte{0}); err != nil {
			return
		}
	}
}

// openPipe opens GoNB's pipe for a cell. GoNB opens its end later, or never if the cell is over.
func openPipe(path string) (io.WriteCloser, error) {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		fd, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err == nil {
			return os.NewFile(uintptr(fd), path), nil
		}
		if !errors.Is(err, unix.ENXIO) && !errors.Is(err, unix.EINTR) || time.Now().After(end) {
			return nil, fmt.Errorf("opening GoNB's pipe: %w", err)
		}
	}
}

func isDisplay(d protocol.DisplayData) bool {
	for _, mime := range []protocol.MIMEType{protocol.MIMEJupyterInput, protocol.MIMECommValue,
		protocol.MIMECommSubscribe} {
		if _, ok := d.Data[mime]; ok {
			return false
		}
	}
	return true
}

// display publishes what gonbui shows. Ids are new in each run of a cell, which clears earlier
// displays.
func (o *output) display(d protocol.DisplayData) {
	data, metadata := cellio.Rich(d)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Drain()
	if o.run == nil {
		return
	}
	kind := cell.KindDisplay
	if d.DisplayID != "" && o.displays[d.DisplayID] {
		kind = cell.KindUpdate
	}
	o.show(kind, d.DisplayID, data, metadata)
}
