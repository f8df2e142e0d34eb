// Package discovery is how a session's worker and its clients find each other: the session's
// folder, its owner process, the list of live sessions.
package discovery

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// A Place is a session's folder, and the process with which it ends.
type Place struct {
	Dir   string
	Owner Process
}

func (p Place) Socket() string { return filepath.Join(p.Dir, "sock") }
func (p Place) Secret() string { return filepath.Join(p.Dir, "secret") }
func (p Place) Lock() string   { return filepath.Join(p.Dir, "lock") }
func (p Place) Source() string { return filepath.Join(p.Dir, "source.json") }

// maxSocket bounds a socket's path (104 bytes on some systems).
const maxSocket = 100

// FindPlace returns the place of this process's session, under GoNB that of its parent, the kernel.
func FindPlace(name string) (Place, error) {
	var p Place
	pid := os.Getpid()
	if tmp := os.Getenv("GONB_TMP_DIR"); tmp != "" {
		pid = os.Getppid()
		p.Dir = filepath.Join(tmp, name+"-session")
		if len(p.Socket()) >= maxSocket {
			p.Dir = filepath.Join("/tmp", fmt.Sprintf("%s-session-%d-%s", name, os.Getuid(),
				ShortHash(tmp)))
		}
	} else {
		p.Dir = filepath.Join(os.TempDir(), fmt.Sprintf("%s-session-%d-%d", name, os.Getuid(), pid))
		if len(p.Socket()) >= maxSocket {
			p.Dir = filepath.Join("/tmp", filepath.Base(p.Dir))
		}
	}
	owner, err := Find(pid)
	if err != nil {
		return p, fmt.Errorf("session: its owner: %w", err)
	}
	p.Owner = owner
	return p, nil
}

func ShortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// Make creates the folder, or checks that it is private: other users can make one in a public
// folder.
func (p Place) Make() error {
	if err := os.Mkdir(p.Dir, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("session: making its folder: %w", err)
	}
	return p.Private()
}

// Private checks that no other user can open the folder.
func (p Place) Private() error {
	info, err := os.Lstat(p.Dir)
	if err != nil {
		return fmt.Errorf("session: its folder: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || info.Mode().Perm() != 0o700 ||
		!ok || int(stat.Uid) != os.Getuid() {
		return fmt.Errorf(
			"session: %s must be a folder of yours that no other user can open (mode 0700), "+
				"but it "+
				"is %v: remove it", p.Dir, info.Mode())
	}
	return nil
}
