// Package cell is linked into cells by package gonb. Its init moves the standard output and error
// to pipes of the kernel, as GoNB cuts characters in two and loses the order of text and displays.
// In other programs it does nothing.
//
// Import it for [ClearOutput], [Update], [Page], which gonbui lacks, and for displays that link
// little. On a plain GoNB displays need a [Flush] before the program ends. Outside of a notebook
// the plain text is printed.
//
// Every cell links it, so it imports little: sockets by system calls, not package net. What needs
// fmt or a PNG encoder is in package show.
package cell

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

// Env is the environment variable with the kernel's folder for its cells.
const Env = "NB_CELL"

// Files in the kernel's folder.
const (
	OutName    = "out"   // a named pipe for the standard output
	ErrName    = "err"   // a named pipe for the standard error
	SocketName = "sock"  // a socket for records
	PlainName  = "plain" // if it exists, streams and displays stay with GoNB
	// exists when a shell command of the cell failed: the Go part does not run
	FailedName = "failed"
	// exists when the front end does not support input: the standard input is empty
	NoInputName = "noinput"
)

const (
	KindDisplay = "display" // id, then pairs of MIME type and data
	KindUpdate  = "update"
	KindResult  = "result"
	KindClear   = "clear" // "wait" or ""
	KindPage    = "page"  // text
	KindGonbui  = "gonbui"
	KindBegin   = "begin" // nanoseconds that initialisers took
)

// A Bundle is one thing in several forms: MIME type to data. Images are raw bytes, not base64.
type Bundle map[string]string

var link struct {
	sync.Mutex
	dir  string // "" outside of the kernel
	conn io.ReadWriter
}

var started = time.Now()

// Begin tells the kernel that all initialisers have been evaluated, then calls then, if not nil.
func Begin(then func()) {
	if then != nil {
		defer then()
	}
	if Active() {
		_ = send(KindBegin, strconv.FormatInt(int64(time.Since(started)), 10))
	}
}

func init() {
	dir := os.Getenv(Env)
	if dir == "" {
		return
	}
	there := func(name string) bool {
		_, err := os.Stat(dir + "/" + name)
		return err == nil
	}
	if there(FailedName) {
		os.Exit(1)
	}
	if there(NoInputName) {
		// else the cell waits for input, and can be interrupted
		_ = attach("/dev/null", os.O_RDONLY, 0)
	}
	if there(PlainName) {
		return
	}
	if attach(dir+"/"+OutName, os.O_WRONLY, 1) == nil {
		link.dir = dir
		_ = attach(dir+"/"+ErrName, os.O_WRONLY, 2) // else it stays with GoNB
	}
}

func Active() bool { return link.dir != "" }

// Display shows b. With an id that is not empty, [Update] can change it.
func Display(id string, b Bundle) error { return bundle(KindDisplay, id, b) }

// Update changes what this cell or an earlier one displayed under an id.
func Update(id string, b Bundle) error { return bundle(KindUpdate, id, b) }

// Result shows the cell's value.
func Result(b Bundle) error { return bundle(KindResult, "", b) }

// ClearOutput removes the cell's output, with wait when there is new output.
func ClearOutput(wait bool) error {
	if !Active() {
		return nil
	}
	w := ""
	if wait {
		w = "wait"
	}
	return send(KindClear, w)
}

func Page(text string) error {
	if !Active() {
		_, err := io.WriteString(os.Stdout, text+"\n")
		return err
	}
	return send(KindPage, text)
}

func bundle(kind, id string, b Bundle) error {
	if !Active() {
		if Notebook() && kind != KindResult {
			return displayPlain(id, b)
		}
		if text := b["text/plain"]; text != "" {
			_, err := io.WriteString(os.Stdout, text+"\n")
			return err
		}
		return nil
	}
	fields := []string{kind, id}
	for mime, data := range b {
		fields = append(fields, mime, data)
	}
	return send(fields...)
}

// send returns when the kernel has passed the record on, which keeps the order with printed text.
func send(fields ...string) error {
	link.Lock()
	defer link.Unlock()
	if link.conn == nil {
		conn, err := connect(link.dir + "/" + SocketName)
		if err != nil {
			return err
		}
		link.conn = conn
	}
	if _, err := link.conn.Write(Encode(fields)); err != nil {
		return err
	}
	var ack [1]byte
	_, err := io.ReadFull(link.conn, ack[:])
	return err
}

// Encode returns a record: its length, then each field with its length, in four bytes, big endian.
func Encode(fields []string) []byte {
	size := 0
	for _, f := range fields {
		size += 4 + len(f)
	}
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+size), uint32(size))
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

const maxRecord = 512 << 20

// Decode reads a record.
func Decode(r io.Reader) ([]string, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > maxRecord {
		return nil, errors.New("cell: a record is too large")
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil {
		return nil, err
	}
	if len(body) < int(size) {
		return nil, io.ErrUnexpectedEOF
	}
	var fields []string
	for len(body) > 0 {
		if len(body) < 4 {
			return nil, errors.New("cell: a record is cut short")
		}
		n := binary.BigEndian.Uint32(body)
		body = body[4:]
		if uint64(n) > uint64(len(body)) {
			return nil, errors.New("cell: a record's field is longer than the record")
		}
		fields = append(fields, string(body[:n]))
		body = body[n:]
	}
	return fields, nil
}
