package render_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

// hostile texts try to run a script, to load something, or to leave their place.
var hostile = []string{
	`<script>alert(1)</script>`, `</pre></code><script>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`, `<img src="https://evil.example/x.png">`,
	`<a href="javascript:alert(1)">x</a>`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`, `[x](javascript:alert(1))`,
	`![x](javascript:alert(1))`,
	`<style>@import url(https://evil.example)</style>`,
	`<div style="background:url(https://evil.example)">x</div>`,
	`<div style="background:u\72l(https://evil.example)">x</div>`,
	"<div style=\"background:u\\72\tl(https://evil.example)\">x</div>",
	`<div style="background:\url(https://evil.example)">x</div>`,
	`<div style="background:image-set('https://evil.example' 1x)">x</div>`,
	`<svg onload=alert(1)><script>alert(1)</script></svg>`,
	`<iframe src="https://evil.example"></iframe>`, `<object data="x"></object><embed src="x">`,
	`<form action="https://evil.example"><input name=q><button formaction="javascript:alert(1)">x</button></form>`, `<base href="https://evil.example">`,
	`<link rel=stylesheet href="https://evil.example">`,
	`<meta http-equiv=refresh content="0;url=https://evil.example">`,
	`<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>`,
	`<img src="data:image/svg+xml;base64,AAAA" onload="alert(1)">`,
	`<video src="https://evil.example"></video><audio src="https://evil.example"></audio>`,
	"```\"><script>alert(1)</script>\nx\n```", "# <img src=x onerror=alert(1)>",
	`<table background="https://evil.example"><tr><td>x</td></tr></table>`,
	`</div></section></main><div id="main">`, `<div><div><table><tr><td>`, `<details><summary>`,
	`<img srcset="https://evil.example 1x">`, `<div id="main">x</div>`,
	`<a href="//evil.example/x">x</a>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
}

func TestHostileNotebooks(t *testing.T) {
	for _, s := range hostile {
		raw, _ := json.Marshal(s)
		nb := book(
			text(
				s,
			),
			code(
				s,
				notebook.Stream("stdout", s),
				notebook.Failure(s, s, []string{s}),
				display("text/html", s),
				display("text/markdown", s),
				display("text/plain", s),
				display("image/svg+xml", s),
				display("text/plain", s, "image/png", pixel),
			),
			notebook.NewCell(notebook.Raw, s),
		)
		if err := nb.SetMetadata(json.RawMessage(raw), "lang"); err != nil {
			t.Fatal(err)
		}
		b, err := render.HTML(nb, render.Options{Title: s})
		if err != nil {
			t.Fatal(err)
		}
		if err := harmless(string(b)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestTrust(t *testing.T) {
	nb := book(code("x", display("text/html", `<script>draw()</script>`)))
	b, err := render.HTML(nb, render.Options{Trust: true})
	if err != nil || !strings.Contains(string(b), "<script>draw()</script>") {
		t.Errorf("the script is not there, error %v", err)
	}
}

// harmless reads the page as a browser would and looks for anything that runs, loads or escapes.
func harmless(page string) error {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err
	}
	mains := 0
	policy := ""
	for n := range doc.Descendants() {
		if n.Data == "meta" && len(n.Attr) == 2 && n.Attr[0].Val == "Content-Security-Policy" {
			policy = n.Attr[1].Val
		}
		if n.Data == "section" && strings.HasPrefix(attribute(n, "id"), "cell-") &&
			n.Parent.Data != "main" {
			return fmt.Errorf(
				"a cell's <section> is in <%s>: something in another was not closed",
				n.Parent.Data,
			)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") {
		return fmt.Errorf("the page's policy is %q", policy)
	}
	var walk func(n *html.Node) error
	walk = func(n *html.Node) error {
		if n.Type == html.ElementNode && n.Namespace == "svg" {
			return onlyShapes(n)
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script":
				// Ours alone, the one that the policy names by its digest.
				sum := sha256.Sum256([]byte(n.FirstChild.Data))
				if digest := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; len(
					n.Attr,
				) > 0 ||
					!strings.Contains(policy, digest) {
					return fmt.Errorf(
						"a foreign <script> is in the page, or the policy %q does not know ours",
						policy,
					)
				}
			case "iframe",
				"object",
				"embed",
				"form",
				"base",
				"svg",
				"math",
				"video",
				"audio",
				"button",
				"frame",
				"applet",
				"noscript":
				return fmt.Errorf("a <%s> is in the page", n.Data)
			case "style", "link", "meta", "title":
				if n.Parent.Data != "head" {
					return fmt.Errorf("a <%s> is in the page's body", n.Data)
				}
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				switch {
				case strings.HasPrefix(a.Key, "on"):
					return fmt.Errorf("attribute %s on <%s>", a.Key, n.Data)
				case a.Key == "href" && n.Data == "a" && !harmlessLink(a.Val):
					return fmt.Errorf("link to %q", a.Val)
				case (a.Key == "src" || a.Key == "href" && n.Data == "link") &&
					!strings.HasPrefix(value, "data:"):
					return fmt.Errorf("<%s> loads %q", n.Data, a.Val)
				case a.Key == "srcset",
					a.Key == "background",
					a.Key == "action",
					a.Key == "formaction",
					a.Key == "srcdoc":
					return fmt.Errorf("attribute %s on <%s>", a.Key, n.Data)
				case a.Key == "style" && !harmlessStyle(value):
					return fmt.Errorf("style %q", a.Val)
				case a.Key == "id" && a.Val == "main":
					mains++
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if err := walk(c); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(doc); err != nil {
		return err
	}
	if mains != 1 {
		return fmt.Errorf("%d elements have the id main", mains)
	}
	return nil
}

// harmlessLink reports whether a link leads to a page, a mail address, or a file beside the page.
func harmlessLink(link string) bool {
	u, err := url.Parse(link)
	if err != nil || strings.ContainsAny(link, "\\\t\n\r\x00") {
		return false
	}
	switch u.Scheme {
	case "http", "https", "mailto":
		return true
	}
	return u.Scheme == "" && u.Host == "" && !strings.HasPrefix(link, "/")
}

// onlyShapes returns what must not be in a drawn formula: anything but shapes and text, or an
// attribute that can load or run.
func onlyShapes(n *html.Node) error {
	if n.Parent.Data == "span" && !strings.HasPrefix(attribute(n.Parent, "class"), "math") {
		return fmt.Errorf("an <svg> in %q", attribute(n.Parent, "class"))
	}
	if n.Type == html.ElementNode {
		if !slices.Contains(
			[]string{"svg", "g", "path", "rect", "line", "ellipse", "text"},
			n.Data,
		) {
			return fmt.Errorf("a <%s> is in a formula", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "href" || a.Key == "class" || a.Key == "id" ||
				strings.HasPrefix(a.Key, "on") ||
				a.Key != "aria-label" && strings.Contains(strings.ToLower(a.Val), "url") ||
				a.Key == "style" &&
					!regexp.MustCompile(`^vertical-align:-?[0-9.]+(ex)?$`).MatchString(a.Val) {
				return fmt.Errorf("%s=%q on <%s> in a formula", a.Key, a.Val, n.Data)
			}
		}
	}
	for c := range n.ChildNodes() {
		if err := onlyShapes(c); err != nil {
			return err
		}
	}
	return nil
}

var (
	cssEscape   = regexp.MustCompile(`\\([0-9a-fA-F]{1,6})(\r\n|[ \t\r\n\f])?|\\(.)`)
	cssFunction = regexp.MustCompile(`([a-z-]*)\(`)
)

// harmlessStyle reads CSS escapes as a browser does, and looks for functions that load something.
func harmlessStyle(style string) bool {
	style = cssEscape.ReplaceAllStringFunc(style, func(s string) string {
		m := cssEscape.FindStringSubmatch(s)
		if m[1] == "" {
			return m[3]
		}
		r, _ := strconv.ParseUint(m[1], 16, 32)
		return string(rune(r))
	})
	for _, m := range cssFunction.FindAllStringSubmatch(strings.ToLower(style), -1) {
		if !slices.Contains(
			[]string{
				"",
				"rgb",
				"rgba",
				"hsl",
				"hsla",
				"calc",
				"min",
				"max",
				"clamp",
				"minmax",
				"repeat",
			},
			m[1],
		) {
			return false
		}
	}
	return !strings.ContainsAny(style, "<@")
}

func FuzzHTML(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("\x1b[38;5;300;1mx\x1b]8;;http://x\x07y\r\nz")
	f.Fuzz(func(t *testing.T, s string) {
		nb := book(
			text(s),
			code(
				s,
				notebook.Stream("stdout", s),
				notebook.Failure(s, s, []string{s}),
				display("text/html", s),
				display("text/markdown", s),
				display("image/svg+xml", s),
			),
		)
		b, err := render.HTML(nb, render.Options{Title: s})
		if err != nil {
			t.Fatal(err)
		}
		if err := harmless(string(b)); err != nil {
			t.Fatal(err)
		}
	})
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
