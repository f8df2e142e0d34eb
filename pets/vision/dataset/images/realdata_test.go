package images

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedData is the folder of real photos beside a developer's checkout; they are not part of the
// project.
const sharedData = "../../../../../shared/data"

// originals reads the photos as first published, by file name, or skips the test.
func originals(t testing.TB) map[string][]byte {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedData, "oxford-iiit-pet-originals.tar"))
	if err != nil {
		t.Skipf("the real photos are not here: %v", err)
	}
	defer f.Close()
	photos := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return photos
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		photos[filepath.Base(h.Name)] = data
	}
}

// The published photos, also those whose content is not what their name says, are Pillow's to the
// bit.
func TestRealPhotosArePillows(t *testing.T) {
	photos := originals(t)
	list, err := os.ReadFile("testdata/originals.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(list)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var name, sum string
		var w, h int
		if _, err := fmt.Sscan(line, &name, &w, &h, &sum); err != nil {
			t.Fatal(err)
		}
		seen++
		p, err := Decode(photos[name], Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(p.Pix))[:16]; p.W != w || p.H != h || got != sum {
			t.Errorf("%s: %d×%d, %s, want %d×%d, %s", name, p.W, p.H, got, w, h, sum)
		}
	}
	if seen != 102 || len(photos) != 102 {
		t.Errorf("%d of %d photos, want 102", seen, len(photos))
	}
}

func BenchmarkDecode(b *testing.B) {
	photos := originals(b)
	var list [][]byte
	for _, data := range photos {
		list = append(list, data)
	}
	i := 0
	for b.Loop() {
		if _, err := Decode(list[i%len(list)], Options{}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkDecode500x375(b *testing.B) {
	data := jpegOf(b, ramp(500, 375).Image())
	for b.Loop() {
		if _, err := Decode(data, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
