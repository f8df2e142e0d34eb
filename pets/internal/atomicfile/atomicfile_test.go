package atomicfile_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/internal/atomicfile"
)

func TestFailureKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := atomicfile.Bytes(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := atomicfile.Write(path, 0o600, func(f *os.File) error {
		if _, err := f.WriteString("ne"); err != nil {
			t.Fatal(err)
		}
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
	if err := atomicfile.Bytes(filepath.Join(dir, "none", "a"), nil, 0o600); !errors.Is(err,
		os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, mode := range []os.FileMode{0o600, 0o400} {
		if err := atomicfile.Bytes(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%v, %v", info, err)
		}
	}
}

func TestAPipeIsWrittenTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Skipf("no pipe can be made here: %v", err)
	}
	read := make(chan string)
	go func() {
		text, _ := os.ReadFile(path)
		read <- string(text)
	}()
	if err := atomicfile.Bytes(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := <-read; text != "text" {
		t.Errorf("the reader has %q", text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Errorf("%v, %v", info, err)
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "atomicfile-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "page.html")
	if err := atomicfile.Bytes(path, []byte("<p>whole</p>"), 0o644); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(path)
	fmt.Println(string(text), err)
	// Output: <p>whole</p> <nil>
}

// An error names the file that was wanted, not the hidden one.
func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "nowhere", "a.txt"), dir} {
		err := atomicfile.Write(path, 0o600, func(*os.File) error { return nil })
		if err == nil || !strings.Contains(err.Error(), path+": ") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
