package session

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fakeGo puts a go command on the PATH that prints the experiment, or refuses one.
func fakeGo(t *testing.T, refuses string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\n" +
		"if [ -n \"$GOEXPERIMENT\" ] && [ \"$GOEXPERIMENT\" = '" + refuses + "' ]; then\n" +
		"  echo \"go: unknown GOEXPERIMENT $GOEXPERIMENT\" >&2; exit 2\nfi\n" +
		"echo \"with $GOEXPERIMENT\"\n"
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func TestBuildWithVectorInstructions(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS == "windows" {
		t.Skip("no vector instructions for Go code here")
	}
	for _, c := range []struct{ set, refuses, want string }{
		{"", "", "with simd"},
		{"", "simd", "with"}, // a Go version without it
		{"nosimd", "", "with nosimd"},
	} {
		t.Setenv("GOEXPERIMENT", c.set)
		fakeGo(t, c.refuses)
		out, err := goCommand(t.Context(), t.TempDir(), "build")
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("set %q, refused %q: %q, %v; want %q", c.set, c.refuses, got, err, c.want)
		}
	}
}
