//go:build linux && cgo && !noxla

package programs

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestPrune(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	file := func(name string, size int64, age time.Duration) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil { // sparse
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	gone := []string{
		file("unused", 1, unusedFor+time.Hour),
		file("beyond the limit", 1, 4*time.Hour),
		file("with which the limit is passed", 2, 3*time.Hour),
	}
	kept := []string{file("large", maxBytes-2, time.Hour), file("new", 1, 0)}
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	prune(dir, now)
	for _, path := range gone {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", filepath.Base(path), err)
		}
	}
	for _, path := range append(kept, folder) {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestKey(t *testing.T) {
	s := &store{machine: "one"}
	key := s.key([]byte("graph"), []byte("options"))
	others := map[string]string{
		"another graph":          s.key([]byte("grap"), []byte("options")),
		"another border":         s.key([]byte("grapho"), []byte("ptions")),
		"another machine":        (&store{machine: "two"}).key([]byte("graph"), []byte("options")),
		"the same, other fields": s.key([]byte("graphoptions")),
	}
	t.Setenv("XLA_FLAGS", os.Getenv("XLA_FLAGS")+" --other")
	others["other flags"] = s.key([]byte("graph"), []byte("options"))
	for what, other := range others {
		if other == key {
			t.Errorf("%s has the same key", what)
		}
	}
	if processor() == "" {
		t.Error("the processor's kind is unknown")
	}
}
