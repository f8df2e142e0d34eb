package render_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

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
func TestCodeStylesOfThemes(t *testing.T) {
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
