package jupyter

import (
	"os"
	"path/filepath"
	"syscall"
)

// A kernel's temporary folder holds a file that the process which started the kernel keeps locked.
// Where nobody holds the lock any more, that process was killed, and the next one to start a kernel
// removes the folder.
const (
	tempPattern = "nb-*"
	lockName    = ".lock"
)

// newTempDir makes a kernel's temporary folder; it lives as long as the lock is held.
func newTempDir() (dir string, lock *os.File, err error) {
	if dir, err = os.MkdirTemp("", tempPattern); err != nil {
		return "", nil, err
	}
	// Locked before it has its name, so that nobody finds it free.
	file := filepath.Join(dir, lockName)
	if lock, err = os.OpenFile(file+".new", os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			err = os.Rename(file+".new", file)
		}
		if err != nil {
			lock.Close()
		}
	}
	if err != nil {
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
		lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
		if err != nil {
			continue // not a kernel's, or one that is being made
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(dir)
		}
		lock.Close()
	}
}
