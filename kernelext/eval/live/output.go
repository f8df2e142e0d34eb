package live

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	nbcell "gopets/kernelext/cell"
	"gopets/kernelext/eval"
	"gopets/kernelext/eval/internal/cellio"
)

// Other pipes and the socket have package cell's names.
const (
	inName   = "in"
	backName = "back"
)

// output passes on what the process prints and shows, in order: the pipes are emptied before
// anything else is passed on, for which the process waits.
type output struct {
	dir      string
	listener net.Listener
	stdin    *os.File // the writing end
	back     *os.File

	mu     sync.Mutex
	out    eval.Output // of the cell that runs, or else of the last
	pipes  *cellio.Pipes
	result eval.Bundle
	pages  []string
	tail   []byte          // the end of what went to the standard error
	cells  int             // that have begun
	shown  map[string]bool // display ids that the running cell has used
	copies []io.WriteCloser

	comms  *comms
	refuse func(reason string) // ends the running cell with an error
}

func openOutput(dir string) (*output, error) {
	o := &output{dir: dir, shown: map[string]bool{}}
	for _, name := range []string{inName, backName} {
		if err := unix.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			return nil, fmt.Errorf("the cells' pipe: %w", err)
		}
	}
	var err error
	if o.back, err = os.OpenFile(filepath.Join(dir, backName), os.O_RDWR, 0); err != nil {
		return nil, err
	}
	if o.pipes, err = cellio.Open(dir, &o.mu); err != nil {
		return nil, err
	}
	o.pipes.Text = o.text
	if o.listener, err = cellio.Listen(dir, o.records); err != nil {
		o.pipes.Release()
		return nil, err
	}
	o.comms = &comms{output: o, subscribed: map[string]bool{}}
	go o.pipes.Watch()
	return o, nil
}

func (o *output) open() (stdin, stdout, stderr *os.File, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// Opening a named pipe for reading waits for a writer.
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

// openInput opens the writing end of the standard input, if the last cell's input was ended.
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
	o.pipes.Close()
	if o.stdin != nil {
		o.stdin.Close()
	}
	o.back.Close()
}

// tailLength is how much of the standard error is kept, as the reason if the process ends.
const tailLength = 64 << 10

func (o *output) text(stream, text string) {
	if stream == "stderr" {
		text = plainNames(text)
		if o.tail = append(o.tail, text...); len(o.tail) > 2*tailLength {
			o.tail = bytes.Clone(o.tail[len(o.tail)-tailLength:])
		}
	}
	for _, w := range o.copies {
		_, _ = io.WriteString(w, text)
	}
	if o.out != nil {
		o.out.Stream(stream, text)
	}
}

// copyDisplay writes a display to the files of %capture. The lock is held.
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

func (o *output) begin(out eval.Output) {
	o.comms.retry()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Flush()
	o.cells++
	o.out, o.result, o.pages, o.tail, o.shown = out, nil, nil, nil, map[string]bool{}
	_ = o.openInput()
}

func (o *output) end() (value eval.Bundle, pages []string, stderr string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Flush()
	for _, w := range o.copies {
		w.Close()
	}
	o.copies = nil
	return o.result, o.pages, string(o.tail)
}

func (o *output) sync() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pipes.Flush()
}

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
	o.pipes.Drain()
	kind, args := fields[0], fields[1:]
	switch {
	case o.out == nil:
	case kind == nbcell.KindClear && len(args) == 1:
		o.out.Clear(args[0] == "wait")
	case kind == nbcell.KindPage && len(args) == 1:
		o.pages = append(o.pages, args[0])
	case (kind == nbcell.KindDisplay || kind == nbcell.KindUpdate || kind == nbcell.KindResult) &&
		len(args)%2 == 1:
		data := cellio.Data(args[1:])
		if kind == nbcell.KindResult {
			o.result = data
			return
		}
		o.copyDisplay(data)
		o.out.Display(eval.Display{Data: data, Metadata: eval.Bundle{}, ID: args[0],
			Update: kind == nbcell.KindUpdate})
	}
}
