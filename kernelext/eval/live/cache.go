package live

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// The cache holds the process of each Go and each version of this package (live-…), the tables of
// packages (live-tables), and a module for each folder outside of one (modules).

const unusedAge = 30 * 24 * time.Hour

const lockName = ".lock"

// hold locks a folder of the cache, shared with other engines; create makes it atomically if it is
// missing. The folder's time is that of its last use. If it cannot be locked (another user's, for
// instance), the lock is nil.
func hold(dir string, create func() error) (*flock.Flock, error) {
	for {
		if !exists(dir) {
			if err := create(); err != nil {
				return nil, err
			}
		}
		lock := flock.New(filepath.Join(dir, lockName))
		if lock.RLock() == nil {
			now := time.Now()
			_ = os.Chtimes(dir, now, now) // only the owner may
			return lock, nil
		}
		_ = lock.Close()
		if exists(dir) { // not removed meanwhile
			return nil, nil
		}
	}
}

// prune removes what is unused. It keeps modules into which packages were got: their versions are
// known nowhere else.
func prune(cache string) {
	for _, pattern := range []string{"live-*", ".live-*", "modules/*"} {
		dirs, _ := filepath.Glob(filepath.Join(cache, pattern))
		for _, dir := range dirs {
			module := strings.HasPrefix(pattern, "modules")
			if filepath.Base(dir) != tablesDir && (!module || isUntouched(dir)) {
				remove(dir)
			}
		}
	}
	tables, _ := filepath.Glob(filepath.Join(cache, tablesDir, "*"))
	for _, table := range tables {
		if isUnused(table) {
			_ = os.RemoveAll(table)
		}
	}
}

func isUnused(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) > unusedAge
}

// isUntouched reports whether a module has only the go.mod that the engine has written.
func isUntouched(module string) bool {
	entries, err := os.ReadDir(module)
	for _, entry := range entries {
		if name := entry.Name(); name != "go.mod" && name != lockName {
			return false
		}
	}
	text, readErr := os.ReadFile(filepath.Join(module, "go.mod"))
	fields := strings.Fields(string(text)) // module notebook go 1.26
	return err == nil && readErr == nil && len(fields) == 4 && fields[2] == "go"
}

// remove removes an unused folder. It is renamed first, in case an engine begins to use it.
func remove(dir string) {
	if !isUnused(dir) {
		return
	}
	lock := flock.New(filepath.Join(dir, lockName))
	defer lock.Close()
	if locked, err := lock.TryLock(); err != nil || !locked {
		return
	}
	old := filepath.Join(filepath.Dir(dir), ".live-old-"+filepath.Base(dir))
	if os.Rename(dir, old) == nil {
		_ = os.RemoveAll(old)
	}
}
