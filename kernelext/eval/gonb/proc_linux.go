package gonb

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"gopets/kernelext/eval/internal/cellio"
)

type process struct {
	pid  int
	name string
}

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

func signalTree(pid int, signal syscall.Signal) {
	for _, p := range childrenOf(pid) {
		signalTree(p.pid, signal)
	}
	_ = syscall.Kill(pid, signal)
}

// waitingForInput returns the path of the pipe that a child of a process waits for as its standard
// input.
func waitingForInput(pid int) string {
	for _, p := range childrenOf(pid) {
		stdin := fmt.Sprintf("/proc/%d/fd/0", p.pid)
		if target, err := os.Readlink(stdin); err == nil && strings.HasPrefix(target, "pipe:") &&
			cellio.ReadsInput(p.pid) {
			return stdin
		}
		if found := waitingForInput(p.pid); found != "" {
			return found
		}
	}
	return ""
}
