package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/engine/programs"
)

// sines computes a graph anew: a new Exec compiles, or loads.
func sines(t *testing.T, eng *engine.Engine) []float32 {
	t.Helper()
	var values []float32
	err := engine.Call("computing", func() {
		exec := graph.MustNewExec(eng.Backend, func(x *graph.Node) *graph.Node {
			return graph.Sin(graph.MatMul(x, graph.Transpose(x, 0, 1)))
		})
		defer exec.Finalize()
		y := exec.MustCall([][]float32{{1, 2, 3}, {4, 5, 6}})[0]
		values = tensors.MustCopyFlatData[float32](y)
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestProgramsAreKept(t *testing.T) {
	enginetest.XLA(t) // skips where there is none
	dir := filepath.Join(t.TempDir(), "programs")
	eng, err := engine.Open(engine.Options{Spec: "xla:cpu", Programs: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer programs.Forget()
	defer eng.Close()
	want := sines(t, eng)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d programs, %v; want 1", len(files), err)
	}
	path := filepath.Join(dir, files[0].Name())
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	// unused sets back the time of the file, which loading it sets anew and writing it too.
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	used := func(why string) bool {
		t.Helper()
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
		if got := sines(t, eng); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", why, got, want)
		}
		info, err := os.Stat(path)
		return err == nil && info.ModTime().After(old)
	}
	inode := func() os.FileInfo { info, _ := os.Stat(path); return info }
	written := inode()
	if !used("loaded") || !os.SameFile(written, inode()) {
		t.Error("a program that is there was not loaded")
	}
	for what, content := range map[string][]byte{
		"empty": nil, "cut": program[:len(program)/2],
		"changed": append(bytes.Clone(program[:len(program)-1]), program[len(program)-1]^1),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		damaged := inode()
		if !used(what) || os.SameFile(damaged, inode()) {
			t.Errorf("%s: a damaged program was not compiled anew", what)
		}
	}

	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	shared, err := engine.Open(engine.Options{Spec: "xla:cpu", Programs: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	if notes := shared.Notes; len(notes) != 1 {
		t.Errorf("a folder that others can write to: notes %q", notes)
	}
	if used("shared folder") {
		t.Error("a program was loaded from a folder that others can write to")
	}
}
