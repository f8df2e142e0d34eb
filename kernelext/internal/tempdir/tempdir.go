// Package tempdir makes temporary folders that their process keeps locked. A free lock means that
// the process was killed: the next New removes the folder.
package tempdir

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"
)

const lockName = ".lock"

// maxTemp bounds the length of a path, as sockets in it need short addresses.
const maxTemp = 75

// temp returns the folder for temporary files, or the usual one if its path is too long.
func temp() string {
	if dir := os.TempDir(); len(dir) <= maxTemp {
		return dir
	}
	return "/tmp"
}

// New makes a folder whose name begins with prefix, and removes those of killed processes. The
// folder is in use as long as the lock is held.
func New(prefix string) (dir string, lock *flock.Flock, err error) {
	sweep(prefix)
	if dir, err = os.MkdirTemp(temp(), prefix); err != nil {
		return "", nil, err
	}
	// Locked before it is renamed, so that no other process finds it free.
	file := filepath.Join(dir, lockName)
	lock = flock.New(file + ".new")
	if err = lock.Lock(); err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		_ = lock.Close()
		os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, lock, nil
}

func sweep(prefix string) {
	dirs, err := filepath.Glob(filepath.Join(temp(), prefix+"*"))
	if err != nil {
		return // the pattern is valid
	}
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() ||
			info.Sys().(*syscall.Stat_t).Uid != uint32(os.Getuid()) {
			continue
		}
		lock := flock.New(filepath.Join(dir, lockName), flock.SetFlag(os.O_RDONLY))
		// Without a lock file it is another program's, or incomplete.
		if locked, err := lock.TryLock(); err == nil && locked {
			os.RemoveAll(dir)
			_ = lock.Close()
		}
	}
}
