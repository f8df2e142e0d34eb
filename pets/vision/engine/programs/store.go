//go:build linux && cgo && !noxla

package programs

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"gopets/pets/internal/atomicfile"
)

const (
	unusedFor = 30 * 24 * time.Hour // after which a program is deleted
	maxBytes  = 1 << 30             // of all programs; the longest unused go first
)

// A store is a folder of compiled programs for one plugin and this machine.
type store struct {
	dir     string
	machine string // what machine code depends on, but for the graph
}

// open makes dir if need be, refuses it if others can write to it, and deletes what is old there.
func open(plugin, dir string) (*store, error) {
	info, err := os.Stat(plugin)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("keeping compiled programs: %w", err)
	}
	if err := private(dir); err != nil {
		return nil, err
	}
	prune(dir, time.Now())
	return &store{dir: dir, machine: fmt.Sprintf("%s %d %d\n%s\n%d cores\n", plugin, info.Size(),
		info.ModTime().UnixNano(), processor(), runtime.NumCPU())}, nil
}

// processor is what Linux says of the processor's kind and instructions.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	first, _, _ := strings.Cut(string(text), "\n\n")
	var kind []string
	for line := range strings.Lines(first) {
		name, _, _ := strings.Cut(line, "\t")
		switch strings.TrimSpace(name) {
		case "vendor_id", "cpu family", "model", "model name", "stepping", "flags", // amd64
			"CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features": // arm64
			kind = append(kind, line)
		}
	}
	return strings.Join(kind, "")
}

// key names the file of a program.
func (s *store) key(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range append(parts, []byte(s.machine), []byte(os.Getenv("XLA_FLAGS"))) {
		fmt.Fprintf(h, "%d\n", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// get returns a program, nil if it is not there or damaged.
func (s *store) get(key string) []byte {
	path := filepath.Join(s.dir, key)
	data, err := os.ReadFile(path)
	if err != nil || len(data) <= sha256.Size {
		return nil
	}
	sum, program := data[:sha256.Size], data[sha256.Size:]
	if sha256.Sum256(program) != [sha256.Size]byte(sum) {
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // prune goes by it; a folder may be for reading only
	return program
}

// put writes a program. That it is not kept, on a full disk for instance, is no fault of a run.
func (s *store) put(key string, program []byte) {
	sum := sha256.Sum256(program)
	_ = atomicfile.Write(filepath.Join(s.dir, key), 0o600, func(f *os.File) error {
		if _, err := f.Write(sum[:]); err != nil {
			return err
		}
		_, err := f.Write(program)
		return err
	})
}

// prune deletes programs unused for long and, beyond maxBytes, the longest unused. Another process
// that reads one meanwhile keeps it, or compiles it anew.
func prune(dir string, now time.Time) {
	entries, _ := os.ReadDir(dir)
	var files []fs.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Compare(b.ModTime().UnixNano(), a.ModTime().UnixNano())
	})
	var total int64
	for _, file := range files {
		total += file.Size()
		if total > maxBytes || now.Sub(file.ModTime()) > unusedFor {
			_ = os.Remove(filepath.Join(dir, file.Name()))
		}
	}
}

// private returns an error if another user than this one and root can change what is in dir.
func private(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm()&0o022 != 0 ||
		stat.Uid != uint32(os.Getuid()) && stat.Uid != 0 {
		return fmt.Errorf("keeping compiled programs in %s: others can write to it: chmod 700, "+
			"or name another folder with $GOPETS_CACHE", dir)
	}
	return nil
}
