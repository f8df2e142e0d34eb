package host

import (
	"errors"
	"os"
	"syscall"
)

// streams are copies of the standard output and error, for when a cell has closed one.
type streams [2]int

func copyStreams() (s streams) {
	for i := range s {
		if fd, err := syscall.Dup(i + 1); err == nil {
			syscall.CloseOnExec(fd)
			s[i] = fd
		}
	}
	return s
}

func (s streams) reopen() {
	for i, f := range []**os.File{&os.Stdout, &os.Stderr} {
		if *f != nil {
			if _, err := (*f).Stat(); !errors.Is(err, os.ErrClosed) {
				continue
			}
		}
		if fd, err := syscall.Dup(s[i]); err == nil {
			syscall.CloseOnExec(fd)
			*f = os.NewFile(uintptr(fd), []string{"/dev/stdout", "/dev/stderr"}[i])
		}
	}
}
