package jpeg

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every pixel of every kind of file is Pillow's.
func TestDecodeIsPillows(t *testing.T) {
	lines := bufio.NewScanner(bytes.NewReader(read(t, "pillow.txt")))
	n := 0
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var name, sum string
		var w, h int
		if _, err := fmt.Sscan(lines.Text(), &name, &w, &h, &sum); err != nil {
			t.Fatal(err)
		}
		n++
		img, err := Decode(read(t, name), 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(img.Pix)); img.Width != w || img.Height != h ||
			got != sum {
			t.Errorf("%s: %d×%d, %.8s, want %d×%d, %.8s", name, img.Width, img.Height, got, w, h,
				sum)
		}
	}
	if n < 20 {
		t.Errorf("%d files only", n)
	}
}

func TestUnsupportedIsNamed(t *testing.T) {
	for name, want := range map[string]string{"12-bits": "12 bits a sample",
		"lossless": "lossless"} {
		var unsupported UnsupportedError
		if _, err := Decode(read(t, "unsupported-"+name+".jpg"), 1); !errors.As(err,
			&unsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDataThatEndsEarly(t *testing.T) {
	for _, name := range []string{"sampling-2x2.jpg", "restart.jpg", "progressive.jpg",
		"grey.jpg"} {
		data := read(t, name)
		whole, err := Decode(data, 1)
		if err != nil {
			t.Fatal(err)
		}
		img, err := Decode(data[:len(data)-2], 1)
		if err != nil || !bytes.Equal(img.Pix, whole.Pix) {
			t.Errorf("%s without its end marker: %v", name, err)
		}
		for _, cut := range []int{len(data) / 2, len(data) * 3 / 4, len(data) - 20, 30} {
			if name == "progressive.jpg" && cut == len(data)-20 {
				continue // may be between two scans
			}
			if _, err := Decode(data[:cut], 1); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, %d of %d bytes: %v", name, cut, len(data), err)
			}
		}
	}
	for _, name := range []string{"arithmetic.jpg", "arithmetic-restart.jpg",
		"arithmetic-progressive.jpg"} {
		data := read(t, name)
		for cut := len(data) / 4; cut < len(data)-20; cut += 37 {
			if _, err := Decode(data[:cut], 1); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, %d of %d bytes: %v", name, cut, len(data), err)
			}
		}
	}
	if _, err := Decode(nil, 1); err == nil {
		t.Error("no data")
	}
}

// A header of a large image before a few bytes takes no memory.
func TestHeaderSizeTakesNoMemory(t *testing.T) {
	data := append([]byte{}, read(t, "sampling-2x2.jpg")...)
	at := bytes.Index(data, []byte{0xff, 0xc0})
	copy(data[at+5:], []byte{0xff, 0xff, 0xff, 0xff})
	if n := testing.AllocsPerRun(1, func() {
		if _, err := Decode(data, 1); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
	}); n > 200 {
		t.Errorf("%v allocations", n)
	}
}

// A reduced image is the mean of the full one's samples.
func TestReducedIsTheMean(t *testing.T) {
	data := read(t, "grey.jpg")
	full, err := Decode(data, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{2, 4, 8} {
		img, err := Decode(data, scale)
		if err != nil || img.Width != ceilDiv(full.Width, scale) ||
			img.Height != ceilDiv(full.Height, scale) {
			t.Fatal(scale, img.Width, img.Height, err)
		}
		for y := range full.Height / scale {
			for x := range full.Width / scale {
				sum := 0
				for i := range scale * scale {
					sum += int(full.Pix[3*((y*scale+i/scale)*full.Width+x*scale+i%scale)])
				}
				got, want := float64(img.Pix[3*(y*img.Width+x)]), float64(sum)/float64(scale*scale)
				if got-want > 0.51 || want-got > 0.51 {
					t.Fatalf("1/%d at %d, %d: %v, want %v", scale, x, y, got, want)
				}
			}
		}
	}
	colour, err := Decode(read(t, "sampling-2x2.jpg"), 8)
	if err != nil || colour.Width != 6 || colour.Height != 5 {
		t.Errorf("%v, %v", colour, err)
	}
	if _, err := Decode(data, 3); err == nil {
		t.Error("scale 3 passes")
	}
}

// Chroma that is smaller than the image is reduced only as far as the image asks.
func TestReducedKeepsItsColours(t *testing.T) {
	for _, name := range []string{"1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2"} {
		data := read(t, "sampling-"+name+".jpg")
		full, err := Decode(data, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range []int{4, 8} { // the largest factor is 4
			img, err := Decode(data, scale)
			if err != nil {
				t.Fatal(err)
			}
			off, n := 0, 0
			for y := range full.Height / scale {
				for x := range 3 * (full.Width / scale) {
					sum := 0
					for i := range scale * scale {
						sum += int(full.Pix[3*((y*scale+i/scale)*full.Width+
							x/3*scale+i%scale)+x%3])
					}
					d := int(img.Pix[3*y*img.Width+x]) - sum/(scale*scale)
					off, n = off+max(d, -d), n+1
				}
			}
			if mean := float64(off) / float64(n); mean > 4 {
				t.Errorf("%s at 1/%d: colours are off by %.1f", name, scale, mean)
			}
		}
	}
}

func TestDecodeConfig(t *testing.T) {
	c, err := DecodeConfig(read(t, "arithmetic-progressive.jpg"))
	if want := (Config{45, 37, 3, true, true}); err != nil || c != want {
		t.Errorf("%+v, %v", c, err)
	}
}

// Whatever the bytes, there is an image of the header's size or an error.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(read(f, filepath.Base(file)), uint8(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, scale uint8) {
		c, err := DecodeConfig(data)
		if err != nil || c.Width*c.Height > 1<<18 {
			return
		}
		s := 1 << (scale & 3)
		img, err := Decode(data, s)
		if err == nil && (img.Width != ceilDiv(c.Width, s) ||
			len(img.Pix) != 3*img.Width*img.Height) {
			t.Errorf("%d×%d, %d bytes", img.Width, img.Height, len(img.Pix))
		}
	})
}

func ExampleDecode() {
	data, err := os.ReadFile("testdata/arithmetic.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	img, err := Decode(data, 1)
	fmt.Println(img.Width, img.Height, len(img.Pix), err)
	// Output: 45 37 4995 <nil>
}
