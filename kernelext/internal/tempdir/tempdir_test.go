package tempdir

import (
	"os"
	"path/filepath"
	"testing"
)

// A folder of a process that was killed is removed, and no other.
func TestSweep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	alive, lock, err := New("nb-")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	stale, lock, err := New("nb-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stale, "kernel.log"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	lock.Close() // as the system does when a process is killed
	foreign := filepath.Join(os.TempDir(), "nb-else")
	if err := os.Mkdir(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	sweep("nb-")
	for dir, want := range map[string]bool{alive: true, stale: false, foreign: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: there is %v, wanted %v", filepath.Base(dir), err == nil, want)
		}
	}
}
