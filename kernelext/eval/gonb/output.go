package gonb

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/sys/unix"

	"gopets/kernelext/cell"
	"gopets/kernelext/eval"
)

// output passes on what a cell prints and shows, in the order in which the cell did it. The pipes'
// text is taken off before anything else is passed on, and a cell that shows something waits until
// that has happened.
type output struct {
	dir      string
	listener net.Listener

	mu       sync.Mutex
	run      *run // the cell that runs, or ran last
	pipes    [2]pipe
	closed   bool
	buffer   []byte
	displays map[string]bool // ids that the running cell has used
	tracer   *tracer         // for the running cell's stack traces
}

// pipe is where a cell's standard output, or its standard error, comes from.
type pipe struct {
	stream string
	fd     int // a plain number, for an os.File would wait in its reads
	// the start of a character, or of a place in a stack trace, whose end has not come yet
	rest []byte
}

// run is the execution of one cell, as far as its output is concerned.
type run struct {
	out    eval.Output
	heard  func(text string)        // gets what goes to the standard error
	refuse func()                   // called when the cell asks for input; nil when it may
	begun  func(init time.Duration) // called when main begins
	value  eval.Bundle
	pages  []string
}

func openOutput(dir string) (*output, error) {
	o := &output{dir: dir, buffer: make([]byte, 256<<10)}
	for i, name := range []string{cell.OutName, cell.ErrName} {
		path := filepath.Join(dir, name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return nil, fmt.Errorf("the cells' pipe: %w", err)
		}
		// Open for writing too, so that the pipe does not end with a cell.
		fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("the cells' pipe: %w", err)
		}
		widen(fd)
		o.pipes[i] = pipe{stream: []string{"stdout", "stderr"}[i], fd: fd}
	}
	var err error
	if o.listener, err = net.Listen("unix", filepath.Join(dir, cell.SocketName)); err != nil {
		o.closePipes()
		return nil, fmt.Errorf("the cells' socket: %w", err)
	}
	go o.watch()
	go func() {
		for {
			conn, err := o.listener.Accept()
			if err != nil {
				return
			}
			go o.records(conn)
		}
	}()
	return o, nil
}

func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.listener.Close()
}

// pace is how long text may wait for more, so that a cell that prints line by line does not send a
// message for each.
const pace = 4 * time.Millisecond

// watch passes text on as it comes.
func (o *output) watch() {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(o.pipes[0].fd), Events: unix.POLLIN},
			{Fd: int32(o.pipes[1].fd), Events: unix.POLLIN}}, 300)
		o.mu.Lock()
		if o.closed || err != nil && !errors.Is(err, unix.EINTR) {
			o.closed = true
			o.closePipes()
			o.mu.Unlock()
			return
		}
		if n > 0 {
			o.drain()
		}
		o.mu.Unlock()
		if n > 0 {
			time.Sleep(pace)
		}
	}
}

// maxDrain bounds what is taken off at a time: another goroutine of the cell may print for ever.
const maxDrain = 32 << 20

func (o *output) closePipes() {
	for i := range o.pipes {
		unix.Close(o.pipes[i].fd)
	}
}

// drain passes on the text that is in the pipes. The lock is held.
func (o *output) drain() {
	for i := range o.pipes {
		p := &o.pipes[i]
		for taken := 0; taken < maxDrain && !o.closed; {
			n, err := unix.Read(p.fd, o.buffer)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if n <= 0 {
				break
			}
			taken += n
			o.text(p, o.buffer[:n])
		}
	}
}

// text publishes whole characters, and whole places of stack traces, and keeps the start of one
// that is cut.
func (o *output) text(p *pipe, b []byte) {
	b = append(p.rest, b...)
	cut := wholeRunes(b)
	if p.stream == "stderr" {
		if line := bytes.LastIndexByte(b[:cut], '\n') + 1; bytes.HasPrefix(b[line:cut],
			[]byte("\t/")) || cut-line == 1 && b[line] == '\t' {
			cut = line
		}
	}
	p.rest = append([]byte(nil), b[cut:]...)
	o.publish(p, string(b[:cut]))
}

// wholeRunes tells how much of a text ends with a whole character.
func wholeRunes(b []byte) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return len(b) - i
			}
			break
		}
	}
	return len(b)
}

func (o *output) publish(p *pipe, text string) {
	if text == "" || o.run == nil {
		return
	}
	switch {
	case p.stream == "stderr":
		if o.tracer != nil {
			text = o.tracer.annotate(text)
		}
		if o.run.heard != nil {
			o.run.heard(text)
		}
	case o.tracer != nil && o.tracer.test:
		text = o.tracer.annotateTest(text)
	}
	o.run.out.Stream(p.stream, text)
}

// follow has stack traces from now on read by a tracer.
func (o *output) follow(t *tracer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tracer = t
}

// begin makes a cell the one that output belongs to.
func (o *output) begin(r *run) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.run, o.displays = r, map[string]bool{}
}

// sync passes on what the cell has printed so far.
func (o *output) sync() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
}

func (o *output) flush() {
	o.drain()
	for i := range o.pipes {
		p := &o.pipes[i]
		rest := string(p.rest)
		p.rest = nil
		o.publish(p, rest)
	}
}

// after passes on something of GoNB's, after the text that came before it.
func (o *output) after(pass func(out eval.Output)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	if o.run != nil {
		pass(o.run.out)
	}
}

// records serves a connection of a cell.
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
	o.drain()
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
		data := eval.Bundle{}
		for i := 1; i < len(args); i += 2 {
			data[args[i]] = form(args[i], args[i+1])
		}
		o.show(kind, args[0], data, nil)
	}
}

// form gives data as a message holds it: text as it is, JSON as itself, anything else in base64.
func form(mime string, data string) any {
	switch {
	case mime == "application/json" || strings.HasSuffix(mime, "+json"):
		if json.Valid([]byte(data)) {
			return json.RawMessage(data)
		}
		return data
	case strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+xml") ||
		mime == "application/javascript":
		return strings.ToValidUTF8(data, "\uFFFD")
	}
	return base64.StdEncoding.EncodeToString([]byte(data))
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

func init() {
	// What gonbui may send as any; GoNB registers the same.
	gob.Register(map[string]any{})
	gob.Register([]string{})
	gob.Register([]any{})
}

// gonbui serves a cell's gonbui: displays are published, all else (widgets, input, synchronisation)
// is GoNB's and goes to its pipe.
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

// openPipe opens GoNB's pipe for a cell. GoNB opens its end in its own time, and not at all when
// the cell is over.
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

// display publishes what gonbui shows. An id is new in each run of a cell: what stood under it
// before was cleared.
func (o *output) display(d protocol.DisplayData) {
	data := eval.Bundle{}
	for mime, v := range d.Data {
		data[string(mime)] = v
	}
	metadata := eval.Bundle{}
	for name, v := range d.Metadata {
		metadata[name] = v
	}
	if _, err := json.Marshal([]eval.Bundle{data, metadata}); err != nil {
		data, metadata = eval.Bundle{"text/plain": fmt.Sprintf("cannot show this: %v", err)}, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	if o.run == nil {
		return
	}
	kind := cell.KindDisplay
	if d.DisplayID != "" && o.displays[d.DisplayID] {
		kind = cell.KindUpdate
	}
	o.show(kind, d.DisplayID, data, metadata)
}
