package render_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

func book(cells ...*notebook.Cell) *notebook.Notebook {
	nb := notebook.New("gonb", "Go", "go")
	for i, c := range cells {
		nb.Insert(i, c)
	}
	return nb
}

func text(s string) *notebook.Cell { return notebook.NewCell(notebook.Markdown, s) }

func code(source string, outputs ...notebook.Output) *notebook.Cell {
	c := notebook.NewCell(notebook.Code, source)
	c.SetOutputs(outputs)
	return c
}

// display makes an output from pairs of MIME type and text.
func display(pairs ...string) notebook.Output {
	data := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		raw, _ := json.Marshal(pairs[i+1])
		data[pairs[i]] = raw
	}
	return notebook.Display(data, nil)
}

func page(t *testing.T, nb *notebook.Notebook) string {
	t.Helper()
	b, err := render.HTML(nb, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func body(page string) string {
	return page[strings.Index(page, "<main"):strings.Index(page, "</main>")]
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func TestWhatIsShown(t *testing.T) {
	for name, c := range map[string]struct {
		cell *notebook.Cell
		want string
	}{
		"markdown table":    {text("| a | b |\n|---|--:|\n| 1 | `x<y` |"), `<code>x&lt;y</code>`},
		"task list":         {text("- [x] done"), `<input checked="" disabled="" type="checkbox"`},
		"heading":           {text("## Über *uns* & Co"), `<h2 id="h-über-uns-co">`},
		"code block":        {text("```go\nfunc f() {}\n```"), `<span class="kd">func</span>`},
		"python code block": {text("```python\ndef f(): pass\n```"), `<span class="k">def</span>`},
		"remote image": {text("![a cat](https://example.com/cat.png)"),
			`<a href="https://example.com/cat.png" rel="noreferrer">a cat</a>`},
		"go code":            {code("var x = 1 < 2"), `<span class="kd">var</span>`},
		"escaped code":       {code("a < b && c"), `&amp;&amp;`},
		"kernel lines":       {code("%%\nx := 1"), "<span class=\"kernel\">%%</span>\n<span"},
		"only a kernel line": {code("!echo <x>"), `<span class="kernel">!echo &lt;x&gt;</span>`},
		"stdout": {code("x", notebook.Stream("stdout", "a <b>\n")),
			`<div class="out stdout"><pre tabindex="0">a &lt;b&gt;</pre>`},
		"stderr": {code("x", notebook.Stream("stderr", "w")),
			`<div class="out stderr"><pre tabindex="0">w</pre>`},
		"carriage returns": {code("x", notebook.Stream("stdout", "1%\r50%\r100%\r\nok")),
			"<pre tabindex=\"0\">100%\nok</pre>"},
		"html over text": {code("x", display("text/plain", "no", "text/html",
			"<table><tr><td>yes</td></tr></table>")), `<td>yes</td>`},
		"png": {code("x", display("text/plain", "a dot", "image/png", pixel)),
			`<img src="data:image/png;base64,` + pixel + `" alt="a dot">`},
		"svg over png": {code("x", display("image/png", pixel, "image/svg+xml", "<svg/>")),
			`<img src="data:image/svg+xml;base64,PHN2Zy8+"`},
		"markdown over text": {code("x", display("text/plain", "no", "text/markdown", "**yes**")),
			`<strong>yes</strong>`},
		"json": {code("x",
			notebook.Display(map[string]json.RawMessage{"application/json": []byte(`{"a":1.50}`)},
				nil)), `{
  &#34;a&#34;: 1.50
}`},
		"error": {code("x", notebook.Failure("E", "v",
			[]string{"\x1b[31mE\x1b[0m: v"})),
			`<pre tabindex="0"><span class="f1">E</span>: v</pre>`},
		"error without trace": {code("x", notebook.Failure("E", "v", nil)),
			`<pre tabindex="0">E: v</pre>`},
		"image in html": {code("x", display("text/html",
			`<img alt="c" src="data:image/svg+xml;base64,PHN2Zy8+">`)),
			`<img alt="c" src="data:image/svg+xml;base64,PHN2Zy8+"/>`},
		"style": {code("x", display("text/html",
			`<div style="color: red; background: #fff; position: fixed">x</div>`)),
			`<div style="color: red; background: #fff">x</div>`},
		"progress": {code("x", display("text/html",
			`<progress value="1" max="3"></progress>`)), `<progress value="1" max="3">`},
		"raw": {notebook.NewCell(notebook.Raw, "<raw>"), `<pre>&lt;raw&gt;</pre>`},
	} {
		if got := body(page(t, book(c.cell))); !strings.Contains(got, c.want) {
			t.Errorf("%s: no\n%s\nin\n%s", name, c.want, got)
		}
	}
}

func TestColours(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[1;32mok\x1b[0m!":       `<span class="f2 ab">ok</span>!`,
		"\x1b[38;5;196mx\x1b[m":      `<span class="fx" style="--l:#df0000;--d:#ff3838">x</span>`,
		"\x1b[48;2;1;2;300mx":        `<span style="color:#ffffff;background:#0102ff">x</span>`,
		"\x1b[7mx\x1b[27my":          `<span class="av">x</span>y`,
		"\x1b[38;5mx\x1b]0;title\ay": `xy`,
		"a\x1b[2Kb\x1b[":             `ab`,
		"\x1b(Bx\x00\x07y":           `xy`,
	} {
		got := body(page(t, book(code("x", notebook.Stream("stdout", in)))))
		if !strings.Contains(got, `<pre tabindex="0">`+want+`</pre>`) {
			t.Errorf("%q: got %s, wanted %s", in, got[strings.Index(got, "stdout"):], want)
		}
	}
}

// Each style of code stands in a rule for its theme alone: what one leaves to the page is not given
// the other's colour.
func TestStylesOfCodeAreApart(t *testing.T) {
	page, err := render.HTML(notebook.New("gonb", "Go (gonb)", "go"), render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sheet := string(page)
	light, dark := strings.Index(
		sheet,
		"@media print, (prefers-color-scheme: light)",
	), strings.LastIndex(
		sheet,
		"@media screen and (prefers-color-scheme: dark)",
	)
	if first := strings.Index(sheet, ".chroma ."); light < 0 || dark < light || first < light {
		t.Errorf(
			"the light style begins at %d, the dark one at %d, the first colour of code "+
				"stands at %d",
			light,
			dark,
			first,
		)
	}
}

func TestContents(t *testing.T) {
	got := page(t, book(text("# One\n\ntext\n\n## Two"), text("## Two\n\n#### deep")))
	for _, want := range []string{
		`<title>One</title>`, `<li class="l1"><a href="#h-one">One</a></li>`,
		`<li class="l2"><a href="#h-two">Two</a></li>`,
		`<li class="l2"><a href="#h-two-1">Two</a></li>`, `<h2 id="h-two-1">Two</h2>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	if strings.Contains(got, `href="#h-deep"`) {
		t.Error("a heading of the fourth level is in the contents")
	}
	if got := page(t, book(code("x"))); strings.Contains(got, "<nav") {
		t.Error("a page without headings has contents")
	}
}

// Links as Jupyter writes them lead to the heading, though it stands in a later cell.
func TestJupytersAnchors(t *testing.T) {
	got := body(
		page(
			t,
			book(
				text("[a](#My-Next-Heading) [b](#%C3%9Cber-uns) [c](#h-one)"),
				text("# My Next Heading\n# Über uns\n# One"),
			),
		),
	)
	for _, id := range []string{"h-my-next-heading", "h-one"} {
		if !strings.Contains(got, `<a href="#`+id+`"`) || !strings.Contains(got, `id="`+id+`"`) {
			t.Errorf("no link to %s, or no such heading, in %s", id, got)
		}
	}
	if !strings.Contains(got, `<a href="#h-%C3%BCber-uns"`) {
		t.Errorf("no link to the heading with an umlaut in %s", got)
	}
}

func TestAttachments(t *testing.T) {
	nb, err := notebook.Parse(
		[]byte(
			`{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "![dot](attachment:dot.png)",
		"attachments": {"dot.png": {"image/png": "` + pixel +
				`"}}}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`,
		),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(page(t, nb)); !strings.Contains(
		got,
		`<img src="data:image/png;base64,`+pixel+`" alt="dot"/>`,
	) {
		t.Errorf("got %s", got)
	}
}

// hostile texts try to run a script, to load something, or to break out of where they stand.
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
				"a cell's <section> lies in <%s>: something in another was not closed",
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

// harmlessLink reports whether a link leads to a page, a mail, or a file beside the page.
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

// onlyShapes says what is in a drawn formula that should not be: anything but shapes and text, or
// an attribute that can load or run.
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

func TestOurNotebooks(t *testing.T) {
	nb, err := notebook.ReadFile("../../notebooks/pets.ipynb")
	if os.IsNotExist(err) {
		t.Skip("the notebook is not in this tree")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := harmless(page(t, nb)); err != nil {
		t.Error(err)
	}
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

func TestLongTextIsFolded(t *testing.T) {
	lines := make([]string, 100)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d", i+1)
	}
	lines[9] += "\x1b[31m"
	// Kernels cut a stream at will: the page shows one text.
	all := strings.Join(lines, "\n")
	got := body(
		page(
			t,
			book(
				code(
					"x",
					notebook.Stream("stdout", all[:300]),
					notebook.Stream("stdout", all[300:]),
				),
			),
		),
	)
	for _, want := range []string{
		"line 20</span></pre><details class=\"more\"><summary>80 more lines</summary>",
		`<pre tabindex="0"><span class="f1">line 21` + "\n", "line 100</span></pre></details>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if short := body(page(t,
		book(code("x", notebook.Stream("stdout",
			strings.Join(lines[:40], "\n")))))); strings.Contains(
		short,
		"<details",
	) {
		t.Error("40 lines are folded")
	}
}

func TestHiddenCells(t *testing.T) {
	folded := func(what string) string { return "<details><summary>" + what + "</summary>" }
	for name, c := range map[string]struct {
		metadata     string
		want, wantNo []string
	}{
		"nothing asked": {`{}`, []string{"source", "result"}, []string{"<details"}},
		"source_hidden": {`{"jupyter": {"source_hidden": true}}`,
			[]string{folded("Code"), "result"}, []string{folded("Output")}},
		"outputs_hidden": {`{"jupyter": {"outputs_hidden": true}}`,
			[]string{folded("Output"), "source"}, []string{folded("Code")}},
		"collapsed": {`{"collapsed": true}`, []string{folded("Output")},
			[]string{folded("Code")}},
		"hide-cell": {`{"tags": ["hide-cell"]}`, []string{folded("Code"), folded("Output")},
			nil},
		"remove-input":  {`{"tags": ["remove-input"]}`, []string{"result"}, []string{"source"}},
		"remove_output": {`{"tags": ["remove_output"]}`, []string{"source"}, []string{"result"}},
		"remove-cell": {`{"tags": ["remove-cell"]}`, nil,
			[]string{"source", "result", "<section"}},
	} {
		nb, err := notebook.Parse(
			[]byte(
				`{"cells": [{"cell_type": "code", "execution_count": 1, "source": "source", "metadata": ` + c.metadata + `,
			"outputs": [{"output_type": "stream", "name": "stdout", "text": "result"}]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}`,
			),
		)
		if err != nil {
			t.Fatal(err)
		}
		got := page(t, nb)
		got = got[strings.Index(got, "<main"):strings.Index(got, "</main>")]
		for _, s := range c.want {
			if !strings.Contains(got, s) {
				t.Errorf("%s: no %q in %s", name, s, got)
			}
		}
		for _, s := range c.wantNo {
			if strings.Contains(got, s) {
				t.Errorf("%s: %q is in %s", name, s, got)
			}
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
