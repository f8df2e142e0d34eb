package jupyter

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"
)

// A kernel's temporary folder holds a file that the process which started the kernel keeps locked.
// Where nobody holds the lock any more, that process was killed, and the next one to start a kernel
// removes the folder.
const (
	tempPattern = "nb-*"
	lockName    = ".lock"
)

// newTempDir makes a kernel's temporary folder; it lives as long as the lock is held.
func newTempDir() (dir string, lock *flock.Flock, err error) {
	if dir, err = os.MkdirTemp("", tempPattern); err != nil {
		return "", nil, err
	}
	// Locked before it has its name, so that nobody finds it free.
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

// sweep removes the folders of this user's kernels whose starter was killed.
func sweep() {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), tempPattern))
	if err != nil {
		return // the pattern is a good one
	}
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() ||
			info.Sys().(*syscall.Stat_t).Uid != uint32(os.Getuid()) {
			continue
		}
		lock := flock.New(filepath.Join(dir, lockName), flock.SetFlag(os.O_RDONLY))
		// Without such a file it is not a kernel's, or one that is being made.
		if locked, err := lock.TryLock(); err == nil && locked {
			os.RemoveAll(dir)
			_ = lock.Close()
		}
	}
}
