package serve

import (
	"bytes"
	"context"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gopets/pets/vision/dataset/images"
)

// A hostile upload makes an image's bytes within the limit and a name fit to be
// shown, or an error.
func FuzzParse(f *testing.F) {
	form := "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"cat.jpg\"\r\n\r\n" +
		"\xff\xd8\xff\r\n--x--\r\n"
	f.Add("multipart/form-data; boundary=x", []byte(form))
	f.Add("multipart/form-data; boundary=x",
		[]byte(strings.Replace(form, "cat.jpg", "..\\..\u202e\x01/<b>", 1)))
	f.Add("multipart/form-data; boundary=x", []byte(strings.Replace(form, "photo", "other", 1)))
	f.Add("multipart/form-data; boundary=x", []byte(form[:60]))
	f.Add("multipart/form-data", []byte(form))
	f.Add("image/png", []byte("\x89PNG"))
	f.Add("image/jpeg; =", []byte{})
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		const limit = 1 << 10
		up, err := parse(kind, &bounded{bytes.NewReader(body), limit + 100}, limit)
		if err == nil && (len(up.data) == 0 || len(up.data) > limit) {
			t.Errorf("%d bytes passed", len(up.data))
		}
		if !utf8.ValidString(up.name) || utf8.RuneCountInString(up.name) > 60 ||
			strings.ContainsAny(up.name, `/\`) ||
			strings.ContainsFunc(up.name, func(r rune) bool {
				return unicode.IsControl(r) ||
					unicode.Is(unicode.Cf, r)
			}) {
			t.Errorf("a name %q passed", up.name)
		}
	})
}

// An image that passes inspection is decoded within the limit, or is an error; no upload makes it
// panic or run for ever.
func FuzzInspect(f *testing.F) {
	p := images.New(5, 4).Image()
	var a, b bytes.Buffer
	if jpeg.Encode(&a, p, nil) != nil || png.Encode(&b, p) != nil {
		f.Fatal("no image")
	}
	f.Add(a.Bytes())
	f.Add(b.Bytes())
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))
	f.Add(
		[]byte(
			"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\xff\xd8\xff\xda\x00\x00\xff\xda\x00\x00"))
	s, err := New(none{}, []string{"a"}, Options{MaxPixels: 10_000})
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := s.inspect(data)
		if err != nil {
			return
		}
		if info.Format != "jpeg" && info.W*info.H > 10_000 {
			t.Errorf("%d × %d pixels passed", info.W, info.H)
		}
		if p, err := s.decode(data, info.Format); err == nil && p.W*p.H > 10_000 {
			t.Errorf("%d × %d pixels were decoded", p.W, p.H)
		}
	})
}

type none struct{}

func (none) Predict(context.Context, []*images.RGB) ([][]float32, error) { return nil, nil }
