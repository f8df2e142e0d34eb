//go:build unix && !linux

package gonb

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

type process struct {
	pid  int
	name string
}

func childrenOf(pid int) []process {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,comm=").Output()
	if err != nil {
		return nil
	}
	var found []process
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) >= 3 && f[1] == strconv.Itoa(pid) {
			if child, err := strconv.Atoi(f[0]); err == nil {
				found = append(found, process{child, filepath.Base(f[2])})
			}
		}
	}
	return found
}

func signalTree(pid int, signal syscall.Signal) {
	for _, p := range childrenOf(pid) {
		signalTree(p.pid, signal)
	}
	_ = syscall.Kill(pid, signal)
}

// waitingForInput is unsupported here: a cell has to ask through gonbui.
func waitingForInput(int) string { return "" }
