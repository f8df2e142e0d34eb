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

// code is the code of a JSON refusal.
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

// pngOf is a PNG whose header lies about its size.
func pngOf(t testing.TB, w, h uint32) string {
	data := []byte(encoded(t, "png", 4, 4))
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return string(data)
}

// jpegOf is a JPEG whose header lies about its size.
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

// Images are known by their content, whatever they are called.
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
			a.Top[0] != a.Guess || a.Model != "colours" {
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

// A photo stored on its side is seen upright, and its size told so.
func TestImageIsTurnedUpright(t *testing.T) {
	data := encoded(t, "jpeg", 30, 20)
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	r := send(t, "POST", start(t, colours{}, serve.Options{})+"/predict", "image/jpeg",
		strings.NewReader(data[:2]+exif+data[2:]))
	if !strings.Contains(r.body, `"width":20,"height":30`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestRefusals(t *testing.T) {
	called := 0
	url := start(t, predictor(func(p []*images.RGB) ([][]float32, error) {
		called++
		return nil,
			nil
	}), serve.Options{MaxBytes: 100 << 10, MaxPixels: 1_000_000})
	one := func(fields ...string) func() (string, io.Reader) {
		kind, body := form(fields...)
		return func() (string, io.Reader) { return kind, bytes.NewReader(body) }
	}
	bare := func(kind, body string) func() (string, io.Reader) {
		return func() (string, io.Reader) { return kind, strings.NewReader(body) }
	}
	// a body whose length nobody told
	chunked := func(kind, body string) func() (string, io.Reader) {
		return func() (string, io.Reader) { return kind, io.MultiReader(strings.NewReader(body)) }
	}
	photo := encoded(t, "jpeg", 30, 20)
	large := strings.Repeat("x", 100<<10+1)
	huge := strings.Repeat("x", 400<<10)
	kind, cut := form("photo", "a.jpg", photo)
	cases := []struct {
		name   string
		body   func() (string, io.Reader)
		status int
		code   string
	}{
		{"more bytes than allowed, declared", bare("image/jpeg", huge), 413, "too_large"},
		{"more bytes than allowed, not declared", chunked("image/jpeg", huge), 413, "too_large"},
		{"one byte too many", bare("image/jpeg", large), 413, "too_large"},
		{"a form with one byte too many", one("photo", "a.jpg", large), 413, "too_large"},
		{"a large field of another name", one("other", "a.jpg", huge), 413, "too_large"},
		{"a large field, not declared", func() (string, io.Reader) {
			kind, body := form("other", "a", huge)
			return kind, io.MultiReader(bytes.NewReader(body))
		}, 413, "too_large"},
		{"a PNG bomb", one("photo", "a.png", pngOf(t, 60000, 60000)), 413, "too_many_pixels"},
		{"a PNG whose pixels overflow", one("photo", "a.png", pngOf(t, 1<<31-1, 1<<31-1)), 422,
			"damaged"},
		{"a JPEG bomb", one("photo", "a.jpg", jpegOf(t, 65535, 65535)), 413, "too_many_pixels"},
		{"a GIF bomb", one("photo", "a.gif", gifOf(t, 65535, 65535)), 413, "too_many_pixels"},
		{"a WebP bomb", one("photo", "a.webp", webpOf(40000, 40000)), 413, "too_many_pixels"},
		{"a pixel too many in a row", one("photo", "a.png", pngOf(t, 1_000_001, 1)), 413,
			"too_many_pixels"},
		{"a HEIC", one("photo", "cat.jpg", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), 415,
			"not_an_image"},
		{"a JPEG of a thousand scans", one("photo", "a.jpg", manyScans(t, 1000)), 422, "damaged"},
		{"a truncated JPEG", one("photo", "a.jpg", photo[:len(photo)*2/3]), 422, "damaged"},
		{"a JPEG that ends in its header", one("photo", "a.jpg", photo[:20]), 422, "damaged"},
		{"a PNG that lies about its size", one("photo", "a.png", pngOf(t, 500, 500)), 422,
			"damaged"},
		{"a GIF without a frame", one("photo", "a.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00;"), 422,
			"damaged"},
		{"a text", one("photo", "cat.jpg", "I am a cat."), 415, "not_an_image"},
		{"a page", one("photo", "cat.jpg", "<html><script>alert(1)</script>"), 415, "not_an_image"},
		{"an SVG", one("photo", "cat.svg", `<svg xmlns="http://www.w3.org/2000/svg"/>`), 415,
			"not_an_image"},
		{"a TIFF", one("photo", "cat.tiff", encoded(t, "tiff", 9, 9)), 415, "not_an_image"},
		{"a BMP", one("photo", "cat.bmp", encoded(t, "bmp", 9, 9)), 415, "not_an_image"},
		{"another field", one("image", "a.jpg", photo), 400, "no_photo"},
		{"no file chosen", one("photo", "", ""), 400, "no_photo"},
		{"an empty form", one(), 400, "no_photo"},
		{"an empty body", bare("image/jpeg", ""), 400, "no_photo"},
		{"two photos", one("photo", "a.jpg", photo, "photo", "b.jpg", photo), 400, "bad_form"},
		{"many fields", one(strings.Split(strings.Repeat("f,n,x,", 40), ",")...), 400, "bad_form"},
		{"no boundary", bare("multipart/form-data", "x"), 400, "bad_form"},
		{"garbage for a form", bare("multipart/form-data; boundary=x", "\x00\xff--x\r\n\r\n--"),
			400, "bad_form"},
		{"a form that ends early", bare(kind, string(cut[:len(cut)/2])), 400, "bad_form"},
		{"a form without its last line", bare(kind, string(cut[:len(cut)-10])), 400, "bad_form"},
		{"URL-encoded", bare("application/x-www-form-urlencoded", "photo=1"), 415, "content_type"},
		{"JSON", bare("application/json", "{}"), 415, "content_type"},
		{"no type", bare("", photo), 415, "content_type"},
		{"a broken type", bare("image/jpeg; =", photo), 415, "content_type"},
	}
	for _, c := range cases {
		kind, body := c.body()
		if r := send(t, "POST", url+"/predict", kind, body); r.status != c.status ||
			r.code() != c.code {
			t.Errorf("%s: got %d %s, wanted %d %s", c.name, r.status, r.body, c.status, c.code)
		}
		kind, body = c.body()
		r := send(t, "POST", url+"/", kind, body, "Accept", "text/html,*/*;q=0.8")
		if r.status != c.status || !strings.Contains(r.body, `role="alert">`) ||
			!strings.Contains(r.body, "<form") {
			t.Errorf("%s: the page has status %d, wanted %d: %s", c.name, r.status, c.status,
				r.body)
		}
	}
	if called > 0 {
		t.Errorf("the predictor was asked %d times", called)
	}
}

func TestMethodsAndPaths(t *testing.T) {
	url := start(t, colours{}, serve.Options{})
	photo := encoded(t, "png", 9, 9)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/predict", 405, "method", "POST"},
		{"PUT", "/", 405, "method", "GET, HEAD, POST"},
		{"DELETE", "/healthz", 405, "method", "GET, HEAD"},
		{"POST", "/model", 405, "method", "GET, HEAD"},
		{"GET", "/nowhere", 404, "not_found", ""},
		{"POST", "/../predict/x", 404, "not_found", ""},
		{"GET", "/page.gohtml", 404, "not_found", ""},
		{"POST", "/predict?top=-1", 400, "bad_request", ""},
		{"POST", "/predict?top=all", 400, "bad_request", ""},
	} {
		if r := send(t, c.method, url+c.path, "image/png", strings.NewReader(photo), "Accept",
			"application/json"); r.status != c.status || r.code() != c.code ||
			r.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %s, Allow %q", c.method, c.path, r.status, r.body,
				r.header.Get("Allow"))
		}
	}
	if r := send(t, "POST", url+"/predict", "image/png", strings.NewReader(photo), "Sec-Fetch-Site",
		"cross-site"); r.status != 403 || r.code() != "cross_origin" {
		t.Errorf("from another site: %d %s", r.status, r.body)
	}
	if r := send(t, "POST", url+"/predict", "image/png", strings.NewReader(photo), "Sec-Fetch-Site",
		"same-origin"); r.status != 200 {
		t.Errorf("from the page: %d %s", r.status, r.body)
	}
	for path, kind := range map[string]string{"/healthz": "text/plain", "/readyz": "text/plain",
		"/page.css": "text/css", "/page.js": "text/javascript", "/": "text/html"} {
		for _, method := range []string{"GET", "HEAD"} {
			if r := send(t, method, url+path, "", nil); r.status != 200 ||
				!strings.HasPrefix(r.header.Get("Content-Type"), kind) ||
				(method == "HEAD") != (r.body == "") {
				t.Errorf("%s %s: %d %v %q", method, path, r.status, r.header, r.body)
			}
		}
	}
}

// Every answer, whatever it says, forbids browsers what the page does not need.
func TestSecurityHeaders(t *testing.T) {
	url := start(t, colours{}, serve.Options{})
	for _, path := range []string{"/", "/predict", "/nowhere", "/healthz", "/page.js"} {
		h := send(t, "GET", url+path, "", nil).header
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'",
			"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []serve.Options{{MaxBytes: -1}, {MaxPixels: -1}, {Concurrency: -1},
		{Batch: -1}, {Timeout: -1}, {Batch: 1000}, {MaxBytes: 1 << 40}} {
		if s, err := serve.New(colours{}, []string{"a"}, o); err == nil {
			s.Close()
			t.Errorf("%+v passed", o)
		}
	}
	if _, err := serve.New(colours{}, nil, serve.Options{}); err == nil {
		t.Error("no classes passed")
	}
	if _, err := serve.New(nil, []string{"a"}, serve.Options{}); err == nil {
		t.Error("no predictor passed")
	}
}
