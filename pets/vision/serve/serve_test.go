package serve_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

// predictor is a function that predicts.
type predictor func(batch []*images.RGB) ([][]float32, error)

func (p predictor) Predict(ctx context.Context, batch []*images.RGB) ([][]float32, error) {
	return p(batch)
}

// start serves over HTTP for a test.
func start(t testing.TB, p serve.Predictor, o serve.Options) string {
	t.Helper()
	s, err := serve.New(p, []string{"red", "green"}, o)
	if err != nil {
		t.Fatal(err)
	}
	return serveHere(t, s)
}

func serveHere(t testing.TB, s *serve.Server) string {
	h := httptest.NewServer(s)
	t.Cleanup(func() { h.Close(); s.Close() })
	return h.URL
}

// form is a multipart form; fields are name, file name, content, and so on.
func form(fields ...string) (kind string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+2 < len(fields); i += 3 {
		part, err := w.CreateFormFile(fields[i], fields[i+1])
		if err != nil {
			panic(err)
		}
		part.Write([]byte(fields[i+2]))
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// code is the code of a JSON error.
func (r reply) code() string {
	var e struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal([]byte(r.body), &e) != nil || e.Error.Message == "" {
		return ""
	}
	return e.Error.Code
}

func send(t testing.TB, method, url, kind string, body io.Reader, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return reply{answer.StatusCode, answer.Header, string(text)}
}

// encoded is a red image in some format.
func encoded(t testing.TB, format string, w, h int) string {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.RGBA{200, 20, 20, 255},
		color.Black})
	var b bytes.Buffer
	var err error
	switch format {
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "png":
		b.Write(plain(w, h, img.Palette[0]))
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "tiff":
		err = tiff.Encode(&b, img, nil)
	case "bmp":
		err = bmp.Encode(&b, img)
	case "webp": // one black pixel
		var data []byte
		data, err = base64.StdEncoding.DecodeString(
			"UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
		b.Write(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pngOf is a PNG whose header has another size.
func pngOf(t testing.TB, w, h uint32) string {
	data := []byte(encoded(t, "png", 4, 4))
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return string(data)
}

// jpegOf is a JPEG whose header has another size.
func jpegOf(t testing.TB, w, h uint16) string {
	data := []byte(encoded(t, "jpeg", 8, 8))
	at := bytes.Index(data, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(data[at+5:], h)
	binary.BigEndian.PutUint16(data[at+7:], w)
	return string(data)
}

// manyScans is a JPEG that goes over its image again and again.
func manyScans(t testing.TB, n int) string {
	data := encoded(t, "jpeg", 8, 8)
	at := strings.Index(data, "\xff\xda")
	end := strings.LastIndex(data, "\xff\xd9")
	return data[:at] + strings.Repeat(data[at:end], n) + data[end:]
}

func gifOf(t testing.TB, w, h uint16) string {
	data := []byte(encoded(t, "gif", 4, 4))
	binary.LittleEndian.PutUint16(data[6:], w)
	binary.LittleEndian.PutUint16(data[8:], h)
	return string(data)
}

func webpOf(w, h uint32) string {
	data := []byte(
		"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	w, h = w-1, h-1
	copy(data[24:], []byte{byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8),
		byte(h >> 16)})
	return string(data)
}

// Images are recognised by their content, not their names.
func TestImages(t *testing.T) {
	url := start(t, colours{}, serve.Options{Model: "colours"})
	for _, c := range []struct{ name, format string }{{"a.jpg", "jpeg"}, {"png-called.jpg", "png"},
		{"jpeg-called.png", "jpeg"}, {"a.gif", "gif"}, {"no-extension", "webp"}, {"", "png"}} {
		w, h := 30, 20
		if c.format == "webp" {
			w, h = 1, 1
		}
		kind, body := form("photo", c.name, encoded(t, c.format, w, h))
		r := send(t, "POST", url+"/predict", kind, bytes.NewReader(body))
		var a serve.Answer
		if err := json.Unmarshal([]byte(r.body), &a); err != nil || r.status != 200 {
			t.Errorf("%s as %q: %d %s", c.format, c.name, r.status, r.body)
			continue
		}
		if (a.Class != "red") != (c.format == "webp") && a.Probability != 0.5 ||
			a.Image != (serve.Info{Format: c.format, Width: w, Height: h}) || len(a.Top) != 2 ||
			a.Top[0] != a.Ranked || a.Model != "colours" {
			t.Errorf("%s: %+v", c.format, a)
		}
		if kind := r.header.Get("Content-Type"); kind != "application/json" {
			t.Errorf("%s: answered as %s", c.format, kind)
		}
	}
	// The bare bytes, and JSON from the page's path.
	for _, kind := range []string{"image/jpeg", "image/png", "application/octet-stream"} {
		if r := send(t, "POST", url+"/?top=1", kind, strings.NewReader(encoded(t, "png", 9, 9)),
			"Accept", "application/json"); r.status != 200 || strings.Count(r.body, "class") != 2 {
			t.Errorf("%s: %d %s", kind, r.status, r.body)
		}
	}
	if r := send(t, "GET", url+"/model", "",
		nil); r.body != `{"classes":["red","green"],"model":"colours"}`+"\n" {
		t.Errorf("model: %s", r.body)
	}
}

// A JPEG of more pixels than MaxPixels is read smaller; its own size is reported.
func TestLargeJPEG(t *testing.T) {
	url := start(t, colours{}, serve.Options{Model: "colours", MaxPixels: 2000})
	r := send(t, "POST", url+"/predict", "image/jpeg",
		strings.NewReader(encoded(t, "jpeg", 120, 60)))
	var a serve.Answer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil || r.status != 200 ||
		a.Class != "red" || a.Image != (serve.Info{Format: "jpeg", Width: 120, Height: 60}) {
		t.Errorf("%d %s, %v", r.status, r.body, err)
	}
}

// A predictor need not be safe for concurrent use, whoever warms and asks.
func TestPredictorIsCalledByOneGoroutine(t *testing.T) {
	calls := 0 // the race detector watches it
	s, err := serve.New(predictor(func(batch []*images.RGB) ([][]float32, error) {
		calls++
		rows := make([][]float32, len(batch))
		for i := range rows {
			rows[i] = []float32{1}
		}
		return rows, nil
	}), []string{"cat"}, serve.Options{Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	photo := encoded(t, "png", 5, 5)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := s.Warm(context.Background()); err != nil {
				t.Error(err)
			}
			if r := send(t, "POST", server.URL+"/predict", "image/png",
				strings.NewReader(photo)); r.status != 200 {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	group.Wait()
	s.Close()
	if calls < 16 || calls > 24 {
		t.Errorf("%d calls", calls)
	}
}

// A photo stored on its side is answered upright, with its size.
func TestOrientationIsApplied(t *testing.T) {
	data := encoded(t, "jpeg", 30, 20)
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	r := send(t, "POST", start(t, colours{}, serve.Options{})+"/predict", "image/jpeg",
		strings.NewReader(data[:2]+exif+data[2:]))
	if !strings.Contains(r.body, `"width":20,"height":30`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}
