package images

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"gopets/pets/vision/dataset"
)

// ramp is an opaque image whose pixels all differ.
func ramp(w, h int) *RGB {
	p := New(w, h)
	for i := range p.Pix {
		p.Pix[i] = uint8(i*7 + i/w)
	}
	return p
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func jpegOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error {
		return jpeg.Encode(b, m,
			&jpeg.Options{Quality: 95})
	})
}

func TestDecodeFormats(t *testing.T) {
	p := ramp(13, 7)
	for name, data := range map[string][]byte{
		"png":  pngOf(t, p.Image()),
		"bmp":  encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, p.Image()) }),
		"tiff": encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, p.Image(), nil) }),
	} {
		got, err := Decode(data, Options{})
		if err != nil || got.W != 13 || got.H != 7 || !bytes.Equal(got.Pix, p.Pix) {
			t.Errorf("%s: pixels differ (%v)", name, err)
		}
	}
}

func TestDecodeWebP(t *testing.T) {
	one, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := Decode(one, Options{}); err != nil || p.W != 1 || p.H != 1 {
		t.Errorf("%v, %v", p, err)
	}
}

// Each kind of image must return raw colours, whatever its alpha (Pillow's convert; fastai §1.4).
func TestConversions(t *testing.T) {
	r := image.Rect(0, 0, 2, 1)
	see := color.NRGBA{R: 200, G: 100, B: 50, A: 3} // multiplied by alpha these would be lost
	nrgba, nrgba64, palette := image.NewNRGBA(r), image.NewNRGBA64(r),
		image.NewPaletted(r, color.Palette{color.Black, see})
	grey, grey16 := image.NewGray(r), image.NewGray16(r)
	nrgba.Set(1, 0, see)
	nrgba64.SetNRGBA64(1, 0, color.NRGBA64{R: 200 << 8, G: 100 << 8, B: 50<<8 | 255, A: 1})
	palette.SetColorIndex(1, 0, 1)
	grey.SetGray(1, 0, color.Gray{77})
	grey16.SetGray16(1, 0, color.Gray16{77<<8 | 200})
	colour, level := []uint8{0, 0, 0, 200, 100, 50}, []uint8{0, 0, 0, 77, 77, 77}
	for _, c := range []struct {
		m    image.Image
		want []uint8
	}{{nrgba, colour}, {nrgba64, colour}, {palette, colour}, {grey, level}, {grey16, level}} {
		got, err := Decode(pngOf(t, c.m), Options{})
		if err != nil || !slices.Equal(got.Pix, c.want) {
			t.Errorf("%T as PNG: %v, want %v (%v)", c.m, got, c.want, err)
		}
		if got := FromImage(c.m); !slices.Equal(got.Pix, c.want) {
			t.Errorf("%T: %v, want %v", c.m, got.Pix, c.want)
		}
	}
	cmyk := image.NewCMYK(r)
	cmyk.SetCMYK(1, 0, color.CMYK{C: 255, K: 0})
	if got := FromImage(cmyk).Pix; !slices.Equal(got, []uint8{255, 255, 255, 0, 255, 255}) {
		t.Errorf("CMYK: %v", got)
	}
	type another struct{ image.Image }
	if got := FromImage(another{nrgba}).Pix; !slices.Equal(got, colour) {
		t.Errorf("a type of image that is not known: %v", got)
	}
}

// A GIF's transparent colour is the palette's, and a first frame that is smaller than the canvas
// is in it.
func TestGIF(t *testing.T) {
	colours := color.Palette{color.RGBA{10, 20, 30, 255}, color.RGBA{}}
	frame := image.NewPaletted(image.Rect(1, 1, 3, 2), colours)
	frame.SetColorIndex(2, 1, 1)
	g := &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{0, 0},
		Config: image.Config{Width: 4, Height: 3, ColorModel: colours}}
	data := encoded(t, func(b *bytes.Buffer) error { return gif.EncodeAll(b, g) })
	const table = 13 // of global colours, after the header
	copy(data[table+3:], []byte{90, 80, 70})
	p, err := Decode(data, Options{})
	if err != nil || p.W != 4 || p.H != 3 {
		t.Fatal(p, err)
	}
	if got := p.Pix[3*(4+1) : 3*(4+3)]; !slices.Equal(got, []uint8{10, 20, 30, 90, 80, 70}) {
		t.Errorf("the frame's pixels are %v", got)
	}
	if got := p.Pix[3*(4+3) : 3*(4+4)]; !slices.Equal(got, []uint8{0, 0, 0}) {
		t.Errorf("beside the frame lies %v", got)
	}
}

func TestJPEGEnds(t *testing.T) {
	data := jpegOf(t, ramp(64, 48).Image())
	whole, err := Decode(data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string][]byte{
		"no end marker":    data[:len(data)-2],
		"bytes after it":   append(slices.Clone(data), "trailing garbage"...),
		"bytes before EOI": slices.Concat(data[:len(data)-2], []byte{1, 2, 3}, data[len(data)-2:]),
		"an image behind":  slices.Concat(data, data),
		"fill before EOI": slices.Concat(data[:len(data)-2], []byte{0xff, 0xff},
			data[len(data)-2:]),
		"unknown APP first": slices.Concat(data[:2], []byte{0xff, 0xee, 0, 4, 9, 9}, data[2:]),
	} {
		p, err := Decode(changed, Options{})
		if err != nil || !bytes.Equal(p.Pix, whole.Pix) {
			t.Errorf("%s: not the same image (%v)", name, err)
		}
	}
	_, err = Decode(data[:len(data)*2/3], Options{})
	says(t, "truncated", err, "JPEG data ends early", "bytes", "cut off")
}

func TestBrokenImages(t *testing.T) {
	bomb := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(bomb[16:], 1<<20)
	binary.BigEndian.PutUint32(bomb[20:], 1<<20)
	fixPNG(bomb)
	dir := t.TempDir()
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"bomb.png":  {bomb, []string{"1048576×1048576", "scale it down"}},
		"empty.jpg": {nil, []string{"empty"}},
		"page.jpg": {[]byte("<html>404 not found</html>"),
			[]string{"a web page, which is not supported"}},
		"header.jpg": {jpegOf(t, ramp(8, 8).Image())[:30], []string{"ends early"}},
		"cut.png":    {pngOf(t, ramp(40, 40).Image())[:200], []string{"PNG data ends early"}},
		"garbage.jpg": {slices.Concat(jpegOf(t, ramp(8, 8).Image())[:200],
			bytes.Repeat([]byte{0xff, 0xc4}, 90)),
			[]string{"JPEG"}},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := DecodeFile(filepath.Join(dir, name), Options{})
		says(t, name, err, append(c.want, name+": ")...)
	}
	if err := os.WriteFile(filepath.Join(dir, "good.jpg"), jpegOf(t, ramp(8, 8).Image()),
		0o644); err != nil {
		t.Fatal(err)
	}
	files, err := dataset.ImageFiles(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, filepath.Join(dir, "gone.jpg"))
	seen := 0
	bad := Verify(context.Background(), files,
		VerifyOptions{Progress: func(done, total int) { seen = max(seen, done) }})
	if len(bad) != 7 || seen != 8 {
		t.Errorf("%d of 7 broken images found, progress to %d of 8: %v", len(bad), seen, bad)
	}
	for i, b := range bad {
		if b.Reason == "" || strings.Contains(b.Reason, dir) || i > 0 && i < 6 &&
			b.Path < bad[i-1].Path {
			t.Errorf("report %d: %+v", i, b)
		}
	}
	if left, _ := dataset.ImageFiles(dir, false); len(left) != 7 {
		t.Errorf("%d files left of 7: nothing may be deleted", len(left))
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if bad := Verify(ended, files, VerifyOptions{}); len(bad) != 0 {
		t.Errorf("a cancelled check reports %v", bad)
	}
}

func FuzzDecode(f *testing.F) {
	p := ramp(9, 5)
	f.Add(jpegOf(f, p.Image()))
	f.Add(withEXIF(jpegOf(f, p.Image()), exifBlock(binary.LittleEndian, 8)))
	f.Add(pngOf(f, p.Image()))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return gif.Encode(b, p.Image(), nil) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return bmp.Encode(b, p.Image()) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return tiff.Encode(b, p.Image(), nil) }))
	files, err := filepath.Glob("testdata/*.[wt][ei][bf]*")
	if err != nil || len(files) < 10 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data, Options{MaxPixels: 1 << 16})
		if err == nil && (p.W <= 0 || p.H <= 0 || len(p.Pix) != 3*p.W*p.H) {
			t.Error(fmt.Sprint(p.W, p.H, len(p.Pix)))
		}
	})
}

// says checks that an error exists and contains every one of the words.
func says(t *testing.T, name string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: the error lacks %q: %v", name, w, err)
		}
	}
}

// JPEGs of more pixels than the limit are read smaller; for others the error says what to do.
func TestLargeImages(t *testing.T) {
	p := ramp(100, 60)
	data := withEXIF(jpegOf(t, p.Image()), exifBlock(binary.LittleEndian, 6))
	for limit, want := range map[int][2]int{6000: {60, 100}, 5999: {30, 50}, 1499: {15, 25},
		120: {8, 13}} {
		q, err := Decode(data, Options{MaxPixels: limit})
		if err != nil || q.W != want[0] || q.H != want[1] {
			t.Errorf("limit %d: %+v, %v, want %v", limit, q, err, want)
			continue
		}
		if w, h := q.Full(); w != 60 || h != 100 {
			t.Errorf("limit %d: full size %d×%d", limit, w, h)
		}
	}
	_, err := Decode(data, Options{MaxPixels: 100})
	says(t, "JPEG", err, "100×60 pixels", "scale it down")
	_, err = Decode(pngOf(t, p.Image()), Options{MaxPixels: 5999})
	says(t, "PNG", err, "the PNG is 100×60 pixels", "scale it down")
	progressive, err := os.ReadFile("../../../internal/jpeg/testdata/progressive.jpg") // 45×37
	if err != nil {
		t.Fatal(err)
	}
	if q, err := Decode(progressive, Options{MaxPixels: 1000}); err != nil || q.W != 23 {
		t.Errorf("progressive: %v, %v", q, err)
	}
	_, err = Decode(progressive, Options{MaxPixels: 800})
	says(t, "progressive", err, "scale it down")
}

// Other files among photos are named, with what to do.
func TestOtherFilesAreNamed(t *testing.T) {
	for start, want := range map[string]string{
		"\x00\x00\x00\x18ftypheic\x00\x00":         "a HEIC image",
		"\x00\x00\x00\x18ftypmif1\x00\x00":         "a HEIC image",
		"\x00\x00\x00\x20ftypavif\x00\x00":         "an AVIF image",
		"\x00\x00\x00\x20ftypisom\x00\x00":         "a video",
		"\xff\x0a\x00\x01":                         "a JPEG XL image",
		"<?xml version='1.0'?>\n<svg xmlns=":       "an SVG drawing",
		"\n <!DOCTYPE HTML><title>Sign in</title>": "a web page",
		"version https://git-lfs.github.com/spec":  "git lfs pull",
		"\n":                        `it begins with "\n"`,
		strings.Repeat("\x00", 600): "a file of zeros",
		"\x00\x05\x16\x07\x00\x02":  "a Mac's resource file",
		"hello, this is text":       `begins with "hello, this "`,
	} {
		_, err := Decode([]byte(start), Options{})
		says(t, want, err, want)
		if strings.Contains(want, " image") {
			says(t, want, err, "convert it to JPEG")
		}
	}
	cmyk := encoded(t, func(b *bytes.Buffer) error {
		return tiff.Encode(b, ramp(8, 8).Image(),
			nil)
	})
	at := bytes.Index(cmyk, []byte{0x06, 0x01, 0x03, 0, 1, 0, 0, 0, 2, 0}) // the photometric tag
	bits16 := encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, ramp(8, 8).Image()) })
	if at < 0 {
		t.Fatal("no photometric tag")
	}
	cmyk[at+8], bits16[28] = 5, 16
	for title, data := range map[string][]byte{"TIFF": cmyk, "BMP": bits16} {
		_, err := Decode(data, Options{})
		says(t, title, err, "a "+title+" of an uncommon kind (", "convert it to JPEG")
	}
	lossless, err := os.ReadFile("../../../internal/jpeg/testdata/unsupported-12-bits.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Decode(lossless, Options{})
	says(t, "12 bits", err, "12 bits a sample is not supported", "8 bits")
}
