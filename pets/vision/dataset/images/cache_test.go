package images

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"gopets/pets/vision/dataset"
)

// photoFiles writes some photos, the last of them large.
func photoFiles(t testing.TB, dir string, n int) []string {
	var files []string
	for i := range n {
		w, h := 40+i, 30
		if i == n-1 {
			w, h = 333, 250
		}
		p := ramp(w, h)
		p.Pix[0] = uint8(i)
		name := filepath.Join(dir, fmt.Sprintf("a_%d.jpg", i))
		if err := os.WriteFile(name, pngOf(t, p.Image()), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return files
}

func openCache(t testing.TB, dir string, maxSide int) *Cache {
	t.Helper()
	c, err := OpenCache(dir, maxSide)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func get(t testing.TB, c *Cache, file string) *RGB {
	t.Helper()
	p, err := c.Get(file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cacheFiles(t testing.TB, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCache(t *testing.T) {
	photos, dir := photoFiles(t, t.TempDir(), 4), t.TempDir()
	c := openCache(t, dir, 64)
	for i, file := range photos {
		direct, err := DecodeFile(file, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := get(t, c, file)
		if again := get(t, c, file); &again.Pix[0] != &p.Pix[0] {
			t.Error("the second Get made another image")
		}
		if i < 3 {
			if p.W != direct.W || p.H != direct.H || !bytes.Equal(p.Pix, direct.Pix) {
				t.Errorf("image %d differs from the file's", i)
			}
			continue
		}
		// 333×250 at 32 pixels: resized to 43×32, so averaged to 1/d, d = min(250/32, 333/43)/2 =
		// 3.872
		if p.W != 86 || p.H != 64 || p.FullW != 333 || p.FullH != 250 {
			t.Errorf("reduced to %d×%d of %d×%d", p.W, p.H, p.FullW, p.FullH)
		}
		for k, want := range direct.Area(86, 64, nil) {
			if d := float32(p.Pix[k]) - want; d > 0.5 || d < -0.5 {
				t.Fatalf("value %d is %d, average %v", k, p.Pix[k], want)
			}
		}
	}
	if n := len(cacheFiles(t, dir)); n != 4 {
		t.Errorf("%d files in the cache, want 4", n)
	}
	if c.WriteError() != nil {
		t.Error(c.WriteError())
	}
}

// The key is the content: a copy hits, a change misses, another size or option is another entry.
func TestCacheIsKeyedByContent(t *testing.T) {
	src, dir := t.TempDir(), t.TempDir()
	photos := photoFiles(t, src, 2)
	c := openCache(t, dir, 64)
	first := slices.Clone(get(t, c, photos[0]).Pix)
	data, err := os.ReadFile(photos[0])
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(src, "copy.png")
	if err := os.WriteFile(copied, data, 0o644); err != nil {
		t.Fatal(err)
	}
	get(t, c, copied)
	if n := len(cacheFiles(t, dir)); n != 1 {
		t.Errorf("%d files for two copies of a photo", n)
	}
	held := get(t, c, photos[0])
	changed, err := os.ReadFile(photos[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(photos[0], changed, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(photos[0], time.Now(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if p := get(t, c, photos[0]); p.W == held.W || bytes.Equal(p.Pix, first) {
		t.Error("a changed photo gave the old image")
	}
	if !bytes.Equal(held.Pix, first) {
		t.Error("an image in use changed")
	}
	other := openCache(t, dir, 32)
	other.Decode.IgnoreEXIF = true
	get(t, other, photos[0])
	if n := len(cacheFiles(t, dir)); n != 3 {
		t.Errorf("%d files, want 3", n)
	}
}

func TestDamagedCacheFilesAreWrittenAnew(t *testing.T) {
	photos, dir := photoFiles(t, t.TempDir(), 1), t.TempDir()
	want := slices.Clone(get(t, openCache(t, dir, 64), photos[0]).Pix)
	file := cacheFiles(t, dir)[0]
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) []byte { b := slices.Clone(good); b[i] ^= 4; return b }
	for name, bad := range map[string][]byte{
		"a pixel": flip(len(good) - 5), "the width": flip(8), "the magic": flip(0),
		"the checksum": flip(24), "its end": good[:len(good)-1],
		"the header": good[:20], "everything": nil, "more than was": append(slices.Clone(good), 0),
	} {
		if err := os.Remove(file); err != nil { // not in place: the other cache still has it mapped
			t.Fatal(err)
		}
		if err := os.WriteFile(file, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if p := get(t, openCache(t, dir, 64), photos[0]); !bytes.Equal(p.Pix, want) {
			t.Errorf("%s damaged: another image", name)
		}
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, good) {
			t.Errorf("%s damaged: the file was not written anew (%v)", name, err)
		}
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	photos, dir := photoFiles(t, t.TempDir(), 1), t.TempDir()
	c := openCache(t, dir, 0)
	data, err := os.ReadFile(photos[0])
	if err != nil {
		t.Fatal(err)
	}
	// a file where a folder should be
	if err := os.WriteFile(filepath.Dir(c.file(data)), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if p := get(t, c, photos[0]); p.W != 333 {
		t.Errorf("width %d", p.W)
	}
	says(t, "write error", c.WriteError(), "image cache")

	_, err = OpenCache(dir, -1)
	says(t, "negative", err, "twice the training size")
	_, err = c.Get(filepath.Join(dir, "none.jpg"))
	says(t, "missing", err, "none.jpg: the file cannot be read")
	if err := os.WriteFile(filepath.Join(dir, "bad.jpg"), []byte("no"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(filepath.Join(dir, "bad.jpg"))
	says(t, "broken", err, "bad.jpg: not an image")
}

// Several processes with several goroutines each fill one cache.
func TestCacheBetweenProcesses(t *testing.T) {
	if dir := os.Getenv("GOPETS_TEST_CACHE"); dir != "" {
		fillTogether(t, os.Getenv("GOPETS_TEST_PHOTOS"), dir)
		return
	}
	src, dir := t.TempDir(), t.TempDir()
	photoFiles(t, src, 24)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestCacheBetweenProcesses$")
			cmd.Env = append(os.Environ(), "GOPETS_TEST_CACHE="+dir, "GOPETS_TEST_PHOTOS="+src)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	fillTogether(t, src, dir)
	files := cacheFiles(t, dir)
	if len(files) != 24 {
		t.Errorf("%d files, want 24: %v", len(files), files)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", ".tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func fillTogether(t *testing.T, src, dir string) {
	c := openCache(t, dir, 0)
	files, err := dataset.ImageFiles(src, false)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, file := range files {
				p, err := c.Get(file)
				if err != nil {
					t.Error(err)
					return
				}
				direct, err := DecodeFile(file, Options{})
				if err != nil || !bytes.Equal(p.Pix, direct.Pix) {
					t.Errorf("%s differs (%v)", file, err)
				}
			}
		})
	}
	group.Wait()
	if c.WriteError() != nil {
		t.Error(c.WriteError())
	}
}

func FuzzCacheFile(f *testing.F) {
	f.Add([]byte(cacheMagic))
	f.Add(bytes.Repeat([]byte{255}, 64))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := parseImage(data); err == nil && len(p.Pix) != 3*p.W*p.H {
			t.Errorf("%d×%d with %d values", p.W, p.H, len(p.Pix))
		}
	})
}

// BenchmarkCacheGet is what a second epoch pays for an image.
func BenchmarkCacheGet(b *testing.B) {
	photos := photoFiles(b, b.TempDir(), 1)
	c := openCache(b, b.TempDir(), 0)
	for b.Loop() {
		if _, err := c.Get(photos[0]); err != nil {
			b.Fatal(err)
		}
	}
}
