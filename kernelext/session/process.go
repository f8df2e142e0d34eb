package session

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// process names a running process so that a later one with the same number is not taken for it.
type process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
}

// find tells which process has a number now; an error means that there is none, or only a zombie.
func find(pid int) (process, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		// The name, in brackets, may hold blanks and brackets; the state follows it, and the start
		// time is 19 fields later.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 20 {
			return process{}, fmt.Errorf("process %d: /proc says %q", pid, stat)
		}
		if state := fields[0][0]; state == 'Z' || state == 'X' {
			return process{}, fmt.Errorf("process %d has ended", pid)
		}
		return process{pid, string(fields[19])}, nil
	}
	if _, procErr := os.Stat("/proc/self/stat"); procErr == nil {
		return process{}, fmt.Errorf("process %d has ended", pid)
	}
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	line := strings.TrimSpace(string(out))
	if err != nil || line == "" || strings.HasPrefix(line, "Z") {
		return process{}, fmt.Errorf("process %d has ended", pid)
	}
	_, start, _ := strings.Cut(line, " ")
	return process{pid, strings.TrimSpace(start)}, nil
}

// alive tells whether the process still runs.
func (p process) alive() bool {
	now, err := find(p.PID)
	return err == nil && now.Start == p.Start
}

// String and parseProcess carry a process over a command line.
func (p process) String() string { return fmt.Sprintf("%d:%s", p.PID, p.Start) }

func parseProcess(s string) (process, error) {
	number, start, ok := strings.Cut(s, ":")
	pid, err := strconv.Atoi(number)
	if !ok || err != nil || pid <= 0 {
		return process{}, fmt.Errorf("owner %q: want a process number, a colon and its start time", s)
	}
	return process{pid, start}, nil
}

// keepFilesOut marks every open file but the standard ones as not to be inherited, those too that
// this process inherited itself.
func keepFilesOut() {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, f := range open {
		if fd, err := strconv.Atoi(f.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}

// fileLock is an exclusive lock on a file, held until released or until the process ends.
type fileLock struct{ f *os.File }

var errLocked = errors.New("locked by another process")

// lockFile takes the lock; without wait it gives up with errLocked. A lock file that was removed
// meanwhile is taken anew.
func lockFile(path string, wait bool) (*fileLock, error) {
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		for {
			err = syscall.Flock(int(f.Fd()), how)
			if err != syscall.EINTR {
				break
			}
		}
		if err != nil {
			f.Close()
			if err == syscall.EWOULDBLOCK {
				return nil, errLocked
			}
			return nil, err
		}
		held, err1 := f.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(held, there) {
			return &fileLock{f}, nil
		}
		f.Close()
	}
}

func (l *fileLock) release() { l.f.Close() }
