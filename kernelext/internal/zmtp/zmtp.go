// Package zmtp is the listening side of ZeroMQ, as a Jupyter kernel needs it: ROUTER, REP and XPUB
// sockets over ZMTP 3.0 with the NULL mechanism (https://rfc.zeromq.org/spec/23/).
//
// Tried and dropped: package zmq4: a half-open connection blocks all later ones, a stalled
// subscriber starves the others, and it allocates any length that a frame claims. Here each peer
// has its own reader and writer, memory is allocated as bytes come, and a peer that reads nothing
// is dropped.
package zmtp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4

	greetingSize  = 64
	handshakeTime = 5 * time.Second
	// maxMessage bounds a message; widgets send files in one.
	maxMessage = 256 << 20
	maxFrames  = 1024
)

var errJunk = errors.New("the peer does not use ZMTP 3")

// Handshake returns the peer's kind of socket and its identity, if any.
func Handshake(conn net.Conn, r *bufio.Reader, kind string) (peerKind string, identity []byte,
	err error) {
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return "", nil, err
	}
	greeting := make([]byte, greetingSize)
	greeting[0], greeting[9], greeting[10] = 0xff, 0x7f, 3
	copy(greeting[12:], "NULL")
	if _, err := conn.Write(greeting); err != nil {
		return "", nil, err
	}
	theirs := make([]byte, greetingSize)
	if _, err := io.ReadFull(r, theirs[:11]); err != nil {
		return "", nil, err
	}
	if theirs[0] != 0xff || theirs[9] != 0x7f || theirs[10] < 3 {
		return "", nil, errJunk
	}
	if _, err := io.ReadFull(r, theirs[11:]); err != nil {
		return "", nil, err
	}
	if mechanism := string(bytes.TrimRight(theirs[12:32], "\x00")); mechanism != "NULL" {
		return "", nil, fmt.Errorf("the peer wants security mechanism %q; only NULL is known",
			mechanism)
	}
	ready := property(property([]byte("\x05READY"), "Socket-Type", kind), "Identity", "")
	if _, err := conn.Write(appendFrame(nil, flagCommand, ready)); err != nil {
		return "", nil, err
	}
	flags, body, err := readFrame(r, 64<<10)
	if err != nil {
		return "", nil, err
	}
	props, ok := bytes.CutPrefix(body, []byte("\x05READY"))
	if flags&flagCommand == 0 || !ok {
		return "", nil, errJunk
	}
	meta, err := properties(props)
	if err != nil {
		return "", nil, err
	}
	return meta["socket-type"], []byte(meta["identity"]), conn.SetDeadline(time.Time{})
}

func property(b []byte, name, value string) []byte {
	b = append(append(b, byte(len(name))), name...)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(value))), value...)
}

func properties(b []byte) (map[string]string, error) {
	found := map[string]string{}
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n+4 {
			return nil, errJunk
		}
		name := string(bytes.ToLower(b[1 : 1+n]))
		size := binary.BigEndian.Uint32(b[1+n:])
		b = b[1+n+4:]
		if uint64(size) > uint64(len(b)) {
			return nil, errJunk
		}
		found[name] = string(b[:size])
		b = b[size:]
	}
	return found, nil
}

func appendFrame(b []byte, flags byte, body []byte) []byte {
	if len(body) > 255 {
		b = append(b, flags|flagLong)
		b = binary.BigEndian.AppendUint64(b, uint64(len(body)))
	} else {
		b = append(b, flags, byte(len(body)))
	}
	return append(b, body...)
}

func Encode(frames [][]byte) []byte {
	size := 0
	for _, f := range frames {
		size += 9 + len(f)
	}
	b := make([]byte, 0, size)
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		b = appendFrame(b, flags, f)
	}
	return b
}

// readFrame reads a frame of at most limit bytes. Memory is allocated as the bytes come.
func readFrame(r *bufio.Reader, limit int) (flags byte, body []byte, err error) {
	if flags, err = r.ReadByte(); err != nil {
		return 0, nil, err
	}
	if flags&^(flagMore|flagLong|flagCommand) != 0 {
		return 0, nil, errJunk
	}
	var size uint64
	if flags&flagLong != 0 {
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, nil, err
		}
		size = binary.BigEndian.Uint64(b[:])
	} else {
		b, err := r.ReadByte()
		if err != nil {
			return 0, nil, err
		}
		size = uint64(b)
	}
	if size > uint64(limit) {
		return 0, nil, fmt.Errorf("a frame of %d bytes is too long", size)
	}
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, r, int64(size)); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return flags, buf.Bytes(), nil
}

// ReadMessage reads the frames of a message and skips commands, of which NULL needs none.
func ReadMessage(r *bufio.Reader) ([][]byte, error) {
	var frames [][]byte
	left := maxMessage
	for {
		flags, body, err := readFrame(r, left)
		if err != nil {
			return nil, err
		}
		if flags&flagCommand != 0 {
			continue
		}
		frames = append(frames, body)
		left -= len(body)
		if flags&flagMore == 0 {
			return frames, nil
		}
		if len(frames) == maxFrames {
			return nil, errors.New("a message has too many frames")
		}
	}
}
