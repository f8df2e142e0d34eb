package live

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

func TestPrune(t *testing.T) {
	cache := t.TempDir()
	const pristine = "module notebook\n\ngo 1.26.8\n"
	kept := map[string]bool{}
	add := func(name, text string, age time.Duration, keep bool) {
		t.Helper()
		file := filepath.Join(cache, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		kept[file] = keep
		then := time.Now().Add(-age)
		for path := file; path != cache; path = filepath.Dir(path) {
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
		}
	}
	const day = 24 * time.Hour
	add("live-old/host", "", 40*day, false)
	add("live-new/host", "", 2*day, true)
	add("live-held/host", "", 40*day, true)
	add(".live-killed/rt.a", "", 40*day, false)
	add(".live-building/rt.a", "", day, true)
	add("live-tables/new.so", "", day, true)
	add("live-tables/old.so", "", 40*day, false)
	add("modules/old/go.mod", pristine, 40*day, false)
	add("modules/new/go.mod", pristine, day, true)
	add("modules/held/go.mod", pristine, 40*day, true)
	add("modules/got/go.mod", pristine+"\nrequire example.com/x v1.0.0\n", 400*day, true)
	add("modules/files/go.mod", pristine, 40*day, true)
	add("modules/files/mine.go", "package notebook\n", 40*day, true)
	add("pictures/mine.jpg", "", 400*day, true)
	for _, name := range []string{"live-held", "modules/held"} {
		dir := filepath.Join(cache, name)
		lock, err := hold(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer lock.Close()
		// As of a kernel that has run for as long.
		if err := os.Chtimes(dir, time.Time{}, time.Now().Add(-40*day)); err != nil {
			t.Fatal(err)
		}
	}
	prune(cache)
	for file, want := range kept {
		if got := exists(file); got != want {
			t.Errorf("%s: is there %v, want %v", file, got, want)
		}
	}
	// What was removed is made again.
	old := filepath.Join(cache, "live-old")
	lock, err := hold(old, func() error { return os.Mkdir(old, 0o755) })
	if err != nil {
		t.Fatal(err)
	}
	lock.Close()
	if isUnused(old) {
		t.Error("a folder in use has an old time")
	}
}

// A cache of another user, as in a container with --user, is used without locks.
func TestACacheThatCannotBeLocked(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, lockName), 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := hold(dir, nil)
	if lock != nil || err != nil {
		t.Errorf("%v, %v", lock, err)
	}
	if err := (&Engine{locks: []*flock.Flock{lock}}).unlock(); err != nil {
		t.Error(err)
	}
}
