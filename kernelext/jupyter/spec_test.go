package jupyter_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/jupyter"
)

func TestFindSpec(t *testing.T) {
	near, far := t.TempDir(), t.TempDir()
	write := func(dir, name, text string) {
		t.Helper()
		dir = filepath.Join(dir, "kernels", name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(near, "x",
		`{"argv": ["near", "{connection_file}"], "display_name": "X", "language": "go", "env": {"A": "1"}}`)
	write(far, "x", `{"argv": ["far"]}`)
	write(far, "y", `{"argv": ["y"]}`)
	write(far, "broken", `{"argv": [`)
	write(far, "empty", `{}`)
	t.Setenv("JUPYTER_PATH", near)
	t.Setenv("JUPYTER_DATA_DIR", far)
	t.Setenv("PATH", t.TempDir())
	s, err := jupyter.FindSpec("X")
	if err != nil || s.Argv[0] != "near" || s.Env["A"] != "1" || s.Name != "x" {
		t.Errorf("got %+v, %v", s, err)
	}
	if s, err := jupyter.FindSpec("y"); err != nil || s.Argv[0] != "y" {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := jupyter.FindSpec("z"); err == nil ||
		!strings.Contains(err.Error(), "there are x, y") {
		t.Errorf("error %v", err)
	}
	for _, name := range []string{"broken", "empty"} {
		if _, err := jupyter.ReadSpec(filepath.Join(far, "kernels", name)); err == nil {
			t.Errorf("kernel %s was read", name)
		}
	}
}
