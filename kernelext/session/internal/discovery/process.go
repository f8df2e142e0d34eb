package discovery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// A Process identifies a process by number and start time.
type Process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
}

// Find returns the process with a number; none or a zombie is an error.
func Find(pid int) (Process, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		// The name, in parentheses, may hold anything; then come the state and, 19 fields later,
		// the start.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 20 {
			return Process{}, fmt.Errorf("process %d: /proc says %q", pid, stat)
		}
		if state := fields[0][0]; state == 'Z' || state == 'X' {
			return Process{}, fmt.Errorf("process %d has ended", pid)
		}
		return Process{pid, string(fields[19])}, nil
	}
	if _, procErr := os.Stat("/proc/self/stat"); procErr == nil {
		return Process{}, fmt.Errorf("process %d has ended", pid)
	}
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	line := strings.TrimSpace(string(out))
	if err != nil || line == "" || strings.HasPrefix(line, "Z") {
		return Process{}, fmt.Errorf("process %d has ended", pid)
	}
	_, start, _ := strings.Cut(line, " ")
	return Process{pid, strings.TrimSpace(start)}, nil
}

func (p Process) Alive() bool {
	now, err := Find(p.PID)
	return err == nil && now.Start == p.Start
}

func (p Process) String() string { return fmt.Sprintf("%d:%s", p.PID, p.Start) }

func ParseProcess(s string) (Process, error) {
	number, start, ok := strings.Cut(s, ":")
	pid, err := strconv.Atoi(number)
	if !ok || err != nil || pid <= 0 {
		return Process{}, fmt.Errorf("owner %q: want a process number, a colon and its start time",
			s)
	}
	return Process{pid, start}, nil
}

// KeepFilesOut marks all open files except the standard ones as not inherited.
func KeepFilesOut() {
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

var errLocked = errors.New("locked by another process")

// LockFile takes an exclusive lock until unlocked or the process ends; without wait it may return
// errLocked. A lock file removed meanwhile is made anew.
func LockFile(path string, wait bool) (*flock.Flock, error) {
	for {
		lock := flock.New(path)
		locked, err := lock.TryLock()
		if wait && err == nil && !locked {
			locked, err = lock.TryLockContext(context.Background(), 20*time.Millisecond)
		}
		switch {
		case err != nil:
			return nil, err
		case !locked:
			return nil, errLocked
		}
		held, err1 := lock.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(held, there) {
			return lock, nil
		}
		if err := lock.Unlock(); err != nil {
			return nil, err
		}
	}
}
