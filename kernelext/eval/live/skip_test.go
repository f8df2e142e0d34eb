package live

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The format of object files is that of the Go in use.
func TestSkipInits(t *testing.T) {
	out, err := exec.Command("go", "list", "-export", "-f", "{{.Export}}", "encoding/hex").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "hex.a")
	if err := os.WriteFile(archive, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := skipInits(archive, func(path string) bool { return path == "fmt" }); err != nil {
		t.Fatal(err)
	}
	changed, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.ReplaceAll(data, []byte("fmt..inittask"), []byte("fmt..finished"))
	if bytes.Equal(want, data) || !bytes.Equal(want, changed) {
		t.Error("the reference to the initialisation of fmt has not changed, or more has")
	}
}
