package images

import (
	"archive/tar"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedData is where the real photographs lie beside a developer's checkout; they are not part of
// the project.
const sharedData = "../../../../../shared/data"

// originals reads the photographs as first published, by file name, or skips the test.
func originals(t testing.TB) map[string][]byte {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedData, "oxford-iiit-pet-originals.tar"))
	if err != nil {
		t.Skipf("the real photographs are not here: %v", err)
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

// All published photographs can be read, also those whose content is not what their name says.
func TestRealPhotographs(t *testing.T) {
	photos := originals(t)
	if len(photos) != 102 {
		t.Errorf("%d photographs, want 102", len(photos))
	}
	kinds := map[string]int{}
	for name, data := range photos {
		p, err := Decode(data, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.W < 50 || p.H < 50 || flat(p) {
			t.Errorf("%s: %d×%d pixels, all alike: %v", name, p.W, p.H, flat(p))
		}
		kinds[http.DetectContentType(data)]++
	}
	if !strings.HasPrefix(string(photos["Abyssinian_5.jpg"]), "\x89PNG") || !strings.HasPrefix(string(photos["Abyssinian_34.jpg"]), "GIF8") {
		t.Error("the PNG and the GIF among the .jpg files are not what the data's README says")
	}
	t.Log(kinds)
}

func flat(p *RGB) bool {
	for _, v := range p.Pix {
		if v != p.Pix[0] {
			return false
		}
	}
	return true
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
