package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// place is where a session is met: its folder, and whose end is its end.
type place struct {
	dir   string
	owner process
}

func (p place) socket() string { return filepath.Join(p.dir, "sock") }
func (p place) secret() string { return filepath.Join(p.dir, "secret") }
func (p place) lock() string   { return filepath.Join(p.dir, "lock") }
func (p place) source() string { return filepath.Join(p.dir, "source.json") }

// maxSocket keeps a socket's path within what every system takes (104 bytes on some).
const maxSocket = 100

// findPlace gives the place of this process's session. Under GoNB all cells of a kernel share one;
// their parent is the kernel.
func findPlace(name string) (place, error) {
	var p place
	pid := os.Getpid()
	if tmp := os.Getenv("GONB_TMP_DIR"); tmp != "" {
		pid = os.Getppid()
		p.dir = filepath.Join(tmp, name+"-session")
		if len(p.socket()) >= maxSocket {
			p.dir = filepath.Join("/tmp", fmt.Sprintf("%s-session-%d-%s", name, os.Getuid(), shortHash(tmp)))
		}
	} else {
		p.dir = filepath.Join(os.TempDir(), fmt.Sprintf("%s-session-%d-%d", name, os.Getuid(), pid))
		if len(p.socket()) >= maxSocket {
			p.dir = filepath.Join("/tmp", filepath.Base(p.dir))
		}
	}
	owner, err := find(pid)
	if err != nil {
		return p, fmt.Errorf("session: whose end is its end: %w", err)
	}
	p.owner = owner
	return p, nil
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// make creates the folder, or checks that the one there is private and ours: in a folder for
// everybody somebody else may have made it.
func (p place) make() error {
	if err := os.Mkdir(p.dir, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("session: making its folder: %w", err)
	}
	return p.private()
}

func (p place) private() error {
	info, err := os.Lstat(p.dir)
	if err != nil {
		return fmt.Errorf("session: its folder: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || info.Mode().Perm() != 0o700 || !ok || int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("session: %s must be a folder of yours that nobody else can open (mode 0700), but it is %v: remove it", p.dir, info.Mode())
	}
	return nil
}
