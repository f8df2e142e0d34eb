package serve_test

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

// elements are a page's elements in order, and its text.
func elements(t testing.TB, page string) (all []*html.Node, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			all = append(all, n)
		case html.TextNode:
			text += n.Data
		}
	}
	return all, text
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// The page of an answer holds the image and the bars, within itself.
func TestPageOfAnAnswer(t *testing.T) {
	url := start(t, colours{}, serve.Options{Model: "colours"})
	kind, body := form("photo", `C:\fakepath\rouge.png`, encoded(t, "png", 3000, 1000))
	r := send(t, "POST", url, kind, bytes.NewReader(body), "Accept", "text/html")
	if r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	all, text := elements(t, r.body)
	for _, want := range []string{"This looks like red", "rouge.png", "The 2 kinds it knows"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	drawn := map[string][]byte{}
	for _, n := range all {
		kind, code, ok := strings.Cut(attribute(n, "src"), ";base64,")
		if n.Data != "img" || !ok {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(code)
		if err != nil {
			t.Fatal(err)
		}
		drawn[kind] = data
		if alt := attribute(n, "alt"); alt != "rouge.png" && alt != "red 90.7 %, green 9.3 %" {
			t.Errorf("an image's alternative text is %q", alt)
		}
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(drawn["data:image/jpeg"]))
	if err != nil || config.Width != 720 || config.Height != 240 {
		t.Errorf("the image on the page: %+v, %v; wanted 720 × 240", config, err)
	}
	if svg := string(drawn["data:image/svg+xml"]); !strings.Contains(svg, "90.7 %") ||
		!strings.Contains(svg, ">green<") {
		t.Errorf("the bars: %s", svg)
	}
}

// What a class or a file is called is text, never markup.
func TestHostileNames(t *testing.T) {
	names := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`, "</title><script>alert(1)//", "javascript:alert(1)",
		"{{.Model}}", "\u202egnp.exe"}
	p := predictor(func(batch []*images.RGB) ([][]float32, error) {
		return [][]float32{{.3, .2, .1, .1, .1, .1, .1}}, nil
	})
	s, err := serve.New(p, names, serve.Options{Model: names[0]})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	url := serveHere(t, s)
	plainAll, _ := elements(t, send(t, "GET", url, "", nil).body)
	for _, name := range names {
		kind, body := form("photo", name, encoded(t, "png", 9, 9))
		body = bytes.ReplaceAll(body, []byte(`\"`), []byte(`%22`))
		r := send(t, "POST", url, kind, bytes.NewReader(body))
		all, text := elements(t, r.body)
		if r.status != 200 || !strings.Contains(text, "Not sure, perhaps "+
			strings.ReplaceAll(names[0], "_", " ")) {
			t.Errorf("%q: %d %s", name, r.status, text)
		}
		scripts := 0
		for _, n := range all {
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || (a.Key == "src" || a.Key == "href") &&
					!strings.HasPrefix(a.Val, "data:image/") && a.Val != "/page.js" &&
					a.Val != "/page.css" {
					t.Errorf("%q: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
			if n.Data == "script" {
				scripts++
			}
		}
		if scripts != 1 || len(all) != len(plainAll)+9 {
			t.Errorf("%q: %d scripts, %d elements, %d of the plain page", name, scripts, len(all),
				len(plainAll))
		}
	}
}

// A network with fewer classes than there is room for, and a request for all.
func TestTop(t *testing.T) {
	classes := strings.Split("abcdefgh", "")
	p := predictor(func(batch []*images.RGB) ([][]float32, error) {
		return [][]float32{{.05, .3, .05, .2, .1, .1, .1, .1}}, nil
	})
	s, err := serve.New(p, classes, serve.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	url := serveHere(t, s)
	for top, want := range map[string]string{"": "bdefg", "?top=2": "bd", "?top=0": "bdefghac",
		"?top=99": "bdefghac"} {
		r := send(t, "POST", url+"/predict"+top, "image/png",
			strings.NewReader(encoded(t, "png", 9, 9)))
		if got := order(r.body); got != want {
			t.Errorf("%s: %s, wanted %s", top, got, want)
		}
	}
}

// order are the classes of a JSON answer's "top", in order.
func order(body string) string {
	_, list, _ := strings.Cut(body, `"top":`)
	list, _, _ = strings.Cut(list, "]")
	var classes []string
	for _, part := range strings.Split(list, `"class":"`)[1:] {
		classes = append(classes, part[:1])
	}
	return strings.Join(classes, "")
}
