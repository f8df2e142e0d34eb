package live

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	nbcell "gopets/kernelext/cell"
	"gopets/kernelext/eval"
)

// The named pipes and the socket are those of package cell, so that cells that import it find their
// engine; the standard input and gonbui's pipe back are here.
const (
	inName   = "in"
	backName = "back"
)

// output brings what the process prints and shows to the front, in the order in which that
// happened: text is taken from the pipes before anything else is passed on, and what shows
// something waits until that has happened.
type output struct {
	dir      string
	listener net.Listener
	stdin    *os.File // the writing end
	back     *os.File

	mu     sync.Mutex
	out    eval.Output // of the cell that runs, or else of the last
	pipes  [2]pipe
	result eval.Bundle
	pages  []string
	tail   []byte // the end of what went to the standard error
	closed bool
	buffer []byte
	shown  map[string]bool // display ids that the running cell has used
	copies []io.WriteCloser

	toldWidgets bool
}

// A pipe is where a standard stream of the process comes from.
type pipe struct {
	stream string
	fd     int    // a plain number: an os.File would wait in its reads
	rest   []byte // the start of a character whose end has not come yet
}

func openOutput(dir string) (*output, error) {
	o := &output{dir: dir, buffer: make([]byte, 256<<10), shown: map[string]bool{}}
	for _, name := range []string{nbcell.OutName, nbcell.ErrName, inName, backName} {
		if err := unix.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			return nil, fmt.Errorf("the cells' pipe: %w", err)
		}
	}
	for i, name := range []string{nbcell.OutName, nbcell.ErrName} {
		// Open for writing too, so that the pipe does not end with a process.
		fd, err := unix.Open(filepath.Join(dir, name), unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC,
			0)
		if err != nil {
			return nil, fmt.Errorf("the cells' pipe: %w", err)
		}
		widen(fd)
		o.pipes[i] = pipe{stream: []string{"stdout", "stderr"}[i], fd: fd}
	}
	var err error
	if o.back, err = os.OpenFile(filepath.Join(dir, backName), os.O_RDWR, 0); err != nil {
		return nil, err
	}
	if o.listener, err = net.Listen("unix", filepath.Join(dir, nbcell.SocketName)); err != nil {
		return nil, fmt.Errorf("the cells' socket: %w", err)
	}
	go o.watch()
	go o.accept()
	return o, nil
}

func (o *output) accept() {
	for {
		conn, err := o.listener.Accept()
		if err != nil {
			return
		}
		go o.records(conn)
	}
}

// open opens the ends that a new process gets.
func (o *output) open() (stdin, stdout, stderr *os.File, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// The reader of a named pipe waits for a writer.
	if err := o.openInput(); err != nil {
		return nil, nil, nil, err
	}
	fd, err := unix.Open(filepath.Join(o.dir, inName), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, nil, err
	}
	stdin = os.NewFile(uintptr(fd), "stdin")
	if stdout, err = os.OpenFile(filepath.Join(o.dir, nbcell.OutName), os.O_WRONLY, 0); err != nil {
		return nil, nil, nil, err
	}
	if stderr, err = os.OpenFile(filepath.Join(o.dir, nbcell.ErrName), os.O_WRONLY, 0); err != nil {
		return nil, nil, nil, err
	}
	return stdin, stdout, stderr, nil
}

// openInput opens the writing end of the standard input, should the last cell have met its end.
func (o *output) openInput() error {
	if o.stdin != nil {
		return nil
	}
	fd, err := unix.Open(filepath.Join(o.dir, inName), unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	o.stdin = os.NewFile(uintptr(fd), "stdin")
	return nil
}

// answer writes a line to the standard input of the cell; without one the input ends.
func (o *output) answer(line string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !ok {
		if o.stdin != nil {
			o.stdin.Close()
			o.stdin = nil
		}
		return
	}
	if o.stdin != nil {
		_, _ = o.stdin.WriteString(line + "\n")
	}
}

func (o *output) close() {
	o.listener.Close()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.stdin != nil {
		o.stdin.Close()
	}
	o.back.Close()
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
			for i := range o.pipes {
				unix.Close(o.pipes[i].fd)
			}
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

// maxDrain bounds what is taken at a time: a goroutine may print for ever.
const maxDrain = 32 << 20

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
			b := append(p.rest, o.buffer[:n]...)
			cut := wholeRunes(b)
			p.rest = bytes.Clone(b[cut:])
			o.text(p, string(b[:cut]))
		}
	}
}

// wholeRunes returns how much of a text ends with a whole character.
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

// tailLength is how much of the standard error is kept, for the reason should the process end.
const tailLength = 64 << 10

func (o *output) text(p *pipe, text string) {
	if text == "" {
		return
	}
	if p.stream == "stderr" {
		text = plainNames(text)
		if o.tail = append(o.tail, text...); len(o.tail) > 2*tailLength {
			o.tail = bytes.Clone(o.tail[len(o.tail)-tailLength:])
		}
	}
	for _, w := range o.copies {
		_, _ = io.WriteString(w, text)
	}
	if o.out != nil {
		o.out.Stream(p.stream, text)
	}
}

// copyDisplay writes what is shown to the files of %capture. The lock is held.
func (o *output) copyDisplay(data eval.Bundle) {
	for _, w := range o.copies {
		for _, mime := range sorted(data) {
			switch v := data[mime].(type) {
			case string:
				_, _ = io.WriteString(w, v)
			case []byte:
				_, _ = w.Write(v)
			}
		}
	}
}

// begin makes a cell the one that output belongs to.
func (o *output) begin(out eval.Output) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.out, o.result, o.pages, o.tail, o.shown = out, nil, nil, nil, map[string]bool{}
	o.toldWidgets = false
	_ = o.openInput()
}

// end passes on what the cell has printed, and returns its value.
func (o *output) end() (value eval.Bundle, pages []string, stderr string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	for _, w := range o.copies {
		w.Close()
	}
	o.copies = nil
	return o.result, o.pages, string(o.tail)
}

// sync passes on what was printed so far.
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
		o.text(p, rest)
	}
}

// records serves a connection of the process, or of a program that it has started.
func (o *output) records(conn net.Conn) {
	defer conn.Close()
	for {
		fields, err := nbcell.Decode(conn)
		if err != nil || len(fields) == 0 {
			return
		}
		if fields[0] == nbcell.KindGonbui {
			o.gonbui(conn)
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
	switch {
	case o.out == nil:
	case kind == nbcell.KindClear && len(args) == 1:
		o.out.Clear(args[0] == "wait")
	case kind == nbcell.KindPage && len(args) == 1:
		o.pages = append(o.pages, args[0])
	case (kind == nbcell.KindDisplay || kind == nbcell.KindUpdate || kind == nbcell.KindResult) &&
		len(args)%2 == 1:
		data := eval.Bundle{}
		for i := 1; i < len(args); i += 2 {
			data[args[i]] = form(args[i], args[i+1])
		}
		if kind == nbcell.KindResult {
			o.result = data
			return
		}
		o.copyDisplay(data)
		o.out.Display(eval.Display{Data: data, Metadata: eval.Bundle{}, ID: args[0],
			Update: kind == nbcell.KindUpdate})
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
