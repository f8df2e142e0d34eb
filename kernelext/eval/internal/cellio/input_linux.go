package cellio

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// ReadsInput reports whether a thread of a process waits in a read of its standard input.
func ReadsInput(pid int) bool {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	return slices.ContainsFunc(files, func(f string) bool {
		text, err := os.ReadFile(f)
		return err == nil && strings.HasPrefix(string(text),
			fmt.Sprintf("%d 0x0 ", syscall.SYS_READ))
	})
}
