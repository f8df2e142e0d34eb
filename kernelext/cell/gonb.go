package cell

import (
	"errors"
	"io"
	"os"
	"sync"
)

// On a plain GoNB a display goes into a pipe, as gonbui's DisplayData in gob's form. It is written
// by hand: linking gob and gonbui would take longer than the rest of a cell.

const (
	pipeEnv = "GONB_PIPE"
	backEnv = "GONB_PIPE_BACK"
)

// Gob's definitions of the types, before the first value.
const gobTypes = ">\x7f\x03\x01\x01\vDisplayData\x01\xff\x80\x00\x01\x03\x01\x04Data\x01\xff\x82\x00\x01\bMetadata\x01\xff\x84\x00\x01\tDisplayID\x01\f\x00\x00\x00" +
	"2\xff\x81\x04\x01\x01\"map[protocol.MIMEType]interface " +
	"{}\x01\xff\x82\x00\x01\f\x01\x10\x00\x00" +
	"'\xff\x83\x04\x01\x01\x17map[string]interface {}\x01\xff\x84\x00\x01\f\x01\x10\x00\x00"

// A request that GoNB acknowledges when it has shown all before it; the first one carries its type.
const (
	gobSyncFirst = "\xff\x82\xff\x80\x01\x01\x0fgonb/comm_value4github.com/janpfeifer/gonb/gonbui/protocol.CommValue\xff\x85\x03\x01\x01\tCommValue\x01\xff\x86\x00\x01\x03\x01\aAddress\x01\f\x00\x01\aRequest\x01\x02\x00\x01\x05Value\x01\x10\x00\x00\x00\x1c\xff\x86\x18\x01\f#gonbui/sync\x02\x03int\x04\x02\x00\x02\x00\x00"
	gobSync      = "e\xff\x80\x01\x01\x0fgonb/comm_value4github.com/janpfeifer/gonb/gonbui/protocol.CommValue\xff\x86\x18\x01\f#gonbui/sync\x02\x03int\x04\x02\x00\x02\x00\x00"
)

var plain struct {
	sync.Mutex
	to, from *os.File
	typed    bool // gobTypes were sent
	synced   bool // gobSyncFirst was
	dirty    bool // something was sent since the last synchronisation
}

// Notebook reports whether a front end shows what [Display] sends.
func Notebook() bool { return Active() || os.Getenv(pipeEnv) != "" }

// Flush waits until a plain GoNB, which loses what comes after a cell's end, has shown everything.
func Flush() error {
	plain.Lock()
	defer plain.Unlock()
	if !plain.dirty {
		return nil
	}
	request := gobSync
	if !plain.synced {
		request = gobSyncFirst
	}
	if _, err := io.WriteString(plain.to, request); err != nil {
		return err
	}
	plain.synced, plain.dirty = true, false
	for {
		value, err := gobMessage(plain.from)
		if err != nil || value {
			return err
		}
	}
}

func displayPlain(id string, b Bundle) error {
	plain.Lock()
	defer plain.Unlock()
	if plain.to == nil {
		to, err := os.OpenFile(os.Getenv(pipeEnv), os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		from, err := os.OpenFile(os.Getenv(backEnv), os.O_RDONLY, 0) // GoNB waits for this, too
		if err != nil {
			return err
		}
		plain.to, plain.from = to, from
	}
	text := gobDisplay(id, b)
	if !plain.typed {
		text = append([]byte(gobTypes), text...)
	}
	_, err := plain.to.Write(text)
	plain.typed, plain.dirty = true, true
	return err
}

func gobDisplay(id string, b Bundle) []byte {
	body := append([]byte("\xff\x80\x01"), gobUint(len(b))...)
	for mime, data := range b {
		body = gobString(body, mime)
		name, kind := "[]uint8", byte(10)
		if isText(mime) {
			name, kind = "string", 12
		}
		body = append(gobString(body, name), kind)
		value := gobString([]byte{0}, data)
		body = append(append(body, gobUint(len(value))...), value...)
	}
	if id != "" {
		body = gobString(append(body, 2), id)
	}
	body = append(body, 0)
	return append(gobUint(len(body)), body...)
}

func gobString(b []byte, s string) []byte { return append(append(b, gobUint(len(s))...), s...) }

// gobUint encodes a length as gob does: one byte below 128, else the bytes after their negated
// number.
func gobUint(n int) []byte {
	if n < 128 {
		return []byte{byte(n)}
	}
	var bytes []byte
	for ; n > 0; n >>= 8 {
		bytes = append([]byte{byte(n)}, bytes...)
	}
	return append([]byte{byte(-len(bytes))}, bytes...)
}

const maxAnswer = 1 << 20

// gobMessage reads a message; value is false for a type definition.
func gobMessage(r io.Reader) (value bool, err error) {
	n, err := readUint(r)
	if err != nil {
		return false, err
	}
	if n == 0 || n > maxAnswer {
		return false, errors.New("cell: invalid answer from GoNB")
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return false, err
	}
	id := uint64(body[0])
	if id >= 128 { // its last byte has the sign
		size := 256 - int(id)
		if size >= len(body) {
			return false, errors.New("cell: invalid answer from GoNB")
		}
		id = uint64(body[size])
	}
	return id&1 == 0, nil
}

func readUint(r io.Reader) (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:1]); err != nil {
		return 0, err
	}
	if b[0] < 128 {
		return uint64(b[0]), nil
	}
	size := 256 - int(b[0])
	if size > len(b) {
		return 0, errors.New("cell: invalid answer from GoNB")
	}
	if _, err := io.ReadFull(r, b[:size]); err != nil {
		return 0, err
	}
	var n uint64
	for _, x := range b[:size] {
		n = n<<8 | uint64(x)
	}
	return n, nil
}

func isText(mime string) bool {
	return len(mime) > 5 && mime[:5] == "text/" || len(mime) > 4 && mime[len(mime)-4:] == "+xml" ||
		mime == "application/javascript" || mime == "application/json"
}
