package host

import (
	"encoding/binary"
	"io"
	"os"
	"syscall"

	"gopets/kernelext/cell"
)

// gonbui returns what GoNB's package gonbui writes to: the engine's socket. The writer waits for
// the engine's answer, so that displays keep their order with text.
func gonbui() (file, writer any) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil
	}
	syscall.CloseOnExec(fd)
	if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: os.Getenv(cell.Env) + "/" +
		cell.SocketName}); err != nil {
		syscall.Close(fd)
		return nil, nil
	}
	f := os.NewFile(uintptr(fd), cell.SocketName)
	if _, err := f.Write(cell.Encode([]string{cell.KindGonbui, ""})); err != nil {
		return nil, nil
	}
	return f, acked{f}
}

// An acked writer waits for a byte after each value of a gob encoder.
type acked struct{ io.ReadWriter }

func (a acked) Write(b []byte) (int, error) {
	n, err := a.ReadWriter.Write(b)
	if err != nil || definesType(b) {
		return n, err
	}
	var ack [1]byte
	_, err = io.ReadFull(a.ReadWriter, ack[:])
	return n, err
}

// definesType reports whether a gob message (length, number, value) defines a type: its number is
// negative then.
func definesType(b []byte) bool {
	_, b = gobUint(b)
	number, _ := gobUint(b)
	return number&1 == 1
}

func gobUint(b []byte) (uint64, []byte) {
	if len(b) == 0 {
		return 0, nil
	}
	if b[0] <= 0x7f {
		return uint64(b[0]), b[1:]
	}
	n := -int(int8(b[0]))
	if n > 8 || n+1 > len(b) {
		return 0, nil
	}
	var whole [8]byte
	copy(whole[8-n:], b[1:1+n])
	return binary.BigEndian.Uint64(whole[:]), b[1+n:]
}
