package images

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every pixel of every kind of file is Pillow's (testdata/make.py).
func TestDecodeIsPillows(t *testing.T) {
	list, err := os.Open("testdata/pillow.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	n := 0
	for lines := bufio.NewScanner(list); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var name, sum string
		var w, h int
		if _, err := fmt.Sscan(lines.Text(), &name, &w, &h, &sum); err != nil {
			t.Fatal(err)
		}
		n++
		p, err := DecodeFile(filepath.Join("testdata", name), Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(p.Pix)); p.W != w || p.H != h || got != sum {
			t.Errorf("%s: %d×%d, %.8s, want %d×%d, %.8s", name, p.W, p.H, got, w, h, sum)
		}
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if info, err := DecodeInfo(data); err != nil || info.W*info.H != w*h {
			t.Errorf("%s: the header says %+v, %v", name, info, err)
		}
	}
	if n < 20 {
		t.Errorf("%d files only", n)
	}
}
