//go:build unix

package cell

import (
	"io"
	"os"
	"syscall"
)

// attach makes a named pipe the standard output, for child processes too.
func attach(pipe string) error {
	fd, err := syscall.Open(pipe, syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return duplicate(fd, 1)
}

func connect(path string) (io.ReadWriter, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	for {
		err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: path})
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		syscall.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}
