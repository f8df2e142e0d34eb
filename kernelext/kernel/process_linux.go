package kernel

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// process is a child process and its name.
type process struct {
	pid  int
	name string
}

// childrenOf lists a process's children.
func childrenOf(pid int) []process {
	var found []process
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for _, word := range bytes.Fields(text) {
			child, err := strconv.Atoi(string(word))
			if err != nil {
				continue
			}
			name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child))
			if err == nil {
				found = append(found, process{child, string(bytes.TrimSpace(name))})
			}
		}
	}
	return found
}

// interruptTree sends the signal that Ctrl-C sends to a process and all below it.
func interruptTree(pid int) {
	for _, p := range childrenOf(pid) {
		interruptTree(p.pid)
	}
	_ = syscall.Kill(pid, syscall.SIGINT)
}
