package serve_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

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
	// a body of unknown length
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
