package kerneltest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// UseGoNB puts GoNB, and other tools of go.mod, first on the PATH and returns GoNB's path. The go
// command keeps them linked, unlike programs of `go build`. Cells are compiled without symbols and
// without network.
func UseGoNB(t testing.TB, others ...string) string {
	t.Helper()
	gonb := ""
	path := os.Getenv("PATH")
	for _, pkg := range append(others, "github.com/janpfeifer/gonb") {
		out, err := exec.Command("go", "tool", "-n", pkg).Output()
		if err != nil {
			t.Skipf("%s cannot be built here: %v", pkg, err)
		}
		gonb = strings.TrimSpace(string(out))
		path = filepath.Dir(gonb) + string(filepath.ListSeparator) + path
	}
	t.Setenv("PATH", path)
	t.Setenv("GOFLAGS", "'-ldflags=-s -w'")
	t.Setenv("GOPROXY", "off")
	return gonb
}
